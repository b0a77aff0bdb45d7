"""The form by which another system is given a key."""

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from competence.access.rules import PERMISSION_NAMES, Permission
from competence.api.rules import KEY_PERMISSIONS, NewKey
from competence.foundation.clock import today
from competence.foundation.forms import AtMost, DateField, Form, NoCpr, squeezed

USUAL = timedelta(days=180)
"""So long a key lasts when nobody says otherwise."""


class KeyForm(Form):
    """Which system, for what, about which unit, and how long."""

    name = StringField(
        _l("The system's name"),
        description=_l("For instance the care record and its environment."),
        filters=[squeezed],
        validators=[DataRequired(_l("Write what the system is called.")), AtMost(80), NoCpr()],
    )
    purpose = StringField(
        _l("What it asks for"),
        description=_l("The employees can read it beside each look at them."),
        filters=[squeezed],
        validators=[
            DataRequired(_l("Write what the system asks for, so that the employees can read it.")),
            AtMost(200),
            NoCpr(),
        ],
    )
    unit_id = SelectField(
        _l("May ask about"),
        coerce=lambda value: int(value) if str(value or "").isdigit() else 0,
        validators=[InputRequired(_l("Choose the unit that the system may ask about."))],
    )
    permissions = SelectMultipleField(
        _l("What it may ask"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validators=[InputRequired(_l("Choose at least one thing that the system may ask."))],
    )
    valid_through = DateField(
        _l("Valid through"),
        description=_l("The last day it counts, at most one year ahead."),
        validators=[InputRequired(_l("Choose the last day."))],
    )

    def __init__(self, *, units: Sequence[tuple[int, str]]) -> None:
        super().__init__()
        self.unit_id.choices = [(id_, name) for id_, name in units]
        self.permissions.choices = [(one.value, _l(PERMISSION_NAMES[one])) for one in KEY_PERMISSIONS]
        if not self.is_submitted():
            self.valid_through.data = today() + USUAL
            self.permissions.data = [one.value for one in KEY_PERMISSIONS]

    def to_command(self) -> NewKey:
        """What was typed."""
        assert self.valid_through.data is not None
        return NewKey(
            self.name.data or "", self.purpose.data or "", self.unit_id.data,
            tuple(Permission(one) for one in self.permissions.data or ()), self.valid_through.data,
        )  # fmt: skip

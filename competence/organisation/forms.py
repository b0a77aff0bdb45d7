"""The forms of units."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TelField
from wtforms.validators import InputRequired, Length, Optional

from competence.foundation.forms import Form, NoCpr, squeezed
from competence.organisation.commands import NewUnit, UnitChange
from competence.organisation.models import Unit


class UnitForm(Form):
    """A unit's name, kind, and whom to call there when nobody may."""

    name = StringField(
        _l("Name"),
        filters=[squeezed],
        validators=[
            InputRequired(_l("Write the unit's name.")),
            Length(max=120, message=_l("The name is too long.")),
            NoCpr(),
        ],
    )
    kind = StringField(
        _l("Kind"),
        description=_l("For instance distrikt, team or plejecenter. Staffing needs can be set for a kind."),
        filters=[squeezed],
        validators=[
            InputRequired(_l("Say what kind of unit it is, for instance distrikt or team.")),
            Length(max=60, message=_l("The text is too long. Use at most 60 characters.")),
            NoCpr(),
        ],
    )
    fallback_name = StringField(
        _l("Whom to call when nobody may"),
        description=_l("A shared line, for instance Sygeplejeakutteamet. Empty: as the unit above."),
        filters=[squeezed],
        validators=[Optional(), Length(max=120, message=_l("The name is too long.")), NoCpr()],
    )
    fallback_phone = TelField(
        _l("Phone"),
        filters=[squeezed],
        validators=[Optional(), Length(max=40, message=_l("The number is too long.")), NoCpr()],
    )
    parent = SelectField(
        _l("Lies below"),
        coerce=lambda value: int(value) if value else None,
        validators=[InputRequired(_l("Choose the unit above."))],
    )

    def __init__(self, *, parents: Iterable[tuple[int, str]] | None = None, unit: Unit | None = None) -> None:
        super().__init__(obj=unit, data={"parent": unit.parent_id} if unit else None)
        choices = list(parents or ())
        if choices:
            self.parent.choices = [("", _l("Choose")), *((str(id_), name) for id_, name in choices)]
        else:
            del self.parent

    def to_new(self) -> NewUnit:
        """The unit to add."""
        return NewUnit(
            name=self.name.data or "", kind=self.kind.data or "", parent_id=self.parent.data if "parent" in self else None,
            fallback_name=self.fallback_name.data, fallback_phone=self.fallback_phone.data,
        )  # fmt: skip

    def to_change(self) -> UnitChange:
        """What the unit is called from now on."""
        return UnitChange(
            name=self.name.data or "", kind=self.kind.data or "", fallback_name=self.fallback_name.data,
            fallback_phone=self.fallback_phone.data,
        )  # fmt: skip

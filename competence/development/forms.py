"""The forms by which a leader confirms a profile level, and a guide notes her time."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from competence.accounts.forms import HoursField
from competence.development.commands import MOST_NOTE, Confirmation
from competence.foundation.clock import today
from competence.foundation.forms import Form, NoCpr


class ConfirmForm(Form):
    """The level agreed on in a talk, when it was held, and a note."""

    level = RadioField(
        _l("The level that you agreed on"),
        choices=[],
        coerce=lambda value: int(value) if value not in (None, "") else None,
        validators=[InputRequired(_l("Choose the level that you agreed on."))],
    )
    held_on = DateField(_l("The talk was held on"), validators=[InputRequired(_l("Write when the talk was held."))])
    note = TextAreaField(
        _l("Note"),
        description=_l("Seen by the two of you only. It is erased a year after the talk."),
        validators=[Optional(), Length(max=MOST_NOTE, message=_l("Write at most %(max)d characters.")), NoCpr()],
    )
    seen = HiddenField()

    def to_command(self, area: str) -> Confirmation:
        """What was agreed."""
        return Confirmation(area, self.level.data, self.held_on.data or today(), self.note.data or "")


class GuideTimeForm(Form):
    """How long she was a learning guide on a day."""

    day = DateField(_l("Day"), validators=[InputRequired(_l("Choose the day."))], default=today)
    hours = HoursField(
        _l("Hours that day"),
        validators=[InputRequired(_l("Write the hours."))],
        render_kw={"inputmode": "decimal"},
    )

"""The question: about whom or what, and when."""

from collections.abc import Iterable
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import SearchField, SelectField
from wtforms.validators import InputRequired, Optional, ValidationError

from competence.foundation.clock import today
from competence.foundation.forms import AtMost, DateField, Form
from competence.inspection.rules import LONGEST


class WhenForm(Form):
    """A date, or a period of up to two years. Read from an address, so that a question can be kept as a link."""

    class Meta(Form.Meta):
        """Nothing is written, so no token is asked for."""

        csrf = False

    on = DateField(
        _l("Date"),
        validators=[InputRequired(_l("Write the date that the question is about."))],
    )
    through = DateField(
        _l("Through"),
        validators=[Optional()],
        description=_l("Only for a period. Leave it empty for one date."),
    )

    def __init__(self, said: MultiDict[str, str]) -> None:
        super().__init__(said)

    def validate_on(self, field: DateField) -> None:
        """A day that has been, or today."""
        if field.data is not None and field.data > today():
            raise ValidationError(_l("The date lies ahead. Choose today or a day before."))

    def validate_through(self, field: DateField) -> None:
        """No earlier than the date, not ahead, and not too long."""
        if field.data is None:
            return
        if field.data > today():
            raise ValidationError(_l("The date lies ahead. Choose today or a day before."))
        first, last = self.on.data, field.data
        if first and last < first:
            raise ValidationError(_l("The last day lies before the first day."))
        if first and last - first >= timedelta(days=LONGEST):
            raise ValidationError(_l("A period is two years at most. Ask about a shorter one."))

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day of a form that holds."""
        assert self.on.data is not None
        return self.on.data, self.through.data or self.on.data


class QuestionForm(WhenForm):
    """The same, with whom or what it is about."""

    q = SearchField(
        _l("Employee, unit or task"),
        validators=[AtMost(120)],
        description=_l("Part of the name is enough. Leave it empty to ask about a whole unit."),
    )
    unit = SelectField(_l("Unit"), validators=[Optional()], validate_choice=False)

    def __init__(self, said: MultiDict[str, str], *, units: Iterable[tuple[str, str]]) -> None:
        super().__init__(said)
        self.unit.choices = list(units)

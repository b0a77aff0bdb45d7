"""Forms of a unit's proposal: its limits, and somebody's own answer."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from competence.foundation.forms import Form, as_choices
from competence.foundation.text import N_
from competence.foundation.web import say
from competence.training.rules.problem import Aim
from competence.training.rules.rows import Terms

AIM_NAMES = {Aim.GAPS: N_("Gaps first"), Aim.CHEAPEST: N_("Cheapest"), Aim.FASTEST: N_("Fastest")}
MOST_WEEKS = 26


class LimitsForm(Form):
    """How far ahead, how much at once, and for how much money."""

    aim = SelectField(_l("What is wanted most"), coerce=Aim)
    weeks = IntegerField(
        _l("Weeks"),
        validators=[
            InputRequired(_l("Write from 1 to 26 weeks.")),
            NumberRange(1, MOST_WEEKS, _l("Write from 1 to 26 weeks.")),
        ],
    )
    at_once = IntegerField(
        _l("Trainings at once for one person, at most"),
        validators=[InputRequired(_l("Write from 1 to 5.")), NumberRange(1, 5, _l("Write from 1 to 5."))],
    )
    person_hours = IntegerField(
        _l("Hours for one person in all, at most"),
        validators=[
            InputRequired(_l("Write from 1 to 400 hours.")),
            NumberRange(1, 400, _l("Write from 1 to 400 hours.")),
        ],
    )
    teacher_minutes = IntegerField(
        _l("Minutes a week to teach, where nobody has said how many"),
        validators=[
            InputRequired(_l("Write from 15 to 2,220 minutes.")),
            NumberRange(15, 2220, _l("Write from 15 to 2,220 minutes.")),
        ],
    )
    budget = IntegerField(
        _l("Kroner for cover and courses, at most"),
        description=_l("Leave it empty where there is no limit."),
        validators=[Optional(), NumberRange(0, 100_000_000, _l("Write a whole number of kroner."))],
    )
    seen = HiddenField()

    def __init__(self, terms: Terms, seen: int | None) -> None:
        super().__init__(
            aim=terms.aim, weeks=terms.weeks, at_once=terms.at_once, person_hours=terms.person_hours,
            teacher_minutes=terms.teacher_minutes, budget=terms.budget, seen="" if seen is None else str(seen),
        )  # fmt: skip
        self.aim.choices = as_choices((aim.value, say(name)) for aim, name in AIM_NAMES.items())
        self._terms = terms

    def terms(self) -> Terms:
        """What was asked, with what is turned on and off as before."""
        return Terms(
            self.aim.data, self.weeks.data or 1, self.at_once.data or 1, self.person_hours.data or 1, self.budget.data,
            self.teacher_minutes.data or 0, self._terms.without, self._terms.must,
        )  # fmt: skip

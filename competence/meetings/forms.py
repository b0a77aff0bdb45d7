"""The forms of a board meeting."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FloatField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from competence.coverage.rules import Shift
from competence.foundation.clock import today
from competence.foundation.forms import AtMost, DateField, Form, NoCpr, squeezed
from competence.foundation.text import N_
from competence.foundation.web import say
from competence.meetings.commands import Planned
from competence.meetings.rules import FIGURE_NAMES, MOST_NOTE, MOST_WORDS, Ended, Figure, Goal

Choices = Iterable[tuple[int, str]]


class _Several(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ScreenForm(Form):
    """A link for a screen."""

    name = StringField(
        _l("Where the screen hangs"), filters=[squeezed],
        validators=[InputRequired(_l("Write where the screen hangs.")), AtMost(60), NoCpr()],
    )  # fmt: skip


class FiguresForm(Form):
    """Two or three figures."""

    figures = _Several(_l("Figures on the board"), description=_l("Two or three that the team follows."))

    def __init__(self, figures: Iterable[Figure]) -> None:
        super().__init__(data={"figures": [one.value for one in figures]})
        self.figures.choices = [(one.value, say(name)) for one, name in FIGURE_NAMES.items()]


class ButtonForm(Form):
    """Nothing but the token."""


class GoalForm(Form):
    """One gap: whether it is a goal of the week, and when the training is."""

    chosen = BooleanField()
    planned_on = DateField(_l("Day"), validators=[Optional()])
    planned_at = TimeField(_l("Time"), validators=[Optional()])

    def goal(self, task_id: int, shift: Shift) -> Goal | None:
        """The goal; None when it is not ticked."""
        if not self.chosen.data:
            return None
        return Goal(task_id, shift, self.planned_on.data, self.planned_at.data)


class ActionForm(Form):
    """What is done, by whom, until when, and which figure shows it."""

    seen = HiddenField(default="1")
    what = StringField(
        _l("What is to be done"), filters=[squeezed],
        description=_l("Write about tasks and shifts. Never write a citizen's name or CPR number."),
        validators=[InputRequired(_l("Write what is to be done.")), AtMost(MOST_WORDS), NoCpr()],
    )  # fmt: skip
    owner = SelectField(_l("Who sees to it"), coerce=int)
    figure = SelectField(_l("Figure that shows it"))
    target = FloatField(_l("Target"), validators=[InputRequired(_l("Write the target as a number."))])
    due_on = DateField(_l("Reached by"), validators=[InputRequired(_l("Write the date."))])
    follow_up_on = DateField(_l("Next follow-up"), validators=[Optional()])

    def __init__(self, owners: Choices, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.owner.choices = [(number, name) for number, name in owners]
        self.figure.choices = [(one.value, say(name)) for one, name in FIGURE_NAMES.items()]

    def planned(self) -> Planned:
        """What the command takes."""
        return Planned(
            self.what.data or "", self.owner.data, Figure(self.figure.data), self.target.data or 0.0,
            self.due_on.data or today(), self.follow_up_on.data,
        )  # fmt: skip


STILL = "open"
ENDING = {STILL: N_("It goes on"), Ended.DONE.value: N_("It is done"), Ended.DROPPED.value: N_("It is stopped")}


class FollowUpForm(Form):
    """A word about how it stands, and the next time; or how it ended."""

    seen = HiddenField(default="1")
    note = TextAreaField(
        _l("How it goes"), description=_l("Never write a citizen's name or CPR number."),
        validators=[Optional(), AtMost(MOST_NOTE), NoCpr()],
    )  # fmt: skip
    ending = RadioField(_l("And now"), default=STILL)
    next_on = DateField(_l("Next follow-up"), validators=[Optional()])

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.ending.choices = [(value, say(name)) for value, name in ENDING.items()]

    @property
    def ended(self) -> Ended | None:
        """How it ended; None while it goes on."""
        return None if self.ending.data in (None, STILL) else Ended(self.ending.data)


class YesForm(Form):
    """The areas about which she can be asked."""

    areas = _Several(_l("Subject areas"), coerce=int)

    def __init__(self, areas: Choices, said: Iterable[int]) -> None:
        super().__init__(data={"areas": list(said)})
        self.areas.choices = [(number, name) for number, name in areas]


def seen_revision(field: HiddenField) -> int:
    """The revision that the page showed; 0 when it was changed into something else."""
    text = field.data or ""
    return int(text) if text.isdecimal() and len(text) < 10 else 0

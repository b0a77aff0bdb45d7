"""The forms of classes."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from competence.foundation.clock import local
from competence.foundation.forms import AtMost, DateField, Form, NoCpr, as_choices, squeezed
from competence.foundation.text import N_
from competence.foundation.web import say
from competence.learning.rules import Part
from competence.teaching.commands import NewClass
from competence.teaching.queries.classes import Lesson
from competence.teaching.rules import KIND_NAMES, MOST_ABOUT, MOST_TIMES, MOST_WORDS, WallTime

Choices = Iterable[tuple[Any, str]]
LEAST, EMPTY = 3, 1
"""So many rows for days stand on the form at least, and so many of them are empty; a class with more is saved and changed."""


class Several(SelectMultipleField):
    """Boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ButtonForm(Form):
    """Nothing but the token."""


class TimeForm(Form):
    """One day of a class."""

    class Meta(Form.Meta):
        """The form around it has the token."""

        csrf = False

    day = DateField(_l("Day"), validators=[Optional()], years_back=1, years_ahead=3)
    begins = TimeField(_l("From"), validators=[Optional()])
    ends = TimeField(_l("To"), validators=[Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether it is empty, or says all three."""
        right = bool(super().validate(extra_validators))
        said = [self.day.data, self.begins.data, self.ends.data]
        if right and any(one is not None for one in said) and None in said:
            first = next(field for field in (self.day, self.begins, self.ends) if field.data is None)
            first.errors = [*first.errors, say(N_("Write day, from and until."))]
            return False
        return right

    def wall(self) -> WallTime | None:
        """The day by the clock on the wall; None when the row is empty."""
        if self.day.data is None or self.begins.data is None or self.ends.data is None:
            return None
        return WallTime(self.day.data, self.begins.data, self.ends.data)


class ClassForm(Form):
    """What, when, where, by whom, for whom."""

    seen = HiddenField(default="1")
    name = StringField(
        _l("What it is called"), filters=[squeezed],
        validators=[InputRequired(_l("Write what the class is called.")), AtMost(MOST_WORDS), NoCpr()],
    )  # fmt: skip
    part = RadioField(_l("Kind"))
    task = SelectField(_l("Task it teaches"), coerce=int)
    level = SelectField(_l("Leads to level"), coerce=int)
    activity = SelectField(_l("From the list of activities"), coerce=int)
    place = StringField(_l("Place"), filters=[squeezed], validators=[Optional(), AtMost(MOST_WORDS), NoCpr()])
    seats = IntegerField(
        _l("Seats"), default=8, validators=[InputRequired(_l("Write how many seats there are, as a number."))]
    )
    teacher = SelectField(
        _l("Colleague who teaches"), coerce=int,
        description=_l("She is asked, and says yes or no. Choose nobody when somebody from outside teaches."),
    )  # fmt: skip
    teacher_text = StringField(
        _l("Teacher from outside"), filters=[squeezed], validators=[Optional(), AtMost(MOST_WORDS), NoCpr()]
    )
    units = Several(_l("For these units, with all below them"), coerce=int)
    groups = Several(_l("For these staff groups"), coerce=int, description=_l("None ticked: for all of them."))
    about = TextAreaField(
        _l("What it is about"), description=_l("Never write a citizen's name or CPR number."),
        validators=[Optional(), AtMost(MOST_ABOUT), NoCpr()],
    )  # fmt: skip

    def __init__(
        self, *, parts: Iterable[Part], tasks: Choices, levels: Choices, activities: Choices, teachers: Choices,
        units: Choices, groups: Choices, nothing: str, nobody: str, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.part.choices = as_choices((one.value, say(KIND_NAMES[one])) for one in parts)
        self.task.choices = as_choices([(0, nothing), *tasks])
        self.level.choices = as_choices([(0, nothing), *levels])
        self.activity.choices = as_choices([(0, nothing), *activities])
        self.teacher.choices = as_choices([(0, nobody), *teachers])
        self.units.choices = as_choices(units)
        self.groups.choices = as_choices(groups)

    def to_command(self, times: Iterable[TimeForm]) -> NewClass:
        """What the command takes."""
        return NewClass(
            name=self.name.data or "", part=Part(self.part.data), seats=self.seats.data or 0,
            times=[wall for one in times if (wall := one.wall()) is not None],
            unit_ids=self.units.data or (), group_ids=self.groups.data or (), task_id=self.task.data or None,
            level=self.level.data or None, activity_id=self.activity.data or None, teacher_id=self.teacher.data or None,
            teacher_text=self.teacher_text.data or "", place=self.place.data or "", about=self.about.data or "",
        )  # fmt: skip


def as_written(lesson: Lesson) -> dict[str, Any]:
    """What the form of a class is filled with."""
    row = lesson.row
    said: dict[str, Any] = {
        "seen": str(row.revision), "name": row.name, "part": Part(row.part).value, "task": row.task_id or 0,
        "level": row.level or 0, "activity": row.activity_id or 0, "place": row.place, "seats": row.seats,
        "teacher": row.teacher_id or 0, "teacher_text": row.teacher_text or "", "units": sorted(lesson.unit_ids),
        "groups": sorted(lesson.group_ids), "about": row.about,
    }  # fmt: skip
    return said


def time_rows(lesson: Lesson | None) -> list[TimeForm]:
    """The rows in which days are written, those of the class first, and some that are empty."""
    spans = lesson.spans if lesson is not None else []
    filled: list[dict[str, Any]] = [
        {"day": local(one.starts_at).date(), "begins": local(one.starts_at).time(), "ends": local(one.ends_at).time()}
        for one in spans
    ]
    empty: list[dict[str, Any]] = [{}] * min(MOST_TIMES - len(filled), max(EMPTY, LEAST - len(filled)))
    return [TimeForm(prefix=f"t{number}-", data=one) for number, one in enumerate([*filled, *empty])]


class CancelForm(Form):
    """The word to all who take part."""

    seen = HiddenField(default="1")
    why = StringField(
        _l("A sentence to those who take part"), filters=[squeezed],
        description=_l("All with a place read it. Write nothing about a person's absence or health."),
        validators=[InputRequired(_l("Write a sentence to those who take part.")), AtMost(MOST_WORDS), NoCpr()],
    )  # fmt: skip


class PeopleForm(Form):
    """Employees to tick."""

    people = Several(_l("Employees"), coerce=int)

    def __init__(self, people: Choices) -> None:
        super().__init__()
        self.people.choices = as_choices(people)


class AttendanceForm(Form):
    """Who was there."""

    seen = HiddenField(default="1")
    there = Several(_l("Who was there"), coerce=int)

    def __init__(self, places: Choices, ticked: Sequence[int], seen: int) -> None:
        super().__init__(data={"there": list(ticked), "seen": str(seen)})
        self.there.choices = as_choices(places)


class FeedForm(Form):
    """Which calendar a link is for: "own", "guide", or a team by its id."""

    what = SelectField(_l("Calendar"))

    def __init__(self, choices: Choices) -> None:
        super().__init__()
        self.what.choices = as_choices(choices)


def seen_revision(field: HiddenField) -> int:
    """The revision that the page showed; 0 when it was changed into something else."""
    text = field.data or ""
    return int(text) if text.isdecimal() and len(text) < 10 else 0

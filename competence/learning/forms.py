"""The forms of activities, plans and talks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import wtforms
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from competence.foundation.forms import AtMost, DateField, Form, NoCpr, as_choices, squeezed
from competence.foundation.web import number, say
from competence.learning.commands import After, Listed, NewActivity, NewGoal, Said
from competence.learning.models import Activity
from competence.learning.rules import MOST_TEXT, MOST_WORDS, PART_NAMES, TALK_NAMES, GoalKind, Origin, Part, TalkKind
from competence.learning.rules.talks import Question

Choices = Iterable[tuple[int, str]]
NO_NAMES = _l("Never write a citizen's name or CPR number.")
LONGEST_HOURS = 200


def _number(value: Any) -> int | None:
    return int(value) if value not in (None, "", "0") else None


def _text(label: Any, most: int = MOST_WORDS, description: Any = "") -> StringField:
    return StringField(
        label, filters=[squeezed], description=description, validators=[Optional(), AtMost(most), NoCpr()]
    )


def _words(label: Any, description: Any = NO_NAMES) -> TextAreaField:
    return TextAreaField(label, description=description, validators=[Optional(), AtMost(MOST_TEXT), NoCpr()])


class SelectField(wtforms.SelectField):
    """A choice; one that the browser has not sent is none, and no mistake."""

    def pre_validate(self, form: Any) -> None:
        """Nothing; ValidationError for what is no choice."""
        if self.raw_data:
            super().pre_validate(form)


class HoursField(Field):
    """Hours as one writes them: "1,5", "1.5" or "2". `data` is a number, None for nothing."""

    widget = TextInput()
    data: float | None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return number(self.data) if self.data is not None else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Nothing; ValueError for what is no number of hours."""
        text = (valuelist[0] if valuelist else "").strip().replace(",", ".")
        self.data = None
        if not text:
            return
        try:
            hours = float(text)
        except ValueError as problem:
            raise ValueError(gettext("Write the hours as a number, as in 1,5.")) from problem
        if not 0 < hours <= LONGEST_HOURS:
            raise ValueError(gettext("Write from a quarter of an hour to 200 hours."))
        self.data = hours


def _hours() -> HoursField:
    return HoursField(
        _l("Hours"), description=_l("For instance 1,5 for an hour and a half."),
        validators=[InputRequired(_l("Write how many hours it takes."))],
    )  # fmt: skip


def part_choices() -> list[tuple[str, str]]:
    """(part, its number and name)."""
    return [(one.value, f"{one.value} · {say(PART_NAMES[one])}") for one in Part]


class Seen(Form):
    """A form that knows which revision the page showed."""

    seen = HiddenField(default="0")

    @property
    def seen_revision(self) -> int:
        """The revision; 0 when it was changed into something else."""
        text = self.seen.data or ""
        return int(text) if text.isdecimal() and len(text) < 10 else 0


class ButtonForm(Seen):
    """A button, and the revision that its page showed."""


class _Timed(Seen):
    """What has a name, a part and hours."""

    name = StringField(
        _l("What it is"), filters=[squeezed],
        validators=[InputRequired(_l("Write what the activity is.")), AtMost(MOST_WORDS), NoCpr()],
    )  # fmt: skip
    part = RadioField(_l("Where the learning comes from"), validators=[InputRequired(_l("Choose one of the three."))])
    hours = _hours()

    def _lay_out(self) -> None:
        self.part.choices = part_choices()

    @property
    def minutes(self) -> int:
        """The hours as whole minutes."""
        return round(float(self.hours.data or 0) * 60)


class ListedForm(_Timed):
    """An activity of the municipality's list."""

    hours = HoursField(
        _l("Hours"), description=_l("Leave empty where it differs from one to the next."), validators=[Optional()]
    )
    area = _text(_l("Subject area"), 120)
    who_leads = _text(_l("Who leads it"))
    place = _text(_l("Where"))
    task = SelectField(_l("Task that it leads to"), coerce=_number)
    level = SelectField(_l("Level that it leads to"), coerce=_number)
    price = IntegerField(
        _l("Price for each who takes part, in kroner"), default=0, description=_l("Besides the hours. 0 for nothing."),
        validators=[Optional(), NumberRange(0, 200_000, message=_l("Write a price from 0 to 200.000 kroner."))],
    )  # fmt: skip
    about = _words(_l("About it"))

    def __init__(self, tasks: Choices, levels: Choices, **said: object) -> None:
        super().__init__(**said)
        self._lay_out()
        self.task.choices = as_choices([("", _l("No certain task")), *tasks])
        self.level.choices = as_choices([("", _l("No certain level")), *levels])

    def listed(self) -> Listed:
        """What the command takes."""
        return Listed(
            self.name.data or "", Part(self.part.data), self.minutes, self.area.data or "", self.who_leads.data or "",
            self.place.data or "", self.about.data or "", self.task.data, self.level.data, self.price.data or 0,
        )  # fmt: skip


class GoalForm(Seen):
    """A goal: a task at a level, a profile level, or a wish."""

    kind = RadioField(_l("What kind of goal"))
    task = SelectField(_l("Task"), coerce=_number)
    level = SelectField(_l("Level"), coerce=_number)
    area = SelectField(_l("Area of the competence profile"))
    profile_level = SelectField(_l("Profile level"), coerce=_number)
    words = _words(_l("The wish, or why it is a goal"))
    wanted_by = DateField(_l("Would like to be there by"), validators=[Optional()])

    def __init__(
        self, tasks: Choices, levels: Choices, areas: Sequence[str], profile_levels: Choices, **said: object
    ) -> None:
        super().__init__(**said)
        kinds = [(GoalKind.TASK.value, _l("A task")), (GoalKind.WISH.value, _l("A wish in one's own words"))]
        if areas:
            kinds.insert(1, (GoalKind.PROFILE.value, _l("A level of the competence profile")))
        self.kind.choices = as_choices(kinds)
        self.task.choices = as_choices([("", _l("Choose a task")), *tasks])
        self.level.choices = as_choices(levels)
        self.area.choices = as_choices([("", _l("The whole profile")), *((one, one) for one in areas)])
        self.profile_level.choices = as_choices(profile_levels)
        if not areas:
            del self.area, self.profile_level
        if self.kind.data not in {value for value, _name in kinds}:
            self.kind.data = GoalKind.TASK.value

    def goal(self, origin: Origin) -> NewGoal:
        """What the command takes."""
        kind, text, by = GoalKind(self.kind.data), self.words.data or "", self.wanted_by.data
        if kind is GoalKind.TASK:
            return NewGoal(kind, self.task.data or 0, self.level.data, words=text, wanted_by=by, origin=origin)
        if kind is GoalKind.PROFILE:
            return NewGoal(
                kind,
                level=self.profile_level.data,
                area_name=self.area.data or "",
                words=text,
                wanted_by=by,
                origin=origin,
            )
        return NewGoal(kind, words=text, wanted_by=by, origin=origin)


class GoalChangeForm(Seen):
    """A goal at another level, in other words or by another day."""

    level = SelectField(_l("Level"), coerce=_number)
    words = _words(_l("The wish, or why it is a goal"))
    wanted_by = DateField(_l("Would like to be there by"), validators=[Optional()])

    def __init__(self, levels: Choices, **said: object) -> None:
        super().__init__(**said)
        self.level.choices = as_choices(levels)
        if not self.level.choices:
            del self.level


class ActivityForm(_Timed):
    """An activity of a plan, planned or changed."""

    goal = SelectField(_l("Goal that it leads to"), coerce=_number)
    led_by = SelectField(
        _l("Colleague who leads it"),
        coerce=_number,
        description=_l("She is asked, and it stands when she has said yes."),
    )
    led_text = _text(_l("Or somebody else who leads it"))
    place = _text(_l("Where"))
    begins = DateField(_l("First day"), validators=[Optional()])
    last = DateField(_l("Last day"), description=_l("Leave empty for one day."), validators=[Optional()])
    at = TimeField(_l("Time"), validators=[Optional()])
    aim = _words(_l("Before: the aim"))
    agreed_use = _words(_l("Before: how it is to be used, as agreed"))
    cover = _words(_l("During: who covers the shift"))
    activity = HiddenField()

    def __init__(self, goals: Choices, colleagues: Choices, **said: object) -> None:
        super().__init__(**said)
        self._lay_out()
        self.goal.choices = as_choices([("", _l("No certain goal")), *goals])
        self.led_by.choices = as_choices([("", _l("Nobody is asked")), *colleagues])

    def _parts(self) -> dict[str, Any]:
        return {
            "name": self.name.data or "", "part": Part(self.part.data), "minutes": self.minutes, "goal_id": self.goal.data,
            "led_by": self.led_by.data, "led_text": self.led_text.data or "", "place": self.place.data or "",
            "begins": self.begins.data, "last": self.last.data, "at": self.at.data, "aim": self.aim.data or "",
            "agreed_use": self.agreed_use.data or "", "cover": self.cover.data or "",
        }  # fmt: skip

    def said(self) -> Said:
        """What the command takes that changes one."""
        return Said(**self._parts())

    def new(self, origin: Origin, taken: Activity | None) -> NewActivity:
        """What the command takes that plans one; `taken`: from the list, with the task and level it leads to."""
        made = NewActivity(**self._parts(), origin=origin)
        return replace(made, activity_id=taken.id, task_id=taken.task_id, level=taken.level) if taken else made


class LearntForm(_Timed):
    """Something that she has learnt by on her own."""

    done_on = DateField(_l("Which day?"), validators=[InputRequired(_l("Write the day."))])
    goal = SelectField(_l("Goal that it leads to"), coerce=_number)
    job = SelectField(_l("In which employment?"), coerce=int)

    def __init__(self, goals: Choices, jobs: Choices, **said: object) -> None:
        super().__init__(**said)
        self._lay_out()
        self.goal.choices = as_choices([("", _l("No certain goal")), *goals])
        self.job.choices = as_choices(jobs)

    def new(self) -> NewActivity:
        """What the command takes."""
        return NewActivity(self.name.data or "", Part(self.part.data), self.minutes, self.goal.data)


class MoveForm(Seen):
    """Another day."""

    begins = DateField(
        _l("First day"), description=_l("Leave empty when there is no day yet."), validators=[Optional()]
    )
    last = DateField(_l("Last day"), description=_l("Leave empty for one day."), validators=[Optional()])
    at = TimeField(_l("Time"), validators=[Optional()])


class DoneForm(Seen):
    """The day on which it was done."""

    done_on = DateField(_l("Which day was it done?"), validators=[InputRequired(_l("Write the day."))])


class AfterForm(Seen):
    """The *after* of a course."""

    use = _words(_l("How it is used"))
    shared_with = _words(_l("With whom it is shared, and how"))
    follow_up_on = DateField(_l("We follow up on"), validators=[Optional()])
    followed_up = BooleanField(_l("It is followed up"))

    def after(self) -> After:
        """What the command takes."""
        return After(
            self.use.data or "", self.shared_with.data or "", self.follow_up_on.data, bool(self.followed_up.data)
        )


class NoteForm(Seen):
    """A note that the two share."""

    words = _words(_l("Note"), _l("Read by both of you. Never write a citizen's name or CPR number."))


class _Several(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class TalkForm(Seen):
    """A talk that is planned."""

    kind = SelectField(_l("Which talk"))
    takers = _Several(_l("With whom"), coerce=int)
    planned_on = DateField(_l("Day"), validators=[InputRequired(_l("Write the day."))])
    planned_at = TimeField(_l("Time"), validators=[Optional()])

    def __init__(self, kinds: Iterable[TalkKind], takers: Choices, **said: object) -> None:
        super().__init__(**said)
        self.kind.choices = as_choices([(one.value, say(TALK_NAMES[one])) for one in kinds])
        self.takers.choices = as_choices(takers)


class TalkDayForm(Seen):
    """Another day for a talk."""

    planned_on = DateField(_l("Day"), validators=[InputRequired(_l("Write the day."))])
    planned_at = TimeField(_l("Time"), validators=[Optional()])


def questions_form(base: type[Seen], asked: Sequence[Question]) -> type[Any]:
    """The form with a field for each question, "a-" and its code."""
    fields = {f"a-{one.code}": _words(say(one.text), "") for one in asked}
    return type(base.__name__, (base,), fields)


class Prepared(Seen):
    """What she prepares for her own talk."""

    show = BooleanField(
        _l("Show it to those who take part"), description=_l("Until then only you can read it. You can take it back.")
    )


class TalkNotes(Seen):
    """What is written together in a talk."""

    agreed = _words(_l("What we have agreed"), "")
    held_on = DateField(
        _l("Held on"), description=_l("Leave empty while the talk is still to be held."), validators=[Optional()]
    )
    next_on = DateField(_l("The next talk"), validators=[Optional()])


def given(form: Seen, asked: Sequence[Question]) -> Mapping[str, str]:
    """Question's code -> what was typed."""
    return {one.code: form[f"a-{one.code}"].data or "" for one in asked}


def as_hours(minutes: int) -> float | None:
    """Minutes as hours with two decimals; None for no certain length."""
    return round(minutes / 60, 2) if minutes else None


def day_before(end: date | None, first: date | None) -> date | None:
    """The last day of a half-open end, None where it is the first day."""
    if end is None:
        return None
    last = date.fromordinal(end.toordinal() - 1)
    return None if last == first else last

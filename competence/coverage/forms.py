"""The forms in which a unit's requirement is set, and what those keep who lose a task."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import NumberInput

from competence.coverage.commands import MOST_PEOPLE, NewRequirement
from competence.coverage.rules import DAY_KIND_NAMES, SHIFT_NAMES, DayKind, Shift, Stated
from competence.delegation.rules import CellTerms, Keeping
from competence.foundation.clock import day_after, last_day
from competence.foundation.forms import DateField, Form
from competence.foundation.text import N_
from competence.foundation.web import say

Choices = Iterable[tuple[str, str]]


class TermsForm(Form):
    """At least so many, at a level, from a day through a day."""

    need = IntegerField(
        _l("At least"),
        validators=[
            InputRequired(_l("Write how many are needed, as a number.")),
            NumberRange(0, MOST_PEOPLE, _l("Write a number from 0 to 99.")),
        ],
        widget=NumberInput(min=0, max=MOST_PEOPLE),
        description=_l("So many of the shift's fixed people must hold the task. 0 means that nobody is needed here."),
    )
    level = SelectField(_l("At least at level"), coerce=int)
    also_unstable = BooleanField(
        _l("Also in unstable courses"), description=_l("Those who may only within a limit are then not counted.")
    )
    students_count = BooleanField(_l("Students count"))
    valid_from = DateField(
        _l("Holds from"), validators=[Optional()], description=_l("The first day. Empty means today.")
    )
    valid_through = DateField(
        _l("Holds through"), validators=[Optional()],
        description=_l("The last day. Leave it empty to let it hold until something else is said."),
    )  # fmt: skip

    def __init__(self, *, levels: Choices, **said: Any) -> None:
        super().__init__(**said)
        self.level.choices = [(int(rank), name) for rank, name in levels]

    def new(self, unit_id: int, *, task_id: int, shift: Shift, unit_kind: str, day_kind: DayKind) -> NewRequirement:
        """What the command takes."""
        return NewRequirement(
            task_id=task_id, shift=shift, need=self.need.data or 0, unit_id=unit_id, unit_kind=unit_kind, day_kind=day_kind,
            level=self.level.data, also_unstable=bool(self.also_unstable.data), students_count=bool(self.students_count.data),
            valid_from=self.valid_from.data, valid_to=day_after(self.valid_through.data),
        )  # fmt: skip


class ChangeForm(TermsForm):
    """What is said already, to be said otherwise."""

    def to_command(self, unit_id: int, said: Stated) -> NewRequirement:
        """What the command takes."""
        return self.new(
            unit_id, task_id=said.task_id, shift=said.shift, unit_kind=said.unit_kind, day_kind=said.day_kind
        )


class RequirementForm(TermsForm):
    """The same, with what it is about."""

    task = SelectField(_l("Task"), validators=[InputRequired(_l("Choose the task that is needed."))])
    unit_kind = SelectField(_l("Holds for"))
    shift = RadioField(_l("Shift"), validators=[InputRequired(_l("Choose a shift."))])
    day_kind = SelectField(_l("Kind of day"))

    def __init__(self, *, tasks: Choices, kinds: Iterable[str], here: str, levels: Choices, **said: Any) -> None:
        super().__init__(levels=levels, **said)
        self.task.choices = [("", _l("Choose")), *tasks]
        self.unit_kind.choices = [
            ("", here),
            *((kind, _l("Every unit of the kind “%(kind)s” below", kind=kind)) for kind in kinds),
        ]
        self.shift.choices = [(shift.value, say(name)) for shift, name in SHIFT_NAMES.items()]
        self.day_kind.choices = [(kind.value, say(name)) for kind, name in DAY_KIND_NAMES.items()]

    def to_command(self, unit_id: int) -> NewRequirement:
        """What the command takes."""
        return self.new(
            unit_id, task_id=int(self.task.data), shift=Shift(self.shift.data), unit_kind=self.unit_kind.data or "",
            day_kind=DayKind(self.day_kind.data),
        )  # fmt: skip


@dataclass(frozen=True)
class WrongField:
    """A field of a table that must be corrected, as the summary of errors lists it."""

    id: str
    errors: tuple[str, ...]
    type: str = "IntegerField"
    widget: None = None


class SheetForm(Form):
    """A table of figures. Its many fields are read by the view, which notes what is `wrong` in them."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: dict[str, str] = {}

    @property
    def errors(self) -> dict[str | None, Any]:
        """By field."""
        return {**super().errors, **{name: [text] for name, text in self.wrong.items()}}

    def __iter__(self) -> Iterator[Any]:
        yield from super().__iter__()
        yield from (WrongField(name, (text,)) for name, text in self.wrong.items())


class EndForm(Form):
    """Nothing but the token."""


KEEPING_NAMES = {
    Keeping.AT_ONCE: N_("lose it on the first day"),
    Keeping.GRACE: N_("keep it through a day"),
    Keeping.KEEP: N_("keep it until the signature ends"),
}


class KeepingForm(Form):
    """What those keep who lose a task by a cell: nothing, for a time, or until their signature ends."""

    keeping = RadioField(_l("Those who hold it by a signature"), default=Keeping.AT_ONCE.value)
    through = DateField(_l("Keep it through"), validators=[Optional()])

    def __init__(self, *, prefix: str, keeping_from: CellTerms | None) -> None:
        super().__init__(prefix=prefix)
        self.keeping.choices = [(keeping.value, say(name)) for keeping, name in KEEPING_NAMES.items()]
        if keeping_from is not None and not self.is_submitted():
            self.keeping.data = keeping_from.keeping.value
            self.through.data = last_day(keeping_from.keeping_to) if keeping_from.keeping_to else None

    def until(self) -> date | None:
        """The first day on which they no longer keep it."""
        return self.through.data + timedelta(days=1) if self.through.data else None

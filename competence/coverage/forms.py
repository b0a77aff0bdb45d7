"""The forms in which a unit's requirement is set, and what those keep who lose a task."""

from collections.abc import Iterable
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import NumberInput

from competence.coverage.commands import MOST_PEOPLE, NewRequirement
from competence.coverage.rules import DAY_KIND_NAMES, SHIFT_NAMES, DayKind, Shift
from competence.delegation.rules import CellTerms, Keeping
from competence.foundation.clock import last_day
from competence.foundation.forms import Form
from competence.foundation.text import N_
from competence.foundation.web import say

Choices = Iterable[tuple[str, str]]


class RequirementForm(Form):
    """At least so many, at a level, on a shift."""

    task = SelectField(_l("Task"), validators=[InputRequired(_l("Choose the task that is needed."))])
    unit_kind = SelectField(_l("Holds for"))
    shift = RadioField(_l("Shift"), validators=[InputRequired(_l("Choose a shift."))])
    day_kind = SelectField(_l("Kind of day"))
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

    def __init__(self, *, tasks: Choices, kinds: Iterable[str], here: str, levels: Choices) -> None:
        super().__init__()
        self.task.choices = [("", _l("Choose")), *tasks]
        self.unit_kind.choices = [
            ("", here),
            *((kind, _l("Every unit of the kind “%(kind)s” below", kind=kind)) for kind in kinds),
        ]
        self.shift.choices = [(shift.value, say(name)) for shift, name in SHIFT_NAMES.items()]
        self.day_kind.choices = [(kind.value, say(name)) for kind, name in DAY_KIND_NAMES.items()]
        self.level.choices = [(int(rank), name) for rank, name in levels]

    def to_command(self, unit_id: int) -> NewRequirement:
        """What the command takes."""
        return NewRequirement(
            task_id=int(self.task.data), shift=Shift(self.shift.data), need=self.need.data or 0, unit_id=unit_id,
            unit_kind=self.unit_kind.data or "", day_kind=DayKind(self.day_kind.data), level=self.level.data,
            also_unstable=bool(self.also_unstable.data), students_count=bool(self.students_count.data),
        )  # fmt: skip


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

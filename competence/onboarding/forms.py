"""The forms of introduction programmes, their templates, and students' stages."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from competence.foundation.clock import today
from competence.foundation.forms import AtMost, DateField, Form, NoCpr, as_choices, squeezed
from competence.foundation.text import N_
from competence.foundation.web import say
from competence.onboarding.commands import NewProgramme, NewStage
from competence.onboarding.commands.students import MOST_STAGE
from competence.onboarding.queries.ahead import Colleague
from competence.onboarding.rules import KIND_NAMES, MOST_ITEM, MOST_TEXT, MOST_WORDS, TICK_NAMES, ItemKind, Line, Ticks
from competence.onboarding.rules.pace import PACES

NOBODY = ""
PACE_NAMES = {
    75: N_("Faster"), 100: N_("As planned"), 125: N_("A little slower"), 150: N_("Slower"), 200: N_("Half the pace"),
}  # fmt: skip
NO_CITIZEN = _l("Never write a citizen's name or CPR number.")


def _or_none(value: Any) -> int | None:
    return int(value) if value not in (None, "", "None") else None


def people(colleagues: Iterable[Colleague], *also: tuple[int, str]) -> list[tuple[int, str]]:
    """(id, words) of those to choose from, by name; `also`: whoever is chosen already."""
    found = {one.person_id: f"{one.name}, {one.group}, {one.unit}" for one in colleagues}
    for person_id, name in also:
        found.setdefault(person_id, name)
    return sorted(found.items(), key=lambda one: one[1])


class ButtonForm(Form):
    """Nothing but the token."""


class SeenForm(Form):
    """The revision that the page showed."""

    seen = HiddenField(default="0")

    @property
    def revision(self) -> int:
        """The revision that the page showed; 0 when it was changed into something else."""
        text = self.seen.data or ""
        return int(text) if text.isdecimal() and len(text) < 10 else 0


class ProgrammeForm(SeenForm):
    """When work begins, and who is there for the newcomer."""

    first_day = DateField(_l("First day of work"), validators=[InputRequired(_l("Write the first day of work."))])
    buddy = SelectField(
        _l("Buddy"), coerce=_or_none, validators=[Optional()],
        description=_l("A colleague who is there in daily work. Does not have to be able to sign."),
    )  # fmt: skip
    mentor = SelectField(
        _l("Mentor"), coerce=_or_none, validators=[Optional()],
        description=_l("Follows the newcomer professionally: a learning guide, or an experienced colleague."),
    )  # fmt: skip

    def __init__(self, choices: Sequence[tuple[int, str]], **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.buddy.choices = self.mentor.choices = as_choices([(NOBODY, _l("Nobody yet")), *choices])

    def programme(self) -> NewProgramme:
        """What the command takes."""
        return NewProgramme(self.first_day.data or today(), self.buddy.data, self.mentor.data)


class AskForm(Form):
    """The colleague who is asked to see to an item."""

    person = SelectField(
        _l("Colleague"), coerce=_or_none, validators=[Optional()],
        description=_l("She sees this item on her own page and can tick it. The rest of the programme she does not see."),
    )  # fmt: skip

    def __init__(self, choices: Sequence[tuple[int, str]], **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.person.choices = as_choices([(NOBODY, _l("Nobody by name")), *choices])


class PaceForm(SeenForm):
    """How long the weeks are from now on."""

    percent = RadioField(
        _l("Pace from today"), coerce=int, validators=[InputRequired(_l("Choose a pace."))],
        description=_l("The talks after 4, 8 and 12 weeks follow. One that you have moved yourselves stays."),
    )  # fmt: skip

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.percent.choices = as_choices([(one, say(PACE_NAMES[one])) for one in PACES])


class ItemForm(SeenForm):
    """One item of a programme, or of a template."""

    name = StringField(
        _l("What"), filters=[squeezed], description=NO_CITIZEN,
        validators=[InputRequired(_l("Write what the item is.")), AtMost(MOST_ITEM), NoCpr()],
    )  # fmt: skip
    week = IntegerField(
        _l("Week"), validators=[InputRequired(_l("Write the week as a whole number."))],
        description=_l("1 is the first week. 0 is the first day. -1 is the week before."),
    )  # fmt: skip
    kind = SelectField(_l("Kind"))
    responsible = StringField(
        _l("Who is responsible"), filters=[squeezed], validators=[Optional(), AtMost(MOST_WORDS), NoCpr()],
        description=_l("As “Buddy”, “Leader” or “Learning guide”. No names: they stand in each programme."),
    )  # fmt: skip
    ticks = SelectField(_l("Who ticks it off"))
    first_shift = BooleanField(
        _l("Belongs to the smallest safe set before the first shift"),
        description=_l("For temps and unskilled colleagues it must be in place before the leader's yes to their first shift."),
    )  # fmt: skip

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.kind.choices = as_choices([(one.value, say(name)) for one, name in KIND_NAMES.items()])
        self.ticks.choices = as_choices([(one.value, say(name)) for one, name in TICK_NAMES.items()])

    def line(self) -> Line:
        """What the command takes."""
        return Line(
            self.name.data or "", self.week.data or 0, ItemKind(self.kind.data), self.responsible.data or "",
            Ticks(self.ticks.data), first_shift=bool(self.first_shift.data),
        )  # fmt: skip


class LineForm(ItemForm):
    """An item of a template: also what it opens."""

    gate = BooleanField(
        _l("Must be in place before the newcomer goes on"),
        description=_l("It is marked in the programme until it is ticked off."),
    )
    gate_code = SelectField(
        _l("Passes this course, dialogue or check of the task catalogue"), validators=[Optional()],
        description=_l(
            "When both have ticked it off, it is recorded. Together with the task's other requirements it lets the task be "
            "signed. E-learning alone never opens anything."
        ),
    )  # fmt: skip

    def __init__(self, gates: Iterable[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.gate_code.choices = as_choices([("", _l("None: it opens no task")), *gates])

    def line(self) -> Line:
        """What the command takes."""
        said = super().line()
        return Line(
            said.name, said.week, said.kind, said.responsible, said.ticks, bool(self.gate.data), self.gate_code.data or "",
            said.first_shift,
        )  # fmt: skip


class WelcomeForm(SeenForm):
    """The words of the welcome letter."""

    welcome = TextAreaField(
        _l("Words of the welcome letter"), validators=[Optional(), AtMost(MOST_TEXT), NoCpr()],
        description=_l("Programme, buddy and talks follow by themselves. A blank line begins a new paragraph."),
    )  # fmt: skip


class TemplateForm(Form):
    """For whom a unit gets a template of its own."""

    unit = SelectField(_l("Unit"), coerce=int)
    group = SelectField(_l("Staff group"), coerce=_or_none, validators=[Optional()])

    def __init__(self, units: Iterable[tuple[int, str]], groups: Iterable[tuple[int, str]], **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.unit.choices = as_choices(units)
        self.group.choices = as_choices([("", _l("All staff groups")), *groups])


class YesForm(Form):
    """The leader's written yes to a first shift."""

    words = TextAreaField(
        _l("What is agreed about the first shift"), validators=[Optional(), AtMost(MOST_TEXT), NoCpr()],
        description=_l("As with whom she works and what she leaves to others. Never write a citizen's name or CPR number."),
    )  # fmt: skip


class StageForm(SeenForm):
    """A student's stage, from when, and who supervises."""

    stage = StringField(
        _l("Stage"), filters=[squeezed], description=_l("As “2. oplæringsperiode”."),
        validators=[InputRequired(_l("Write which stage it is.")), AtMost(MOST_STAGE), NoCpr()],
    )  # fmt: skip
    begins_on = DateField(_l("From"), validators=[InputRequired(_l("Write the date."))])
    supervisor = SelectField(
        _l("Training supervisor"), coerce=_or_none, validators=[InputRequired(_l("Choose who supervises her."))]
    )
    opens = BooleanField(_l("From that day the tasks of the followed group can be signed"))

    def __init__(self, choices: Sequence[tuple[int, str]], **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.supervisor.choices = as_choices([(NOBODY, _l("Choose")), *choices])

    def to_command(self) -> NewStage:
        """What the command takes."""
        begins: date = self.begins_on.data or today()
        return NewStage(self.stage.data or "", self.supervisor.data or 0, begins, opens=bool(self.opens.data))

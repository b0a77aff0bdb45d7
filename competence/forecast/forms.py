"""The forms of what if: what is taken to happen (sent in the address), and how a scenario is kept."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, IntegerField, SelectField, SelectMultipleField, StringField, ValidationError
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget, NumberInput

from competence.coverage.rules import SHIFT_NAMES
from competence.forecast.scenarios import MOST_HIRED, MOST_NAME, Away, Drafted, Hired, Step, Trained
from competence.foundation.clock import day_after, today
from competence.foundation.forms import AtMost, DateField, Form, NoCpr, squeezed
from competence.foundation.web import say

Choices = Iterable[tuple[str, str]]


class _Asked(Form):
    """A form that only asks: it is sent in the address and writes nothing."""

    kind: ClassVar[str] = ""

    class Meta(Form.Meta):
        """No token: nothing is written."""

        csrf = False

    def __init__(self, said: MultiDict[str, str] | None) -> None:
        """`said`: of the address, when it is this form that was sent; None: it stands empty."""
        super().__init__(formdata=said, prefix=f"{self.kind}-")

    def validate_begins(self, field: DateField) -> None:
        """Nothing; ValidationError when the day has been."""
        if field.data is not None and field.data < today():
            raise ValidationError(say(_l("Choose today or a day to come.")))

    @property
    def can_be_sent(self) -> bool:
        """Whether there is anything to choose, so that the page shows it."""
        return True

    @property
    def first_day(self) -> date:
        """The first day, once it has been chosen."""
        chosen: date | None = self["begins"].data
        if chosen is None:
            raise ValueError("no day was chosen")
        return chosen


def _boxes(label: Any, validators: Iterable[Any] = ()) -> SelectMultipleField:
    return SelectMultipleField(
        label, validators=list(validators), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )


class AwayForm(_Asked):
    """People who are not there from a day, for a time or for good."""

    kind = "away"
    who = _boxes(_l("Who"), [InputRequired(_l("Tick at least one."))])
    begins = DateField(_l("From"), validators=[InputRequired(_l("Choose the first day."))])
    through = DateField(
        _l("Through"), validators=[Optional()], description=_l("The last day. Leave empty if she does not come back.")
    )

    def __init__(self, said: MultiDict[str, str] | None, *, people: Choices) -> None:
        super().__init__(said)
        self.who.choices = list(people)

    def validate_through(self, field: DateField) -> None:
        """Nothing; ValidationError when the last day lies before the first."""
        begins: date | None = self.begins.data
        if field.data is not None and begins is not None and field.data < begins:
            raise ValidationError(say(_l("The last day cannot lie before the first.")))

    def steps(self) -> list[Step]:
        """One for each person."""
        return [Away(int(one), self.first_day, day_after(self.through.data)) for one in self.who.data or ()]


class TrainedForm(_Asked):
    """People who are signed off for a task from a day on."""

    kind = "trained"
    who = _boxes(_l("Who"), [InputRequired(_l("Tick at least one."))])
    task = SelectField(_l("Task"), validators=[InputRequired(_l("Choose a task."))])
    level = SelectField(_l("Level"))
    begins = DateField(_l("From"), validators=[InputRequired(_l("Choose the first day."))])

    def __init__(self, said: MultiDict[str, str] | None, *, people: Choices, tasks: Choices, levels: Choices) -> None:
        super().__init__(said)
        self.who.choices = list(people)
        self.task.choices = [("", _l("Choose")), *tasks]
        self.level.choices = list(levels)

    def steps(self) -> list[Step]:
        """One for each person."""
        task, level = int(self.task.data), int(self.level.data)
        return [Trained(int(one), task, level, self.first_day) for one in self.who.data or ()]


class HiredForm(_Asked):
    """New people of a staff group."""

    kind = "hired"
    unit = SelectField(_l("Unit"), validators=[InputRequired(_l("Choose a unit."))])
    group = SelectField(_l("Staff group"), validators=[InputRequired(_l("Choose a staff group."))])
    shifts = _boxes(_l("Fixed shifts"), [InputRequired(_l("Tick at least one."))])
    number = IntegerField(
        _l("How many"), default=1,
        validators=[
            InputRequired(_l("Write how many, as a number.")),
            NumberRange(1, MOST_HIRED, _l("Write a number from 1 to 20.")),
        ],
        widget=NumberInput(min=1, max=MOST_HIRED),
    )  # fmt: skip
    begins = DateField(_l("From"), validators=[InputRequired(_l("Choose the first day."))])
    tasks = _boxes(_l("Signed off for, besides what the education gives"))

    def __init__(
        self, said: MultiDict[str, str] | None, *, groups: Choices, tasks: Choices, units: Choices = ()
    ) -> None:
        """`units`: the units in which they may work; none of them: in the scenario's own."""
        super().__init__(said)
        self.units = list(units)
        if self.units:
            self.unit.choices = [("", _l("Choose")), *self.units]
        else:
            del self.unit
        self.group.choices = [("", _l("Choose")), *groups]
        self.shifts.choices = [(shift.value, say(name)) for shift, name in SHIFT_NAMES.items()]
        self.tasks.choices = list(tasks)

    def steps(self) -> list[Step]:
        """One for them all."""
        shifts = "".join(shift for shift in SHIFT_NAMES if shift in (self.shifts.data or ()))
        tasks = tuple(int(task) for task in self.tasks.data or ())
        unit = int(self.unit.data) if self.units else None
        return [Hired(int(self.group.data), shifts, self.first_day, self.number.data or 1, tasks, unit)]


class DraftForm(_Asked):
    """A draft of the division of tasks, as if it were approved."""

    kind = "draft"
    number = SelectField(_l("Draft"), validators=[InputRequired(_l("Choose a draft."))])
    begins = DateField(_l("From"), validators=[InputRequired(_l("Choose the first day."))])

    def __init__(self, said: MultiDict[str, str] | None, *, drafts: Choices) -> None:
        super().__init__(said)
        self.number.choices = [("", _l("Choose")), *drafts]

    @property
    def can_be_sent(self) -> bool:
        """Whether there is a draft."""
        return len(list(self.number.choices or ())) > 1

    def validate_begins(self, field: DateField) -> None:
        """Nothing; ValidationError when a version cannot begin so early."""
        if field.data is not None and field.data <= today():
            raise ValidationError(say(_l("A version begins tomorrow at the earliest.")))

    def steps(self) -> list[Step]:
        """The one."""
        return [Drafted(int(self.number.data), self.first_day)]


class KeepForm(Form):
    """A scenario's name; its steps and its revision stand in hidden fields."""

    name = StringField(
        _l("Name of the scenario"), filters=[squeezed],
        validators=[InputRequired(_l("Give the scenario a name.")), AtMost(MOST_NAME), NoCpr()],
        description=_l("Write no names of people: it is read by all who see the scenario."),
    )  # fmt: skip
    seen = HiddenField()

    @property
    def revision(self) -> int:
        """The revision that the page showed; 0 when it showed none."""
        said = self.seen.data or ""
        return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else 0

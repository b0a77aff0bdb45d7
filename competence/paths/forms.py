"""The forms of learning paths."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from competence.foundation.forms import AtMost, Form, NoCpr, as_choices, squeezed
from competence.paths.commands import NewPath
from competence.paths.rules import MOST_ABOUT, MOST_WORDS, Step, StepKind

Choices = Iterable[tuple[Any, str]]


class Several(SelectMultipleField):
    """Boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ButtonForm(Form):
    """Nothing but the token."""

    seen = HiddenField(default="0")


class PathForm(Form):
    """What a path is."""

    seen = HiddenField(default="0")
    name = StringField(
        _l("What the path is called"), filters=[squeezed],
        validators=[InputRequired(_l("Write what the path is called.")), AtMost(MOST_WORDS), NoCpr()],
    )  # fmt: skip
    leads_to = StringField(
        _l("What it leads to"), filters=[squeezed], description=_l("As “Specialist in dementia”."),
        validators=[InputRequired(_l("Write what it leads to.")), AtMost(120), NoCpr()],
    )  # fmt: skip
    to_group = SelectField(
        _l("The staff group it leads to"), coerce=int, description=_l("Where the path ends in another staff group.")
    )
    groups = Several(_l("For these staff groups"), coerce=int, description=_l("None ticked: for all of them."))
    needs = SelectField(_l("The path that comes first"), coerce=int)
    about = TextAreaField(_l("About the path"), validators=[Optional(), AtMost(MOST_ABOUT), NoCpr()])

    def __init__(self, *, groups: Choices, paths: Choices, nothing: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        listed = list(groups)
        self.groups.choices = as_choices(listed)
        self.to_group.choices = as_choices([(0, nothing), *listed])
        self.needs.choices = as_choices([(0, nothing), *paths])

    def to_command(self) -> NewPath:
        """What the command takes."""
        return NewPath(
            self.name.data or "", self.leads_to.data or "", self.about.data or "", self.groups.data or (),
            self.to_group.data or None, self.needs.data or None,
        )  # fmt: skip


class StepForm(Form):
    """One step of a kind; what the other kinds ask for is not in it."""

    seen = HiddenField(default="0")
    task = SelectField(_l("Task"), coerce=int)
    staff_group = SelectField(_l("Whose profile"), coerce=int)
    area = SelectField(_l("Area of the profile"))
    level = SelectField(_l("Level"), coerce=int)
    activity = SelectField(_l("Activity"), coerce=int)
    gate = SelectField(_l("Course, dialogue or check"))
    weeks = IntegerField(
        _l("Weeks it usually takes"), default=4, validators=[InputRequired(_l("Write the weeks as a number."))]
    )
    waits = BooleanField(_l("Begins only when all steps before it are in place"))

    def __init__(
        self, kind: StepKind, *, tasks: Choices, groups: Choices, areas: Choices, levels: Choices, activities: Choices,
        gates: Choices, choose: str, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.kind = kind
        self.task.choices = as_choices([(0, choose), *tasks])
        self.staff_group.choices = as_choices([(0, choose), *groups])
        self.area.choices = as_choices(areas)
        self.level.choices = as_choices([(0, choose), *levels])
        self.activity.choices = as_choices([(0, choose), *activities])
        self.gate.choices = as_choices([("", choose), *gates])
        left_out = {
            StepKind.TASK: ("staff_group", "area", "activity", "gate"),
            StepKind.LEVEL: ("task", "activity", "gate"),
            StepKind.ACTIVITY: ("task", "staff_group", "area", "level", "gate"),
            StepKind.GATE: ("task", "staff_group", "area", "level", "activity"),
        }
        for name in left_out[kind]:
            del self[name]

    def to_command(self) -> Step:
        """What the command takes."""

        def said(name: str) -> Any:
            return self[name].data if name in self else None

        return Step(
            0, self.kind, self.weeks.data if self.weeks.data is not None else -1, bool(self.waits.data), said("task") or None,
            said("level") or None, said("staff_group") or None, said("area") or "", said("activity") or None,
            said("gate") or "",
        )  # fmt: skip


class PeopleForm(Form):
    """Employees to tick."""

    people = Several(_l("Employees"), coerce=int)

    def __init__(self, people: Choices) -> None:
        super().__init__()
        self.people.choices = as_choices(people)


class WishForm(Form):
    """The paths and roles for which she would like to be seen."""

    aims = Several(_l("I would like to be seen for"))

    def __init__(self, aims: Choices, said: Iterable[str]) -> None:
        super().__init__(data={"aims": list(said)})
        self.aims.choices = as_choices(aims)


def seen_revision(field: HiddenField) -> int:
    """The revision that the page showed; 0 when it was changed into something else."""
    text = field.data or ""
    return int(text) if text.isdecimal() and len(text) < 10 else 0

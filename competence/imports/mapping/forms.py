"""The forms of a matrix's steps. Those that ask about what a file holds get a field for each thing found."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import InputRequired

from competence.delegation.rules import RULE_NAMES, CellRule
from competence.foundation.forms import as_choices, squeezed
from competence.foundation.web import say
from competence.imports.grid import Sheet
from competence.imports.known import AREA, IGNORE, NEW, Register, key
from competence.imports.mapping.choices import GROUP_LEVEL, GROUP_NOTE, LEVEL, NOTE, NOTHING, ROLES, Choices, Meaning
from competence.imports.mapping.reading import FoundColumn, Ours, Suggester
from competence.imports.mapping.steps import OTHER, HeadRowsForm, Pairs, StepForm, chosen
from competence.imports.matrix.found import Asked, Use

LONG = 12
"""A symbol with more letters than this is a text: it is offered to be kept as a note."""
ROLE_NAMES = {
    NOTHING: _l("Nothing"), NOTE: _l("Notes on the task"), LEVEL: _l("The task's minimum level"),
    GROUP_NOTE: _l("Notes on the staff group at the left"), GROUP_LEVEL: _l("Level for the staff group at the left"),
}  # fmt: skip


class LayoutForm(HeadRowsForm):
    """Where headings and tasks stand."""

    task = SelectField(_l("Column with the tasks"), validators=[InputRequired(_l("Choose the column with the tasks."))])
    area = SelectField(_l("Column with the areas"))

    def __init__(self, *, sheet: Sheet, **data: Any) -> None:
        super().__init__(sheet=sheet, **data)
        self.task.choices = as_choices([("", _("Choose")), *self.columns])
        self.area.choices = as_choices([("", _("None: areas stand on lines of their own, or nowhere")), *self.columns])

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the rows are in order, and the two columns different ones."""
        sound = super().validate(extra_validators)
        if self.task.data and self.area.data == self.task.data:
            self.area.errors = [_("Tasks and areas cannot stand in the same column.")]
            return False
        return sound

    def answers(self) -> dict[str, Any]:
        """By the names of Choices."""
        area = int(self.area.data) if self.area.data else None
        return {**super().answers(), "task": int(self.task.data), "area": area}


def columns_form(columns: Sequence[FoundColumn], choices: Choices, ours: Ours) -> Any:
    """A form with `means_0`, `also_0` ... for each column."""

    class ColumnsForm(StepForm):
        pass

    groups: Pairs = [(group.code, f"{group.name} ({group.code})") for group in ours.groups]
    roles: Pairs = [(role, str(name)) for role, name in ROLE_NAMES.items()]
    for number, column in enumerate(columns):
        meant = choices.columns.get(column.key, column.guess)
        required = InputRequired(_("Say what column %(column)s means.", column=column.letter))
        means = SelectField(
            _("What column %(column)s means", column=column.letter), default=meant[0] if meant else "",
            choices=as_choices([("", _("Choose")), *groups, *roles]), validators=[required],
        )  # fmt: skip
        also = SelectField(
            _("Another staff group that column %(column)s also stands for", column=column.letter),
            default=meant[1] if len(meant) > 1 else "", choices=as_choices([("", "–"), *groups]),
        )  # fmt: skip
        setattr(ColumnsForm, f"means_{number}", means)
        setattr(ColumnsForm, f"also_{number}", also)
    return ColumnsForm()


def column_answers(form: Any, columns: Sequence[FoundColumn]) -> dict[str, tuple[str, ...]]:
    """Column -> what it means."""
    found: dict[str, tuple[str, ...]] = {}
    for number, column in enumerate(columns):
        means, also = form[f"means_{number}"].data, form[f"also_{number}"].data
        found[column.key] = (means, also) if also and also != means and means not in ROLES else (means,)
    return found


def is_text(use: Use) -> bool:
    """Whether the symbol is words that may be worth keeping."""
    return len(use.text) > LONG or " " in use.text


def symbols_form(uses: Sequence[tuple[str, Use]], choices: Choices, ours: Ours) -> Any:
    """A form with `rule_0`, `level_0`, and `keep_0` where the symbol is words, for each symbol."""

    class SymbolsForm(StepForm):
        pass

    rules: Pairs = [("", _("Choose")), *((rule.value, say(name)) for rule, name in RULE_NAMES.items())]
    levels: Pairs = [("", "–"), *((str(rank), f"{rank} {name}") for rank, name in enumerate(ours.levels, start=1))]
    for number, (symbol, use) in enumerate(uses):
        said = choices.symbols.get(symbol)
        known = use.rule.value if use.rule and not use.contradicts else ""
        named = use.text or _("an empty field")
        rule = SelectField(
            _("What “%(symbol)s” means", symbol=named), choices=as_choices(rules), default=said.rule.value if said else known,
            validators=[InputRequired(_("Say what “%(symbol)s” means.", symbol=named))],
        )  # fmt: skip
        level = SelectField(
            _("The level that “%(symbol)s” says", symbol=named), choices=as_choices(levels),
            default=str(said.level) if said and said.level else "",
        )  # fmt: skip
        setattr(SymbolsForm, f"rule_{number}", rule)
        setattr(SymbolsForm, f"level_{number}", level)
        if is_text(use):
            keep = BooleanField(_("Keep the words as a note"), default=said.keep if said else True)
            setattr(SymbolsForm, f"keep_{number}", keep)
    return SymbolsForm()


def symbol_answers(form: Any, uses: Sequence[tuple[str, Use]]) -> dict[str, Meaning]:
    """Symbol -> what it means."""
    found = {}
    for number, (symbol, _use) in enumerate(uses):
        level = form[f"level_{number}"].data
        keep = f"keep_{number}" in form and bool(form[f"keep_{number}"].data)
        found[symbol] = Meaning(CellRule(form[f"rule_{number}"].data), int(level) if level else None, keep)
    return found


def tasks_form(asked: Sequence[Asked], choices: Choices, ours: Ours) -> Any:
    """A form with `task_0` and `other_0` for each row: a suggestion, new, a heading, left out, or another task by name."""

    class TasksForm(StepForm):
        pass

    suggester = Suggester(ours.tasks)
    by_code = {task.code: task for task in ours.tasks}
    for number, one in enumerate(asked):
        said = choices.tasks.get(key(one.name), "")
        near = {task.code: task.name for task in (*one.unclear, *suggester.like(one.name))}
        other = said not in ("", NEW, AREA, IGNORE, *near)
        offered: Pairs = [
            ("", _("Choose")), (NEW, _("A new task")), *((code, _("It is: %(task)s", task=name)) for code, name in near.items()),
            (OTHER, _("It is another task, named at the right")), (AREA, _("A heading over the tasks beneath")),
            (IGNORE, _("Leave the row out")),
        ]  # fmt: skip
        task = SelectField(
            _("What “%(task)s” is", task=one.name), choices=as_choices(offered), default=OTHER if other else said,
            validators=[InputRequired(_("Say what “%(task)s” is.", task=one.name))],
        )  # fmt: skip
        named = StringField(
            _("The other task that “%(task)s” is", task=one.name), filters=[squeezed],
            default=by_code[said].name if other and said in by_code else "",
        )  # fmt: skip
        setattr(TasksForm, f"task_{number}", task)
        setattr(TasksForm, f"other_{number}", named)
    return TasksForm()


def task_answers(form: Any, asked: Sequence[Asked], ours: Ours) -> tuple[dict[str, str], dict[str, str]]:
    """Task -> what it is; and by field what is wrong: a name that is none of our tasks, or several."""
    found: dict[str, str] = {}
    wrong: dict[str, str] = {}
    register = Register(ours.tasks)
    for number, one in enumerate(asked):
        if said := chosen(form, number, register, wrong):
            found[key(one.name)] = said
    return found, wrong

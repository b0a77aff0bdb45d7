"""The forms of the steps through profiles: a field for each heading, word and row found."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired

from competence.foundation.forms import AtMost, NoCpr, as_choices, squeezed
from competence.imports.fields import shown
from competence.imports.known import AREA as HEADING
from competence.imports.known import IGNORE, Known, Register
from competence.imports.mapping.profiles.around import GROUP_OF, LEVEL_OF
from competence.imports.mapping.profiles.choices import (
    AREA,
    ASKS,
    EITHER,
    FIELDS,
    GROUP,
    LEVEL,
    NOTE,
    NOTHING,
    PRACTICE,
    ROWS,
    SAYS,
    SENTENCE,
    STATEMENT,
    TASK,
    YES,
    Meant,
    ProfileChoices,
)
from competence.imports.mapping.profiles.columns import ProfileColumn, ProfileOurs
from competence.imports.mapping.profiles.found import AskedRow, Word
from competence.imports.mapping.reading import Suggester
from competence.imports.mapping.steps import OTHER, Pairs, StepForm, chosen
from competence.imports.profiles import LONGEST_AREA

ROLE_NAMES = {
    GROUP: _l("The staff group"), AREA: _l("The area"), LEVEL: _l("The profile level"), STATEMENT: _l("Statements"),
    TASK: _l("Tasks"), EITHER: _l("Statements or tasks"), PRACTICE: _l("The task's practice level"),
    SAYS: _l("Statements in each field"), ASKS: _l("Practice levels or marks in each field"), NOTE: _l("Notes"),
    NOTHING: _l("Nothing"),
}  # fmt: skip


def columns_form(
    columns: Sequence[ProfileColumn], choices: ProfileChoices, ours: ProfileOurs, *, guess: str = ""
) -> Any:  # fmt: skip
    """A form with `means_0`, `group_0`, `level_0` ... for each column, and `group`, `level`, `area` for the sheet.

    `guess`: the staff group that the sheet seems to be for.
    """
    groups: Pairs = [(group.code, f"{group.name} ({group.code})") for group in ours.groups]
    levels: Pairs = [(str(rank), f"{rank} {name}") for rank, name in enumerate(ours.profile_levels, start=1)]
    roles: Pairs = [(role, str(name)) for role, name in ROLE_NAMES.items()]

    class ColumnsForm(StepForm):
        group = SelectField(
            _("The whole sheet is for"), default=guess if choices.group is None else choices.group,
            choices=as_choices([("", _("The sheet says it in a column or a heading")),
                           (ROWS, _("It stands on lines of its own, over its rows")), *groups]),
        )  # fmt: skip
        level = SelectField(
            _("Profile level where the headings say none"), default=choices.level or "",
            choices=as_choices([("", _("The sheet says it in a column or a heading")),
                           (ROWS, _("It stands on lines of its own, over its rows")), *levels]),
        )  # fmt: skip
        area = StringField(
            _("Area where the sheet says none"), default=choices.area or "", filters=[squeezed],
            validators=[NoCpr(), AtMost(LONGEST_AREA)],
        )  # fmt: skip

    for number, column in enumerate(columns):
        meant = choices.columns.get(column.key, column.guess)
        means = SelectField(
            _("What column %(column)s means", column=column.letter), default=meant.role,
            choices=as_choices([("", _("Choose")), *roles]),
            validators=[InputRequired(_("Say what column %(column)s means.", column=column.letter))],
        )  # fmt: skip
        group = SelectField(
            _("The staff group of column %(column)s", column=column.letter), default=meant.group,
            choices=as_choices([("", "–"), *_together(column.alike), *groups]),
        )  # fmt: skip
        level = SelectField(
            _("The profile level of column %(column)s", column=column.letter), default=str(meant.level or ""),
            choices=as_choices([("", "–"), *levels]),
        )  # fmt: skip
        for name, field in (("means", means), ("group", group), ("level", level)):
            setattr(ColumnsForm, f"{name}_{number}", field)
    return ColumnsForm()


def column_answers(form: Any, columns: Sequence[ProfileColumn]) -> dict[str, Meant]:
    """Column -> what it means. Staff group and level count where it holds fields of them."""
    found = {}
    for number, column in enumerate(columns):
        role = form[f"means_{number}"].data
        group, level = form[f"group_{number}"].data, form[f"level_{number}"].data
        found[column.key] = Meant(role, group or "", int(level or 0)) if role in FIELDS else Meant(role)
    return found


def words_form(words: Sequence[tuple[str, Word]], choices: ProfileChoices, ours: ProfileOurs) -> Any:
    """A form with `value_0`, and `level_0` where nothing else says the profile level, for each word."""

    class WordsForm(StepForm):
        pass

    for number, (name, word) in enumerate(words):
        said, level = choices.words.get(name, (word.known, 0))
        offered = _meanings(word, ours)
        named = shown(word.text) or _("an empty field")
        value = SelectField(
            _("What “%(symbol)s” means", symbol=named), default=said if said in dict(offered) else "",
            choices=as_choices([("", _("Choose")), *offered]),
            validators=[InputRequired(_("Say what “%(symbol)s” means.", symbol=named))],
        )  # fmt: skip
        setattr(WordsForm, f"value_{number}", value)
        if word.wants_level:
            at_level = SelectField(
                _("The profile level that “%(symbol)s” says", symbol=named), default=str(level or ""),
                choices=as_choices([("", _("Choose")), *_ranks(ours.profile_levels)]),
            )  # fmt: skip
            setattr(WordsForm, f"level_{number}", at_level)
    return WordsForm()


def _together(groups: Sequence[Known]) -> Pairs:
    """The choice of all of them, where several are named together."""
    if len(groups) < 2:
        return []
    name = ", ".join(one.name for one in groups)
    return [("|".join(one.code for one in groups), _("All of them: %(names)s", names=name))]


def _ranks(names: Sequence[str]) -> Pairs:
    return [(str(rank), f"{rank} {name}") for rank, name in enumerate(names, start=1)]


def _meanings(word: Word, ours: ProfileOurs) -> Pairs:
    if word.kind == GROUP:
        several = _together(word.alike)
        own: Pairs = [(one.code, f"{one.name} ({one.code})") for one in ours.groups]
        return [*several, *own, (IGNORE, _("Leave its rows out"))]
    if word.kind == LEVEL:
        return [*_ranks(ours.profile_levels), (IGNORE, _("Leave its rows out"))]
    ranks: Pairs = [(rank, _("Practice level %(level)s", level=name)) for rank, name in _ranks(ours.practice_levels)]
    if word.kind == PRACTICE:
        return [*ranks, (SENTENCE, _("What stands beside it is a statement")), (IGNORE, _("Leave its rows out"))]
    counts: Pairs = [(YES, _("The statement counts"))] if word.on_statement else []
    return [*ranks, *counts, (IGNORE, _("Asks for nothing"))]


def word_answers(
    form: Any, words: Sequence[tuple[str, Word]]
) -> tuple[dict[str, tuple[str, int]], dict[str, str]]:  # fmt: skip
    """Word -> what it means; and by field what is wrong: a profile level that is not said."""
    found: dict[str, tuple[str, int]] = {}
    wrong: dict[str, str] = {}
    for number, (name, word) in enumerate(words):
        value = form[f"value_{number}"].data
        level = form[f"level_{number}"].data if word.wants_level else ""
        if word.wants_level and not level and value != IGNORE:
            wrong[f"level_{number}"] = _("Say which profile level “%(symbol)s” is for.", symbol=shown(word.text))
        found[name] = (value, int(level or 0))
    return found, wrong


def rows_form(asked: Sequence[AskedRow], choices: ProfileChoices, ours: ProfileOurs) -> Any:
    """A form with `task_0` and `other_0` for each row: one of ours, a statement, a heading, or left out."""

    class RowsForm(StepForm):
        pass

    suggester = Suggester(ours.tasks)
    by_code = {task.code: task for task in ours.tasks}
    for number, one in enumerate(asked):
        said = choices.tasks.get(one.key, "")
        offered = _answers(one, suggester, ours)
        other = said in by_code and said not in dict(offered)
        task = SelectField(
            _("What “%(task)s” is", task=shown(one.name)), choices=as_choices([("", _("Choose")), *offered]),
            default=OTHER if other else said if said in dict(offered) else "",
            validators=[InputRequired(_("Say what “%(task)s” is.", task=shown(one.name)))],
        )  # fmt: skip
        named = StringField(
            _("The other task that “%(task)s” is", task=shown(one.name)), filters=[squeezed],
            default=by_code[said].name if other else "",
        )  # fmt: skip
        setattr(RowsForm, f"task_{number}", task)
        if OTHER in dict(offered):
            setattr(RowsForm, f"other_{number}", named)
    return RowsForm()


def _answers(one: AskedRow, suggester: Suggester, ours: ProfileOurs) -> Pairs:
    headings: Pairs = []
    if one.alone:
        if one.group:
            name = next(group.name for group in ours.groups if group.code == one.group)
            headings.append((f"{GROUP_OF}{one.group}", _("A heading over the rows of %(group)s", group=name)))
        if one.level:
            name = ours.profile_levels[one.level - 1]
            headings.append((f"{LEVEL_OF}{one.level}", _("A heading over the rows at %(level)s", level=name)))
        headings.append((HEADING, _("A heading: the area of the rows beneath")))
    if one.alone and one.fields:
        return [*headings, (IGNORE, _("Leave the row out"))]
    near = {task.code: task.name for task in (*one.unclear, *suggester.like(one.name))}
    return [
        *((code, _("It is: %(task)s", task=name)) for code, name in near.items()),
        (OTHER, _("It is another task, named at the right")), (STATEMENT, _("A statement, not a task")), *headings,
        (IGNORE, _("Leave the row out")),
    ]  # fmt: skip


def row_answers(
    form: Any, asked: Sequence[AskedRow], ours: ProfileOurs
) -> tuple[dict[str, str], dict[str, str]]:  # fmt: skip
    """Row -> what it is; and by field what is wrong: a name that is none of our tasks, or several."""
    found: dict[str, str] = {}
    wrong: dict[str, str] = {}
    register = Register(ours.tasks)
    for number, one in enumerate(asked):
        if said := chosen(form, number, register, wrong):
            found[one.key] = said
    return found, wrong

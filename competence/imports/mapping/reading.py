"""A sheet read by what was said of it: what is still to be asked, the tasks with their fields, and every doubt."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from competence.delegation.rules import ENTITLING, CellRule
from competence.foundation.text import N_, Sentence, sentence
from competence.imports.grid import Sheet, column_letter
from competence.imports.groupnames import groups_called
from competence.imports.headings import SEARCHED_ROWS
from competence.imports.known import AREA, IGNORE, NEW, Known, MappingFile, Register, key, with_short_forms
from competence.imports.layout import GroupColumn, Layout, find_layout, role_of
from competence.imports.mapping.answers import column_key, heading_of
from competence.imports.mapping.choices import (
    GROUP_LEVEL,
    GROUP_NOTE,
    LEVEL,
    NOTE,
    NOTHING,
    ROLES,
    Choices,
)
from competence.imports.matrix import MatrixTask
from competence.imports.matrix.found import Asked, Reader, Use
from competence.imports.matrix.table import Table
from competence.imports.parsed import Parsed
from competence.imports.symbols import split_marks

NO_MAPPING = MappingFile()
SUGGESTIONS = 4


@dataclass(frozen=True)
class Ours:
    """What the municipality has."""

    tasks: tuple[Known, ...]
    groups: tuple[Known, ...]
    levels: tuple[str, ...]
    areas: tuple[str, ...]


@dataclass(frozen=True)
class FoundColumn:
    """A column that its heading must be asked about."""

    column: int
    key: str
    heading: str
    guess: tuple[str, ...]
    """One of ROLES, or codes; empty: we cannot tell."""
    example: str
    """What stands first beneath it."""

    @property
    def letter(self) -> str:
        """As Excel shows it."""
        return column_letter(self.column)


def guess_layout(sheet: Sheet, ours: Ours) -> Choices:
    """Where the headings and the tasks seem to stand; what cannot be told is left unanswered."""
    found = find_layout(sheet, with_short_forms(ours.groups), NO_MAPPING).layout
    if found:
        return Choices(sheet.name, found.top, found.bottom, found.task, found.area)
    first = fullest_row(sheet)
    return Choices(sheet.name, first, first)


def fullest_row(sheet: Sheet) -> int:
    """The first row with three values or more, else the one with most."""
    rows = range(min(len(sheet.rows), SEARCHED_ROWS))
    fullest = max(rows, key=lambda row: (sum(map(bool, sheet.rows[row])), -row), default=0)
    return next((row for row in rows if sum(map(bool, sheet.rows[row])) >= 3), fullest)


def columns_of(sheet: Sheet, choices: Choices, ours: Ours) -> list[FoundColumn]:
    """The columns besides tasks and areas that have a heading or hold anything, each with what it seems to mean."""
    filled, groups = sheet.through_spans(), with_short_forms(ours.groups)
    found = []
    for column in range(len(sheet.rows[0]) if sheet.rows else 0):
        if column in (choices.task, choices.area):
            continue
        heading = heading_of(filled, *choices.head, column)
        below = (filled.at(row, column) for row in range(choices.head[1] + 1, len(filled.rows)))
        example = next((value if isinstance(value, str) else value.isoformat() for value in below if value), "")
        if heading or example:
            name = column_key(column, heading)
            found.append(FoundColumn(column, name, heading, _guess(filled, choices, column, groups), example))
    return found


def _guess(filled: Sheet, choices: Choices, column: int, groups: Register) -> tuple[str, ...]:
    """What the lowest heading says that says anything."""
    top, bottom = choices.head
    for row in range(bottom, top - 1, -1):
        text = filled.at(row, column)
        if not isinstance(text, str) or not text:
            continue
        role = role_of(text, NO_MAPPING)
        if role in (NOTE, LEVEL):
            above = row > top and groups_called(str(filled.at(row - 1, column)), groups, NO_MAPPING)[0]
            return ({NOTE: GROUP_NOTE, LEVEL: GROUP_LEVEL}[role] if above else role,)
        if role:
            return (NOTHING,)
        named, settled = groups_called(text, groups, NO_MAPPING)
        if settled:
            return tuple(group.code for group in named)
    return ()


def layout_of(sheet: Sheet, choices: Choices, ours: Ours) -> Layout:
    """The layout that the choices say. Columns that have not been answered are left out."""
    by_code = {group.code: group for group in ours.groups}
    groups: list[GroupColumn] = []
    notes: list[int] = []
    level: int | None = None
    for column in columns_of(sheet, choices, ours):
        meant = choices.columns.get(column.key, ())
        if not meant or meant == (NOTHING,):
            continue
        if meant == (NOTE,):
            notes.append(column.column)
        elif meant == (LEVEL,):
            level = column.column if level is None else level
        elif meant[0] in (GROUP_NOTE, GROUP_LEVEL) and groups:
            last = groups[-1]
            by_note = meant[0] == GROUP_NOTE
            groups[-1] = GroupColumn(
                last.column, last.groups, last.marks, last.level_column if by_note else column.column,
                (*last.note_columns, column.column) if by_note else last.note_columns,
            )  # fmt: skip
        else:
            named = tuple(by_code[code] for code in meant if code in by_code)
            if named:
                groups.append(GroupColumn(column.column, named, split_marks(column.heading)[1]))
    return Layout(*choices.head, choices.task or 0, tuple(groups), choices.area, level=level, notes=tuple(notes))


def mapping_of(sheet: Sheet, choices: Choices, ours: Ours) -> MappingFile:
    """The choices as the reading of any matrix takes them."""
    columns, register = {c.key: c for c in columns_of(sheet, choices, ours)}, Register(ours.tasks)
    groups: dict[str, tuple[str, ...]] = {}
    for name, meant in choices.columns.items():
        if name in columns and meant and meant[0] not in ROLES:
            for text in columns[name].heading.split(" · "):
                groups.setdefault(key(text), meant)
    return MappingFile(
        staff_groups=groups,
        tasks={name: (meant,) for name, meant in choices.tasks.items() if meant != NEW or not register.find(name)},
        symbols={symbol: meaning.rule.value for symbol, meaning in choices.symbols.items()},
        levels={symbol: meaning.level for symbol, meaning in choices.symbols.items() if meaning.level},
        kept=frozenset(symbol for symbol, meaning in choices.symbols.items() if meaning.keep),
    )


@dataclass(frozen=True)
class Reading:
    """The sheet as it reads with what has been said so far."""

    sheet: Sheet
    layout: Layout
    parsed: Parsed[MatrixTask]
    uses: tuple[tuple[str, Use], ...]
    """(key, symbol) as they stand in the fields, in the order in which they are met."""
    asked: tuple[Asked, ...]
    """The rows whose name has not been settled, each name once."""


def read_sheet(sheet: Sheet, choices: Choices, ours: Ours) -> Reading:
    """The sheet, read by the choices."""
    layout = layout_of(sheet, choices, ours)
    reader = Reader(
        Register(ours.tasks), with_short_forms(ours.groups), ours.levels, {key(area) for area in ours.areas},
        mapping_of(sheet, choices, ours),
    )  # fmt: skip
    Table(sheet, layout, reader).read()
    parsed = Parsed(tuple(reader.rows), tuple(reader.problems), tuple(reader.unmapped), tuple(reader.skipped))
    asked = {key(one.name): one for one in reversed(reader.asked)}
    return Reading(
        sheet, layout, parsed, tuple(reader.uses.items()), tuple(sorted(asked.values(), key=lambda a: a.row))
    )


def unanswered_columns(sheet: Sheet, choices: Choices, ours: Ours) -> bool:
    """Whether a heading has not been answered, or none is a staff group."""
    columns = columns_of(sheet, choices, ours)
    said = [choices.columns.get(column.key) for column in columns]
    return not all(said) or not any(meant and meant[0] not in ROLES for meant in said)


def asked_without(choices: Choices, sheet: Sheet, ours: Ours) -> tuple[Asked, ...]:
    """All rows whose name had to be asked about, the answered ones too."""
    return read_sheet(sheet, Choices(**{**vars(choices), "tasks": {}}), ours).asked


# Suggestions


def _pieces(text: str) -> frozenset[str]:
    """Runs of three letters of each word, and the word's beginning."""
    words = re.findall(r"[^\W_]+", text.casefold())
    return frozenset(f" {word} "[i : i + 3] for word in words for i in range(len(word)))


class Suggester:
    """Finds those of our tasks that a name of theirs is most like."""

    def __init__(self, tasks: Iterable[Known]) -> None:
        self._tasks = [(task, _pieces(task.name)) for task in tasks]

    def like(self, name: str) -> list[Known]:
        """The most like first; none that shares less than a third."""
        theirs = _pieces(name)
        scored = [
            (2 * len(theirs & ours) / (len(theirs) + len(ours)), task) for task, ours in self._tasks if theirs and ours
        ]
        near = sorted((pair for pair in scored if pair[0] >= 0.34), key=lambda pair: (-pair[0], pair[1].code))
        return [task for _score, task in near[:SUGGESTIONS]]


# What must be put right, and what is doubtful


def same_group_twice(columns: Sequence[FoundColumn], meant: dict[str, tuple[str, ...]]) -> dict[str, Sentence]:
    """Column -> what is wrong, where two headings are one staff group."""
    taken: dict[str, FoundColumn] = {}
    wrong: dict[str, Sentence] = {}
    for column in columns:
        for code in meant.get(column.key, ()):
            if code in ROLES:
                continue
            if code in taken:
                wrong[column.key] = sentence(
                    N_("Column %(first)s is the same staff group. Let one of the two mean nothing, or another group."),
                    first=taken[code].letter,
                )
            taken.setdefault(code, column)
    return wrong


def same_task_twice(asked: Sequence[Asked], meant: dict[str, str], settled: dict[str, int]) -> dict[str, Sentence]:
    """Task as `key` makes it -> what is wrong, where two rows would be one task. `settled`: code -> the row it has."""
    wrong: dict[str, Sentence] = {}
    taken = dict(settled)
    for one in asked:
        said = meant.get(key(one.name), "")
        if said in ("", NEW, AREA, IGNORE):
            continue
        if said in taken:
            wrong[key(one.name)] = sentence(
                N_("Row %(row)s is that task already. Choose another task here, a new one, or leave the row out."),
                row=str(taken[said]),
            )
        taken.setdefault(said, one.row)
    return wrong


def doubts(row: MatrixTask, explained: frozenset[str]) -> list[Sentence]:
    """What is not clear in a row: fields that nobody has decided, marks without a footnote. `explained`: those with one."""
    found = []
    blank = sum(1 for cell in row.cells if cell.rule is CellRule.UNDECIDED)
    if blank == len(row.cells):
        found.append(sentence(N_("Nobody may do it: nothing is decided.")))
    elif blank:
        found.append(sentence(N_("Staff groups without a decision: %(count)s."), count=blank))
    marks = {note for cell in row.cells for note in (*cell.notes, *row.notes) if len(key(note)) <= 2} - explained
    if marks:
        found.append(sentence(N_("No footnote says what %(marks)s means."), marks=", ".join(sorted(marks))))
    return found


def remarks(row: MatrixTask, choices: Choices) -> list[Sentence]:
    """What else becomes of a row than its words say."""
    found = []
    said = choices.tasks.get(key(row.name))
    if row.task is None:
        found.append(sentence(N_("New task: three observed times, twelve months, not reserved by law.")))
    elif said:
        found.append(sentence(N_("You said which task it is.")))
    unstated = sum(1 for cell in row.cells if cell.level_not_stated)
    if unstated:
        found.append(sentence(N_("Fields without a level, taken as level 1: %(count)s."), count=unstated))
    kept = sum(1 for cell in row.cells if (cell.notes or row.notes) and cell.rule in ENTITLING)
    if kept:
        found.append(sentence(N_("Fields where a note becomes a limit: %(count)s."), count=kept))
    return found

"""Where a task matrix has its tasks, staff groups, areas and notes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from competence.foundation.text import N_, Sentence, sentence, squeeze
from competence.imports.grid import Sheet
from competence.imports.groupnames import groups_called
from competence.imports.headings import SEARCHED_ROWS
from competence.imports.known import IGNORE, Known, MappingFile, Register, key
from competence.imports.parsed import Problem, at
from competence.imports.symbols import read_symbol, split_marks

_ROLES: Mapping[str, frozenset[str]] = {
    "task": frozenset(
        key(word)
        for word in ("opgave", "opgaver", "ydelse", "ydelser", "indsats", "indsatser", "kompetence", "kompetencer", "procedure",
                     "procedurer", "handling", "aktivitet", "aktiviteter", "sygeplejeopgave", "sygeplejeopgaver", "opgavens navn",
                     "delegerede opgaver", "sygeplejeindsats", "sygeplejeindsatser", "task")
    ),
    "area": frozenset(map(key, ("fagområde", "fagområder", "område", "emne", "kategori", "gruppe", "tema", "area"))),
    "code": frozenset(map(key, ("kode", "fsiii", "fs iii", "fsiii-kode", "fs3", "nr", "nummer", "code"))),
    "note": frozenset(
        map(key, ("note", "noter", "bemærkning", "bemærkninger", "kommentar", "kommentarer", "anmærkning", "anmærkninger",
                  "forudsætning", "forudsætninger", "betingelse", "betingelser", "vilkår"))
    ),
    "level": frozenset(map(key, ("niveau", "mindst niveau", "mindste niveau", "minimumsniveau", "krævet niveau", "level"))),
    IGNORE: frozenset(map(key, ("lovgrundlag", "instruks", "link", "vip", "kilde", "revideret", "dato", "ansvarlig"))),
}  # fmt: skip
_OWN_TASK = frozenset(map(key, ("opgave", "opgaver", "task")))


@dataclass(frozen=True)
class GroupColumn:
    """The column of one staff group, or of several that a mapping file names."""

    column: int
    groups: tuple[Known, ...]
    marks: tuple[str, ...] = ()
    level_column: int | None = None
    note_columns: tuple[int, ...] = ()


@dataclass(frozen=True)
class Layout:
    """A matrix's columns. Rows up to and with `bottom` are headings, from `top` on."""

    top: int
    bottom: int
    task: int
    groups: tuple[GroupColumn, ...]
    area: int | None = None
    level: int | None = None
    notes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Found:
    """What was made of a sheet's headings. No layout: it has no table that we can read."""

    layout: Layout | None
    problems: tuple[Problem, ...] = ()
    unmapped: tuple[str, ...] = ()
    has_headings: bool = True


def find_layout(sheet: Sheet, groups: Register, mapping: MappingFile) -> Found:
    """The layout of the sheet, or the problems that stand in its way."""
    filled = sheet.through_spans()
    top = _header(filled, groups, mapping)
    if top is None:
        return Found(None, has_headings=False)
    bottom = max([top, *(span.bottom for span in sheet.spans if span.top == top and span.right - span.left < 3)])
    roles = {column: _role(filled, top, bottom, column, mapping) for column in range(len(filled.rows[0]))}
    problems: list[Problem] = []
    unmapped: list[str] = []
    columns: list[GroupColumn] = []
    taken: dict[Known, int] = {}
    sub = _sub_headings(sheet, filled, top, groups, mapping)
    bottom = max(bottom, top + bool(sub))
    for column in sorted(roles):
        heading = str(filled.at(top, column) or filled.at(bottom, column))
        if roles[column] or not heading or (column in sub and sub[column] != column):
            continue
        named, settled = groups_called(heading, groups, mapping)
        if not named and not _is_group_column(filled, bottom, column):
            continue
        twice = next((group for group in named if group in taken), None)
        if not settled:
            unmapped.append(squeeze(heading))
            said = (
                sentence(
                    N_("“%(heading)s” could mean more than one staff group. Say which by a mapping file."),
                    heading=squeeze(heading),
                )
                if named
                else sentence(
                    N_("“%(heading)s” is not a staff group we know. Say which it is by a mapping file."),
                    heading=squeeze(heading),
                )
            )
            problems.append(at(sheet.name, top, column, said))
        elif twice:
            said = sentence(
                N_(
                    "“%(first)s” and “%(second)s” are both %(group)s. Remove one, or say which is meant by a mapping file."
                ),
                first=squeeze(str(filled.at(top, taken[twice]))),
                second=squeeze(heading),
                group=twice.name,
            )
            problems.append(at(sheet.name, top, column, said))
        else:
            taken |= dict.fromkeys(named, column)
            under = [c for c, owner in sub.items() if owner == column and c != column]
            by_role = {c: role_of(str(filled.at(top + 1, c)), mapping) for c in under}
            columns.append(
                GroupColumn(
                    column,
                    named,
                    split_marks(squeeze(heading))[1],
                    level_column=next((c for c, role in by_role.items() if role == "level"), None),
                    note_columns=tuple(c for c, role in by_role.items() if role == "note"),
                )
            )
    task, area, wrong = _task_and_area(filled, top, bottom, roles, sub, [c.column for c in columns])
    problems += [at(sheet.name, top, wrong_column, said) for wrong_column, said in wrong]
    used = {task, area, *sub, *(c.column for c in columns)}
    for column, role in roles.items():
        heading = str(filled.at(top, column))
        if role is None and heading and column not in used and squeeze(heading) not in unmapped:
            unmapped.append(squeeze(heading))
    if task is None:
        return Found(None, tuple(problems), tuple(unmapped))
    layout = Layout(
        top,
        bottom,
        task,
        tuple(columns),
        area,
        level=next((column for column, role in roles.items() if role == "level" and column not in sub), None),
        notes=tuple(column for column, role in roles.items() if role == "note" and column not in sub),
    )
    return Found(layout, tuple(problems), tuple(unmapped))


def _header(sheet: Sheet, groups: Register, mapping: MappingFile) -> int | None:
    """The first of the rows that name the most staff groups."""
    best, most = None, 0
    for row, values in enumerate(sheet.rows[:SEARCHED_ROWS]):
        named = {
            g for value in values if isinstance(value, str) and value for g in groups_called(value, groups, mapping)[0]
        }
        if len(named) > most:
            best, most = row, len(named)
    return best


def role_of(heading: str, mapping: MappingFile) -> str | None:
    """What a column is, besides a staff group."""
    bare = split_marks(squeeze(heading))[0]
    said = mapping.columns.get(key(heading)) or mapping.columns.get(key(bare))
    if said == IGNORE:
        return IGNORE
    own = key(said or bare)
    return next((role for role, words in _ROLES.items() if own in words), None)


def _role(sheet: Sheet, top: int, bottom: int, column: int, mapping: MappingFile) -> str | None:
    """The role that the heading, or the line above or below it, gives the column."""
    for row in (top, bottom, top - 1):
        value = sheet.at(row, column)
        if isinstance(value, str) and value:
            return role_of(value, mapping)
    return None


def _sub_headings(sheet: Sheet, filled: Sheet, top: int, groups: Register, mapping: MappingFile) -> dict[int, int]:
    """Column -> the column of the staff group above it, where group headings span a rule, a level and a note."""
    found: dict[int, int] = {}
    for span in sheet.spans:
        named = groups_called(str(sheet.at(span.top, span.left)), groups, mapping)[0]
        if span.top == span.bottom == top and span.right > span.left and named:
            roles = [role_of(str(filled.at(top + 1, c)), mapping) for c in range(span.left, span.right + 1)]
            own = [
                c
                for c, role in zip(range(span.left, span.right + 1), roles, strict=True)
                if role not in ("level", "note")
            ]
            if len(own) == 1 and len(roles) > 1:
                found |= dict.fromkeys(range(span.left, span.right + 1), own[0])
    return found


def _is_group_column(sheet: Sheet, bottom: int, column: int) -> bool:
    """Whether an unknown column is filled as a staff group's: mostly with symbols, or with nothing."""
    values = [sheet.at(row, column) for row in range(bottom + 1, len(sheet.rows))]
    texts = [value for value in values if isinstance(value, str) and value]
    read = Counter(read_symbol(text, levels=(), notes={}, own={}).rule is not None for text in texts)
    return read[True] >= read[False] and len(texts) == len([value for value in values if value])


def _task_and_area(
    sheet: Sheet, top: int, bottom: int, roles: Mapping[int, str | None], sub: Mapping[int, int], groups: list[int]
) -> tuple[int | None, int | None, list[tuple[int | None, Sentence]]]:
    """The column of the tasks, that of the areas, and what is unclear about them."""
    tasks = [column for column, role in roles.items() if role == "task"]
    own = [column for column in tasks if key(split_marks(squeeze(str(sheet.at(top, column))))[0]) in _OWN_TASK]
    area = next((column for column, role in roles.items() if role == "area"), None)
    first = min(groups, default=len(roles))
    texts = [
        column
        for column in range(first)
        if roles[column] is None and column not in sub and _holds_text(sheet, bottom, column)
    ]
    if len(tasks) > 1 and len(own) != 1:
        said = sentence(
            N_("“%(first)s” and “%(second)s” could both be the tasks. Say which by a mapping file."),
            first=squeeze(str(sheet.at(top, tasks[0]))),
            second=squeeze(str(sheet.at(top, tasks[1]))),
        )
        return None, area, [(tasks[1], said)]
    if tasks:
        task = own[0] if own else tasks[0]
        before = [column for column in texts if column < task and not sheet.at(top, column)]
        return task, area if area is not None else before[0] if before else None, []
    if len(texts) == 1:
        return texts[0], area, []
    if area is not None and not texts:
        return area, None, []
    said = sentence(N_("We cannot see which column holds the tasks. Give it the heading “Opgave”."))
    return None, area, [(None, said)]


def _holds_text(sheet: Sheet, bottom: int, column: int) -> bool:
    return any(sheet.at(row, column) for row in range(bottom + 1, len(sheet.rows)))

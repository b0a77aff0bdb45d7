"""Staffing needs as a spreadsheet in the columns that our own import reads, so that taking it in again changes nothing."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from competence.catalogue.models import Task
from competence.catalogue.queries import level_names
from competence.coverage.queries.written import Key, written
from competence.coverage.rules import DayKind, Shift
from competence.coverage.spans import Span
from competence.foundation.clock import last_day, today
from competence.foundation.orm import scoped
from competence.foundation.spreadsheets import Content, delimited_of, workbook_of
from competence.imports.known import KnownUnit, Register, key
from competence.imports.preview import SHIFTS
from competence.imports.queries import known_tasks, known_units
from competence.imports.requirements import DAYS, FIELDS

TASKS = cast(Table, Task.__table__)
SHEET = "Bemandingskrav"
COLUMNS = (
    "unit", "kind", "below", "task", "shift", "need", "level", "days", "also_unstable", "students_count", "valid_from",
    "valid_through",
)  # fmt: skip


def needs_table(session: Session, unit_ids: Collection[int]) -> list[list[Content]]:
    """Headings, and a row for each requirement that holds or comes and is said for one of the units, or below it."""
    named = _names(known_units(session, None))
    tasks = known_tasks(session)
    register = Register(tasks)
    codes = {row.id: row.code for row in session.execute(scoped(session, TASKS, TASKS.c.id, TASKS.c.code))}
    shown = {task.code: task.name if len(register.find(task.name)) == 1 else task.code for task in tasks}
    levels = level_names(session)
    heading = {field.name: field.heading for field in FIELDS}
    order = {code: at for at, code in enumerate(shown)}
    rows: list[tuple[tuple[str, str, int, int, int, date], list[Content]]] = []
    for about, spans in written(session, None).items():
        unit_id, kind, task_id, shift, days = about
        code = codes[task_id]
        if unit_id not in unit_ids or unit_id not in named or code not in shown:
            continue
        unit, at = named[unit_id], (order[code], list(Shift).index(shift), list(DayKind).index(days))
        for one in spans:
            if not one.never_held:
                level = levels.get(one.said.level, str(one.said.level))
                rows.append(((unit, kind, *at, one.begins), _row(about, one, unit, shown[code], level)))
    rows.sort(key=lambda row: row[0])
    return [[heading[name] for name in COLUMNS], *(row for _place, row in rows)]


def _row(about: Key, one: Span, unit: str, task: str, level: str) -> list[Content]:
    _unit_id, kind, _task_id, shift, days = about
    said = one.said
    return [
        "" if kind else unit, kind, unit if kind else "", task, SHIFTS[shift], said.need, level, DAYS[days][0],
        "ja" if said.also_unstable else "nej", "ja" if said.students_count else "nej", one.begins, last_day(one.ends),
    ]  # fmt: skip


def _names(units: Sequence[KnownUnit]) -> dict[int, str]:
    """By id the name that an import finds alone: with all above it where several are called the same."""
    count: dict[str, int] = {}
    for unit in units:
        count[key(unit.name)] = count.get(key(unit.name), 0) + 1
    return {
        unit.id: unit.name if count[key(unit.name)] == 1 else " / ".join([*reversed(unit.above), unit.name])
        for unit in units
    }


def needs_xlsx(table: Sequence[Sequence[Content]]) -> bytes:
    """The table as .xlsx."""
    return workbook_of({SHEET: table})


def needs_csv(table: Sequence[Sequence[Content]]) -> bytes:
    """The table as .csv as Danish Excel opens it."""
    return delimited_of(table)


def filename(kind: str) -> str:
    """With the day on which it was taken out."""
    return f"bemandingskrav-{today().isoformat()}.{kind}"

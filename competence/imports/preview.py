"""What a file says and would change, as its preview shows it: plain words and numbers that can be kept as JSON."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from competence.coverage.rules import DAY_KIND_NAMES, DayKind
from competence.delegation.rules import RULE_NAMES, CellRule
from competence.foundation.clock import last_day, local
from competence.foundation.web import clock_time, day, say, short_day
from competence.imports.matrix import MatrixTask
from competence.imports.parsed import Problem, Skipped
from competence.imports.people import NewEmployment
from competence.imports.profiles import ProfileRow
from competence.imports.queries import known_groups, known_tasks, known_units, practice_levels, profile_levels
from competence.imports.requirements import NewRequirement
from competence.imports.roster import RosterRow
from competence.imports.signoffs import PaperSignOff
from competence.imports.summary import as_json
from competence.imports.taking import Effect, Reading, levels_not_stated, own_tasks
from competence.imports.units import NewUnit
from competence.roster.commands import RosterPlan

SHOWN_ROWS = 50
SHOWN_TOLD = 300
"""So many rows, and lines of a kind, are shown; how many there are is said."""
SYMBOLS: Mapping[CellRule, str] = {
    CellRule.CORE: "X", CellRule.MUST: "SKAL", CellRule.MAY_GENERAL: "(X)", CellRule.MAY_CITIZEN: "BS",
    CellRule.DELEGATION_ONLY: "D", CellRule.ASSISTS: "M", CellRule.NOT_ALLOWED: "÷", CellRule.NOT_RELEVANT: "–",
    CellRule.UNDECIDED: "?",
}  # fmt: skip
SHIFTS = {"D": "dag", "A": "aften", "N": "nat"}

Table = tuple[list[str], list[list[Any]]]
"""Headings, and rows of texts (or of [symbol, words])."""


def preview(session: Session, reading: Reading, effect: Effect, *, filename: str) -> dict[str, Any]:
    """The words and numbers of the preview."""
    columns, rows = _TABLES[reading.kind.value](session, reading.parsed.rows[:SHOWN_ROWS])
    if reading.roster is not None:
        _say_what_becomes(columns, rows, reading.parsed.rows, reading.roster)
    own = own_tasks(reading)
    counts = as_json(reading.parsed, reading.kind.value, say=say)
    return {
        "filename": filename,
        "counts": {name: value for name, value in counts.items() if name not in ("problems", "unmapped")},
        "effect": asdict(effect)
        | {"writes": effect.writes, "not_in_list": sorted({n for n, _unit in effect.not_in_list})},
        "problems": [told(problem) for problem in reading.parsed.problems],
        "remarks": [told(remark) for remark in reading.remarks[:SHOWN_TOLD]],
        "remarks_total": len(reading.remarks),
        "not_stated": levels_not_stated(reading),
        "own": own[:SHOWN_TOLD],
        "unused": [word for word in reading.parsed.unmapped if word not in own][:SHOWN_TOLD],
        "skipped": [_skipped(line) for line in reading.parsed.skipped[:SHOWN_TOLD]],
        "skipped_total": len(reading.parsed.skipped),
        "columns": columns,
        "rows": rows,
        "rows_total": len(reading.parsed.rows),
    }


def told(problem: Problem) -> list[str]:
    """[sheet, row, column, sentence] in the reader's language."""
    return [problem.sheet, "" if problem.row is None else str(problem.row), problem.column, say(problem.message)]


def _skipped(line: Skipped) -> list[str]:
    return [line.sheet, str(line.row), line.text]


def _units(_session: Session, rows: Sequence[NewUnit]) -> Table:
    names = [row.name for row in rows]
    shown = [
        [row.name, row.kind, names[row.parent_row] if row.parent_row is not None and row.parent_row < len(names) else "",
         _("no, it is new") if row.existing_id is None else _("yes, already")]
        for row in rows
    ]  # fmt: skip
    return [_("Unit"), _("Kind"), _("Lies below"), _("Known here")], shown


def _people(session: Session, rows: Sequence[NewEmployment]) -> Table:
    units = {unit.id: unit.name for unit in known_units(session, None)}
    groups = {group.code: group.name for group in known_groups(session)}
    shown: list[list[Any]] = [
        [row.number, row.name, units.get(row.unit_id, ""), groups.get(row.staff_group, row.staff_group),
         ", ".join(SHIFTS[shift] for shift in row.shifts) + (f" ({_('floater')})" if row.is_floater else ""),
         day(row.valid_from), _until(row.valid_to)]
        for row in rows
    ]  # fmt: skip
    headings = [
        _("Staff number"), _("Name"), _("Unit"), _("Staff group"), _("Fixed shifts"), _("From"), _("Through"),
    ]  # fmt: skip
    return headings, shown


def _matrix(session: Session, rows: Sequence[MatrixTask]) -> Table:
    codes = list(dict.fromkeys(cell.staff_group for row in rows for cell in row.cells))
    groups = {group.code: group.names[1] if len(group.names) > 1 else group.name for group in known_groups(session)}
    ours = {task.code: task.name for task in known_tasks(session)}
    shown: list[list[Any]] = []
    for row in rows:
        cells = {cell.staff_group: cell for cell in row.cells}
        fields = []
        for code in codes:
            cell = cells.get(code)
            symbol = SYMBOLS[cell.rule] if cell else ""
            words = say(RULE_NAMES[cell.rule]) if cell else ""
            level = f" {cell.level}" if cell and cell.level and not cell.level_not_stated else ""
            fields.append([symbol + level + ("*" if cell and (cell.notes or row.notes) and cell.level else ""), words])
        shown.append([row.name, ours.get(row.task, "") if row.task else _("new task of your own"), *fields])
    return [_("Task in the file"), _("Task here"), *(groups.get(code, code) for code in codes)], shown


def _signoffs(session: Session, rows: Sequence[PaperSignOff]) -> Table:
    tasks = {task.code: task.name for task in known_tasks(session)}
    levels = practice_levels(session)
    shown: list[list[Any]] = [
        [row.number, tasks.get(row.task, row.task), levels[row.level - 1], day(row.signed_on), row.signer, _until(row.valid_to)]
        for row in rows
    ]  # fmt: skip
    return [_("Staff number"), _("Task"), _("Level"), _("Paper signed on"), _("Signed by"), _("Through")], shown


def _requirements(session: Session, rows: Sequence[NewRequirement]) -> Table:
    units = {unit.id: unit.name for unit in known_units(session, None)}
    tasks = {task.code: task.name for task in known_tasks(session)}
    levels = practice_levels(session)
    shown: list[list[Any]] = [
        [units.get(row.unit_id, "") if row.unit_id else _("every %(kind)s", kind=row.kind), tasks.get(row.task, row.task),
         SHIFTS[row.shift], str(row.need), levels[row.level - 1], say(DAY_KIND_NAMES[DayKind(row.days)]),
         day(row.valid_from) if row.valid_from else "", _until(row.valid_to)]
        for row in rows
    ]  # fmt: skip
    headings = [
        _("Unit"), _("Task"), _("Shift"), _("How many are needed"), _("Level"), _("Days"), _("From"), _("Through"),
    ]  # fmt: skip
    return headings, shown


def _profiles(session: Session, rows: Sequence[ProfileRow]) -> Table:
    groups = {group.code: group.name for group in known_groups(session)}
    tasks = {task.code: task.name for task in known_tasks(session)}
    levels, practice = profile_levels(session), practice_levels(session)
    shown: list[list[Any]] = [
        [groups.get(row.staff_group, row.staff_group), row.area, levels[row.level - 1], row.text or tasks.get(row.task, row.task),
         practice[row.practice_level - 1] if row.task else ""]
        for row in rows
    ]  # fmt: skip
    return [
        _("Staff group"),
        _("Area in the profile"),
        _("Profile level"),
        _("Statement or task"),
        _("Practice level"),
    ], shown


def _roster(session: Session, rows: Sequence[RosterRow]) -> Table:
    units = {unit.id: unit.name for unit in known_units(session, None)}
    shown: list[list[Any]] = [
        [row.number, day(row.day) if row.day else "", *_from_to(row), units.get(row.duty.unit_id, "") if row.duty else "",
         row.roster]
        for row in rows
    ]  # fmt: skip
    return [_("Staff number"), _("Day"), _("From"), _("To"), _("Unit"), _("Roster")], shown


def _from_to(row: RosterRow) -> tuple[str, str]:
    if row.duty is None:
        return _("no duty"), ""
    begins, ends = local(row.duty.starts_at), local(row.duty.ends_at)
    until = clock_time(row.duty.ends_at)
    return clock_time(
        row.duty.starts_at
    ), until if ends.date() == begins.date() else f"{until}, {short_day(ends.date())}"


def _say_what_becomes(columns: list[str], shown: list[list[Any]], rows: Sequence[Any], plan: RosterPlan) -> None:
    """Nothing; each row that is shown says whether its duty is new, changed, or there already."""
    columns.append(_("Becomes"))
    added, changed = set(plan.changes.added), {new for _was, new in plan.changes.changed}
    for line, row in zip(shown, rows, strict=False):
        duty = row.duty
        line.append(
            "" if duty is None else _("new") if duty in added else _("changed") if duty in changed else _("as it is")
        )


def _until(valid_to: date | None) -> str:
    last = last_day(valid_to)
    return day(last) if last else ""


_TABLES: Mapping[str, Callable[[Session, Sequence[Any]], Table]] = {
    "units": _units, "people": _people, "matrix": _matrix, "signoffs": _signoffs, "requirements": _requirements,
    "profiles": _profiles, "roster": _roster,
}  # fmt: skip

"""A municipality's own matrix becomes a new draft version; tasks of its own become tasks of the catalogue."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, func, insert, or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record_all
from competence.catalogue.models import Area, Limit, Task
from competence.catalogue.rules import Reserved, TaskKind
from competence.delegation.commands import NewCell, new_draft, root_unit
from competence.delegation.drafting import COLUMNS
from competence.delegation.models import MatrixVersion
from competence.delegation.queries import CELLS
from competence.delegation.rules import ENTITLING, CellRule, default_leader_part
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import RuleBroken
from competence.foundation.orm import scoped, tenant_id
from competence.foundation.text import N_, squeeze
from competence.imports.known import key
from competence.imports.matrix import MatrixCell, MatrixTask
from competence.imports.reference import default_ground
from competence.people.models import StaffGroup

TASKS = cast(Table, Task.__table__)
OTHER_AREA = "Øvrige"
"""The area of tasks that stand under no heading."""
_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "é": "e", "ö": "oe", "ä": "ae", "ü": "u"})


@dataclass(frozen=True)
class MatrixImported:
    """What a matrix came to. The counts are cells, compared with the version before it."""

    number: int | None
    """The new draft's; None when the newest version says the same."""
    new_tasks: int = 0
    new: int = 0
    changed: int = 0
    ended: int = 0
    """Cells of the version before that the file does not have: the new version says nothing there."""
    unchanged: int = 0


@dataclass(frozen=True)
class _Task:
    """What of a task decides the defaults of its cells."""

    id: int
    critical: bool
    reserved: Reserved
    reserved_basis: str


@command
def import_matrix(session: Session, rows: Sequence[MatrixTask], *, by: Actor | None) -> MatrixImported:
    """The new draft. RuleBroken when a row cannot be taken; then nothing is written. `by` None: the command line.

    All that the file says is in the draft, what is blank too: a blank field is undecided, also for a group that follows
    another. A task of the municipality's own gets three observed times and twelve months, and is not reserved by law.
    """
    if by is not None:
        authorise(by, Permission.IMPORT_MATRIX, root_unit(session).path)
    groups = {
        row.code: row.id for row in session.execute(scoped(session, StaffGroup, *_columns(StaffGroup, "code", "id")))
    }
    tasks, places = _tasks(session)
    _check(rows, tasks, groups)
    limits = _limits(session)
    new = {row.name: row for row in rows if row.task is None and key(row.name) not in places}
    made = _add_tasks(session, list(new.values()), by)
    cells: list[NewCell] = []
    for row in rows:
        task = tasks[row.task] if row.task else made.get(key(row.name)) or tasks[places[key(row.name)]]
        cells += [_cell(row, cell, task, groups[cell.staff_group], limits) for cell in row.cells]
    whole = any(cell.whole for row in rows for cell in row.cells)
    before = _before(session, whole=whole)
    after = {(cell.task_id, cell.staff_group_id): _said(cell, whole=whole) for cell in cells}
    same = sum(1 for place, said in after.items() if before is not None and before.get(place) == said)
    old = before or {}
    counts = {
        "new_tasks": len(made), "new": len(after.keys() - old.keys()), "ended": len(old.keys() - after.keys()),
        "changed": len(after.keys() & old.keys()) - same, "unchanged": same,
    }  # fmt: skip
    if before == after:
        return MatrixImported(None, **counts)
    draft = new_draft(session, cells, by=by.person_id if by else None)
    return MatrixImported(draft.number, **counts)


def _columns(table: Any, *names: str) -> list[Any]:
    return [table.__table__.c[name] for name in names]


def _tasks(session: Session) -> tuple[dict[str, _Task], dict[str, str]]:
    """Code -> task of those in use; and the code of each task of the municipality's own by the key of its name."""
    tasks: dict[str, _Task] = {}
    own: dict[str, str] = {}
    for row in session.execute(
        scoped(session, TASKS).where(or_(TASKS.c.archived_on.is_(None), TASKS.c.archived_on > today()))
    ):
        tasks[row.code] = _Task(row.id, row.critical, Reserved(row.reserved), row.reserved_basis)
        if row.reference_code is None:
            own[key(row.name)] = row.code
    return tasks, own


def _check(rows: Sequence[MatrixTask], tasks: Mapping[str, _Task], groups: Mapping[str, int]) -> None:
    """Nothing. RuleBroken when a row names what the municipality does not have, or a task or field stands twice."""
    if not any(row.cells for row in rows):
        raise RuleBroken(N_("The file holds no division of tasks."))
    seen: set[str] = set()
    for row in rows:
        if row.task is not None and row.task not in tasks:
            raise RuleBroken(N_("The task %(task)s is not in the catalogue."), task=row.task)
        place = row.task or f"{key(row.name)} "
        codes = [cell.staff_group for cell in row.cells]
        if place in seen or len(set(codes)) < len(codes):
            raise RuleBroken(N_("The task “%(task)s” stands twice."), task=row.name)
        seen.add(place)
        for code in codes:
            if code not in groups:
                raise RuleBroken(N_("The staff group %(group)s is not known."), group=code)


def _add_tasks(session: Session, rows: Sequence[MatrixTask], by: Actor | None) -> dict[str, _Task]:
    """The new tasks by the key of their name."""
    if not rows:
        return {}
    areas = {key(name): id_ for name, id_ in session.execute(scoped(session, Area, *_columns(Area, "name", "id")))}
    slot, position = session.execute(scoped(session, TASKS, func.max(TASKS.c.slot), func.max(TASKS.c.position))).one()
    codes = set(session.scalars(scoped(session, TASKS, TASKS.c.code)))
    columns = []
    for number, row in enumerate(rows, start=1):
        area = squeeze(row.area)[:120] or OTHER_AREA
        if key(area) not in areas:
            added = Area(name=area, position=len(areas))
            session.add(added)
            session.flush()
            areas[key(area)] = added.id
        code = _code(row.name, codes)
        codes.add(code)
        columns.append(
            {
                "municipality_id": tenant_id(session), "area_id": areas[key(area)], "code": code, "name": squeeze(row.name),
                "plain_text": "", "description": "", "kind": TaskKind.CARE, "critical": False, "legal_basis": "",
                "reserved": Reserved.NO, "reserved_basis": "", "people_needed": 1, "observed_times": 3, "validity_months": 12,
                "slot": (-1 if slot is None else slot) + number, "position": (position or 0) + number,
                "source": "own division of tasks", "recorded_at": now(),
            }
        )  # fmt: skip
    ids = session.scalars(insert(Task).returning(Task.id, sort_by_parameter_order=True), columns).all()
    record_all(
        session,
        [
            {"action": "add_task", "subject": "task", "subject_id": id_, "by_person_id": by.person_id if by else None}
            for id_ in ids
        ],
    )
    return {key(row.name): _Task(id_, False, Reserved.NO, "") for id_, row in zip(ids, rows, strict=True)}


def _code(name: str, taken: set[str]) -> str:
    """A code of its own made from the name."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.casefold().translate(_LETTERS)).strip("-").upper()
    base = f"EGEN-{plain[:30].strip('-') or 'OPGAVE'}"
    return next(code for n in range(1, len(taken) + 2) if (code := base if n == 1 else f"{base}-{n}") not in taken)


def _limits(session: Session) -> dict[str, dict[str, str]]:
    """The limits to choose from by the keys of their code and words."""
    found: dict[str, dict[str, str]] = {}
    for limit in session.scalars(select(Limit).order_by(Limit.id)):
        words = {"code": limit.code, "text": limit.text, "when": limit.when_text or limit.text}
        for name in (limit.code, limit.text, limit.when_text):
            found.setdefault(key(name), words)
    found.pop("", None)
    return found


def _cell(
    row: MatrixTask, cell: MatrixCell, task: _Task, group_id: int, limits: Mapping[str, dict[str, str]]
) -> NewCell:
    """The field as a cell. A note on a field that entitles is a limit too: with it nobody is told a plain yes."""
    if cell.whole:
        columns: dict[str, Any] = {name: getattr(cell.whole.wording, name) for name in COLUMNS}
        columns |= {"keeping": cell.whole.keeping, "keeping_to": cell.whole.keeping_to}
        return NewCell(task_id=task.id, staff_group_id=group_id, **columns)
    entitles = cell.rule in ENTITLING
    notes = list(dict.fromkeys((*cell.notes, *row.notes)))
    ground = default_ground(
        cell.rule, {"reserved_activity": task.reserved, "reserved_basis": task.reserved_basis}, cell.staff_group
    )
    source = " ".join(filter(None, ("own division of tasks,", row.sheet, f"row {row.row}")))
    return NewCell(
        task_id=task.id, staff_group_id=group_id, rule=cell.rule,
        minimum_level=(1 if cell.rule is CellRule.CORE else cell.level or 1) if entitles else None,
        education_level=(cell.level or 1) if cell.rule is CellRule.CORE else None,
        level_not_stated=cell.level_not_stated,
        limits=tuple(_limit(note, limits) for note in notes) if entitles else (),
        ground=ground, agreed_with_leader=default_leader_part(cell.rule, critical=task.critical), note="; ".join(notes),
        source=(source + ("; ground editorial" if ground else ""))[:400],
    )  # fmt: skip


def _limit(note: str, limits: Mapping[str, dict[str, str]]) -> dict[str, str]:
    """The municipality's limit in those words, or one of its own. A mark without a footnote says that it is unexplained."""
    if key(note) in limits:
        return limits[key(note)]
    words = note if len(key(note)) > 2 else f"fodnoten “{note}” er afklaret"
    return {"code": "", "text": words, "when": words}


_Said = tuple[Any, ...]


def _said(cell: Any, *, whole: bool) -> _Said:
    """What a file says of a new cell or a row; the ground is stated by whoever approves, unless the file is `whole`."""
    said = (
        CellRule(cell.rule), cell.minimum_level, cell.education_level, cell.level_not_stated,
        [dict(limit) for limit in cell.limits], cell.note,
    )  # fmt: skip
    if not whole:
        return said
    return (
        *said, cell.observed_times, cell.validity_months, cell.validity_date, cell.ground, cell.framework,
        cell.agreed_with_leader, cell.keeping, cell.keeping_to, cell.source,
    )  # fmt: skip


def _before(session: Session, *, whole: bool) -> dict[tuple[int, int], _Said] | None:
    """What the newest version says, the draft that ships aside; None when there is none."""
    version = session.scalars(
        select(MatrixVersion)
        .where(or_(MatrixVersion.approved_at.is_not(None), MatrixVersion.reference_code.is_(None)))
        .order_by(MatrixVersion.number.desc())
    ).first()
    if version is None:
        return None
    rows = session.execute(scoped(session, CELLS).where(CELLS.c.version_id == version.id))
    return {(row.task_id, row.staff_group_id): _said(row, whole=whole) for row in rows}

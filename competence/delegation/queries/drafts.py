"""What a draft's editor reads: cells as they stand, the law beside them, the log, and what a bulk edit would do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, func
from sqlalchemy.orm import Session

from competence.catalogue.models import Area, Limit
from competence.catalogue.queries import level_names
from competence.catalogue.rules import Reserved
from competence.delegation.drafting import Law, Terms, Wording, check_lawful, tidied, wording
from competence.delegation.models import CellChange, FrameworkDelegation
from competence.delegation.queries.reading import IDENTITIES, Column, staff_groups
from competence.delegation.queries.terms import CELLS, TASKS
from competence.delegation.rules import CellRule
from competence.foundation.editions import remembered
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.orm import scoped
from competence.foundation.text import Sentence
from competence.people.models import StaffGroup

CHANGES = cast(Table, CellChange.__table__)
FRAMEWORKS = cast(Table, FrameworkDelegation.__table__)
GROUPS = cast(Table, StaffGroup.__table__)
LIMITS = cast(Table, Limit.__table__)
AREAS = cast(Table, Area.__table__)

Place = tuple[int, int]
"""(task id, staff group id)."""


@dataclass(frozen=True)
class DraftCell:
    """A cell as the editor meets it."""

    said: Wording | None
    """None: the draft has no row there."""
    revision: int
    """The change that wrote it last, 0: as the draft began."""
    changed_by: str
    changed_at: datetime | None


@dataclass(frozen=True)
class LogLine:
    """A change of a draft."""

    id: int
    place: Place
    task: str
    group: Column
    before: Wording | None
    after: Wording | None
    reason: str
    batch: str
    by: int
    by_name: str
    """"" for somebody who has been forgotten."""
    at: datetime
    undoes_id: int | None
    undone: bool


@dataclass(frozen=True)
class BulkLine:
    """A cell of a bulk edit's preview."""

    place: Place
    task: str
    group: str
    before: Wording | None
    after: Wording
    problem: Sentence | None
    """Why the cell is left as it is; None: it will be changed."""


def frameworks(session: Session) -> Mapping[Place, dict[str, str]]:
    """The latest framework delegation of each task and group that has not been ended, as a draft names one."""
    rows = session.execute(
        scoped(session, FRAMEWORKS, FRAMEWORKS, IDENTITIES.c.name.label("giver"))
        .outerjoin(
            IDENTITIES,
            (IDENTITIES.c.municipality_id == FRAMEWORKS.c.municipality_id)
            & (IDENTITIES.c.person_id == FRAMEWORKS.c.giver_id),
        )
        .where(FRAMEWORKS.c.ended_at.is_(None))
        .order_by(FRAMEWORKS.c.id)
    )
    return {
        (row.task_id, row.staff_group_id): {
            "giver": row.giver_text or row.giver or "",
            "instruction": row.instruction,
            "instruction_version": row.instruction_version,
        }
        for row in rows
    }  # fmt: skip


def laws(
    session: Session, *, task_id: int | None = None, group_id: int | None = None, area_id: int | None = None
) -> dict[Place, Law]:
    """What the law says of each task that is in use and each staff group; of those named only."""
    tasks = scoped(
        session, TASKS, TASKS.c.id, TASKS.c.name, TASKS.c.reserved, TASKS.c.never_delegated
    ).order_by(TASKS.c.position, TASKS.c.id)  # fmt: skip
    tasks = tasks.where(TASKS.c.id == task_id) if task_id is not None else tasks.where(TASKS.c.archived_on.is_(None))
    if area_id is not None:
        tasks = tasks.where(TASKS.c.area_id == area_id)
    groups = scoped(session, GROUPS, GROUPS.c.id, GROUPS.c.name, GROUPS.c.has_reserved_scope).order_by(
        GROUPS.c.position, GROUPS.c.id
    )
    if group_id is not None:
        groups = groups.where(GROUPS.c.id == group_id)
    every = session.execute(groups).all()
    levels = len(level_names(session)) or 1
    return {
        (task.id, group.id): Law(
            task.name, group.name, Reserved(task.reserved) is not Reserved.NO, group.has_reserved_scope,
            task.never_delegated or "", levels,
        )
        for task in session.execute(tasks).all()
        for group in every
    }  # fmt: skip


def law_of(session: Session, task_id: int, group_id: int) -> Law:
    """What the law says of the task and the group. NotFound when one of them is not there."""
    found = laws(session, task_id=task_id, group_id=group_id)
    if not found:
        raise NotFound
    return found[task_id, group_id]


def draft_cell(session: Session, version_id: int, place: Place) -> DraftCell:
    """The cell as it stands, and who wrote it last."""
    row = session.execute(
        scoped(session, CELLS).where(
            CELLS.c.version_id == version_id, CELLS.c.task_id == place[0], CELLS.c.staff_group_id == place[1]
        )
    ).first()
    if row is None or not row.revision:
        return DraftCell(wording(row._mapping) if row else None, 0, "", None)
    change = session.execute(
        scoped(session, CHANGES, CHANGES.c.recorded_at, IDENTITIES.c.name)
        .outerjoin(
            IDENTITIES,
            (IDENTITIES.c.municipality_id == CHANGES.c.municipality_id)
            & (IDENTITIES.c.person_id == CHANGES.c.changed_by),
        )
        .where(CHANGES.c.id == row.revision)
    ).first()
    name, at = (change.name or "", change.recorded_at) if change else ("", None)
    return DraftCell(wording(row._mapping), row.revision, name, at)


def undone_by(session: Session, version_id: int) -> set[int]:
    """The ids of the draft's changes that have been taken back."""
    rows = session.execute(
        scoped(session, CHANGES, CHANGES.c.undoes_id).where(
            CHANGES.c.version_id == version_id, CHANGES.c.undoes_id.is_not(None)
        )
    )
    return {row.undoes_id for row in rows}


def latest_change(session: Session, version_id: int) -> int:
    """The id of the draft's latest change, 0 before the first."""
    latest = session.execute(
        scoped(session, CHANGES, func.max(CHANGES.c.id)).where(CHANGES.c.version_id == version_id)
    ).scalar()
    return int(latest or 0)


def change_log(
    session: Session, version_id: int, *, after: int = 0, place: Place | None = None, most: int | None = None
) -> Sequence[LogLine]:
    """The draft's changes, newest first; those after one only, or of one cell only."""
    wanted = (
        scoped(session, CHANGES, CHANGES, TASKS.c.name.label("task"), IDENTITIES.c.name.label("writer"))
        .join(TASKS, (TASKS.c.municipality_id == CHANGES.c.municipality_id) & (TASKS.c.id == CHANGES.c.task_id))
        .outerjoin(
            IDENTITIES,
            (IDENTITIES.c.municipality_id == CHANGES.c.municipality_id)
            & (IDENTITIES.c.person_id == CHANGES.c.changed_by),
        )
        .where(CHANGES.c.version_id == version_id, CHANGES.c.id > after)
        .order_by(CHANGES.c.id.desc())
    )
    if place is not None:
        wanted = wanted.where(CHANGES.c.task_id == place[0], CHANGES.c.staff_group_id == place[1])
    if most is not None:
        wanted = wanted.limit(most)
    undone, groups = undone_by(session, version_id), staff_groups(session)
    return [
        LogLine(
            row.id, (row.task_id, row.staff_group_id), row.task, groups[row.staff_group_id], wording(row.before),
            wording(row.after), row.reason, row.batch, row.changed_by, row.writer or "", row.recorded_at, row.undoes_id,
            row.id in undone,
        )
        for row in session.execute(wanted)
    ]  # fmt: skip


def plan_bulk(
    session: Session, version_id: int, area_id: int | None, group_ids: Sequence[int], terms: Terms
) -> Sequence[BulkLine]:
    """The cells that the terms would change, by task and group, and those that they would break the law in."""
    cells = {
        (row.task_id, row.staff_group_id): wording(row._mapping)
        for row in session.execute(scoped(session, CELLS).where(CELLS.c.version_id == version_id))
    }
    lines = []
    for place, law in laws(session, area_id=area_id).items():
        if place[1] not in group_ids:
            continue
        before = cells.get(place)
        if before is None and terms.rule is None:
            continue
        after = tidied(terms.put_on(before or Wording(CellRule.UNDECIDED)), law)
        if after == before:
            continue
        problem = None
        try:
            check_lawful(after, law)
        except RuleBroken as broken:
            problem = broken.message
        lines.append(BulkLine(place, law.task, law.group, before, after, problem))
    return lines


def limit_texts(session: Session) -> Sequence[tuple[str, str, str]]:
    """(code, text, the end of "may, when ...") of the municipality's list of limits."""
    return remembered(session, "limit texts", _read_limits)


def _read_limits(session: Session) -> tuple[tuple[str, str, str], ...]:
    rows = session.execute(scoped(session, LIMITS).order_by(LIMITS.c.text, LIMITS.c.id))
    return tuple((row.code, row.text, row.when_text or row.text) for row in rows)


def areas(session: Session) -> Sequence[tuple[int, str]]:
    """(id, name) of the areas in their order."""
    rows = session.execute(
        scoped(session, AREAS, AREAS.c.id, AREAS.c.name).order_by(AREAS.c.position, AREAS.c.name, AREAS.c.id)
    )
    return [(row.id, row.name) for row in rows]

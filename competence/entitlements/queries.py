"""Reads of the stored answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import Date, Select, Table, bindparam, func, or_
from sqlalchemy.orm import Session

from competence.catalogue.models import Level, Task
from competence.entitlements.models import Entitlement, EntitlementVector, GroupEntitlement
from competence.foundation.editions import remembered
from competence.foundation.orm import execute, scoped, standing
from competence.people.models import Employment

ROWS = cast(Table, Entitlement.__table__)
GROUP = cast(Table, GroupEntitlement.__table__)
VECTORS = cast(Table, EntitlementVector.__table__)
EMPLOYMENTS = cast(Table, Employment.__table__)
TASKS = cast(Table, Task.__table__)
LEVELS = cast(Table, Level.__table__)


def holds(session: Session, employment_id: int, task_id: int, *, on: date, version_id: int | None) -> int:
    """The level at which the employment may do the task for all citizens on the day; 0 = may not.

    `version_id` is the matrix version in force on the day: what follows from the group is stored for it.
    """
    level = execute(session, _HOLDS, employment=employment_id, task=task_id, on=on, version=version_id).scalar()
    return int(level or 0)


def _holds() -> Select[Any]:
    on = bindparam("on", type_=Date)
    personal = (
        standing(ROWS, ROWS.c.level)
        .where(ROWS.c.employment_id == bindparam("employment"), ROWS.c.task_id == bindparam("task"))
        .where(ROWS.c.citizen_id.is_(None))
        .where(ROWS.c.valid_from <= on, or_(ROWS.c.valid_to.is_(None), ROWS.c.valid_to > on))
        .limit(1)
        .scalar_subquery()
    )
    by_group = (
        standing(GROUP, GROUP.c.level)
        .where(GROUP.c.version_id == bindparam("version"), GROUP.c.task_id == bindparam("task"))
        .where(GROUP.c.staff_group_id == EMPLOYMENTS.c.staff_group_id)
        .correlate(EMPLOYMENTS)
        .scalar_subquery()
    )
    return standing(EMPLOYMENTS, func.coalesce(personal, by_group, 0)).where(
        EMPLOYMENTS.c.id == bindparam("employment"), EMPLOYMENTS.c.valid_from <= on,
        or_(EMPLOYMENTS.c.valid_to.is_(None), EMPLOYMENTS.c.valid_to > on),
    )  # fmt: skip


_HOLDS = _holds()


@dataclass(frozen=True)
class Levels:
    """Who holds a task at which level on a day, as it is stored."""

    own: Mapping[int, int]
    """By employment, for all citizens; who is not in it has her group's."""
    named: Mapping[int, int]
    """By employment, for named citizens."""
    of_group: Mapping[int, int]

    def of(self, employment_id: int, staff_group_id: int) -> int:
        """For all citizens; 0 = may not."""
        return self.own.get(employment_id, self.of_group.get(staff_group_id, 0))


def levels_in(session: Session, task_id: int, *, on: date, version_id: int | None) -> Levels:
    """Everybody's levels in the task on the day. `version_id` is the matrix version in force on it."""
    own: dict[int, int] = {}
    named: dict[int, int] = {}
    for employment, level, citizen in execute(session, _OWN, task=task_id, on=on):
        if citizen is None:
            own[employment] = level
        else:
            named[employment] = max(level, named.get(employment, 0))
    by_group = execute(session, _GROUPS, task=task_id, version=version_id).all()
    return Levels(own, named, {row.staff_group_id: row.level for row in by_group})


def levels_of(
    session: Session, employment_id: int, staff_group_id: int, *, on: date, version_id: int | None
) -> dict[int, int]:
    """Task -> the level at which the employment may do it for all citizens on the day, as it is stored."""
    by_group = scoped(session, GROUP, GROUP.c.task_id, GROUP.c.level).where(
        GROUP.c.version_id == version_id, GROUP.c.staff_group_id == staff_group_id
    )
    personal = scoped(session, ROWS, ROWS.c.task_id, ROWS.c.level).where(
        ROWS.c.employment_id == employment_id, ROWS.c.citizen_id.is_(None),
        ROWS.c.valid_from <= on, or_(ROWS.c.valid_to.is_(None), ROWS.c.valid_to > on),
    )  # fmt: skip
    found = {row.task_id: row.level for row in session.execute(by_group)}
    return found | {row.task_id: row.level for row in session.execute(personal)}


_ON = bindparam("on", type_=Date)
_OWN = standing(ROWS, ROWS.c.employment_id, ROWS.c.level, ROWS.c.citizen_id).where(
    ROWS.c.task_id == bindparam("task"), ROWS.c.valid_from <= _ON, or_(ROWS.c.valid_to.is_(None), ROWS.c.valid_to > _ON)
)
_GROUPS = standing(GROUP, GROUP.c.staff_group_id, GROUP.c.level).where(
    GROUP.c.task_id == bindparam("task"), GROUP.c.version_id == bindparam("version")
)


def shape(session: Session) -> tuple[int, int]:
    """(slots, ranks) of the municipality's vectors: one more than the highest slot, and the levels of the practice scale."""
    return remembered(session, "shape", _read_shape)


def _read_shape(session: Session) -> tuple[int, int]:
    ranks = scoped(session, LEVELS, func.max(LEVELS.c.rank)).where(LEVELS.c.scale == "practice").scalar_subquery()
    highest, rank = session.execute(scoped(session, TASKS, func.max(TASKS.c.slot), ranks)).one()
    return (0 if highest is None else int(highest) + 1, int(rank or 3))


def next_ends(session: Session, employment_ids: Sequence[int], *, on: date) -> dict[int, tuple[str, date]]:
    """Employment -> (task, last day) of the personal right that ends first of those held on the day, renewals counted in."""
    if not employment_ids:
        return {}
    rows = session.execute(
        scoped(session, ROWS, ROWS.c.employment_id, ROWS.c.task_id, ROWS.c.valid_from, ROWS.c.valid_to, TASKS.c.name)
        .join(TASKS, (TASKS.c.municipality_id == ROWS.c.municipality_id) & (TASKS.c.id == ROWS.c.task_id))
        .where(ROWS.c.employment_id.in_(employment_ids), ROWS.c.level > 0, ROWS.c.citizen_id.is_(None))
        .where(or_(ROWS.c.valid_to.is_(None), ROWS.c.valid_to > on))
        .order_by(ROWS.c.employment_id, ROWS.c.task_id, ROWS.c.valid_from, ROWS.c.id)
    )
    ends: dict[tuple[int, int], tuple[str, date | None]] = {}
    for row in rows:
        place = row.employment_id, row.task_id
        known = ends.get(place)
        begins = row.valid_from <= on if known is None else known[1] is not None and row.valid_from <= known[1]
        if begins:
            ends[place] = row.name, row.valid_to
    first: dict[int, tuple[str, date]] = {}
    for (employment, _task), (name, end) in ends.items():
        if end is not None and (employment not in first or end < first[employment][1]):
            first[employment] = name, end
    return {employment: (name, end - timedelta(days=1)) for employment, (name, end) in first.items()}

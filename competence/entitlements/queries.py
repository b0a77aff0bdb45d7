"""Reads of the stored answers."""

from datetime import date
from typing import cast

from sqlalchemy import Table, func, or_
from sqlalchemy.orm import Session

from competence.catalogue.models import Level, Task
from competence.entitlements.models import Entitlement, EntitlementVector, GroupEntitlement
from competence.foundation.orm import scoped
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
    personal = (
        scoped(session, ROWS, ROWS.c.level)
        .where(ROWS.c.employment_id == employment_id, ROWS.c.task_id == task_id, ROWS.c.citizen_id.is_(None))
        .where(ROWS.c.valid_from <= on, or_(ROWS.c.valid_to.is_(None), ROWS.c.valid_to > on))
        .limit(1)
        .scalar_subquery()
    )
    by_group = (
        scoped(session, GROUP, GROUP.c.level)
        .where(
            GROUP.c.version_id == version_id,
            GROUP.c.staff_group_id == EMPLOYMENTS.c.staff_group_id,
            GROUP.c.task_id == task_id,
        )
        .correlate(EMPLOYMENTS)
        .scalar_subquery()
    )
    level = session.execute(
        scoped(session, EMPLOYMENTS, func.coalesce(personal, by_group, 0)).where(
            EMPLOYMENTS.c.id == employment_id,
            EMPLOYMENTS.c.valid_from <= on,
            or_(EMPLOYMENTS.c.valid_to.is_(None), EMPLOYMENTS.c.valid_to > on),
        )
    ).scalar()
    return int(level or 0)


def shape(session: Session) -> tuple[int, int]:
    """(slots, ranks) of the municipality's vectors: one more than the highest slot, and the levels of the practice scale."""
    ranks = scoped(session, LEVELS, func.max(LEVELS.c.rank)).where(LEVELS.c.scale == "practice").scalar_subquery()
    highest, rank = session.execute(scoped(session, TASKS, func.max(TASKS.c.slot), ranks)).one()
    return (0 if highest is None else int(highest) + 1, int(rank or 3))

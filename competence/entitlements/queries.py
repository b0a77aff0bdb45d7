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
    employment = session.execute(
        scoped(
            session, EMPLOYMENTS, EMPLOYMENTS.c.staff_group_id, EMPLOYMENTS.c.valid_from, EMPLOYMENTS.c.valid_to
        ).where(EMPLOYMENTS.c.id == employment_id)
    ).one_or_none()
    if (
        employment is None
        or on < employment.valid_from
        or (employment.valid_to is not None and on >= employment.valid_to)
    ):
        return 0
    personal = session.execute(
        scoped(session, ROWS, ROWS.c.level)
        .where(ROWS.c.employment_id == employment_id, ROWS.c.task_id == task_id, ROWS.c.citizen_id.is_(None))
        .where(ROWS.c.valid_from <= on, or_(ROWS.c.valid_to.is_(None), ROWS.c.valid_to > on))
    ).scalar()
    if personal is not None:
        return int(personal)
    by_group = session.execute(
        scoped(session, GROUP, GROUP.c.level).where(
            GROUP.c.version_id == version_id,
            GROUP.c.staff_group_id == employment.staff_group_id,
            GROUP.c.task_id == task_id,
        )
    ).scalar()
    return int(by_group or 0)


def shape(session: Session) -> tuple[int, int]:
    """(slots, ranks) of the municipality's vectors: one more than the highest slot, and the levels of the practice scale."""
    slots = session.execute(scoped(session, TASKS, func.max(TASKS.c.slot))).scalar()
    ranks = session.execute(
        scoped(session, LEVELS, func.max(LEVELS.c.rank)).where(LEVELS.c.scale == "practice")
    ).scalar()
    return (0 if slots is None else int(slots) + 1, int(ranks or 3))

"""Courses whose *after* is still to be written, and those to be followed up: what reminders tell of a plan that runs."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from sqlalchemy import ColumnElement, Table, and_, exists, or_
from sqlalchemy.orm import Session

from competence.foundation.orm import scoped
from competence.learning.models import DevelopmentPlan, PlannedActivity
from competence.learning.rules import Part
from competence.reminders.rules import AFTER_WITHIN, FOLLOW_UP_AHEAD, SHOWN_AFTER, Kind

PLANNED = cast(Table, PlannedActivity.__table__)
PLANS = cast(Table, DevelopmentPlan.__table__)


def plan_runs() -> ColumnElement[bool]:
    """Whether the plan under which something is planned runs, and is not on pause."""
    return exists().where(
        PLANS.c.municipality_id == PLANNED.c.municipality_id, PLANS.c.employment_id == PLANNED.c.employment_id,
        PLANS.c.ended_on.is_(None), PLANS.c.paused_on.is_(None),
    )  # fmt: skip


def after_is_missing() -> ColumnElement[bool]:
    """Whether a course was held, and how it is used or followed up is still to be written."""
    p = PLANNED.c
    return and_(
        p.part == Part.FORMAL.value, p.dropped_on.is_(None), p.done_on.is_not(None), p.followed_up_on.is_(None),
        or_(p.after_use == "", p.follow_up_on.is_(None)),
    )  # fmt: skip


def follow_up_is_open() -> ColumnElement[bool]:
    """Whether a course was held, and is to be followed up on a day."""
    p = PLANNED.c
    return and_(
        p.part == Part.FORMAL.value, p.dropped_on.is_(None), p.done_on.is_not(None), p.followed_up_on.is_(None),
        p.follow_up_on.is_not(None),
    )  # fmt: skip


@dataclass(frozen=True)
class DueCourse:
    """A course of which somebody is to be reminded."""

    kind: Kind
    planned_id: int
    employment_id: int
    due_on: date


def due_courses(session: Session, *, on: date) -> list[DueCourse]:
    """Those held lately whose *after* is missing, from the day after; and those to be followed up in a few days, or lately."""
    p = PLANNED.c
    rows = session.execute(
        scoped(session, PLANNED, p.id, p.employment_id, p.done_on, p.follow_up_on, p.after_use)
        .where(
            plan_runs(),
            or_(
                and_(after_is_missing(), p.done_on < on, p.done_on > on - timedelta(days=AFTER_WITHIN) - SHOWN_AFTER),
                and_(
                    follow_up_is_open(), p.follow_up_on <= on + timedelta(days=FOLLOW_UP_AHEAD),
                    p.follow_up_on > on - SHOWN_AFTER,
                ),
            ),
        )
        .order_by(p.id)
    )  # fmt: skip
    return [
        DueCourse(Kind.AFTER, row.id, row.employment_id, row.done_on + timedelta(days=AFTER_WITHIN))
        if not row.after_use or row.follow_up_on is None
        else DueCourse(Kind.FOLLOW_UP, row.id, row.employment_id, row.follow_up_on)
        for row in rows
    ]

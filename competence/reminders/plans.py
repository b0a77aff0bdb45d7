"""What somebody is invited to learn, or asked to lead, and has not answered: what the mail of an agreed plan tells of."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from competence.decision.queries import EMPLOYMENTS
from competence.foundation.clock import now, today
from competence.foundation.orm import scoped
from competence.learning.models import PlannedActivity
from competence.learning.rules import Origin
from competence.reminders.courses import PLANNED, plan_runs
from competence.reminders.rules import NEWS_DAYS


def _open() -> ColumnElement[bool]:
    """Whether it comes from a proposal that was agreed to, lies ahead, and stands in a plan that runs."""
    p = PLANNED.c
    return and_(
        p.origin == Origin.PROPOSAL.value, p.dropped_on.is_(None), p.done_on.is_(None), p.ends > today(), plan_runs()
    )


def newly_invited(session: Session) -> dict[int, int]:
    """Person -> the latest of what she was invited to or asked to lead within some days, and has not answered."""
    p, e = PLANNED.c, EMPLOYMENTS.c
    rows = session.execute(
        scoped(session, PLANNED, p.id, p.led_by, p.yes_on, p.led_yes_at, e.person_id)
        .join(EMPLOYMENTS, and_(e.municipality_id == p.municipality_id, e.id == p.employment_id))
        .where(
            _open(), p.recorded_at > now() - timedelta(days=NEWS_DAYS), or_(p.yes_on.is_(None), p.led_yes_at.is_(None))
        )
        .order_by(p.id)
    )
    found: dict[int, int] = {}
    for row in rows:
        if row.yes_on is None:
            found[row.person_id] = row.id
        if row.led_by is not None and row.led_yes_at is None:
            found[row.led_by] = row.id
    return found


def invitations(session: Session, person_id: int) -> Sequence[PlannedActivity]:
    """What waits for her answer: what she would learn by, then what she would lead, by day."""
    e, p = EMPLOYMENTS.c, PLANNED.c
    mine = scoped(session, EMPLOYMENTS, e.id).where(e.person_id == person_id)
    hers = and_(p.employment_id.in_(mine), p.yes_on.is_(None))
    leads = and_(p.led_by == person_id, p.led_yes_at.is_(None))
    return session.scalars(
        select(PlannedActivity).where(_open(), or_(hers, leads)).order_by(leads, p.begins, p.id)
    ).all()

"""Reads of jobs."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from competence.foundation.clock import now
from competence.foundation.errors import NotFound
from competence.foundation.orm import scoped
from competence.jobs.models import Job
from competence.jobs.rules import Standing, State

JOBS = cast(Table, Job.__table__)


def job_of(session: Session, job_id: int, person_id: int) -> Job:
    """The job that the person asked for, as it stands now. NotFound when it is not hers."""
    job = session.scalars(
        select(Job).where(Job.id == job_id, Job.asked_by == person_id).execution_options(populate_existing=True)
    ).first()
    if job is None:
        raise NotFound
    return job


def unfinished(session: Session, kind: str, about: str | None = None) -> Sequence[Job]:
    """The jobs of the kind (about something) that are not over, oldest first."""
    wanted = select(Job).where(Job.kind == kind, Job.ended_at.is_(None)).order_by(Job.id)
    return session.scalars(wanted if about is None else wanted.where(Job.about == about)).all()


def anything_to_do(session: Session) -> bool:
    """Whether there is a job that nobody does."""
    rows = session.execute(
        scoped(session, JOBS, JOBS.c.state, JOBS.c.beat_at, JOBS.c.tries).where(JOBS.c.ended_at.is_(None))
    )
    return any(Standing(State(row.state), row.beat_at, row.tries).free(now()) for row in rows)

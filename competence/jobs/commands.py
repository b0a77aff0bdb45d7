"""Ask for a job, take it, say how far it is, end it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from competence.access.rules import Actor
from competence.audit.commands import record
from competence.foundation.clock import now
from competence.foundation.errors import Overtaken
from competence.foundation.orm import scoped, tenant_id
from competence.foundation.text import N_, sentence
from competence.jobs.models import Job
from competence.jobs.queries import JOBS, unfinished
from competence.jobs.rules import Standing, State


@dataclass(frozen=True)
class Taken:
    """A job as whoever does it knows it."""

    id: int
    kind: str
    title: str
    said: Mapping[str, Any]
    asked_by: int
    locale: str
    runner: str


class Displaced(Exception):  # noqa: N818
    """Another process does the job by now. Whoever did it writes nothing."""


def ask(
    session: Session, kind: str, about: str, *, title: str, leads_to: str, said: Mapping[str, Any], by: Actor
) -> Job:
    """The job, waiting for somebody to do it. Overtaken when the same is being done already."""
    if unfinished(session, kind, about):
        raise Overtaken(sentence(N_("It is being done already. Wait until it is finished.")))
    job = Job(
        kind=kind, about=about, title=title[:200], leads_to=leads_to[:200], said=dict(said), asked_by=by.person_id,
        asked_at=now(), locale=by.locale,
    )  # fmt: skip
    session.add(job)
    session.flush()
    record(session, by=by.person_id, action="ask_for_job", subject="job", subject_id=job.id, detail={"kind": kind})
    return job


def take(session: Session, runner: str) -> Taken | None:
    """The oldest job that nobody does, from now on done by `runner`; None when there is none."""
    jobs = session.scalars(
        select(Job)
        .where(Job.ended_at.is_(None))
        .order_by(Job.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for job in jobs:
        standing = Standing(State(job.state), job.beat_at, job.tries)
        if not standing.free(now()):
            continue
        if standing.hopeless:
            job.state, job.ended_at = State.FAILED, now()
            continue
        job.state, job.runner, job.beat_at, job.tries = State.RUNNING, runner, now(), job.tries + 1
        job.done = job.total = 0
        session.flush()
        return Taken(job.id, job.kind, job.title, job.said, job.asked_by, job.locale, runner)
    session.flush()
    return None


def tell(session: Session, job: Taken, done: int, total: int) -> None:
    """Nothing; it is known how far the job is, and that somebody does it. Displaced when somebody else does."""
    _change(session, job, done=done, total=total, beat_at=now())


def end(session: Session, job: Taken, state: State, told: str) -> None:
    """Nothing; the job is over, in the transaction of what it did. Displaced when somebody else does it by now."""
    _change(session, job, state=state, told=told, ended_at=now(), beat_at=now())


def _change(session: Session, job: Taken, **values: Any) -> None:
    mine = session.execute(
        scoped(session, JOBS, JOBS.c.id)
        .where(JOBS.c.id == job.id, JOBS.c.runner == job.runner, JOBS.c.ended_at.is_(None))
        .with_for_update()
    ).first()
    if mine is None:
        raise Displaced(job.id)
    session.execute(
        update(JOBS).where(JOBS.c.municipality_id == tenant_id(session), JOBS.c.id == job.id).values(values)
    )

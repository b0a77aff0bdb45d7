"""Reads of what an employee has written about her own tasks. Each takes whose it is: her own id."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from competence.catalogue.models import Task
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.people.models import Employment
from competence.practice.models import OwnNote, PracticeDone, PracticeUse, SelfRating, TrainingRequest
from competence.practice.rules import BACK, Recency, recency
from competence.signoffs.models import Observation
from competence.signoffs.queries import get_employment, get_task
from competence.signoffs.rules import ObservationKind

DID = (ObservationKind.WITH_HELP, ObservationKind.ALONE)
"""Observed times at which she did the task herself; to watch is not to do."""


def use_now(session: Session) -> PracticeUse | None:
    """The time that is open, in which the municipality uses the practice log; None while it does not."""
    return session.scalars(select(PracticeUse).where(PracticeUse.ended_at.is_(None))).first()


def uses(session: Session) -> Sequence[PracticeUse]:
    """All times in which the municipality has used the log, the newest first."""
    return session.scalars(select(PracticeUse).order_by(PracticeUse.begun_at.desc(), PracticeUse.id.desc())).all()


def own_place(session: Session, person_id: int, employment_id: int, task_id: int) -> tuple[Employment, Task]:
    """The person's own employment, which runs, and a task that is in the catalogue. NotFound for all else."""
    employment, _unit = get_employment(session, employment_id)
    on = today()
    runs = employment.valid_from <= on and (employment.valid_to is None or on < employment.valid_to)
    if employment.person_id != person_id or not runs:
        raise NotFound
    task = get_task(session, task_id)
    if task.archived_on is not None and task.archived_on <= on:
        raise NotFound
    return employment, task


@dataclass(frozen=True)
class OwnTask:
    """What she has written about one task, and what is noted of when she did it."""

    note: OwnNote | None
    rating: SelfRating | None
    asked: TrainingRequest | None
    """Her open request for training."""
    logs: bool
    """Whether the municipality uses the practice log; while it does not, the last two are empty."""
    recency: Recency | None
    done: Sequence[date]
    """The days of her log that she can still take back, the newest first."""


def about_task(session: Session, person_id: int, employment_id: int, task: Task) -> OwnTask:
    """What the person's own page of the task shows of it."""
    logs = use_now(session) is not None
    last = last_done(session, person_id, [task]).get(task.id) if logs else None
    return OwnTask(
        note_of(session, person_id, task.id),
        rating_of(session, person_id, task.id),
        open_request(session, employment_id, task.id),
        logs,
        recency(last, task.refresh_months, on=today()),
        days_done(session, person_id, task.id) if logs else [],
    )


def note_of(session: Session, person_id: int, task_id: int) -> OwnNote | None:
    """The person's note about the task."""
    return session.scalars(select(OwnNote).where(OwnNote.person_id == person_id, OwnNote.task_id == task_id)).first()


def rating_of(session: Session, person_id: int, task_id: int) -> SelfRating | None:
    """The person's rating of herself in the task."""
    return session.scalars(
        select(SelfRating).where(SelfRating.person_id == person_id, SelfRating.task_id == task_id)
    ).first()


def open_request(session: Session, employment_id: int, task_id: int) -> TrainingRequest | None:
    """The open request for training in the task."""
    return session.scalars(
        select(TrainingRequest).where(
            TrainingRequest.employment_id == employment_id, TrainingRequest.task_id == task_id,
            TrainingRequest.closed_at.is_(None),
        )
    ).first()  # fmt: skip


def days_done(session: Session, person_id: int, task_id: int) -> Sequence[date]:
    """The days of her log, of those that can still be noted, the newest first."""
    return session.scalars(
        select(PracticeDone.done_on)
        .where(
            PracticeDone.person_id == person_id, PracticeDone.task_id == task_id, PracticeDone.done_on >= today() - BACK
        )
        .order_by(PracticeDone.done_on.desc(), PracticeDone.id.desc())
    ).all()


def last_done(session: Session, person_id: int, tasks: Collection[Task]) -> Mapping[int, date]:
    """Task -> the last day on which she did it, by her log or by an observed time that counts; the others are absent."""
    ids = sorted({task.id for task in tasks})
    if not ids:
        return {}
    logged = session.execute(
        select(PracticeDone.task_id, func.max(PracticeDone.done_on))
        .where(PracticeDone.person_id == person_id, PracticeDone.task_id.in_(ids))
        .group_by(PracticeDone.task_id)
    )
    found: dict[int, date] = {row[0]: row[1] for row in logged}
    counts = {task.id: task for task in tasks}
    seen = session.execute(
        select(Observation.task_id, Observation.how, func.max(Observation.observed_on))
        .where(
            Observation.person_id == person_id, Observation.task_id.in_(ids), Observation.withdrawn_at.is_(None),
            Observation.kind.in_(DID),
        )
        .group_by(Observation.task_id, Observation.how)
    )  # fmt: skip
    for task, how, day in seen:
        if task is not None and counts[task].counts(how):
            found[task] = max(day, found.get(task, day))
    return found


def refreshes(session: Session, person_id: int, tasks: Collection[Task]) -> Mapping[int, Recency]:
    """Task -> when it was last done, of those for which a refresh is suggested; empty while the log is not in use."""
    ruled = [task for task in tasks if task.refresh_months is not None]
    if not ruled or use_now(session) is None:
        return {}
    last, on = last_done(session, person_id, ruled), today()
    found = {task.id: recency(last.get(task.id), task.refresh_months, on=on) for task in ruled}
    return {task: one for task, one in found.items() if one is not None and one.is_due}


def requests_of(session: Session, employment_ids: Collection[int]) -> Mapping[tuple[int, int], TrainingRequest]:
    """(employment, task) -> the open request for training."""
    rows = session.scalars(
        select(TrainingRequest)
        .where(TrainingRequest.employment_id.in_(list(employment_ids)), TrainingRequest.closed_at.is_(None))
        .order_by(TrainingRequest.id)
    )
    return {(row.employment_id, row.task_id): row for row in rows}


def shown_ratings(session: Session, person_id: int) -> Sequence[tuple[SelfRating, str]]:
    """(rating, task) of those that the person shows her leader, by the task's name."""
    rows = session.execute(
        select(SelfRating, Task.name)
        .join(Task, Task.id == SelfRating.task_id)
        .where(SelfRating.person_id == person_id, SelfRating.shown_at.is_not(None))
        .order_by(Task.name, SelfRating.id)
    ).all()
    return [(row[0], row[1]) for row in rows]


@dataclass(frozen=True)
class Written:
    """All that a person has written about her own tasks, each with the task's name."""

    notes: Sequence[tuple[OwnNote, str]]
    ratings: Sequence[tuple[SelfRating, str]]
    asked: Sequence[tuple[TrainingRequest, str]]
    done: Sequence[tuple[date, str]]
    """Her log; empty while the municipality does not use it."""


def written_by(session: Session, person_id: int) -> Written:
    """Everything that she has written, for her own eyes: the newest first."""
    notes = select(OwnNote, Task.name).join(Task, Task.id == OwnNote.task_id).where(OwnNote.person_id == person_id)
    ratings = (
        select(SelfRating, Task.name).join(Task, Task.id == SelfRating.task_id).where(SelfRating.person_id == person_id)
    )
    asked = (
        select(TrainingRequest, Task.name)
        .join(Task, Task.id == TrainingRequest.task_id)
        .join(Employment, Employment.id == TrainingRequest.employment_id)
        .where(Employment.person_id == person_id)
        .order_by(TrainingRequest.asked_at.desc(), TrainingRequest.id.desc())
    )
    done = (
        select(PracticeDone.done_on, Task.name)
        .join(Task, Task.id == PracticeDone.task_id)
        .where(PracticeDone.person_id == person_id, PracticeDone.done_on > today() - timedelta(days=731))
        .order_by(PracticeDone.done_on.desc(), PracticeDone.id.desc())
    )
    return Written(
        [(row[0], row[1]) for row in session.execute(notes.order_by(Task.name, OwnNote.id))],
        [(row[0], row[1]) for row in session.execute(ratings.order_by(Task.name, SelfRating.id))],
        [(row[0], row[1]) for row in session.execute(asked)],
        [(row[0], row[1]) for row in session.execute(done)] if use_now(session) is not None else [],
    )

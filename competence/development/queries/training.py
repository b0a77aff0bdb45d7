"""Who asks for more training, or wants to practise more before her yes, for the guide's queue. Never counted or ranked."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, exists, literal_column
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Reach
from competence.audit.models import EventText
from competence.decision.queries import EMPLOYMENTS, book
from competence.development.queries.queue import held_by
from competence.development.queries.queue_rows import MOST, RECENT, TASKS, Who, people_within, who_of
from competence.foundation.clock import now, today
from competence.practice.models import TrainingRequest
from competence.practice.rules import Wanted
from competence.signoffs.queries import EVENTS
from competence.signoffs.rules import EventKind

ASKED = cast(Table, TrainingRequest.__table__)
TEXTS = cast(Table, EventText.__table__)
SIGNED, LATER = EVENTS.alias("signed"), EVENTS.alias("later")


@dataclass(frozen=True)
class Asks:
    """A colleague's open request, with her own words."""

    id: int
    who: Who
    task_id: int
    task: str
    is_refresh: bool
    words: str
    asked_at: datetime
    i_hold: int
    """The level at which the reader may do the task herself; 0 = she cannot train in it."""


def wanting_training(session: Session, actor: Actor, within: Reach) -> list[Asks]:
    """The open requests of those within reach, the reader herself left out, the oldest first."""
    on = today()
    rows = session.execute(
        people_within(session, within, on=on, but=actor.person_id)
        .join(
            ASKED,
            (ASKED.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (ASKED.c.employment_id == EMPLOYMENTS.c.id),
        )
        .join(TASKS, (TASKS.c.municipality_id == ASKED.c.municipality_id) & (TASKS.c.id == ASKED.c.task_id))
        .where(ASKED.c.closed_at.is_(None))
        .add_columns(
            ASKED.c.id.label("asked_id"), ASKED.c.task_id, TASKS.c.name.label("task"), ASKED.c.wanted, ASKED.c.words,
            ASKED.c.asked_at,
        )
        .order_by(ASKED.c.asked_at, ASKED.c.id)
        .limit(MOST)
    ).all()  # fmt: skip
    held = held_by(session, actor.person_id, {row.task_id for row in rows}, book(session), on) if rows else {}
    return [
        Asks(
            row.asked_id, who_of(row), row.task_id, row.task, row.wanted == Wanted.REFRESH.value, row.words, row.asked_at,
            held.get(row.task_id, 0),
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True)
class NotYet:
    """A colleague wants to practise more before she says yes to what the reader has signed."""

    who: Who
    task_id: int
    task: str
    seq: int
    """The signature that she answered."""
    words: str
    """Why, if she wrote it: to the reader, who signed."""
    answered_at: datetime


def not_yet_to(session: Session, actor: Actor, within: Reach) -> list[NotYet]:
    """The answers of the last 30 days to the reader's own signatures, the newest first, until somebody signs again."""
    signed_again = exists().where(
        LATER.c.municipality_id == EVENTS.c.municipality_id, LATER.c.person_id == EVENTS.c.person_id,
        LATER.c.task_id == EVENTS.c.task_id, LATER.c.seq > EVENTS.c.seq, LATER.c.kind == EventKind.SIGNED.value,
    )  # fmt: skip
    rows = session.execute(
        people_within(session, within, on=today(), but=actor.person_id)
        .join(
            EVENTS,
            (EVENTS.c.municipality_id == EMPLOYMENTS.c.municipality_id)
            & (EVENTS.c.person_id == EMPLOYMENTS.c.person_id),
        )
        .join(
            SIGNED,
            (SIGNED.c.municipality_id == EVENTS.c.municipality_id)
            & (SIGNED.c.person_id == EVENTS.c.person_id)
            & (SIGNED.c.seq == EVENTS.c.refers_to),
        )
        .join(TASKS, (TASKS.c.municipality_id == EVENTS.c.municipality_id) & (TASKS.c.id == EVENTS.c.task_id))
        .outerjoin(
            TEXTS,
            (TEXTS.c.municipality_id == EVENTS.c.municipality_id)
            & (TEXTS.c.event_id == EVENTS.c.id)
            & (TEXTS.c.name == "reason"),
        )
        .where(
            EVENTS.c.kind == literal_column(f"'{EventKind.NOT_YET.value}'"), EVENTS.c.recorded_at >= now() - RECENT,
            SIGNED.c.by_person_id == actor.person_id, ~signed_again,
        )
        .add_columns(
            EVENTS.c.task_id, TASKS.c.name.label("task"), SIGNED.c.seq, TEXTS.c.text, EVENTS.c.recorded_at,
            EVENTS.c.id.label("event_id"),
        )
        .order_by(EVENTS.c.recorded_at.desc(), EVENTS.c.id.desc(), EMPLOYMENTS.c.id)
        .limit(MOST)
    )  # fmt: skip
    once: dict[int, NotYet] = {}
    for row in rows:
        once.setdefault(
            row.event_id, NotYet(who_of(row), row.task_id, row.task, row.seq, row.text or "", row.recorded_at)
        )
    return list(once.values())

"""Who asks for more training or a refresh, for the guide's queue. Read in order of time; never counted or ranked."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Reach
from competence.decision.queries import EMPLOYMENTS, book
from competence.development.queries.queue import held_by
from competence.development.queries.queue_rows import MOST, TASKS, Who, people_within, who_of
from competence.foundation.clock import today
from competence.practice.models import TrainingRequest
from competence.practice.rules import Wanted

ASKED = cast(Table, TrainingRequest.__table__)


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

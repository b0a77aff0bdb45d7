"""One employment's facts, and the rule's answer about them with its reasons."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from competence.decision.queries import EMPLOYMENTS, load
from competence.decision.rules import Answer, Employment, may
from competence.foundation.clock import today
from competence.foundation.errors import NotFound


def get_facts(
    session: Session,
    employment_id: int,
    *,
    task_id: int | None = None,
    evidence: bool = False,
    known_at: datetime | None = None,
) -> Employment:
    """One employment's facts. NotFound when there is none by that id in the municipality."""
    found = load(session, EMPLOYMENTS.c.id == employment_id, task_id=task_id, evidence=evidence, known_at=known_at)
    if not found:
        raise NotFound
    return found[0]


def ask(
    session: Session,
    employment_id: int,
    task_id: int,
    *,
    on: date,
    unit: str | None = None,
    citizen: int | None = None,
    known_at: datetime | None = None,
) -> Answer:
    """The rule's answer with its reasons. A past date is answered from the chains, today and later from the projections."""
    past = on < today() or known_at is not None
    facts = get_facts(session, employment_id, task_id=task_id, evidence=past, known_at=known_at)
    return may(facts, task_id, on=on, unit=unit, citizen=citizen, known_at=known_at)

"""What later events say of a signature in words: why it ended, and why it is suspended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from competence.foundation.orm import scoped
from competence.signoffs.models import SignOffRequest
from competence.signoffs.queries.bedside import name_of, text_of
from competence.signoffs.queries.evidence import EVENTS, event_of, events_of
from competence.signoffs.rules import Event, EventKind, history


@dataclass(frozen=True)
class Said:
    """What somebody wrote with an event, when and who; the words are empty once they are erased."""

    at: datetime
    by: str
    words: str
    valid_from: date | None = None
    valid_to: date | None = None
    """Of a suspension: half-open."""


ENDS = {
    EventKind.REVOKED: "reason",
    EventKind.SECOND_RETURNED: "comment",
}
"""The ends whose words are the person's to read, and what those words are called."""


def ending_of(session: Session, person_id: int, seq: int) -> Said | None:
    """Why the signature was revoked, or sent back by the second; None when neither has happened."""
    row = session.execute(
        scoped(session, EVENTS)
        .where(EVENTS.c.person_id == person_id, EVENTS.c.refers_to == seq, EVENTS.c.kind.in_(list(ENDS)))
        .order_by(EVENTS.c.seq.desc())
    ).first()
    return _said(session, event_of(row)) if row is not None else None


def last_ending(session: Session, person_id: int, task_id: int) -> tuple[int, Said] | None:
    """(seq, why) where the newest signature of the task was revoked or sent back by the second; None otherwise."""
    events = events_of(session, [person_id], task_ids=[task_id]).get(person_id, [])
    newest = max(history(events), key=lambda one: one.seq, default=None)
    if newest is None or newest.ended_by not in ENDS:
        return None
    said = ending_of(session, person_id, newest.seq)
    return (newest.seq, said) if said is not None else None


def pause_of(session: Session, person_id: int, task_id: int, *, on: date, citizen_id: int | None = None) -> Said | None:
    """The suspension that runs on the day or is to come, with its reason: for the person herself. None when there is none."""
    last: Event | None = None
    for event in events_of(session, [person_id], task_ids=[task_id]).get(person_id, []):
        if event.citizen_id != citizen_id:
            continue
        if event.kind is EventKind.SUSPENDED:
            last = event
        elif event.kind is EventKind.RESUMED:
            last = None
    if last is None:
        return None
    said = _said(session, last)
    return said if said.valid_to is None or on < said.valid_to else None


def _said(session: Session, event: Event) -> Said:
    first, end = event.fields.get("valid_from"), event.fields.get("valid_to")
    return Said(
        event.recorded_at,
        name_of(session, event.by_person_id) or "",
        text_of(session, event.id, ENDS.get(event.kind, "reason")),
        date.fromisoformat(first) if first else None,
        date.fromisoformat(end) if end else None,
    )


def returned_of(session: Session, employment_ids: Iterable[int]) -> Sequence[SignOffRequest]:
    """The requests that were sent back and not made again since, the newest first."""
    later = aliased(SignOffRequest)
    return session.scalars(
        select(SignOffRequest)
        .where(
            SignOffRequest.employment_id.in_(list(employment_ids)),
            SignOffRequest.closed_how == "returned",
            ~select(later.id)
            .where(
                later.municipality_id == SignOffRequest.municipality_id,
                later.employment_id == SignOffRequest.employment_id,
                later.task_id == SignOffRequest.task_id,
                later.id > SignOffRequest.id,
            )
            .exists(),
        )
        .order_by(SignOffRequest.closed_at.desc(), SignOffRequest.id.desc())
    ).all()

"""Reads of the evidence about sign-offs and of its projections."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from competence.audit.models import EventText, EvidenceEvent
from competence.foundation.orm import scoped
from competence.signoffs.models import CurrentSignOff, Exemption, Observation, WaitingSignOff
from competence.signoffs.rules import TIMES, Event, EventKind, Origin, Signed

EVENTS = cast(Table, EvidenceEvent.__table__)
TEXTS = cast(Table, EventText.__table__)
CURRENT = cast(Table, CurrentSignOff.__table__)
WAITING = cast(Table, WaitingSignOff.__table__)
OBSERVATIONS = cast(Table, Observation.__table__)
EXEMPTIONS = cast(Table, Exemption.__table__)

ABOUT_SIGNOFFS = (
    EventKind.SIGNED, EventKind.ACCEPTED, EventKind.NOT_YET, EventKind.WITHDRAWN, EventKind.REVOKED, EventKind.DECLINED,
    EventKind.SUSPENDED,
)  # fmt: skip


def chunks(ids: Iterable[int], size: int = 500) -> Iterable[Sequence[int]]:
    """The ids in sorted pieces that fit an IN list of either database."""
    listed = sorted(set(ids))
    for start in range(0, len(listed), size):
        yield listed[start : start + size]


_KINDS = {kind.value: kind for kind in EventKind}
_EVENT_COLUMNS = (
    EVENTS.c.person_id, EVENTS.c.kind, EVENTS.c.seq, EVENTS.c.recorded_at, EVENTS.c.task_id, EVENTS.c.citizen_id,
    EVENTS.c.by_person_id, EVENTS.c.refers_to, EVENTS.c.fields, EVENTS.c.id,
)  # fmt: skip
"""The person, and then in the order of an Event's fields."""


def events_of(
    session: Session,
    person_ids: Iterable[int],
    *,
    task_ids: Iterable[int] | None = None,
    known_at: datetime | None = None,
) -> dict[int, list[Event]]:
    """Each person's events about sign-offs in the order of the chain, as known at the moment (None: all)."""
    found: dict[int, list[Event]] = {}
    for some in chunks(person_ids):
        wanted = scoped(session, EVENTS, *_EVENT_COLUMNS).where(
            EVENTS.c.person_id.in_(some), EVENTS.c.kind.in_(ABOUT_SIGNOFFS)
        )
        if task_ids is not None:
            wanted = wanted.where(EVENTS.c.task_id.in_(list(task_ids)))
        if known_at is not None:
            wanted = wanted.where(EVENTS.c.recorded_at <= known_at)
        rows = session.execute(wanted.order_by(EVENTS.c.person_id, EVENTS.c.seq)).all()
        signers = signers_of(session, [row.id for row in rows if "signer_hash" in row.fields])
        for person, kind, *said in rows:
            event = Event(_KINDS[kind], *said)
            if event.id in signers:
                event = replace(event, fields={**event.fields, "signer_text": signers[event.id]})
            found.setdefault(person, []).append(event)
    return found


def signers_of(session: Session, event_ids: Iterable[int]) -> dict[int, str]:
    """Event -> the name of a paper's signer or an instructor from outside; absent once it is erased."""
    found: dict[int, str] = {}
    for some in chunks(event_ids):
        rows = session.execute(
            scoped(session, TEXTS, TEXTS.c.event_id, TEXTS.c.text).where(
                TEXTS.c.event_id.in_(some), TEXTS.c.name == "signer"
            )
        )
        found |= {row.event_id: row.text for row in rows}
    return found


def event_of(row: Any) -> Event:
    """A row of the evidence as the rule reads it."""
    return Event(
        kind=EventKind(row.kind), seq=row.seq, recorded_at=row.recorded_at, task_id=row.task_id, citizen_id=row.citizen_id,
        by_person_id=row.by_person_id, refers_to=row.refers_to, fields=row.fields, id=row.id,
    )  # fmt: skip


_CURRENT_COLUMNS = (
    CURRENT.c.person_id, CURRENT.c.task_id, CURRENT.c.seq, CURRENT.c.level, CURRENT.c.valid_from, CURRENT.c.valid_to,
    CURRENT.c.accepted_on, CURRENT.c.answer_before, CURRENT.c.ended_on, CURRENT.c.ended_by, CURRENT.c.origin,
    CURRENT.c.citizen_id, CURRENT.c.signer_id, CURRENT.c.signer_text, CURRENT.c.pauses, CURRENT.c.signed_at, CURRENT.c.event_id,
)  # fmt: skip


def projected(
    session: Session, person_ids: Iterable[int], *, task_id: int | None = None
) -> dict[int, dict[int, tuple[Signed, ...]]]:
    """Person -> task -> the sign-off that decides and the one that waits, from the projections: all that today needs."""
    found: dict[int, dict[int, tuple[Signed, ...]]] = {}
    for some in chunks(person_ids):
        current = scoped(session, CURRENT, *_CURRENT_COLUMNS).where(CURRENT.c.person_id.in_(some))
        waits = scoped(session, WAITING).where(WAITING.c.person_id.in_(some))
        if task_id is not None:
            current, waits = current.where(CURRENT.c.task_id == task_id), waits.where(WAITING.c.task_id == task_id)
        for (
            person,
            task,
            seq,
            level,
            begins,
            ends,
            yes,
            before,
            ended,
            ended_by,
            origin,
            citizen,
            by,
            text,
            pauses,
            at,
            event,
        ) in session.execute(current):
            signed = Signed(
                seq, task, level, begins, ends, yes, before, ended, EventKind(ended_by) if ended_by else None, Origin(origin),
                citizen, by, text, _pauses(pauses) if pauses else (), at, None, event,
            )  # fmt: skip
            tasks = found.setdefault(person, {})
            tasks[task] = (*tasks.get(task, ()), signed)
        for row in session.execute(waits):
            signed = Signed(
                row.seq, row.task_id, row.level, row.valid_from, row.valid_to, row.accepted_on, row.answer_before,
                origin=Origin(row.origin), citizen_id=row.citizen_id, signer_id=row.signer_id, signer_text=row.signer_text,
                recorded_at=row.signed_at, event_id=row.event_id,
            )  # fmt: skip
            tasks = found.setdefault(row.person_id, {})
            tasks[row.task_id] = (*(s for s in tasks.get(row.task_id, ()) if s.seq != row.seq), signed)
    return found


def _pauses(stored: list[list[str | None]]) -> tuple[tuple[date, date | None], ...]:
    return tuple((date.fromisoformat(a), date.fromisoformat(b) if b else None) for a, b in stored if a)


def observed_days(
    session: Session, person_ids: Iterable[int], *, task_id: int | None = None, known_at: datetime | None = None
) -> dict[int, dict[int, tuple[date, ...]]]:
    """Person -> task -> the days of the observed times that stand, in order."""
    found: dict[int, dict[int, list[date]]] = {}
    for some in chunks(person_ids):
        wanted = scoped(
            session, OBSERVATIONS, OBSERVATIONS.c.person_id, OBSERVATIONS.c.task_id, OBSERVATIONS.c.observed_on
        ).where(
            OBSERVATIONS.c.person_id.in_(some), OBSERVATIONS.c.withdrawn_at.is_(None), OBSERVATIONS.c.kind.in_(TIMES),
            OBSERVATIONS.c.task_id.is_not(None),
        )  # fmt: skip
        if task_id is not None:
            wanted = wanted.where(OBSERVATIONS.c.task_id == task_id)
        if known_at is not None:
            wanted = wanted.where(OBSERVATIONS.c.recorded_at <= known_at)
        for person, task, day in session.execute(wanted.order_by(OBSERVATIONS.c.observed_on, OBSERVATIONS.c.id)):
            found.setdefault(person, {}).setdefault(task, []).append(day)
    return {person: {task: tuple(days) for task, days in tasks.items()} for person, tasks in found.items()}


def exemptions(
    session: Session, person_ids: Iterable[int]
) -> dict[int, dict[int, tuple[tuple[date, date | None], ...]]]:
    """Person -> task -> times of exemption."""
    found: dict[int, dict[int, tuple[tuple[date, date | None], ...]]] = {}
    for some in chunks(person_ids):
        for row in session.execute(scoped(session, EXEMPTIONS).where(EXEMPTIONS.c.person_id.in_(some))):
            tasks = found.setdefault(row.person_id, {})
            tasks[row.task_id] = (*tasks.get(row.task_id, ()), (row.valid_from, row.valid_to))
    return found

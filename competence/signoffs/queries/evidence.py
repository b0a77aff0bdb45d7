"""Reads of the evidence about sign-offs and of its projections."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, bindparam, exists, or_
from sqlalchemy.orm import Session

from competence.audit.models import EventText, EvidenceEvent
from competence.catalogue.models import Task
from competence.catalogue.queries.scales import turns
from competence.foundation.orm import execute, scoped, several, standing
from competence.signoffs.models import CurrentSignOff, Exemption, Observation, WaitingSignOff
from competence.signoffs.rules import TIMES, Event, EventKind, How, Origin, Signed, rescaled

EVENTS = cast(Table, EvidenceEvent.__table__)
TEXTS = cast(Table, EventText.__table__)
CURRENT = cast(Table, CurrentSignOff.__table__)
WAITING = cast(Table, WaitingSignOff.__table__)
OBSERVATIONS = cast(Table, Observation.__table__)
TASKS = cast(Table, Task.__table__)
EXEMPTIONS = cast(Table, Exemption.__table__)

ABOUT_SIGNOFFS = (
    EventKind.SIGNED, EventKind.ACCEPTED, EventKind.NOT_YET, EventKind.WITHDRAWN, EventKind.REVOKED, EventKind.DECLINED,
    EventKind.SUSPENDED, EventKind.RESUMED, EventKind.SECOND_APPROVED, EventKind.SECOND_RETURNED,
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
_EVENTS = (
    standing(EVENTS, *_EVENT_COLUMNS)
    .where(EVENTS.c.person_id.in_(several("persons")), EVENTS.c.kind.in_(ABOUT_SIGNOFFS))
    .order_by(EVENTS.c.person_id, EVENTS.c.seq)
)
_EVENTS_ABOUT = _EVENTS.where(EVENTS.c.task_id.in_(several("tasks")))


def events_of(
    session: Session,
    person_ids: Iterable[int],
    *,
    task_ids: Iterable[int] | None = None,
    known_at: datetime | None = None,
) -> dict[int, list[Event]]:
    """Each person's events about sign-offs in the order of the chain, as known at the moment (None: all)."""
    found: dict[int, list[Event]] = {}
    wanted = _EVENTS if task_ids is None else _EVENTS_ABOUT
    if known_at is not None:
        wanted = wanted.where(EVENTS.c.recorded_at <= known_at)
    about = {} if task_ids is None else {"tasks": list(task_ids)}
    for some in chunks(person_ids):
        rows = execute(session, wanted, persons=some, **about).all()
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
_DECIDE = standing(CURRENT, *_CURRENT_COLUMNS).where(CURRENT.c.person_id.in_(several("persons")))
_DECIDE_ABOUT = _DECIDE.where(CURRENT.c.task_id == bindparam("task"))
_WAIT = standing(
    WAITING, WAITING.c.person_id, WAITING.c.seq, WAITING.c.task_id, WAITING.c.level, WAITING.c.valid_from,
    WAITING.c.valid_to, WAITING.c.accepted_on, WAITING.c.answer_before, WAITING.c.origin, WAITING.c.citizen_id,
    WAITING.c.signer_id, WAITING.c.signer_text, WAITING.c.signed_at, WAITING.c.event_id, WAITING.c.lacks_second,
    WAITING.c.pauses,
).where(WAITING.c.person_id.in_(several("persons")))  # fmt: skip
_WAIT_ABOUT = _WAIT.where(WAITING.c.task_id == bindparam("task"))


def projected(
    session: Session, person_ids: Iterable[int], *, task_id: int | None = None
) -> dict[int, dict[int, tuple[Signed, ...]]]:
    """Person -> task -> the sign-off that decides and the one that waits, from the projections: all that today needs."""
    found: dict[int, dict[int, tuple[Signed, ...]]] = {}
    current, waits = (_DECIDE, _WAIT) if task_id is None else (_DECIDE_ABOUT, _WAIT_ABOUT)
    changes = turns(session)
    about = {} if task_id is None else {"task": task_id}
    for some in chunks(person_ids):
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
        ) in execute(session, current, persons=some, **about):
            signed = Signed(
                seq, task, level, begins, ends, yes, before, ended, EventKind(ended_by) if ended_by else None, Origin(origin),
                citizen, by, text, _pauses(pauses) if pauses else (), at, None, event,
            )  # fmt: skip
            if changes:
                signed = rescaled(signed, changes)
            tasks = found.setdefault(person, {})
            tasks[task] = (*tasks.get(task, ()), signed)
        for row in execute(session, waits, persons=some, **about):
            signed = Signed(
                row.seq, row.task_id, row.level, row.valid_from, row.valid_to, row.accepted_on, row.answer_before,
                origin=Origin(row.origin), citizen_id=row.citizen_id, signer_id=row.signer_id, signer_text=row.signer_text,
                recorded_at=row.signed_at, event_id=row.event_id, lacks_second=row.lacks_second,
                pauses=_pauses(row.pauses) if row.pauses else (),
            )  # fmt: skip
            if changes:
                signed = rescaled(signed, changes)
            tasks = found.setdefault(row.person_id, {})
            tasks[row.task_id] = (*(s for s in tasks.get(row.task_id, ()) if s.seq != row.seq), signed)
    return found


def _pauses(stored: list[list[str | None]]) -> tuple[tuple[date, date | None], ...]:
    return tuple((date.fromisoformat(a), date.fromisoformat(b) if b else None) for a, b in stored if a)


def counted() -> ColumnElement[bool]:
    """Whether an observed time counts among those its task asks for: as Task.counts says it of one."""
    o, t = OBSERVATIONS.c, TASKS.c
    of_its_task = exists().where(
        t.municipality_id == o.municipality_id, t.id == o.task_id,
        or_(
            and_(o.how == How.SIMULATED.value, t.counts_simulated), and_(o.how == How.ORAL.value, t.counts_oral),
            and_(o.how == How.TEST.value, t.counts_test),
        ),
    )  # fmt: skip
    return or_(o.how == How.OBSERVED.value, of_its_task)


_SEEN = (
    standing(OBSERVATIONS, OBSERVATIONS.c.person_id, OBSERVATIONS.c.task_id, OBSERVATIONS.c.observed_on)
    .where(
        OBSERVATIONS.c.person_id.in_(several("persons")), OBSERVATIONS.c.withdrawn_at.is_(None),
        OBSERVATIONS.c.kind.in_(TIMES), OBSERVATIONS.c.task_id.is_not(None), counted(),
    )
    .order_by(OBSERVATIONS.c.observed_on, OBSERVATIONS.c.id)
)  # fmt: skip
_SEEN_ABOUT = _SEEN.where(OBSERVATIONS.c.task_id == bindparam("task"))


def observed_days(
    session: Session, person_ids: Iterable[int], *, task_id: int | None = None, known_at: datetime | None = None
) -> dict[int, dict[int, tuple[date, ...]]]:
    """Person -> task -> the days of the observed times that stand and count, in order."""
    found: dict[int, dict[int, list[date]]] = {}
    wanted = _SEEN if task_id is None else _SEEN_ABOUT
    if known_at is not None:
        wanted = wanted.where(OBSERVATIONS.c.recorded_at <= known_at)
    about = {} if task_id is None else {"task": task_id}
    for some in chunks(person_ids):
        for person, task, day in execute(session, wanted, persons=some, **about):
            found.setdefault(person, {}).setdefault(task, []).append(day)
    return {person: {task: tuple(days) for task, days in tasks.items()} for person, tasks in found.items()}

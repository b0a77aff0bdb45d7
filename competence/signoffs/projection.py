"""The projections of the evidence, rebuilt from the events whenever these change."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, delete, insert
from sqlalchemy.orm import Session

from competence.foundation.orm import OWN, execute, scoped, several, tenant_id
from competence.signoffs.queries import CURRENT, EVENTS, WAITING, chunks, events_of
from competence.signoffs.rules import Event, Signed, history, latest

Rows = tuple[list[dict[str, Any]], list[dict[str, Any]]]
"""Rows of current_signoff and of waiting_signoff."""

_GONE = {
    table.name: delete(table).where(
        table.c.municipality_id == bindparam(OWN), table.c.person_id.in_(several("persons"))
    )
    for table in (CURRENT, WAITING)
}
_GONE_ABOUT = {
    table.name: _GONE[table.name].where(table.c.task_id == bindparam("task")) for table in (CURRENT, WAITING)
}
_ADD = {table.name: insert(table) for table in (CURRENT, WAITING)}


def rebuild(
    session: Session,
    person_ids: Iterable[int],
    *,
    on: date,
    task_id: int | None = None,
    known: Mapping[int, Sequence[Event]] | None = None,
) -> None:
    """Nothing; the projections of the persons (for the task) say what their events say.

    `known`: their events (about the task), where the caller has just read and written them.
    """
    wanted = sorted(set(person_ids))
    tasks = None if task_id is None else [task_id]
    current: list[dict[str, Any]] = []
    waits: list[dict[str, Any]] = []
    for person, events in (known or events_of(session, wanted, task_ids=tasks)).items():
        some = rows_of(person, events, on=on)
        current += some[0]
        waits += some[1]
    municipality = {"municipality_id": tenant_id(session)}
    for table, rows in ((CURRENT, current), (WAITING, waits)):
        gone, about = (_GONE[table.name], {}) if task_id is None else (_GONE_ABOUT[table.name], {"task": task_id})
        for some_ids in chunks(wanted):
            execute(session, gone, persons=some_ids, **about)
        if rows:
            session.execute(_ADD[table.name], [municipality | row for row in rows])


def rows_of(person_id: int, events: Sequence[Event], *, on: date) -> Rows:
    """What the projections say of the person on the day."""
    by_place: dict[tuple[int, int | None], list[Signed]] = {}
    for signed in history(events):
        by_place.setdefault((signed.task_id, signed.citizen_id), []).append(signed)
    current, waits = [], []
    for some in by_place.values():
        decides = latest(some, on=on)
        if decides is not None:
            current.append(_current(person_id, decides))
        ahead = [
            s
            for s in some
            if s is not decides
            and not s.withdrawn
            and s.ended_on is None
            and (s.waits(on) or (s.accepted_on and s.valid_from > on))
        ]
        if ahead:
            waits.append(_waiting(person_id, max(ahead, key=lambda s: s.seq)))
    return current, waits


def _common(person_id: int, signed: Signed) -> dict[str, Any]:
    return {
        "person_id": person_id, "task_id": signed.task_id, "citizen_id": signed.citizen_id, "event_id": signed.event_id,
        "seq": signed.seq, "level": signed.level, "valid_from": signed.valid_from, "valid_to": signed.valid_to,
        "accepted_on": signed.accepted_on, "answer_before": signed.answer_before, "signer_id": signed.signer_id,
        "signer_text": signed.signer_text, "origin": signed.origin, "signed_at": signed.recorded_at,
    }  # fmt: skip


def _current(person_id: int, signed: Signed) -> dict[str, Any]:
    return _common(person_id, signed) | {
        "counts_from": signed.counts_from,
        "ended_on": signed.ended_on,
        "ended_by": signed.ended_by,
        "pauses": [[a.isoformat(), b.isoformat() if b else None] for a, b in signed.pauses],
    }


def _waiting(person_id: int, signed: Signed) -> dict[str, Any]:
    return _common(person_id, signed)


def differences(session: Session, *, on: date) -> list[tuple[int, int]]:
    """(person, task) for every place where the projections do not say what the evidence says; empty when all agree."""
    stored: dict[int, set[tuple[Any, ...]]] = {}
    for table in (CURRENT, WAITING):
        for row in session.execute(scoped(session, table)):
            stored.setdefault(row.person_id, set()).add(_compared(table.name, dict(row._mapping)))
    found: list[tuple[int, int]] = []
    persons = set(session.scalars(scoped(session, EVENTS, EVENTS.c.person_id).distinct())) | set(stored)
    for some in chunks(persons):
        by_person = events_of(session, some)
        for person in some:
            current, waits = rows_of(person, by_person.get(person, []), on=on)
            right = {_compared(CURRENT.name, row) for row in current} | {_compared(WAITING.name, row) for row in waits}
            differ = right ^ stored.get(person, set())
            found += sorted({(person, row[1]) for row in differ if not _only_time(row, on)})
    return found


def _compared(table: str, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        table, row["task_id"], row["citizen_id"], row["event_id"], row["level"], row["valid_from"], row["valid_to"],
        row["accepted_on"], row["answer_before"], str(row["origin"]),
    )  # fmt: skip


def _only_time(row: tuple[Any, ...], on: date) -> bool:
    """Whether a waiting row differs only because its time has run out, or its first day has come, since it was written."""
    _table, _task, _citizen, _event, _level, valid_from, valid_to, accepted_on, answer_before, _origin = row
    late = (answer_before is not None and answer_before <= on and accepted_on is None) or (
        valid_to is not None and valid_to <= on
    )
    return late or (accepted_on is not None and valid_from <= on)

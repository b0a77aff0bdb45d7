"""The projections of the evidence, rebuilt from the events whenever these change."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, delete, insert
from sqlalchemy.orm import Session

from competence.audit.chain import breaks
from competence.audit.rules import Link
from competence.foundation.orm import OWN, execute, scoped, several, tenant_id
from competence.signoffs.queries import ABOUT_SIGNOFFS, CURRENT, WAITING, chunks, events_of
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
    """What the projections say of the person on the day; on that of her last event where the clock has gone back since."""
    on = max([on, *(event.on for event in events[-1:])])
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
        "pauses": _pauses(signed),
    }


def _waiting(person_id: int, signed: Signed) -> dict[str, Any]:
    return _common(person_id, signed) | {"lacks_second": signed.lacks_second, "pauses": _pauses(signed)}


def _pauses(signed: Signed) -> list[list[str | None]]:
    return [[a.isoformat(), b.isoformat() if b else None] for a, b in signed.pauses]


class Comparison:
    """Compares the stored projections with the evidence, person by person, as its events are read in order."""

    def __init__(self, session: Session, *, on: date) -> None:
        """Reads what is stored; the evidence is given to `see`."""
        self._on = on
        self._found: list[tuple[int, int]] = []
        self._person = 0
        self._events: list[Event] = []
        self._stored: dict[int, set[tuple[Any, ...]]] = {}
        for table in (CURRENT, WAITING):
            columns = [table.c[name] for name in ("person_id", *_COMPARED, _BESIDES[table.name], "pauses")]
            for person, *said, pauses in session.execute(scoped(session, table, *columns)):
                self._stored.setdefault(person, set()).add((table.name, *said, _frozen(pauses)))

    def see(self, link: Link, event_id: int, citizen_id: int | None) -> None:
        """Nothing; the event is taken into account. Events come ordered by person and place."""
        if link.person_id != self._person:
            self._close()
            self._person = link.person_id
        kind = _ABOUT.get(link.kind)
        if kind is not None:
            self._events.append(
                Event(
                    kind, link.seq, link.recorded_at, link.task_id, citizen_id, link.by_person_id, link.refers_to, link.fields,
                    event_id,
                )
            )  # fmt: skip

    def differences(self) -> list[tuple[int, int]]:
        """(person, task) for every place where the projections do not say what the evidence says; empty when all agree."""
        self._close()
        for person in sorted(self._stored):
            self._note(person, set(), self._stored[person])
        self._stored = {}
        return self._found

    def _close(self) -> None:
        if not self._events:
            return
        current, waits = rows_of(self._person, self._events, on=self._on)
        right = {_compared(CURRENT.name, row) for row in current} | {_compared(WAITING.name, row) for row in waits}
        self._note(self._person, right, self._stored.pop(self._person, set()))
        self._events = []

    def _note(self, person: int, right: set[tuple[Any, ...]], stored: set[tuple[Any, ...]]) -> None:
        if right == stored:
            return
        # The same event in the same table saying two things is never a matter of time.
        twice = {row[:4] for row in right - stored} & {row[:4] for row in stored - right}
        differ = (row for row in right ^ stored if row[:4] in twice or not _only_time(row, self._on))
        self._found += sorted({(person, row[1]) for row in differ})


_ABOUT = {kind.value: kind for kind in ABOUT_SIGNOFFS}
_COMPARED = (
    "task_id", "citizen_id", "event_id", "level", "valid_from", "valid_to", "accepted_on", "answer_before", "origin",
)  # fmt: skip
_BESIDES = {CURRENT.name: "ended_on", WAITING.name: "lacks_second"}


def differences(session: Session, *, on: date) -> list[tuple[int, int]]:
    """The same, with the evidence read for it alone."""
    comparison = Comparison(session, on=on)
    breaks(session, seen=comparison.see)
    return comparison.differences()


def _compared(table: str, row: Mapping[str, Any]) -> tuple[Any, ...]:
    said = (row[name] for name in _COMPARED[:-1])
    return (table, *said, str(row["origin"]), row[_BESIDES[table]], _frozen(row["pauses"]))


def _frozen(pauses: Sequence[Sequence[str | None]]) -> tuple[tuple[str | None, ...], ...]:
    return tuple(tuple(pause) for pause in pauses) if pauses else ()


def _only_time(row: tuple[Any, ...], on: date) -> bool:
    """Whether a waiting row differs only because its time has run out, or its first day has come, since it was written."""
    _table, _task, _citizen, _event, _level, valid_from, valid_to, accepted_on, answer_before, *_rest = row
    late = (answer_before is not None and answer_before <= on and accepted_on is None) or (
        valid_to is not None and valid_to <= on
    )
    return late or (accepted_on is not None and valid_from <= on)

"""Appending to the chains of evidence. A chain belongs to a person; its head is locked before it is read."""

import secrets
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Integer, Table, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.event import listen
from sqlalchemy.orm import Session

from competence.audit.models import AnchoredHead, ChainHead, EventText, EvidenceEvent
from competence.audit.rules import FORMAT, Link, link_hash, text_hash
from competence.audit.verifying import Anchored, Break, Chain, verify
from competence.foundation.bulk import Ready, given, own, replacing
from competence.foundation.clock import local, now, today
from competence.foundation.orm import OWN, TenantSession, execute, scoped, several, standing, tenant_id

EVENTS = cast(Table, EvidenceEvent.__table__)
HEADS = cast(Table, ChainHead.__table__)
ANCHORED = cast(Table, AnchoredHead.__table__)
STREAM = {"yield_per": 2000}
"""How rows are read that need not be in memory all at once."""
MANY = 20
"""Of so many chains the ends are moved in one statement."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to append. `texts` are kept apart and enter `fields` as salted hashes under "<name>_hash"."""

    person_id: int
    kind: str
    by_person_id: int | None = None
    task_id: int | None = None
    citizen_id: int | None = None
    refers_to: int | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    recorded_at: datetime | None = None
    """None: now, and never before the event ahead of it. Only a demonstration's past names another moment."""


@dataclass(frozen=True, slots=True)
class Appended:
    """An event as it was written."""

    id: int
    person_id: int
    seq: int
    hash: str
    recorded_at: datetime


_RECORDED = (
    select(EVENTS.c.recorded_at)
    .where(
        EVENTS.c.municipality_id == HEADS.c.municipality_id,
        EVENTS.c.person_id == HEADS.c.person_id,
        EVENTS.c.seq == HEADS.c.seq,
    )
    .correlate(HEADS)
    .scalar_subquery()
    .label("recorded_at")
)
_ENDS = (
    standing(HEADS, HEADS.c.person_id, HEADS.c.seq, HEADS.c.hash, _RECORDED)
    .where(HEADS.c.person_id.in_(several("persons")))
    .order_by(HEADS.c.person_id)
)
_HEADS_LOCKED = _ENDS.with_for_update(of=HEADS)
_MOVE_HEAD = (
    update(HEADS)
    .where(HEADS.c.municipality_id == bindparam(OWN, type_=Integer), HEADS.c.person_id == bindparam("person"))
    .values(seq=bindparam("to_seq"), hash=bindparam("to_hash"))
)
_ADD_EVENT = insert(EVENTS).returning(EVENTS.c.id, sort_by_parameter_order=True)


def lock_chains(session: Session, person_ids: Iterable[int]) -> dict[int, tuple[int, str]]:
    """(seq, hash) of each person's last event, (0, "") before the first; held until the transaction ends.

    Locked in the order of person id. On SQLite the writing transaction already holds the only lock there is.
    """
    wanted = sorted(set(person_ids))
    if not wanted:
        return {}
    locked = _locked(session)
    if all(person in locked for person in wanted):
        return {person: locked[person] for person in wanted}
    heads = _lock_new(session, wanted)
    locked.update(heads)
    return heads


def _locked(session: Session) -> dict[int, tuple[int, str]]:
    """The heads that the transaction has locked already, as it has left them: nobody else moves them before it ends."""
    locked: dict[int, tuple[int, str]] = session.info.setdefault("locked_heads", {})
    return locked


def _moments(session: Session) -> dict[int, datetime]:
    """When the last event of each chain that the transaction has locked was recorded."""
    moments: dict[int, datetime] = session.info.setdefault("locked_moments", {})
    return moments


def day_of(session: Session, person_id: int) -> date:
    """Today; or the Danish date of the person's last event, where the clock has gone back since. Her chain is locked.

    So what follows an event is never of an earlier day than the event.
    """
    last = _moments(session).get(person_id)
    return max(today(), local(last).date()) if last else today()


def _forget_locks(session: Session, *_: Any) -> None:
    session.info.pop("locked_heads", None)
    session.info.pop("locked_moments", None)


for moment in ("after_begin", "after_soft_rollback"):
    listen(TenantSession, moment, _forget_locks)


def _lock_new(session: Session, wanted: Sequence[int]) -> dict[int, tuple[int, str]]:
    heads: dict[int, tuple[int, str]] = {}
    if len(wanted) == 1 and (heads := _lock_heads(session, wanted)):
        return heads  # with several, those who are new would be locked after the others, out of order
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    new = dialect.insert(HEADS).values(municipality_id=own(), person_id=given(HEADS.c.person_id), seq=0, hash="")
    adding = Ready(session, new.inline().on_conflict_do_nothing(index_elements=["municipality_id", "person_id"]))
    adding.write(session, [adding.row({"person_id": person}) for person in wanted])
    for some in _chunks(wanted):
        heads |= _lock_heads(session, some)
    return heads


def _lock_heads(session: Session, person_ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    rows = execute(session, _HEADS_LOCKED, persons=person_ids).all()
    known = {row.person_id: row.recorded_at for row in rows if row.seq}
    if waited := [person for person, moment in known.items() if moment is None]:
        # PostgreSQL had to wait for the lock, and the statement still sees the events from before that.
        known |= {row.person_id: row.recorded_at for row in execute(session, _ENDS, persons=waited)}
    _moments(session).update({person: moment for person, moment in known.items() if moment is not None})
    return {row.person_id: (row.seq, row.hash) for row in rows}


def moments_of(session: Session, person_ids: Iterable[int]) -> dict[int, datetime]:
    """When the last event of each person's chain was recorded; absent before the first."""
    found: dict[int, datetime] = {}
    for some in _chunks(sorted(set(person_ids))):
        rows = execute(session, _ENDS, persons=some)
        found |= {row.person_id: row.recorded_at for row in rows if row.recorded_at is not None}
    return found


def append(session: Session, event: NewEvent) -> Appended:
    """The event, appended to its person's chain and flushed."""
    return append_all(session, [event])[0]


@dataclass(frozen=True)
class Linked:
    """Events as rows to be added, each hashed onto the one before it."""

    rows: list[dict[str, Any]]
    texts: list[tuple[int, str, str, str]]
    """(place of its event among the rows, name, text, salt)."""
    heads: dict[int, tuple[int, str]]
    """Person -> (seq, hash) of her last event."""


def link_all(
    municipality_id: int,
    events: Sequence[NewEvent],
    heads: Mapping[int, tuple[int, str]],
    *,
    since: Mapping[int, datetime] | None = None,
) -> Linked:
    """The events in their order, each at the end of its person's chain, as it ended at `heads`.

    `since`: when the last event of each chain was recorded. Where the clock has gone back, the next one has that moment.
    """
    moment, ends = now(), {event.person_id: heads[event.person_id] for event in events}
    latest = {person: since[person] for person in ends if person in since} if since else {}
    rows: list[dict[str, Any]] = []
    texts: list[tuple[int, str, str, str]] = []
    for event in events:
        seq, before = ends[event.person_id]
        fields = dict(event.fields)
        for name, text in event.texts.items():
            salt = secrets.token_hex(16)
            fields[f"{name}_hash"] = text_hash(text, salt)
            texts.append((len(rows), name, text, salt))
        recorded = event.recorded_at or max(moment, latest.get(event.person_id, moment))
        latest[event.person_id] = recorded
        link = Link(
            municipality_id, event.person_id, seq + 1, str(event.kind), recorded, event.by_person_id, event.task_id,
            event.refers_to, fields, before,
        )  # fmt: skip
        digest = link_hash(link)
        ends[event.person_id] = (seq + 1, digest)
        rows.append(
            {
                "municipality_id": municipality_id,
                "person_id": event.person_id,
                "seq": seq + 1,
                "format": FORMAT,
                "kind": str(event.kind),
                "recorded_at": link.recorded_at,
                "by_person_id": event.by_person_id,
                "task_id": event.task_id,
                "citizen_id": event.citizen_id,
                "refers_to": event.refers_to,
                "fields": fields,
                "prev_hash": before,
                "hash": digest,
            }
        )
    return Linked(rows, texts, ends)


def append_all(session: Session, events: Sequence[NewEvent]) -> list[Appended]:
    """The events in their order, each at the end of its person's chain, written set-based."""
    heads = lock_chains(session, (event.person_id for event in events))
    linked = link_all(tenant_id(session), events, heads, since=_moments(session))
    _moments(session).update({row["person_id"]: row["recorded_at"] for row in linked.rows})
    ids = session.execute(_ADD_EVENT, linked.rows).scalars().all()
    move_heads(session, linked.heads)
    if linked.texts:
        session.execute(
            insert(EventText),
            [
                {"municipality_id": tenant_id(session), "event_id": ids[at], "name": name, "text": text, "salt": salt}
                for at, name, text, salt in linked.texts
            ],
        )
    return [
        Appended(id_, row["person_id"], row["seq"], row["hash"], row["recorded_at"])
        for id_, row in zip(ids, linked.rows, strict=True)
    ]


def move_heads(session: Session, heads: Mapping[int, tuple[int, str]]) -> None:
    """Nothing; the chains of the persons, which the transaction has locked, end there."""
    if len(heads) > MANY:
        moving = replacing(session, HEADS, ("seq", "hash"), key="person_id")
        rows = ({"person_id": person, "seq": seq, "hash": digest} for person, (seq, digest) in heads.items())
        moving.write(session, map(moving.row, rows))
    elif heads:
        own_id = tenant_id(session)
        session.connection().execute(
            _MOVE_HEAD,
            [
                {OWN: own_id, "person": person, "to_seq": seq, "to_hash": digest}
                for person, (seq, digest) in heads.items()
            ],
        )
    _locked(session).update(heads)


OF_A_LINK = (
    EVENTS.c.municipality_id, EVENTS.c.person_id, EVENTS.c.seq, EVENTS.c.kind, EVENTS.c.recorded_at, EVENTS.c.by_person_id,
    EVENTS.c.task_id, EVENTS.c.refers_to, EVENTS.c.fields, EVENTS.c.prev_hash, EVENTS.c.format,
)  # fmt: skip
"""In the order of a Link's fields."""


Seen = Callable[[Link, int, int | None], None]
"""Told of the events of whole chains in the order of person and place: the link, the row's id and the citizen's."""


def breaks(
    session: Session, *, seen: Seen | None = None, anchored: Callable[[Anchored], None] | None = None
) -> list[Break]:
    """The first break of every chain of the municipality; empty when all is as it was written.

    `seen` is told of every event of a whole chain on the way, and `anchored` of what each anchor noted, so that whoever
    needs them too need not read them again. What stands in a broken chain is nobody's word, and is told to nobody.
    """
    beside: deque[tuple[int, int | None]] = deque()

    def links() -> Iterator[tuple[Link, str]]:
        for *said, stored, number, citizen in _as_they_stand(session):
            beside.append((number, citizen))
            yield Link(*said), stored

    def vouched(rows: Iterable[Any]) -> Iterator[Anchored]:
        for person, number, seq, hashes in rows:
            one = Anchored(person, number, seq, hashes.split(","))
            if anchored is not None:
                anchored(one)
            yield one

    def read(chain: Chain, whole: bool) -> None:
        for link, _hash in chain:
            number, citizen = beside.popleft()
            if whole and seen is not None:
                seen(link, number, citizen)

    noted = scoped(session, ANCHORED, *_OF_AN_ANCHORED).order_by(ANCHORED.c.person_id, ANCHORED.c.number)
    with session.execute(noted, execution_options=STREAM) as ends:
        return list(verify(links(), heads_of(session), vouched(ends), read=read))


def _as_they_stand(session: Session) -> Iterator[Sequence[Any]]:
    """Every event's row by person and place. One that cannot be read any more comes with nothing in its fields."""
    columns = (*OF_A_LINK, EVENTS.c.hash, EVENTS.c.id, EVENTS.c.citizen_id)
    wanted = scoped(session, EVENTS, *columns)
    last = (0, 0)
    try:
        with session.execute(wanted.order_by(EVENTS.c.person_id, EVENTS.c.seq), execution_options=STREAM) as rows:
            for row in rows:
                yield row
                last = (row.person_id, row.seq)
    except (ValueError, TypeError):  # what stands in a row is no JSON, or no moment: read on one by one
        places = scoped(session, EVENTS, EVENTS.c.id, EVENTS.c.person_id, EVENTS.c.seq, EVENTS.c.hash)
        for number, person, seq, stored in session.execute(places.order_by(EVENTS.c.person_id, EVENTS.c.seq)).all():
            if (person, seq) <= last:
                continue
            try:
                yield session.execute(wanted.where(EVENTS.c.id == number)).one()
            except (ValueError, TypeError):
                own = tenant_id(session)
                yield own, person, seq, "", None, None, None, None, None, "", FORMAT, stored, number, None


_OF_AN_ANCHORED = (ANCHORED.c.person_id, ANCHORED.c.number, ANCHORED.c.seq, ANCHORED.c.hashes)


def heads_of(session: Session) -> dict[int, tuple[int, str]]:
    """Person -> (seq, hash) of her last event, as the ends of the chains are noted; those without events are left out."""
    rows = session.execute(scoped(session, HEADS, HEADS.c.person_id, HEADS.c.seq, HEADS.c.hash))
    return {row.person_id: (row.seq, row.hash) for row in rows if row.seq}


def _chunks(ids: Sequence[int], size: int = 500) -> Iterable[Sequence[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]

"""The proof of some persons' evidence: each event's place and hash, the head, and whether the chain verifies now.

`proofs_of` is the one place that knows what a proof is; `vouching` says which anchor vouches for how much of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from competence.audit.chain import EVENTS, HEADS
from competence.audit.rules import Link
from competence.audit.verifying import Break, verify
from competence.foundation.clock import now
from competence.foundation.orm import execute, several, standing

MOST_NAMED = 500


@dataclass(frozen=True, slots=True)
class Proven:
    """An event in its place."""

    id: int
    link: Link
    hash: str
    """As it is stored."""


@dataclass(frozen=True)
class Proof:
    """A person's chain as it stood when it was checked."""

    person_id: int
    seq: int
    """The place of its last event; 0 = nothing has been vouched for."""
    hash: str
    events: tuple[Proven, ...]
    """In the order of their place."""
    broken: Break | None
    """The first place where something is not as it was written; None: the chain verifies."""
    checked_at: datetime


_OF_A_LINK = (
    EVENTS.c.municipality_id, EVENTS.c.person_id, EVENTS.c.seq, EVENTS.c.kind, EVENTS.c.recorded_at, EVENTS.c.by_person_id,
    EVENTS.c.task_id, EVENTS.c.refers_to, EVENTS.c.fields, EVENTS.c.prev_hash, EVENTS.c.format,
)  # fmt: skip
"""In the order of a Link's fields."""
_THEIRS = (
    standing(EVENTS, *_OF_A_LINK, EVENTS.c.hash, EVENTS.c.id)
    .where(EVENTS.c.person_id.in_(several("persons")))
    .order_by(EVENTS.c.person_id, EVENTS.c.seq)
)
_HEADS = standing(HEADS, HEADS.c.person_id, HEADS.c.seq, HEADS.c.hash).where(HEADS.c.person_id.in_(several("persons")))


def proofs_of(session: Session, person_ids: Iterable[int]) -> dict[int, Proof]:
    """Person -> the proof of her chain, verified from its first event to its head; everybody who was asked about is in it."""
    wanted, checked_at = sorted(set(person_ids)), now()
    found: dict[int, Proof] = {}
    for start in range(0, len(wanted), MOST_NAMED):
        some = wanted[start : start + MOST_NAMED]
        heads = {row.person_id: (row.seq, row.hash) for row in execute(session, _HEADS, persons=some)}
        events: dict[int, list[Proven]] = {person: [] for person in some}
        for *said, stored, number in execute(session, _THEIRS, persons=some):
            link = Link(*said)
            events[link.person_id].append(Proven(number, link, stored))
        broken = {one.person_id: one for one in _breaks(events.values(), heads)}
        for person in some:
            seq, digest = heads.get(person, (0, ""))
            found[person] = Proof(person, seq, digest, tuple(events[person]), broken.get(person), checked_at)
    return found


def _breaks(chains: Iterable[Sequence[Proven]], heads: dict[int, tuple[int, str]]) -> Iterable[Break]:
    return verify(
        ((one.link, one.hash) for chain in chains for one in chain),
        {person: head for person, head in heads.items() if head[0]},
    )

"""A year of daily anchors over the evidence there is, as if it had been written bit by bit."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from competence.audit.anchoring import Gathered, Moved, add_anchor, keys_of, last_anchor, note_key
from competence.audit.chain import EVENTS
from competence.foundation.orm import begin_writing, open_session, scoped

DAYS = 365


def a_year(engine: Engine, municipality_id: int) -> int:
    """How many anchors there are, when each chain has been anchored in equal parts day by day. Made once."""
    key = Ed25519PrivateKey.generate()
    with open_session(engine, municipality_id) as session:
        if keys_of(session):
            return DAYS
        begin_writing(session)
        note_key(session, key)
        chains: dict[int, list[str]] = {}
        wanted = scoped(session, EVENTS, EVENTS.c.person_id, EVENTS.c.hash)
        for person, digest in session.execute(wanted.order_by(EVENTS.c.person_id, EVENTS.c.seq)):
            chains.setdefault(person, []).append(digest)
        ends: dict[int, tuple[int, str]] = {}
        for day in range(1, DAYS + 1):
            moved = []
            for person, hashes in chains.items():
                before, until = ends.get(person, (0, ""))[0], len(hashes) * day // DAYS
                if until > before:
                    moved.append(Moved(person, until, hashes[before:until]))
                    ends[person] = (until, hashes[until - 1])
            add_anchor(session, Gathered(last_anchor(session), ends, moved, ()), key)
        session.commit()
    return DAYS

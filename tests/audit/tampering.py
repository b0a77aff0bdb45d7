"""Somebody with the database's own powers, who takes the triggers away and changes evidence."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text
from sqlalchemy.orm import Session

from competence.audit.anchoring import add_anchor, gather, note_key
from competence.audit.auditing import Fault, Ledger, faults_of
from competence.audit.chain import EVENTS, OF_A_LINK, NewEvent, append_all, breaks
from competence.audit.models import Anchor
from competence.audit.rules import Link, link_hash
from competence.audit.verifying import Break
from competence.foundation.orm import begin_writing, engine_for, open_session, scoped
from tests.databases import Database
from tests.factories import World

EVIDENCE = ("evidence_event", "anchor", "anchored_head", "anchor_key")
LENGTH, ANCHORED = 6, 5
"""How many events each chain has, and how many of them an anchor vouches for."""


def anchored(session: Session, key: Ed25519PrivateKey) -> Anchor:
    """A new anchor, committed."""
    begin_writing(session)
    gathered = gather(session)
    assert gathered.broken == ()
    made = add_anchor(session, gathered, key)
    session.commit()
    return made


def write(session: Session, persons: list[int], *, by: int, task: int, times: int) -> None:
    """Nothing; each person has so many events more, committed."""
    begin_writing(session)
    for _ in range(times):
        append_all(
            session,
            [NewEvent(one, "signed", by, task, refers_to=None, fields={"level": 1, "as": "øvet"}) for one in persons],
        )
    session.commit()


def three_chains(world: World, key: Ed25519PrivateKey) -> list[int]:
    """The persons, with six events each: two, then an anchor, three more, an anchor, and the last one."""
    guide, task = world.person("Hanne Lykke", "SPL"), world.task()
    persons = [world.person(name).person.id for name in ("Amira Haddad", "Camilla Brandt", "Jonas Lind")]
    world.session.commit()
    begin_writing(world.session)
    note_key(world.session, key)
    world.session.commit()
    for times in (2, 3):
        write(world.session, persons, by=guide.person.id, task=task.id, times=times)
        anchored(world.session, key)
    write(world.session, persons, by=guide.person.id, task=task.id, times=1)
    return persons


class Attacker:
    """Changes rows as the owner of the tables, without the triggers; what she does is rolled back by `trying`."""

    def __init__(self, database: Database, municipality_id: int) -> None:
        self.m = municipality_id
        self.engine = engine_for(database.owner_url)
        self.session = open_session(self.engine, municipality_id)
        begin_writing(self.session)
        for table in EVIDENCE:
            for statement in (
                [f"ALTER TABLE {table} DISABLE TRIGGER USER"]
                if database.dialect == "postgresql"
                else [f"DROP TRIGGER {table}_no_{verb}" for verb in ("update", "delete")]
            ):
                self.session.connection().exec_driver_sql(statement)
        self.session.commit()

    def close(self) -> None:
        """Nothing; the connections are given back."""
        self.session.close()
        self.engine.dispose()

    @contextmanager
    def trying(self) -> Iterator[None]:
        """What is done within is undone at the end."""
        begin_writing(self.session)
        try:
            yield
        finally:
            self.session.rollback()
            self.session.expunge_all()

    def run(self, statement: str, **values: Any) -> None:
        """Nothing; the statement, which ends in a condition after `WHERE municipality_id = :m AND`, has run."""
        self.session.execute(text(statement), {"m": self.m, **values})

    def chain(self, person: int) -> list[tuple[Link, str]]:
        """The person's events as they stand."""
        rows = self.session.execute(
            scoped(self.session, EVENTS, *OF_A_LINK, EVENTS.c.hash)
            .where(EVENTS.c.person_id == person)
            .order_by(EVENTS.c.seq)
        )
        return [(Link(*said), stored) for *said, stored in rows]

    def set(self, person: int, at: int, **columns: Any) -> None:
        """Nothing; the columns of the event have been changed."""
        said = {name: json.dumps(value) if name == "fields" else value for name, value in columns.items()}
        self.run(
            f"UPDATE evidence_event SET {', '.join(f'{name} = :{name}' for name in said)} "
            "WHERE municipality_id = :m AND person_id = :person AND seq = :at",
            person=person, at=at, **said,
        )  # fmt: skip

    def rehash(self, person: int, seq: int) -> str:
        """The event's new hash over what stands in it now; it is written into it."""
        link = next(link for link, _hash in self.chain(person) if link.seq == seq)
        self.set(person, seq, hash=link_hash(link))
        return link_hash(link)

    def relink(self, person: int, since: int) -> None:
        """Nothing; the chain has been made whole again from the event on, its noted end included."""
        chain = self.chain(person)
        before = chain[since - 2][1] if since > 1 else ""
        last = since - 1
        for link, _stored in chain[since - 1 :]:
            digest = link_hash(replace(link, prev_hash=before))
            self.set(person, link.seq, prev_hash=before, hash=digest)
            before, last = digest, link.seq
        self.head(person, last, before)

    def head(self, person: int, seq: int, digest: str) -> None:
        """Nothing; the noted end of the chain has been changed."""
        self.run(
            "UPDATE chain_head SET seq = :seq, hash = :hash WHERE municipality_id = :m AND person_id = :person",
            person=person, seq=seq, hash=digest,
        )  # fmt: skip

    def delete(self, person: int, first: int, last: int) -> None:
        """Nothing; the events from the first to the last of these places are gone."""
        self.run(
            "DELETE FROM evidence_event WHERE municipality_id = :m AND person_id = :person AND seq BETWEEN :a AND :b",
            person=person, a=first, b=last,
        )  # fmt: skip

    def shift(self, person: int, since: int, by: int) -> None:
        """Nothing; the events from the place on stand so many places further."""
        for way in (f"seq + {1000 + by}", "seq - 1000"):
            self.run(
                f"UPDATE evidence_event SET seq = {way} WHERE municipality_id = :m AND person_id = :person AND seq >= :since",
                person=person, since=since,
            )  # fmt: skip

    def insert(self, person: int, seq: int, *, after: str) -> str:
        """The hash of a made-up event, well formed, that now stands at the place."""
        link = Link(
            self.m, person, seq, "signed", self.chain(person)[0][0].recorded_at, None, None, None, {"level": 3}, after
        )
        self.run(
            "INSERT INTO evidence_event (municipality_id, person_id, seq, format, kind, recorded_at, fields, prev_hash, hash) "
            "SELECT :m, :person, :seq, 1, 'signed', recorded_at, :fields, :before, :hash FROM evidence_event "
            "WHERE municipality_id = :m AND person_id = :person AND seq = 1",
            person=person, seq=seq, fields=json.dumps({"level": 3}), before=after, hash=link_hash(link),
        )  # fmt: skip
        return link_hash(link)

    def seen(self, *, kept: tuple[str, ...] = (), trusted: str | None = None) -> tuple[list[Break], list[Fault]]:
        """What a check finds in the evidence and in the anchors."""
        ledger = Ledger()
        found = breaks(self.session, anchored=ledger.see)
        return found, faults_of(self.session, ledger, kept=kept, trusted=trusted)[0]

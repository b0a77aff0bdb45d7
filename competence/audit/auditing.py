"""Checking the anchors themselves: keys, order, signatures, what each one noted, and those that are kept elsewhere."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.audit.anchoring import document_of, keys_of, moved_line, root_of
from competence.audit.keys import LOST, ROTATED, Statement, is_signed
from competence.audit.models import Anchor, AnchorKey, AuditEntry
from competence.audit.rules import canonical
from competence.audit.verifying import Anchored
from competence.foundation.orm import tenant_id
from competence.foundation.text import N_

FAULTS: dict[str, str] = {
    "missing": N_("Anchor %(number)s is missing."),
    "altered": N_("Anchor %(number)s is not as it was made."),
    "signature": N_("Anchor %(number)s is not signed by the key that signed here then."),
    "ends": N_("What is noted of the chains at anchor %(number)s is not what it vouches for."),
    "kept": N_("Anchor %(number)s, as it is kept outside the database, is not in the database."),
    "key": N_("Key %(number)s is not as it was noted, or the key before it does not vouch for it."),
    "other key": N_("The key that ANCHOR_KEY names does not vouch for key %(number)s, the newest one in the database."),
}


@dataclass(frozen=True)
class Fault:
    """Something about an anchor or a key that is not as it was made."""

    what: str
    """One of FAULTS."""
    number: int
    """The anchor's or the key's."""


@dataclass
class Ledger:
    """What the anchors noted of the chains, taken in as `audit.chain.breaks` reads it, person by person."""

    moved: dict[int, Any] = field(default_factory=dict)
    """Number of an anchor -> the running hash of what it noted."""
    ends: dict[int, tuple[int, str]] = field(default_factory=dict)
    """Person -> the end that the newest anchor vouches for."""

    def see(self, one: Anchored) -> None:
        """Nothing; it is taken into account."""
        if one.number not in self.moved:
            self.moved[one.number] = hashlib.sha256()
        self.moved[one.number].update(moved_line(one.person_id, one.seq, one.hashes))
        self.ends[one.person_id] = (one.seq, one.hashes[-1])


def faults_of(
    session: Session, ledger: Ledger, *, trusted: str | None = None, kept: Iterable[str] = ()
) -> tuple[list[Fault], Sequence[Anchor]]:
    """(all that is not right about keys and anchors, the anchors); the first is empty when all is as it was made.

    `trusted`: the public key of the file that signs here, or did and vouched for the next; None when it is not at hand.
    `kept`: anchors in lines, from outside the database.
    """
    keys = keys_of(session)
    anchors = session.scalars(select(Anchor).order_by(Anchor.number)).all()
    found = [*_of_keys(keys, tenant_id(session), trusted), *_of_anchors(anchors, keys, ledger)]
    by_number = {anchor.number: anchor.hash for anchor in anchors}
    for number in _recorded(session):
        if number not in by_number and Fault("missing", number) not in found:
            found.append(Fault("missing", number))
    for number, digest in _kept(kept, tenant_id(session)):
        if by_number.get(number) != digest and Fault("kept", number) not in found:
            found.append(Fault("kept", number))
    return found, anchors


def _of_keys(keys: Sequence[AnchorKey], municipality_id: int, trusted: str | None) -> Iterable[Fault]:
    before = ""
    for number, key in enumerate(keys, 1):
        statement = Statement(municipality_id, number, key.public_key, before, key.ground, key.recorded_at)
        sealed = statement.sealed()
        right = key.number == number and is_signed(key.public_key, key.signature, sealed)
        if number == 1:
            right &= key.ground not in (ROTATED, LOST)
        elif key.ground != LOST:
            right &= key.ground == ROTATED and is_signed(before, key.signed_before, sealed)
        if not right:
            yield Fault("key", number)
        before = key.public_key
    line: list[str] = []
    for key in keys:
        line = [*line, key.public_key] if key.ground == ROTATED else [key.public_key]
    if trusted and keys and trusted not in line:
        yield Fault("other key", len(keys))


def _of_anchors(anchors: Sequence[Anchor], keys: Sequence[AnchorKey], ledger: Ledger) -> Iterable[Fault]:
    turn = {key.public_key: number for number, key in enumerate(keys)}
    place, before, latest = 0, "", 0
    for anchor in anchors:
        while place + 1 < anchor.number:
            place += 1
            yield Fault("missing", place)
            before = anchor.prev_hash
        place = anchor.number
        sealed = canonical(document_of(anchor))
        if hashlib.sha256(sealed).hexdigest() != anchor.hash or anchor.prev_hash != before:
            yield Fault("altered", anchor.number)
        elif turn.get(anchor.public_key, -1) < latest or not is_signed(anchor.public_key, anchor.signature, sealed):
            yield Fault("signature", anchor.number)
        elif _moved_by(anchor, ledger) != anchor.moved or (anchor is anchors[-1] and _does_not_vouch(anchor, ledger)):
            yield Fault("ends", anchor.number)
        before, latest = anchor.hash, max(latest, turn.get(anchor.public_key, -1))
    for number in sorted(ledger.moved.keys() - {anchor.number for anchor in anchors}):
        yield Fault("missing", number)


def _moved_by(anchor: Anchor, ledger: Ledger) -> str:
    """The hash over what stands in the database of the chains that moved."""
    return str(ledger.moved.get(anchor.number, hashlib.sha256()).hexdigest())


def _does_not_vouch(anchor: Anchor, ledger: Ledger) -> bool:
    """Whether the root or the counts are of other ends than those that are noted up to here."""
    events = sum(seq for seq, _hash in ledger.ends.values())
    return (anchor.root, anchor.chains, anchor.events) != (root_of(ledger.ends), len(ledger.ends), events)


def _recorded(session: Session) -> list[int]:
    """The numbers of all anchors that the audit log tells of."""
    told = session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "anchor").order_by(AuditEntry.id))
    return [detail["number"] for detail in told if isinstance(detail.get("number"), int)]


def _kept(lines: Iterable[str], municipality_id: int) -> Iterable[tuple[int, str]]:
    """(number, hash) of each line that is an anchor of the municipality; anything else in the lines is passed over."""
    for line in lines:
        start = line.find("{")
        try:
            said = json.loads(line[start:]) if start >= 0 else None
        except ValueError:
            continue
        if isinstance(said, dict) and said.get("municipality") == municipality_id:
            number, digest = said.get("number"), said.get("hash")
            if isinstance(number, int) and isinstance(digest, str):
                yield number, digest


def newly_lost(keys: Sequence[AnchorKey]) -> list[int]:
    """The numbers of the keys for which no key before them vouches, as that was lost: whom to believe is for people to say."""
    return [key.number for key in keys if key.ground == LOST]

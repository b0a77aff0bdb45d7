"""Making anchors: the ends of all chains at a moment as one signed root, and the keys that sign it."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import and_, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from competence.audit.chain import ANCHORED, EVENTS, OF_A_LINK, STREAM, heads_of
from competence.audit.commands import record
from competence.audit.keys import FIRST, LOST, ROTATED, Statement
from competence.audit.merkle import leaf, root
from competence.audit.models import Anchor, AnchoredHead, AnchorKey
from competence.audit.rules import Link, canonical, utc_text
from competence.audit.verifying import digest_of
from competence.foundation.clock import local, now
from competence.foundation.errors import Overtaken, RuleBroken
from competence.foundation.keys import public_of
from competence.foundation.orm import scoped, tenant_id
from competence.foundation.text import N_, sentence

FORMAT = 1


@dataclass(frozen=True)
class Moved:
    """A chain that has grown since it was last anchored."""

    person_id: int
    seq: int
    hashes: list[str]


@dataclass(frozen=True)
class Gathered:
    """What the next anchor vouches for, read before anything is written."""

    last: Anchor | None
    ends: dict[int, tuple[int, str]]
    """Person -> (seq, hash), as far as the chain is whole."""
    moved: Sequence[Moved]
    broken: tuple[int, ...]
    """Persons whose chain does not carry on from where it was anchored. Their anchored end stays."""


def document_of(anchor: Anchor) -> dict[str, Any]:
    """What is hashed and signed of an anchor, as RFC 8785 JSON."""
    return {
        "format": anchor.format,
        "municipality": anchor.municipality_id,
        "number": anchor.number,
        "made_at": utc_text(anchor.made_at),
        "chains": anchor.chains,
        "events": anchor.events,
        "root": anchor.root,
        "moved": anchor.moved,
        "prev_hash": anchor.prev_hash,
        "key": anchor.public_key,
    }


def line_of(anchor: Anchor) -> str:
    """The anchor in one line that verifies by itself and can be kept anywhere."""
    return json.dumps(document_of(anchor) | {"hash": anchor.hash, "signature": anchor.signature}, sort_keys=True)


def moved_line(person_id: int, seq: int, hashes: Sequence[str]) -> bytes:
    """What goes into an anchor's `moved` for one chain; the chains follow each other by person."""
    return f"{person_id} {seq} {','.join(hashes)}\n".encode()


def root_of(ends: dict[int, tuple[int, str]]) -> str:
    """The root over the ends of the chains, in the order of the persons."""
    return root([leaf(person, *ends[person]) for person in sorted(ends)])


def last_anchor(session: Session) -> Anchor | None:
    """The newest anchor; None when there is none yet."""
    return session.scalars(select(Anchor).order_by(Anchor.number.desc()).limit(1)).first()


def keys_of(session: Session) -> Sequence[AnchorKey]:
    """All keys, the first one first."""
    return session.scalars(select(AnchorKey).order_by(AnchorKey.number)).all()


def anchored_ends(session: Session, *, at: int | None = None) -> dict[int, tuple[int, str]]:
    """Person -> (seq, hash) of the end that the anchor (None: the newest) vouches for."""
    rows = scoped(session, ANCHORED, ANCHORED.c.person_id, func.max(ANCHORED.c.number).label("number"))
    if at is not None:
        rows = rows.where(ANCHORED.c.number <= at)
    newest = rows.group_by(ANCHORED.c.person_id).subquery()
    wanted = scoped(session, ANCHORED, ANCHORED.c.person_id, ANCHORED.c.seq, ANCHORED.c.hashes).join(
        newest, and_(newest.c.person_id == ANCHORED.c.person_id, newest.c.number == ANCHORED.c.number)
    )
    with session.execute(wanted, execution_options=STREAM) as found:
        return {person: (seq, hashes[-64:]) for person, seq, hashes in found}


def gather(session: Session) -> Gathered:
    """What the next anchor vouches for. Each chain that has grown is verified from where it was last anchored."""
    last, ends, heads = last_anchor(session), anchored_ends(session), heads_of(session)
    grown = {person for person, head in heads.items() if head != ends.get(person)}
    broken = sorted(person for person in ends if heads.get(person, (0, ""))[0] < ends[person][0])
    moved = []
    for person, links in _grown_by(session):
        if person not in grown or person in broken:
            continue
        grown.discard(person)
        hashes = _continued(links, ends.get(person, (0, "")), heads[person])
        if hashes:
            moved.append(Moved(person, heads[person][0], hashes))
        else:
            broken.append(person)
    broken += sorted(grown - set(broken))
    ends |= {one.person_id: (one.seq, one.hashes[-1]) for one in moved}
    return Gathered(last, ends, moved, tuple(sorted(broken)))


def _grown_by(session: Session) -> Iterable[tuple[int, list[tuple[Link, str]]]]:
    """(person, her events since she was last anchored, each with its stored hash), by person."""
    before = scoped(session, ANCHORED, ANCHORED.c.person_id, func.max(ANCHORED.c.seq).label("seq"))
    anchored = before.group_by(ANCHORED.c.person_id).subquery()
    wanted = (
        scoped(session, EVENTS, *OF_A_LINK, EVENTS.c.hash)
        .join(anchored, anchored.c.person_id == EVENTS.c.person_id, isouter=True)
        .where(EVENTS.c.seq > func.coalesce(anchored.c.seq, 0))
        .order_by(EVENTS.c.person_id, EVENTS.c.seq)
    )
    with session.execute(wanted, execution_options=STREAM) as rows:
        for person, some in groupby(rows, itemgetter(1)):
            yield person, [(Link(*said), stored) for *said, stored in some]


def _continued(
    links: Iterable[tuple[Link, str]], anchored: tuple[int, str], head: tuple[int, str]
) -> list[str]:  # fmt: skip
    """The hashes from the anchored end to the noted one; empty when they do not lead there."""
    (place, before), hashes = anchored, []
    for link, stored in links:
        if place == head[0]:
            break  # was written after the ends were read
        place += 1
        if link.seq != place or link.prev_hash != before or digest_of(link) != stored:
            return []
        before = stored
        hashes.append(stored)
    return hashes if (place, before) == head else []


def is_due(gathered: Gathered, public_key: str) -> bool:
    """Whether a new anchor would say anything new: something has grown, or the last one is of another day or key."""
    last = gathered.last
    if last is None or gathered.moved or last.public_key != public_key:
        return True
    return local(last.made_at).date() != local(now()).date()


def add_anchor(session: Session, gathered: Gathered, key: Ed25519PrivateKey) -> Anchor:
    """The new anchor, flushed. Overtaken when another one was made since what it vouches for was read.

    RuleBroken when the key is not the one that signs here.
    """
    check_key(session, public_of(key))
    found = last_anchor(session)
    if (found and found.number) != (gathered.last and gathered.last.number):
        raise Overtaken(N_("Another anchor was made at the same time."))
    moved = hashlib.sha256()
    for one in gathered.moved:
        moved.update(moved_line(one.person_id, one.seq, one.hashes))
    anchor = Anchor(
        municipality_id=tenant_id(session),
        number=found.number + 1 if found else 1,
        format=FORMAT,
        made_at=_not_before(found),
        chains=len(gathered.ends),
        events=sum(seq for seq, _hash in gathered.ends.values()),
        root=root_of(gathered.ends),
        moved=moved.hexdigest(),
        prev_hash=found.hash if found else "",
        public_key=public_of(key),
    )
    sealed = canonical(document_of(anchor))
    anchor.hash, anchor.signature = hashlib.sha256(sealed).hexdigest(), key.sign(sealed).hex()
    session.add(anchor)
    try:
        session.flush()
    except IntegrityError:
        raise Overtaken(N_("Another anchor was made at the same time.")) from None
    if gathered.moved:
        own = {"municipality_id": tenant_id(session), "number": anchor.number}
        session.execute(
            insert(AnchoredHead),
            [own | {"person_id": m.person_id, "seq": m.seq, "hashes": ",".join(m.hashes)} for m in gathered.moved],
        )
    record(session, by=None, action="anchor", subject="anchor", subject_id=anchor.id, detail={"number": anchor.number})
    return anchor


def _not_before(last: Anchor | None) -> datetime:
    """Now; the moment of the anchor before where the clock has gone back."""
    return max(now(), last.made_at) if last else now()


def check_key(session: Session, public_key: str) -> None:
    """Nothing. RuleBroken when the key is not the one that signs here."""
    keys = keys_of(session)
    if not keys:
        raise RuleBroken(N_("The key is not noted in the database yet. Run: competence anchor-key new"))
    if keys[-1].public_key != public_key:
        raise RuleBroken(
            sentence(
                N_(
                    "The key that ANCHOR_KEY names is not the newest one noted in the database (%(key)s). Name that one; or "
                    "note another with: competence anchor-key"
                ),
                key=keys[-1].public_key[:16],
            )
        )


def note_key(
    session: Session, key: Ed25519PrivateKey, *, before: Ed25519PrivateKey | None = None, lost: bool = False
) -> AnchorKey | None:
    """The key, noted as the one that signs from here on; None when it does already.

    `before`: the key that signs now, and vouches for the new one. `lost`: there is none any more. RuleBroken when another
    key signs here and neither is said.
    """
    keys, public = keys_of(session), public_of(key)
    if keys and keys[-1].public_key == public:
        return None
    if any(one.public_key == public for one in keys):
        raise RuleBroken(N_("This key has signed here before and has been replaced. Make a new one."))
    if before is not None:
        check_key(session, public_of(before))
    elif keys and not lost:
        raise RuleBroken(
            N_(
                "Another key signs here. Let it vouch for the new one with: competence anchor-key rotate FILE. If it is lost: "
                "competence anchor-key new --lost"
            )
        )
    statement = Statement(
        tenant_id(session), len(keys) + 1, public, keys[-1].public_key if keys else "",
        (ROTATED if before else LOST) if keys else FIRST, now(),
    )  # fmt: skip
    noted = AnchorKey(
        number=statement.number,
        public_key=public,
        ground=statement.ground,
        recorded_at=statement.recorded_at,
        signature=key.sign(statement.sealed()).hex(),
        signed_before=before.sign(statement.sealed()).hex() if before and keys else "",
    )
    session.add(noted)
    session.flush()
    record(
        session, by=None, action="anchor_key", subject="anchor_key", subject_id=noted.id,
        detail={"number": noted.number, "ground": noted.ground},
    )  # fmt: skip
    return noted

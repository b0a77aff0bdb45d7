"""Which anchor vouches for some persons' evidence, checked as it is read: its signature, and its root over all ends."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func
from sqlalchemy.orm import Session

from competence.audit.anchoring import document_of, last_anchor, root_of
from competence.audit.chain import ANCHORED, STREAM
from competence.audit.keys import is_signed
from competence.audit.models import Anchor
from competence.audit.proving import Proof
from competence.audit.rules import canonical
from competence.foundation.orm import scoped


@dataclass(frozen=True)
class Vouching:
    """The newest anchor, and how far it vouches for those who were asked about."""

    number: int
    made_at: datetime
    key: str
    """The public key that signed it, in hex. What an outsider compares with the one she was given."""
    holds: bool
    """Whether its signature is that key's, and its root is the one over the ends that it names."""
    ends: Mapping[int, tuple[int, str]]
    """Person -> (seq, hash) of the end of her chain then; who had no evidence then is not in it."""

    def denies(self, proof: Proof) -> bool:
        """Whether the person's chain is another than the one that the anchor vouches for."""
        seq, digest = self.ends.get(proof.person_id, (0, ""))
        return bool(seq) and digest not in {one.hash for one in proof.events if one.link.seq == seq}


def vouching(session: Session, person_ids: Iterable[int]) -> Vouching | None:
    """The newest anchor with the ends of these persons' chains; None when there is no anchor. Three statements."""
    anchor = last_anchor(session)
    if anchor is None:
        return None
    ends, wanted = _ends(session, anchor.number), set(person_ids)
    return Vouching(
        anchor.number,
        anchor.made_at,
        anchor.public_key,
        _is_signed(anchor) and root_of(ends) == anchor.root,
        {person: end for person, end in ends.items() if person in wanted},
    )


def _ends(session: Session, number: int) -> dict[int, tuple[int, str]]:
    """Person -> (seq, hash) of the end that the anchor vouches for. Of the hashes that came, only the last is read."""
    newest = (
        scoped(session, ANCHORED, ANCHORED.c.person_id, func.max(ANCHORED.c.number).label("number"))
        .where(ANCHORED.c.number <= number)
        .group_by(ANCHORED.c.person_id)
        .subquery()
    )
    last = func.substr(ANCHORED.c.hashes, func.length(ANCHORED.c.hashes) - 63)
    rows = scoped(session, ANCHORED, ANCHORED.c.person_id, ANCHORED.c.seq, last).join(
        newest, and_(newest.c.person_id == ANCHORED.c.person_id, newest.c.number == ANCHORED.c.number)
    )
    with session.execute(rows, execution_options=STREAM) as found:
        return {person: (seq, digest) for person, seq, digest in found}


def _is_signed(anchor: Anchor) -> bool:
    sealed = canonical(document_of(anchor))
    return hashlib.sha256(sealed).hexdigest() == anchor.hash and is_signed(anchor.public_key, anchor.signature, sealed)

"""A tree of hashes over the ends of all chains (RFC 6962): one root for all, and a short proof that one end is among them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from competence.audit.rules import canonical


@dataclass(frozen=True)
class Beside:
    """A step of a proof: the hash that is put beside what there is, and on which side."""

    left: bool
    hash: str


def leaf(person_id: int, seq: int, digest: str) -> bytes:
    """The leaf of a chain's end: SHA-256 over a zero byte and the RFC 8785 JSON of person, place and hash."""
    said = canonical({"person": person_id, "seq": seq, "hash": digest})
    return hashlib.sha256(b"\x00" + said).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _next(level: Sequence[bytes]) -> list[bytes]:
    """The level above; what stands alone at the end goes up as it is."""
    above = [_node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return [*above, level[-1]] if len(level) % 2 else above


def root(leaves: Sequence[bytes]) -> str:
    """The root in hex; the hash of nothing where there are no leaves."""
    level = list(leaves)
    while len(level) > 1:
        level = _next(level)
    return level[0].hex() if level else hashlib.sha256().hexdigest()


class Tree:
    """The whole tree, kept for many proofs."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._levels = [list(leaves)]
        while len(self._levels[-1]) > 1:
            self._levels.append(_next(self._levels[-1]))

    @property
    def root(self) -> str:
        """The root in hex."""
        return root(self._levels[-1])

    def proof(self, at: int) -> list[Beside]:
        """What is put beside the leaf at that place, step by step up to the root."""
        steps = []
        for level in self._levels[:-1]:
            other = at ^ 1
            if other < len(level):
                steps.append(Beside(left=other < at, hash=level[other].hex()))
            at //= 2
        return steps

"""What a version of a plan says, and how two of them differ. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Said = Mapping[str, Any]
"""A goal or an activity as a version holds it: "id" and what is said of it, dates as ISO text."""


class Change(StrEnum):
    """What became of a line from one version to the next."""

    SAME = "same"
    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True)
class Compared:
    """One goal or activity in two versions."""

    before: Said | None
    after: Said | None
    parts: tuple[str, ...] = ()
    """What of it is said otherwise, by key."""

    @property
    def change(self) -> Change:
        """What became of it."""
        if self.before is None:
            return Change.NEW
        if self.after is None:
            return Change.GONE
        return Change.CHANGED if self.parts else Change.SAME


def compare(before: Sequence[Said], after: Sequence[Said]) -> list[Compared]:
    """Every line of the two: in the order of the later one, then those that are gone."""
    old, new = {one["id"]: one for one in before}, {one["id"]: one for one in after}
    found = [
        Compared(old.get(number), one, _parts(old[number], one) if number in old else ()) for number, one in new.items()
    ]
    return found + [Compared(one, None) for number, one in old.items() if number not in new]


def _parts(before: Said, after: Said) -> tuple[str, ...]:
    return tuple(sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key)))

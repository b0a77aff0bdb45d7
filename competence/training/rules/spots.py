"""Spots of coverage that training may close, and how they stand before and after a plan. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from competence.coverage.rules import Count, DayKind, Shift, Status, status
from competence.training.rules.problem import Seat, WhyNot


@dataclass(frozen=True, slots=True)
class Spot:
    """A task on a shift in a unit that is open or vulnerable today, or that the forecast sees opening."""

    id: int
    unit_id: int
    task_id: int
    shift: Shift
    days: DayKind
    have: int
    """Of those with the fixed shift, today."""
    need: int
    level: int = 1
    critical: bool = False
    opens_on: date | None = None
    """When it opens by the forecast; None: it is open, or vulnerable, today."""
    later: int | None = None
    """How many will have it then."""
    waiting: int = 0
    """How many of its people have a signature, or a training that is agreed, on the way: nobody is trained for those."""
    unstable: bool = False
    students: bool = False
    today: bool = True
    """Whether it is open or vulnerable today already."""
    some_may: bool = False
    """Whether somebody with the shift is in a group that may do the task, so that who lacks it can be named."""

    @property
    def lacks(self) -> int:
        """How many must be trained to close it, today or when it opens."""
        have = self.have if self.later is None else min(self.have, self.later)
        return max(0, self.need - have - self.waiting)

    @property
    def seat(self) -> Seat:
        """As the question has it. One more than what is needed makes it robust."""
        have = self.have if self.later is None else min(self.have, self.later)
        spare = max(0, self.need + 1 - max(self.need, have + self.waiting))
        why = WhyNot.ALL_HOLD if self.some_may else WhyNot.NOBODY_MAY
        return Seat(
            self.id, self.unit_id, self.task_id, self.shift, self.days, self.lacks, spare, self.critical, self.opens_on, why
        )  # fmt: skip

    def count(self, more: int = 0) -> Count:
        """Have against need today, with so many more who hold it."""
        return Count(self.have + more, self.need)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many spots are gaps, and how many are vulnerable, as coverage counts them."""

    gaps: int
    vulnerable: int


def standing(spots: Iterable[Spot], more: Mapping[int, int]) -> Standing:
    """How the spots stand today with so many more in each (spot's id -> how many). A gap just closed is vulnerable.

    One that differs by kind of day is counted once, at its worst.
    """
    found: dict[tuple[int, int, Shift], list[Status]] = {}
    for spot in spots:
        if not spot.today:
            continue
        stands = status(spot.have + more.get(spot.id, 0), spot.need)
        found.setdefault((spot.unit_id, spot.task_id, spot.shift), []).append(stands)
    return Standing(
        sum(Status.GAP in some for some in found.values()),
        sum(Status.GAP not in some and Status.VULNERABLE in some for some in found.values()),
    )

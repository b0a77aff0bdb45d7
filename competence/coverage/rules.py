"""Have against need: gaps, vulnerable spots, and the words for them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from competence.foundation.text import N_


class Shift(StrEnum):
    """The three shifts, by the letter that stands under a name."""

    DAY = "D"
    EVENING = "A"
    NIGHT = "N"


SHIFT_NAMES: Mapping[Shift, str] = {Shift.DAY: N_("Day"), Shift.EVENING: N_("Evening"), Shift.NIGHT: N_("Night")}


class DayKind(StrEnum):
    """Which days a need is for."""

    EVERY = "every"
    WEEKDAY = "weekday"
    WEEKEND = "weekend"


class Status(StrEnum):
    """How a task stands on a shift."""

    GAP = "gap"
    VULNERABLE = "vulnerable"
    COVERED = "covered"
    NO_NEED = "no_need"


@dataclass(frozen=True, slots=True)
class Need:
    """What is asked for on a shift."""

    need: int
    level: int = 1
    also_unstable: bool = False
    students_count: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """Have against need for one task and shift."""

    have: int
    need: int | None
    """None: nothing is asked for."""
    floaters: int = 0
    externals: int = 0
    students: int = 0

    @property
    def status(self) -> Status:
        """Gap: fewer than needed. Vulnerable: one absence from a gap, or only one person."""
        return status(self.have, self.need)

    @property
    def missing(self) -> int:
        """How many more it takes."""
        return max(0, (self.need or 0) - self.have)


def status(have: int, need: int | None) -> Status:
    """How `have` stands against `need`; a need of nobody is never a gap and never vulnerable."""
    if not need:
        return Status.NO_NEED
    if have < need:
        return Status.GAP
    return Status.VULNERABLE if have == need or have == 1 else Status.COVERED


def day_kind(day: date, holidays: Iterable[date] = ()) -> DayKind:
    """Weekday, or weekend and public holiday."""
    return DayKind.WEEKEND if day.weekday() >= 5 or day in set(holidays) else DayKind.WEEKDAY

"""What a plan is measured by, and how each figure is counted. See docs/da/strategi.md. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from statistics import median

from competence.coverage.rules import SMALLEST_GROUP
from competence.foundation.clock import add_months
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, sentence


class Indicator(StrEnum):
    """What is measured."""

    DEVELOP = "develop"
    TURNOVER = "turnover"
    COVERAGE = "coverage"
    FIRST_SIGNATURE = "first_signature"
    OWN = "own"


INDICATOR_NAMES: Mapping[Indicator, str] = {
    Indicator.DEVELOP: N_("Say that they can develop"),
    Indicator.TURNOVER: N_("Staff turnover"),
    Indicator.COVERAGE: N_("Staffing needs that are met"),
    Indicator.FIRST_SIGNATURE: N_("Days to the first signature"),
    Indicator.OWN: N_("An indicator of our own"),
}
UNITS: Mapping[Indicator, str] = {
    Indicator.DEVELOP: "%",
    Indicator.TURNOVER: "%",
    Indicator.COVERAGE: "%",
    Indicator.FIRST_SIGNATURE: N_("days"),
    Indicator.OWN: "",
}
HOW: Mapping[Indicator, str] = {
    Indicator.DEVELOP: N_("Those who answered agree or fully agree in a round of the pulse, of all who answered."),
    Indicator.TURNOVER: N_(
        "Those who left the municipality in the year, of the average number of employees on the first of each month."
    ),
    Indicator.COVERAGE: N_("Needs that are met, of all needs, as the key figures kept them each month."),
    Indicator.FIRST_SIGNATURE: N_(
        "Days from the first day of new employees to the first signature they said yes to, the median of the year."
    ),
    Indicator.OWN: N_("Written in by hand."),
}
USUAL: Mapping[Indicator, tuple[float, bool]] = {
    Indicator.DEVELOP: (80, True),
    Indicator.TURNOVER: (15, False),
    Indicator.COVERAGE: (96, True),
    Indicator.FIRST_SIGNATURE: (21, False),
}
"""(target, whether the value must not be lower) that a new plan begins with. The first is of the action plans of domain.md g."""
MOST_VALUE = 100_000.0


@dataclass(frozen=True, order=True)
class Point:
    """A value on a day."""

    on: date
    value: float
    is_typed: bool = False


@dataclass(frozen=True)
class Measured:
    """An indicator with its values over time."""

    points: tuple[Point, ...]
    target: float
    at_least: bool

    @property
    def latest(self) -> Point | None:
        """The last of them; None before there is one."""
        return self.points[-1] if self.points else None

    @property
    def reached(self) -> bool | None:
        """Whether the last value is as good as the target; None before there is one."""
        if self.latest is None:
            return None
        return self.latest.value >= self.target if self.at_least else self.latest.value <= self.target

    @property
    def change(self) -> float | None:
        """From the first value to the last; None with fewer than two."""
        return round(self.points[-1].value - self.points[0].value, 1) if len(self.points) > 1 else None


def measured(computed: Iterable[Point], typed: Iterable[Point], target: float, *, at_least: bool) -> Measured:
    """All values by day; one that was typed in takes the place of a computed one of the same day."""
    by_day = {one.on: one for one in computed} | {one.on: one for one in typed}
    return Measured(tuple(by_day[on] for on in sorted(by_day)), target, at_least)


def check_value(kind: Indicator, value: float, *, field: str) -> float:
    """The value with one decimal. RuleBroken when the indicator cannot have it."""
    most = 100.0 if kind in (Indicator.DEVELOP, Indicator.COVERAGE) else MOST_VALUE
    if not 0 <= value <= most:
        raise RuleBroken(sentence(N_("Write a number from 0 to %(most)s."), most=int(most)), field=field)
    return round(value, 1)


# Turnover.


@dataclass(frozen=True)
class Works:
    """An employment, as far as turnover is concerned."""

    person_id: int
    begins: date
    ends: date | None
    """The first day it no longer runs."""
    within: bool
    """Whether it lies in the unit; those elsewhere in the municipality say that somebody has not left."""


def headcount(works: Sequence[Works], on: date) -> int:
    """How many people have an employment in the unit on the day."""
    return len({one.person_id for one in works if one.within and _runs(one, on)})


def turnover(works: Sequence[Works], year: int, *, on: date) -> float | None:
    """Per cent with one decimal of the year until `on`: who left the municipality, of the average number of employees.

    Somebody has left when her employment in the unit ended within the year and she has none anywhere on the first day after.
    None where the average is under five, or the year has not begun.
    """
    first, end = date(year, 1, 1), min(date(year + 1, 1, 1), on)
    if end < first:
        return None
    months = [month for at in range(12) if (month := add_months(first, at)) <= on]
    counts = [headcount(works, month) for month in months]
    average = sum(counts) / len(counts) if counts else 0.0
    if average < SMALLEST_GROUP:
        return None
    by_person: dict[int, list[Works]] = {}
    for one in works:
        by_person.setdefault(one.person_id, []).append(one)
    left = {
        one.person_id
        for one in works
        if one.within and one.ends is not None and first < one.ends <= end
        and not any(_runs(other, one.ends) for other in by_person[one.person_id])
    }  # fmt: skip
    return round(100 * len(left) / average, 1)


def _runs(one: Works, on: date) -> bool:
    return one.begins <= on and (one.ends is None or on < one.ends)


def middle(days: Sequence[int]) -> float | None:
    """The median; None of fewer than five."""
    return float(median(days)) if len(days) >= SMALLEST_GROUP else None

"""What a unit asks for as a table: a weekday and a weekend for each shift, however it is written. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from competence.coverage.rules import DayKind, Need

ByDays = Mapping[DayKind, Need]
"""What is said for each kind of day, where something is."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What holds on a shift; None: nothing is said, so that what is said further up holds."""

    weekday: Need | None = None
    weekend: Need | None = None


def pair_of(said: ByDays) -> Pair:
    """What holds on weekdays and on weekends: what is said for that kind of day, else what is said for every day."""
    every = said.get(DayKind.EVERY)
    return Pair(said.get(DayKind.WEEKDAY, every), said.get(DayKind.WEEKEND, every))


def by_days(wanted: Pair, before: ByDays) -> dict[DayKind, Need]:
    """How the wish is written, with as little as can be done to what is written already."""
    if pair_of(before) == wanted:
        return dict(before)
    weekday, weekend = wanted.weekday, wanted.weekend
    if weekday is None or weekend is None:
        return {
            kind: said for kind, said in ((DayKind.WEEKDAY, weekday), (DayKind.WEEKEND, weekend)) if said is not None
        }
    if weekday == weekend:
        return {DayKind.EVERY: weekday}
    if DayKind.EVERY not in before:
        return {DayKind.WEEKDAY: weekday, DayKind.WEEKEND: weekend}
    if DayKind.WEEKDAY in before and DayKind.WEEKEND not in before:
        return {DayKind.EVERY: weekend, DayKind.WEEKDAY: weekday}
    return {DayKind.EVERY: weekday, DayKind.WEEKEND: weekend}


# What units that are like this one ask for.

FEWEST_WHO_ASK = 2
"""What one unit asks for alone is no suggestion."""


@dataclass(frozen=True, slots=True)
class SimilarUnit:
    """A unit of the same kind, by how many people with fixed shifts work there."""

    id: int
    size: int


def similar(here: SimilarUnit, others: Iterable[SimilarUnit]) -> frozenset[int]:
    """Those from half to twice as large; those without people are like nothing. Where nobody works here yet: all with people."""
    return frozenset(
        one.id
        for one in others
        if one.size and (not here.size or (here.size <= 2 * one.size and one.size <= 2 * here.size))
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What several units ask for on a shift."""

    pair: Pair
    """The median of each figure."""
    by: int
    """How many of them ask for something."""


def median_of(pairs: Sequence[Pair]) -> Asked | None:
    """The median of what the units ask for, the lower one of two; None when fewer than two do.

    Also in unstable courses, and with students, where more than half of them say so.
    """
    if len(pairs) < FEWEST_WHO_ASK:
        return None
    pair = Pair(_middle([one.weekday for one in pairs]), _middle([one.weekend for one in pairs]))
    return Asked(pair, len(pairs)) if pair != Pair() else None


def _middle(some: Sequence[Need | None]) -> Need | None:
    """None where most of them say nothing, or ask for nobody."""
    said = [need for need in some if need is not None]
    if 2 * len(said) <= len(some):
        return None
    middle = (len(said) - 1) // 2
    number = sorted(need.need for need in said)[middle]
    if not number:
        return None
    return Need(
        number,
        sorted(need.level for need in said)[middle],
        2 * sum(need.also_unstable for need in said) > len(said),
        2 * sum(need.students_count for need in said) > len(said),
    )

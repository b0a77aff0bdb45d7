"""What a unit asks for as a table: a weekday and a weekend for each shift, however it is written. Pure."""

from collections.abc import Mapping
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

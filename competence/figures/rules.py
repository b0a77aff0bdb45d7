"""Key figures: what they are, what they are compared with, and which small groups are hidden. See docs/da/noegletal.md."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from statistics import median

from competence.coverage.rules import SMALLEST_GROUP
from competence.coverage.small import hidden_beside
from competence.foundation.clock import add_months
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_


class Figure(StrEnum):
    """A key figure."""

    MET = "met"
    """Per cent of the staffing needs that are met."""
    GAPS = "gaps"
    """Needs that are not; its target is the share that has a plan."""
    VULNERABLE = "vulnerable"
    """Needs that are one absence from a gap; its target is their share of the needs."""
    EXPIRING = "expiring"
    """Signatures that lapse soon; its target is the share whose renewal is planned."""
    WAIT = "wait"
    """Days from a request to its signature, median."""


FIGURE_NAMES: Mapping[Figure, str] = {
    Figure.MET: N_("Staffing needs that are met"),
    Figure.GAPS: N_("Gaps"),
    Figure.VULNERABLE: N_("Vulnerable staffing needs"),
    Figure.EXPIRING: N_("Signatures that lapse soon"),
    Figure.WAIT: N_("From request to signature"),
}
MORE_IS_BETTER = frozenset({Figure.MET})
"""Of the others less is."""


class Period(StrEnum):
    """What the figures are compared with."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


PERIOD_NAMES: Mapping[Period, str] = {
    Period.MONTH: N_("Month"),
    Period.QUARTER: N_("Quarter"),
    Period.YEAR: N_("Year"),
}
MONTHS: Mapping[Period, int] = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}


def first_of(day: date) -> date:
    """The first day of its month, by which a month is known."""
    return day.replace(day=1)


def months_before(day: date, count: int) -> list[date]:
    """The months before the day's own, the oldest first."""
    return [add_months(first_of(day), -back) for back in range(count, 0, -1)]


@dataclass(frozen=True, slots=True)
class Sums:
    """What is counted in a unit with all below it."""

    needs: int = 0
    gaps: int = 0
    critical_gaps: int = 0
    vulnerable: int = 0
    planned: int = 0
    """Gaps with a plan: a request is open, or times are being observed."""
    people: int = 0
    expiring: int = 0
    renewing: int = 0
    """Those of the expiring whose renewal waits for a yes or has been asked for."""
    waiting: int = 0
    """Signatures that wait for the person's own yes."""
    waits: tuple[int, ...] = ()
    """Days from each request to the signature that closed it."""

    def __add__(self, other: "Sums") -> "Sums":
        """Both together."""
        return Sums(
            self.needs + other.needs, self.gaps + other.gaps, self.critical_gaps + other.critical_gaps,
            self.vulnerable + other.vulnerable, self.planned + other.planned, self.people + other.people,
            self.expiring + other.expiring, self.renewing + other.renewing, self.waiting + other.waiting,
            self.waits + other.waits,
        )  # fmt: skip

    def value(self, figure: Figure) -> float | None:
        """The key figure; None where there is nothing to count."""
        match figure:
            case Figure.MET:
                return met(self.needs, self.gaps)
            case Figure.GAPS:
                return self.gaps if self.needs else None
            case Figure.VULNERABLE:
                return self.vulnerable if self.needs else None
            case Figure.EXPIRING:
                return self.expiring
            case Figure.WAIT:
                return median(self.waits) if len(self.waits) >= SMALLEST_GROUP else None

    def share(self, figure: Figure) -> float | None:
        """What its target is compared with: per cent, or days; None where there is nothing to compare."""
        match figure:
            case Figure.GAPS:
                return per_cent(self.planned, self.gaps)
            case Figure.VULNERABLE:
                return per_cent(self.vulnerable, self.needs)
            case Figure.EXPIRING:
                return per_cent(self.renewing, self.expiring)
            case _:
                return self.value(figure)


def per_cent(part: int, whole: int) -> float | None:
    """How many of a hundred; None of nothing."""
    return 100 * part / whole if whole else None


def met(needs: int, gaps: int) -> float | None:
    """Per cent with one decimal; a hundred is said only where there is no gap, and none only where all are."""
    share = per_cent(needs - gaps, needs)
    if share is None:
        return None
    rounded = round(share, 1)
    return min(max(rounded, 0.1), 99.9) if 0 < gaps < needs else rounded


# Targets.


@dataclass(frozen=True)
class Aim:
    """What a target of a figure is said in."""

    words: str
    """With `%(value)s`."""
    most: int
    at_least: bool
    """The figure must not be lower; else not higher."""


AIMS: Mapping[Figure, Aim] = {
    Figure.MET: Aim(N_("target at least %(value)s %%"), 100, at_least=True),
    Figure.GAPS: Aim(N_("target: at least %(value)s %% with a plan"), 100, at_least=True),
    Figure.VULNERABLE: Aim(N_("target: at most %(value)s %% of the needs"), 100, at_least=False),
    Figure.EXPIRING: Aim(N_("target: at least %(value)s %% planned"), 100, at_least=True),
    Figure.WAIT: Aim(N_("target at most %(value)s days"), 365, at_least=False),
}
"""Each figure may have one. The learning balance 70-20-10 is a guide, never a target."""


def check_target(figure: Figure, value: int | None) -> None:
    """Nothing. RuleBroken, at the figure's field, when the target cannot be. None: no target."""
    most = AIMS[figure].most
    if value is not None and not 0 <= value <= most:
        raise RuleBroken(
            N_("Write a whole number from %(least)s to %(most)s, or leave it empty."), field=figure.value, least=0, most=most
        )  # fmt: skip


def reaches(figure: Figure, share: float | None, target: int | None) -> bool | None:
    """Whether the target is reached; None where there is none, or nothing to compare with it."""
    if share is None or target is None:
        return None
    return share >= target if AIMS[figure].at_least else share <= target


def is_better(figure: Figure, change: float) -> bool | None:
    """Whether the change is for the better; None when there is none."""
    if not change:
        return None
    return (change > 0) is (figure in MORE_IS_BETTER)


# Small groups.


@dataclass(frozen=True)
class Group:
    """A unit with its size, for whoever sees numbers only."""

    key: int
    size: int
    """How many work in it and in all below it."""
    below: tuple["Group", ...] = ()
    own: int = 0
    """Those of them who work in it and in none of those below it, a group that is never shown by itself."""


def hidden(groups: Sequence[Group]) -> frozenset[int]:
    """The keys of the groups whose sizes, and figures about their people, must not be shown beside the others and their total.

    Hidden is who is fewer than five; beside her, so that she cannot be found by subtraction, all of the smallest size that
    is not small; where nobody is left to show, the empty ones too; and whatever lies below a hidden one. What is hidden
    could then be shared out among the hidden ones in several ways that would have been shown alike, whoever knows this rule.
    """
    found: set[int] = set()
    for key in hidden_beside({one.key: one.size for one in groups}):
        found.add(key)
    return frozenset(found | {key for one in groups for key in _below(one, whole=one.key in found)})


def _below(group: Group, *, whole: bool) -> set[int]:
    if whole:
        return {one.key for one in group.below} | {key for one in group.below for key in _below(one, whole=True)}
    sizes = {one.key: one.size for one in group.below} | ({_OWN: group.own} if group.own else {})
    here = hidden_beside(sizes) - {_OWN}
    return here | {key for one in group.below for key in _below(one, whole=one.key in here)}


_OWN = -1


# Letters on a strip.


def letters_of(names: Sequence[str], without: Collection[str] = ()) -> list[str]:
    """A short mark for each name, all different: the first letter of what tells it from the others, more where it must be."""
    words = [_telling(name, names) for name in names]
    found: list[str] = []
    for word in words:
        tries = [word[:length].title() for length in range(1, 4)]
        tries += [f"{word[:1].upper()}{number}" for number in range(2, len(names) + 3)]
        found.append(next(one for one in tries if one not in found and one not in without))
    return found


def _telling(name: str, names: Sequence[str]) -> str:
    """The first word that not all names begin with."""
    words = name.split()
    others = [one.split()[:1] for one in names if one != name]
    return words[1] if len(words) > 1 and [words[0]] in others else (words[0] if words else "?")


# Past months.


@dataclass(frozen=True)
class Trend:
    """A key figure month by month, the oldest first, and today's last; None where nothing was kept."""

    months: tuple[date, ...]
    values: tuple[float | None, ...]
    missing: tuple[date, ...] = field(default=())
    """The months without figures that lie between months with some."""


def trend_of(months: Sequence[date], kept: Mapping[date, float | None], now: float | None) -> Trend:
    """The trend over the months and now. Months before the first that was kept are left out."""
    first = next((at for at, month in enumerate(months) if month in kept), len(months))
    left = list(months[first:])
    missing = tuple(month for month in left if month not in kept)
    return Trend(tuple(left), (*(kept.get(month) for month in left), now), missing)

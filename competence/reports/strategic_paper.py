"""What stands in the report of a strategic plan."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Figured:
    """A key figure at the beginning and now."""

    name: str
    before: str
    now: str
    change: str


@dataclass(frozen=True)
class Needed:
    """A subject area of the needs map, in words."""

    name: str
    numbers: tuple[str, str, str, str]
    """Needs, met, gaps, gaps in twelve months."""
    lacks: str
    how: str
    gaps: int
    ahead: int | None


@dataclass(frozen=True)
class Centre:
    """A unit right below the plan's, with what it needs most and how it meets it."""

    name: str
    numbers: tuple[str, str, str, str]
    """Needs, met, gaps, gaps in twelve months."""
    weakest: tuple[tuple[str, str], ...]
    """(subject area with its gaps, how it is met), those with most gaps first."""


@dataclass(frozen=True)
class Done:
    """A measure."""

    title: str
    under: str
    """How its success is seen."""
    part: str
    owner: str
    months: str
    hours: str
    cost: str
    funding: str
    stands: str
    first: int
    last: int
    """Its months, 0 the first of the plan."""
    is_dropped: bool


@dataclass(frozen=True)
class Prior:
    """What comes first, and what is done about it."""

    title: str
    about: str
    """What it is about, and the figure that it rests on, then and now."""
    text: str
    measures: tuple[Done, ...]
    took: tuple[str, str, str]
    """Number of measures, hours and cost, those that were dropped left out."""


@dataclass(frozen=True)
class Gauge:
    """An indicator."""

    name: str
    target: str
    first: str
    """Its first value; empty with fewer than two."""
    latest: str
    latest_on: str
    stands: str
    how: str
    points: tuple[tuple[date, float], ...]
    aim: float
    words: str
    """What the chart shows, read aloud."""


@dataclass(frozen=True)
class Paper:
    """All that stands in the report."""

    municipality: str
    title: str
    kind: str
    place: str
    years: str
    stands: str
    """Draft, or by whom and when it was decided."""
    frame: tuple[str, ...]
    short: tuple[str, ...]
    """The whole of it in a few sentences."""
    figures: tuple[Figured, ...]
    held: str
    """The day of the baseline."""
    needs: tuple[Needed, ...]
    centres: tuple[Centre, ...]
    priorities: tuple[Prior, ...]
    across: Prior | None
    """The measures that belong to no priority."""
    shares: tuple[tuple[str, int, str], ...]
    """(part, per cent, hours)."""
    took: tuple[str, str, str]
    """Number of measures, hours and cost in all."""
    funding: tuple[tuple[str, str, str], ...]
    """(who pays, how much, per cent)."""
    indicators: tuple[Gauge, ...]
    months: tuple[str, ...]
    wheel: tuple[tuple[int, tuple[tuple[str, str, bool], ...]], ...]
    """(year, its twelve months as (name, what happens, whether all of it is done))."""
    roles: tuple[str, ...]
    units: tuple[tuple[str, str, str, str, float, float], ...]
    """(unit, met then, met now, gaps then and now, the two shares as numbers)."""
    follow_ups: tuple[tuple[str, str], ...]
    evaluation: tuple[str, ...]
    notes: tuple[str, ...]
    notice: str
    issued_at: datetime

    @property
    def measures(self) -> list[Done]:
        """All of them, by priority."""
        groups = [*self.priorities, *([self.across] if self.across else [])]
        return [one for group in groups for one in group.measures]

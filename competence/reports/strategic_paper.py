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
class Prior:
    """What comes first."""

    title: str
    about: str
    why: str
    text: str


@dataclass(frozen=True)
class Done:
    """A measure."""

    title: str
    under: str
    """The priority, and how its success is seen."""
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
class Gauge:
    """An indicator."""

    name: str
    target: str
    latest: str
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
    figures: tuple[Figured, ...]
    held: str
    """The day of the baseline."""
    needs: tuple[Needed, ...]
    priorities: tuple[Prior, ...]
    measures: tuple[Done, ...]
    shares: tuple[tuple[str, int, str], ...]
    """(part, per cent, hours)."""
    budget: str
    funding: tuple[tuple[str, str], ...]
    indicators: tuple[Gauge, ...]
    months: tuple[str, ...]
    wheel: tuple[tuple[str, str], ...]
    """(month, what happens), of the months in which anything does."""
    roles: tuple[str, ...]
    units: tuple[tuple[str, str, str, str], ...]
    follow_ups: tuple[tuple[str, str], ...]
    evaluation: tuple[str, ...]
    notes: tuple[str, ...]
    notice: str
    issued_at: datetime

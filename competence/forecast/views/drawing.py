"""The timeline as a stepped area: where each stretch stands in the drawing, worked out so that the template only writes it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from competence.forecast.openings import Standings
from competence.foundation.web import language


def month(day: date) -> str:
    """As "december 2026"."""
    return format_date(day, "LLLL y", locale=language())


def short_month(day: date) -> str:
    """As "dec. 26"."""
    return format_date(day, "MMM yy", locale=language())


def day_and_month(day: date) -> str:
    """As "14. dec. 26"."""
    return format_date(day, "d. MMM yy", locale=language())


WIDTH, HEIGHT = 960, 240
LEFT, RIGHT, TOP, BOTTOM = 40, 8, 12, 30
"""Where the axes leave room for their figures."""


@dataclass(frozen=True)
class Area:
    """One of the three areas, as a path."""

    kind: str
    """"critical", "gap" or "vulnerable"."""
    path: str


@dataclass(frozen=True)
class Tick:
    """A mark on an axis."""

    at: float
    text: str


@dataclass(frozen=True)
class Timeline:
    """All that is drawn."""

    areas: tuple[Area, ...]
    months: tuple[Tick, ...]
    levels: tuple[Tick, ...]
    right: int = WIDTH - RIGHT
    left: int = LEFT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM
    width: int = WIDTH
    height: int = HEIGHT


def timeline(found: Sequence[Standings], first: date, end: date) -> Timeline:
    """Gaps of critical tasks below, the other gaps on them, what is vulnerable on top."""
    days = (end - first).days
    most = max([one.gaps + one.vulnerable for one in found] + [1])
    step = next(size for size in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if most / size <= 4)
    top = -(-most // step) * step

    def x(day: date) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (day - first).days / days, 1)

    def y(value: int) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top, 1)

    kinds: tuple[tuple[str, Callable[[Standings], int], Callable[[Standings], int]], ...] = (
        ("critical", lambda _one: 0, lambda one: one.critical),
        ("gap", lambda one: one.critical, lambda one: one.gaps),
        ("vulnerable", lambda one: one.gaps, lambda one: one.gaps + one.vulnerable),
    )
    edges = [x(one.begins) for one in found] + [x(end)]
    areas = tuple(
        Area(kind, _stepped(edges, [y(low(one)) for one in found], [y(high(one)) for one in found]))
        for kind, low, high in kinds
        if any(high(one) > low(one) for one in found)
    )
    months = []
    day = first.replace(day=1)
    while day < end:
        if day >= first and x(day) < WIDTH - RIGHT - 20:
            months.append(Tick(x(day), format_date(day, "MMM", locale=language()).rstrip(".")))
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return Timeline(areas, tuple(months), tuple(Tick(y(value), str(value)) for value in range(0, top + 1, step)))


def _stepped(edges: Sequence[float], low: Sequence[float], high: Sequence[float]) -> str:
    """The outline of what lies between the two, from left to right along the upper edge and back along the lower one."""
    path = [f"M{edges[0]:g} {low[0]:g}V{high[0]:g}"]
    last = high[0]
    for at, value in enumerate(high):
        if value != last:
            path.append(f"H{edges[at]:g}V{value:g}")
            last = value
    path.append(f"H{edges[-1]:g}V{low[-1]:g}")
    last = low[-1]
    for at in range(len(low) - 1, -1, -1):
        if low[at] != last:
            path.append(f"H{edges[at + 1]:g}V{low[at]:g}")
            last = low[at]
    return "".join(path) + f"H{edges[0]:g}Z"

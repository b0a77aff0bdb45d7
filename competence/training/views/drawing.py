"""What the page draws of a proposal: weeks as a bar, gaps for time used as a staircase. All SVG has its words beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from competence.foundation.web import number
from competence.training.rules.rows import Content, Row, Tread

WEEK = 12
"""Width of a week in the bars."""


def weeks_svg(row: Row, weeks: int) -> Markup:
    """The weeks of the row among all the weeks of the plan."""
    width = weeks * WEEK
    ticks = "".join(f"M{at * WEEK + 0.5:g} 0V18" for at in range(weeks + 1))
    begins, span = row.first_week * WEEK + 1, (row.last_week - row.first_week + 1) * WEEK - 2
    return Markup(  # noqa: S704 - numbers of our own
        f'<svg class="kt-plan-weeks" viewBox="0 0 {width + 1} 18" width="{width + 1}" height="18" aria-hidden="true" '
        'focusable="false">'
        f'<path d="{ticks}"/><rect x="{begins}" y="5" width="{span}" height="8" rx="1.5"/></svg>'
    )


def week_numbers(content: Content, weeks: int) -> list[tuple[int, int]]:
    """(place in the drawing, number of the week in the calendar) of every week that has its number written."""
    step = 2 if weeks <= 14 else 4
    return [(at * WEEK, _week(content.monday(at))) for at in range(0, weeks, step)]


def week_words(content: Content, row: Row) -> tuple[int, int]:
    """The numbers of the row's first and last week in the calendar."""
    return _week(content.monday(row.first_week)), _week(content.monday(row.last_week))


def _week(monday: date) -> int:
    return monday.isocalendar().week


@dataclass(frozen=True)
class Tick:
    """A mark on an axis."""

    at: float
    text: str


@dataclass(frozen=True)
class Label:
    """Whose training a step is."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Stairs:
    """The gaps that are left as hours are used."""

    line: str
    area: str
    levels: tuple[Tick, ...]
    hours: tuple[Tick, ...]
    labels: tuple[Label, ...]
    width: int
    height: int
    left: int
    right: int
    bottom: int


def stairs(before: int, treads: Sequence[Tread], names: Mapping[int, str]) -> Stairs | None:
    """The staircase; None where there is no gap, or nothing closes one. `names`: person -> as a label says it."""
    width, height, left, right, top, bottom = 400, 190, 28, 392, 12, 160
    total = treads[-1].minutes if treads else 0
    if not before or not total or treads[-1].gaps == before:
        return None

    def x(minutes: int) -> float:
        return round(left + (right - left) * minutes / total, 1)

    def y(gaps: int) -> float:
        return round(bottom - (bottom - top) * gaps / before, 1)

    path, gaps, labels = [f"M{left} {y(before):g}"], before, []
    last_label = -100.0
    for tread in treads:
        if tread.gaps == gaps:
            continue
        path.append(f"H{x(tread.minutes):g}V{y(tread.gaps):g}")
        at = x(tread.minutes)
        if at < right - 60 and (before <= 8 or at - last_label > 60):
            labels.append(Label(at + 4, y(tread.gaps) - 5, names.get(tread.row.person_id, "")))
            last_label = at
        gaps = tread.gaps
    path.append(f"H{right}")
    line = "".join(path)
    step = next(size for size in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000) if before / size <= 6)
    closing = next((tread.minutes for tread in treads if tread.gaps == treads[-1].gaps), total)
    hours = [Tick(left, _hours(0)), Tick(right, _hours(total))]
    if left + 50 < x(closing) < right - 60:
        hours.insert(1, Tick(x(closing), _hours(closing)))
    return Stairs(
        line, f"{line}V{bottom}H{left}Z", tuple(Tick(y(gaps), str(gaps)) for gaps in range(0, before + 1, step)),
        tuple(hours), tuple(labels), width, height, left, right, bottom,
    )  # fmt: skip


def _hours(minutes: int) -> str:
    return f"{escape(number(round(minutes / 60, 1)))} t"

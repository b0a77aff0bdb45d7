"""The charts of a strategic plan on paper. Each is drawn inside a figure whose words say the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from competence.reports.tagging import TaggedPdf
from competence.reports.typography import (
    BRAND,
    BRAND_DARK,
    BRAND_LIGHT,
    CONTROL,
    INK,
    INK2,
    LINE,
    SEMIBOLD,
    WHITE,
    Face,
    colour_of,
    lines_of,
    width_of,
)

LABEL = Face(8.6)
STRONG = Face(8.6, SEMIBOLD)
SOFT = Face(8.2, colour=INK2)
ROW, BAR = 27.0, 9.0
NAMES = 150.0
KEY = 18.0


@dataclass(frozen=True)
class Bar:
    """A subject area: gaps now, and in twelve months (None: hidden)."""

    name: str
    now: int
    then: int | None


def deep_of(some: Sequence[Bar]) -> float:
    """How deep the chart is, in points."""
    return KEY + ROW * len(some)


def bars(
    pdf: TaggedPdf, canvas: Any, x: float, y: float, wide: float, some: Sequence[Bar], key: tuple[str, str]
) -> None:
    """None; two bars for each, the dark one now, the framed one then, with their numbers."""
    most = max([1, *(one.now for one in some), *(one.then or 0 for one in some)])
    room = wide - NAMES - 40
    _swatch(canvas, x + NAMES, y - 9, BRAND_DARK, filled=True)
    pdf.text(x + NAMES + 13, y - 8, key[0], SOFT)
    along = x + NAMES + 13 + width_of(key[0], SOFT) + 16
    _swatch(canvas, along, y - 9, BRAND_DARK, filled=False)
    pdf.text(along + 13, y - 8, key[1], SOFT)
    for at, one in enumerate(some):
        top = y - KEY - at * ROW
        lines = lines_of(one.name, LABEL, NAMES - 10)[:2]
        pdf.text(x, top - (10 if len(lines) > 1 else 14), lines, LABEL)
        for place, (value, filled) in enumerate(((one.now, True), (one.then, False))):
            base = top - 2 - (place + 1) * (BAR + 1.5)
            if value is None:
                continue
            long = max(room * value / most, 0.8)
            canvas.setFillColor(colour_of(BRAND_DARK if filled else BRAND_LIGHT))
            canvas.setStrokeColor(colour_of(BRAND_DARK))
            canvas.setLineWidth(0.8)
            canvas.rect(x + NAMES, base, long, BAR, stroke=1, fill=1)
            pdf.text(x + NAMES + long + 5, base + 1.6, str(value), STRONG)


def _swatch(canvas: Any, x: float, y: float, colour: str, *, filled: bool) -> None:
    canvas.setFillColor(colour_of(colour if filled else BRAND_LIGHT))
    canvas.setStrokeColor(colour_of(colour))
    canvas.setLineWidth(0.8)
    canvas.rect(x, y, 9, 8, stroke=1, fill=1)


def stacked(pdf: TaggedPdf, canvas: Any, x: float, y: float, wide: float, some: Sequence[tuple[str, str, int]]) -> None:
    """None; one bar of parts that make a hundred, each with its words below it."""
    fills = ((BRAND_DARK, WHITE), (BRAND, WHITE), (BRAND_LIGHT, INK))
    at = x
    third = wide / max(1, len(some))
    for place, (name, hours, share) in enumerate(some):
        long = wide * share / 100
        fill, ink = fills[place % len(fills)]
        canvas.setFillColor(colour_of(fill))
        canvas.setStrokeColor(colour_of(BRAND_DARK))
        canvas.setLineWidth(0.6)
        if long:
            canvas.rect(at, y - 18, long, 16, stroke=1, fill=1)
            if long > 34:
                pdf.text(at + 5, y - 13.4, f"{share} %", Face(8.6, SEMIBOLD, ink))
        at += long
        left = x + place * third
        canvas.setFillColor(colour_of(fill))
        canvas.rect(left, y - 33, 8, 8, stroke=1, fill=1)
        pdf.text(left + 12, y - 32, name, STRONG)
        pdf.text(left + 12, y - 41, hours, SOFT)


@dataclass(frozen=True)
class Course:
    """Values over time, and what is aimed at."""

    points: Sequence[tuple[date, float]]
    aim: float
    aim_word: str


def course(pdf: TaggedPdf, canvas: Any, x: float, y: float, wide: float, shown: Course) -> None:
    """None; a line with a mark on each value, the first and the last with their numbers; the target dashed."""
    left, right, top, base = x + 34, x + wide - 60, y - 12, y - 78
    values = [value for _day, value in shown.points] + [shown.aim]
    low, high = min(values), max(values)
    pad = (high - low or 1.0) * 0.15
    low, high = low - pad, high + pad
    first, last = shown.points[0][0].toordinal(), shown.points[-1][0].toordinal()
    span = max(1, last - first)

    def up(value: float) -> float:
        return base + (top - base) * (value - low) / (high - low)

    def along(day: date) -> float:
        return left + (right - left) * (day.toordinal() - first) / span

    canvas.setStrokeColor(colour_of(LINE))
    canvas.setLineWidth(0.6)
    canvas.line(left, base, right, base)
    canvas.setStrokeColor(colour_of(CONTROL))
    canvas.setDash(3, 3)
    canvas.setLineWidth(1)
    canvas.line(left, up(shown.aim), right, up(shown.aim))
    canvas.setDash()
    canvas.setStrokeColor(colour_of(BRAND_DARK))
    canvas.setFillColor(colour_of(BRAND_DARK))
    canvas.setLineWidth(1.6)
    places = [(along(day), up(value)) for day, value in shown.points]
    for (x1, y1), (x2, y2) in pairwise(places):
        canvas.line(x1, y1, x2, y2)
    for px, py in places:
        canvas.circle(px, py, 2.2, stroke=0, fill=1)
    ends_up, aim_up = up(shown.points[-1][1]), up(shown.aim)
    if abs(ends_up - aim_up) < 9:
        aim_up = ends_up + (9 if aim_up >= ends_up else -9)
    pdf.text(left - 6, places[0][1] - 3, _short(shown.points[0][1]), LABEL, align="right")
    pdf.text(right + 6, ends_up - 3, _short(shown.points[-1][1]), STRONG)
    pdf.text(right + 6, aim_up - 3, f"{shown.aim_word} {_short(shown.aim)}", SOFT)
    pdf.text(left, base - 12, f"{shown.points[0][0]:%d.%m.%Y}", SOFT)
    pdf.text(right, base - 12, f"{shown.points[-1][0]:%d.%m.%Y}", SOFT, align="right")


def _short(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.1f}".replace(".", ",")


@dataclass(frozen=True)
class Span:
    """A measure and its months, 0 the first of the plan."""

    name: str
    first: int
    last: int


def spans(
    pdf: TaggedPdf, canvas: Any, x: float, y: float, wide: float, months: Sequence[str], some: Sequence[Span]
) -> None:
    """None; a row for each, its months as a bar under the letters of the year."""
    left = x + NAMES + 30
    step = (wide - NAMES - 30) / len(months)
    for at, month in enumerate(months):
        pdf.text(left + (at + 0.5) * step, y - 12, month[:1].upper(), SOFT, align="centre")
    for row, one in enumerate(some):
        top = y - 20 - row * 15
        canvas.setStrokeColor(colour_of(LINE))
        canvas.setLineWidth(0.5)
        canvas.line(x, top - 13, x + wide, top - 13)
        pdf.text(x, top - 10, _cut(one.name, LABEL, NAMES + 20), LABEL)
        canvas.setFillColor(colour_of(BRAND))
        canvas.roundRect(
            left + one.first * step + 1, top - 11, (one.last - one.first + 1) * step - 2, 8, 2, stroke=0, fill=1
        )


def _cut(text: str, face: Face, wide: float) -> str:
    """The text on one line, with an ellipsis where it is too long."""
    lines = lines_of(text, face, wide)
    if len(lines) == 1:
        return lines[0]
    first = lines[0]
    while first and width_of(first + " …", face) > wide:
        first = first[:-1]
    return f"{first.rstrip()} …"

"""The charts of a strategic plan on paper. Each is drawn inside a figure whose words say the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import cos, radians, sin
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
    REGULAR,
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
class Moved:
    """A unit's needs that were met then and now, in per cent."""

    name: str
    then: float
    now: float


MOVED = 17.0


def moved_deep(some: Sequence[Moved]) -> float:
    """How deep the chart is, in points."""
    return KEY + 14 + MOVED * len(some)


def moves(
    pdf: TaggedPdf, canvas: Any, x: float, y: float, wide: float, some: Sequence[Moved], key: tuple[str, str]
) -> None:
    """None; a line for each unit from an open mark then to a filled one now, with the number of today."""
    left, right = x + NAMES, x + wide - 44
    low = max(0.0, min(min(one.then, one.now) for one in some) // 10 * 10)
    high = 100.0 if low < 100 else 101.0

    def along(value: float) -> float:
        return left + (right - left) * (value - low) / (high - low)

    canvas.setLineWidth(1)
    canvas.setStrokeColor(colour_of(BRAND_DARK))
    canvas.setFillColor(colour_of(WHITE))
    canvas.circle(left + 4, y - 6, 3.2, stroke=1, fill=1)
    pdf.text(left + 11, y - 9, key[0], SOFT)
    after = left + 11 + width_of(key[0], SOFT) + 18
    canvas.setFillColor(colour_of(BRAND_DARK))
    canvas.circle(after, y - 6, 3.2, stroke=1, fill=1)
    pdf.text(after + 7, y - 9, key[1], SOFT)
    base = y - KEY - MOVED * len(some)
    for value in range(int(low), 101, 10 if high - low > 20 else 5):
        canvas.setStrokeColor(colour_of(LINE))
        canvas.setLineWidth(0.5)
        canvas.line(along(value), y - KEY + 2, along(value), base)
        pdf.text(along(value), base - 10, f"{value} %", SOFT, align="centre")
    for at, one in enumerate(some):
        middle = y - KEY - (at + 0.5) * MOVED
        pdf.text(x, middle - 3, _cut(one.name, LABEL, NAMES - 10), LABEL)
        canvas.setStrokeColor(colour_of(BRAND_DARK))
        canvas.setLineWidth(1.4)
        canvas.line(along(one.then), middle, along(one.now), middle)
        canvas.setFillColor(colour_of(WHITE))
        canvas.circle(along(one.then), middle, 3.2, stroke=1, fill=1)
        canvas.setFillColor(colour_of(BRAND_DARK))
        canvas.circle(along(one.now), middle, 3.2, stroke=1, fill=1)
        pdf.text(x + wide, middle - 3, f"{_short(one.now)} %", STRONG, align="right")


@dataclass(frozen=True)
class Course:
    """Values over time, and what is aimed at."""

    points: Sequence[tuple[date, float]]
    aim: float
    aim_word: str


def course(pdf: TaggedPdf, canvas: Any, x: float, y: float, wide: float, shown: Course) -> None:
    """None; a line with a mark on each value, the first and the last with their numbers; the target dashed."""
    left, right, top, base = x + 30, x + wide - 50, y - 10, y - 74
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


WORDS = 232.0
"""Beside the bars of the measures, whose names are longer than those of areas."""


def spans(
    pdf: TaggedPdf, canvas: Any, x: float, y: float, wide: float, months: Sequence[str], some: Sequence[Span]
) -> None:
    """None; a row for each, its months as a bar under the letters of the year."""
    left = x + WORDS
    step = (wide - WORDS) / len(months)
    for at, month in enumerate(months):
        pdf.text(left + (at + 0.5) * step, y - 12, month[:1].upper(), SOFT, align="centre")
    for row, one in enumerate(some):
        top = y - 20 - row * 15
        canvas.setStrokeColor(colour_of(LINE))
        canvas.setLineWidth(0.5)
        canvas.line(x, top - 13, x + wide, top - 13)
        pdf.text(x, top - 10, _cut(one.name, LABEL, WORDS - 12), LABEL)
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


@dataclass(frozen=True)
class Month:
    """A month of the year wheel: its short name, what happens in it, and whether all of that is done."""

    name: str
    words: str
    is_done: bool


WHEEL = 196.0
"""How deep the wheel is, in points."""
RING, HOLE, BESIDE = 86.0, 40.0, 26.0


def wheel(pdf: TaggedPdf, canvas: Any, x: float, y: float, wide: float, year: str, months: Sequence[Month]) -> None:
    """None; a ring of twelve months from the top and clockwise, with what happens beside each."""
    across, up = x + wide / 2, y - WHEEL / 2
    for at, month in enumerate(months):
        fill = WHITE if not month.words else BRAND_DARK if month.is_done else BRAND_LIGHT
        canvas.setFillColor(colour_of(fill))
        canvas.setStrokeColor(colour_of(BRAND_DARK))
        canvas.setLineWidth(0.8)
        canvas.wedge(across - RING, up - RING, across + RING, up + RING, 90 - 30 * at, -30, stroke=1, fill=1)
    canvas.setFillColor(colour_of(WHITE))
    canvas.circle(across, up, HOLE, stroke=1, fill=1)
    pdf.text(across, up - 5, year, Face(14, SEMIBOLD), align="centre")
    room = wide / 2 - RING - BESIDE - 4
    for at, month in enumerate(months):
        angle = radians(75 - 30 * at)
        middle = (RING + HOLE) / 2
        ink = WHITE if month.words and month.is_done else INK
        name = Face(8.2, SEMIBOLD if month.words else REGULAR, ink)
        pdf.text(across + middle * cos(angle), up + middle * sin(angle) - 3, month.name, name, align="centre")
        if not month.words:
            continue
        is_right = at < len(months) // 2
        row = at if is_right else len(months) - 1 - at
        level = up + RING - (row + 0.5) * 2 * RING / 6
        side = 1 if is_right else -1
        edge = across + side * (RING + BESIDE - 6)
        canvas.setStrokeColor(colour_of(CONTROL))
        canvas.setLineWidth(0.6)
        canvas.line(across + RING * cos(angle), up + RING * sin(angle), edge, level)
        lines = within(month.words, LABEL, room)
        pdf.text(
            edge + side * 4, level - 3 + (len(lines) - 1) * LABEL.leading / 2, lines, LABEL,
            align="left" if is_right else "right",
        )  # fmt: skip


MOST_LINES = 3


def within(words: str, face: Face, wide: float) -> list[str]:
    """The words in at most three lines, with an ellipsis where they are longer."""
    lines = lines_of(words, face, wide)
    if len(lines) <= MOST_LINES:
        return lines
    return [*lines[: MOST_LINES - 1], _cut(" ".join(lines[MOST_LINES - 1 :]), face, wide)]

"""The signs of the cell language on paper: shape says why, digit the level, fill that it counts now."""

from enum import StrEnum
from typing import Any

from competence.reports.typography import (
    BRAND,
    BRAND_DARK,
    BRAND_LIGHT,
    CONTROL,
    INK,
    SEMIBOLD,
    WHITE,
    Face,
    colour_of,
    width_of,
)


class SignShape(StrEnum):
    """Why a person may do a task."""

    SQUARE = "square"
    """By education."""
    CIRCLE = "circle"
    """By training and signature."""
    DIAMOND = "diamond"
    """By individual delegation."""


SIZE = 17.0
"""Width of a sign in points; a diamond reaches a tenth further on each side."""

RING = 21.0
"""Width of the ring of a task under training, wide enough for a fraction of 9 points."""

DIGIT = 9.6
"""Size of the digit in points: nothing on paper is smaller than 9."""


def draw_held(canvas: Any, x: float, y: float, shape: SignShape, digit: str, *, rank: int, size: float = SIZE) -> None:
    """None; a filled sign around the centre (x, y). Ranks above 3 look like 3; the digit tells them apart."""
    fill, digits = {1: (BRAND_LIGHT, INK), 2: (BRAND, WHITE)}.get(rank, (BRAND_DARK, WHITE))
    border = 1.1
    canvas.setFillColor(colour_of(fill))
    canvas.setStrokeColor(colour_of(BRAND if rank <= 2 else BRAND_DARK))
    canvas.setLineWidth(border)
    reach = (size - border) / 2
    if shape is SignShape.SQUARE:
        canvas.roundRect(x - reach, y - reach, 2 * reach, 2 * reach, 1.8, stroke=1, fill=1)
    elif shape is SignShape.CIRCLE:
        canvas.circle(x, y, reach, stroke=1, fill=1)
    else:
        tip = reach * 1.24
        canvas.setLineJoin(1)
        _polygon(canvas, [(x, y + tip), (x + tip, y), (x, y - tip), (x - tip, y)])
    _letters(canvas, x, y, digit, digits)


def draw_waiting(canvas: Any, x: float, y: float, *, size: float = SIZE) -> None:
    """None; the ring of a signature that waits for the person's own yes."""
    canvas.setFillColor(colour_of(WHITE))
    canvas.setStrokeColor(colour_of(BRAND))
    canvas.setLineWidth(1.8)
    canvas.circle(x, y, (size - 1.8) / 2, stroke=1, fill=1)
    _letters(canvas, x, y, "A", INK, size=9.0)


def fraction_fits(done: int, of: int) -> bool:
    """True when the fraction can stand inside the ring of `draw_training`; else words must say it."""
    return width_of(f"{done}/{of}", Face(9.0, SEMIBOLD)) <= RING - 4.6


def draw_training(
    canvas: Any, x: float, y: float, done: int, of: int, *, size: float = RING, letters: float = 9.0
) -> None:
    """None; a ring around (x, y) whose drawn-up part is the share done, with the fraction inside where it fits."""
    width = 1.8
    reach = (size - width) / 2
    canvas.setLineWidth(1.1)
    canvas.setStrokeColor(colour_of(CONTROL))
    canvas.setDash([1.9, 1.9])
    canvas.circle(x, y, reach, stroke=1, fill=0)
    canvas.setDash([])
    share = min(done / of, 1.0) if of > 0 else 0.0
    if share > 0:
        canvas.setStrokeColor(colour_of(BRAND))
        canvas.setLineWidth(width)
        if share == 1:
            canvas.circle(x, y, reach, stroke=1, fill=0)
        else:
            canvas.arc(x - reach, y - reach, x + reach, y + reach, startAng=90, extent=-360 * share)
    if fraction_fits(done, of):
        _letters(canvas, x, y, f"{done}/{of}", INK, size=letters)


def draw_citizen_tab(canvas: Any, x: float, y: float, letter: str, *, size: float = SIZE) -> float:
    """The right edge of the tab of a sign around (x, y) that counts for one citizen; drawn before the sign."""
    right = x + size / 2 + 12.5
    canvas.setFillColor(colour_of(WHITE))
    canvas.setStrokeColor(colour_of(INK))
    canvas.setLineWidth(0.8)
    canvas.roundRect(x, y - 6.2, right - x, 12.4, 1.8, stroke=1, fill=1)
    _letters(canvas, x + size / 2 + 6.8, y, letter, INK, size=9.0)
    return right


def _letters(canvas: Any, x: float, y: float, letters: str, colour: str, *, size: float = DIGIT) -> None:
    canvas.setFont(SEMIBOLD, size)
    canvas.setFillColor(colour_of(colour))
    canvas.drawCentredString(x, y - size * 0.349, letters)


def _polygon(canvas: Any, corners: list[tuple[float, float]]) -> None:
    path = canvas.beginPath()
    path.moveTo(*corners[0])
    for corner in corners[1:]:
        path.lineTo(*corner)
    path.close()
    canvas.drawPath(path, stroke=1, fill=1)

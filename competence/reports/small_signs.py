"""The signs of the cell language that say "not yet", on the sheet for the desk (DESIGN.md section 2)."""

import math
from typing import Any

from competence.coverage.signs import Sign
from competence.reports.signs import SignShape, draw_held, draw_training, draw_waiting
from competence.reports.typography import BRAND, CONTROL, INK, REGULAR, SEMIBOLD, WHITE, colour_of

AMBER, AMBER_EDGE, AMBER_INK = "#FFC94D", "#8A5A00", "#3A2800"
RED, RED_INK, RED_LIGHT = "#B4231A", "#9B1B13", "#FDECEA"
SIGN = 13.6
"""Width of a sign in points."""
SHAPES = {"square": SignShape.SQUARE, "circle": SignShape.CIRCLE, "diamond": SignShape.DIAMOND}


def draw_sign(canvas: Any, x: float, y: float, sign: Sign) -> None:
    """None; the sign around (x, y), as the page shows it."""
    draw = _DRAWN.get(sign.kind)
    if draw is not None:
        draw(canvas, x, y, sign)


def draw_valid(canvas: Any, x: float, y: float, sign: Sign, *, tab: bool = True) -> None:
    """None; a filled sign with its level; with a tab for the days that are left or for one citizen."""
    if sign.off_duty:
        _off_duty(canvas, x, y, sign)
        return
    words = " ".join(filter(None, ["B" if sign.citizen else "", str(sign.days) if sign.days is not None else ""]))
    if tab and words:
        _tab(canvas, x, y, words)
        x -= 5
    draw_held(canvas, x, y, SHAPES.get(sign.shape, SignShape.CIRCLE), str(sign.level or ""), rank=sign.level, size=SIGN)


def _off_duty(canvas: Any, x: float, y: float, sign: Sign) -> None:
    canvas.setFillColor(colour_of(WHITE))
    canvas.setStrokeColor(colour_of(CONTROL))
    canvas.setLineWidth(0.9)
    reach = SIGN / 2 - 0.5
    canvas.roundRect(
        x - reach, y - reach, 2 * reach, 2 * reach, 1.8 if sign.shape == "square" else reach, stroke=1, fill=1
    )
    _write(canvas, x, y, str(sign.level or ""), 9, CONTROL, REGULAR)


def _tab(canvas: Any, x: float, y: float, words: str) -> None:
    width = 4.4 * len(words) + 6
    canvas.setFillColor(colour_of(AMBER))
    canvas.setStrokeColor(colour_of(AMBER_EDGE))
    canvas.setLineWidth(0.6)
    canvas.roundRect(x, y - 4.8, width, 9.6, 1.4, stroke=1, fill=1)
    _write(canvas, x + width / 2 + 1.2, y, words, 7, AMBER_INK)


def _waiting(canvas: Any, x: float, y: float, _sign: Sign) -> None:
    draw_waiting(canvas, x, y, size=SIGN)


def _training(canvas: Any, x: float, y: float, sign: Sign) -> None:
    draw_training(canvas, x, y, sign.done, sign.of, size=15.4, letters=6.4)


def _low(canvas: Any, x: float, y: float, sign: Sign) -> None:
    _ring(canvas, x, y)
    _write(canvas, x, y, f"{sign.level}↑", 7.4)


def _missing(canvas: Any, x: float, y: float, _sign: Sign) -> None:
    _ring(canvas, x, y)
    _write(canvas, x, y, "!", 9)


def _ring(canvas: Any, x: float, y: float) -> None:
    canvas.setFillColor(colour_of(WHITE))
    canvas.setStrokeColor(colour_of(BRAND))
    canvas.setLineWidth(1.5)
    canvas.circle(x, y, SIGN / 2 - 0.8, stroke=1, fill=1)


def _lapsed(canvas: Any, x: float, y: float, sign: Sign) -> None:
    reach, cut = SIGN / 2, SIGN * 0.2
    path = canvas.beginPath()
    corners = [
        (-reach + cut, reach), (reach - cut, reach), (reach, reach - cut), (reach, -reach + cut), (reach - cut, -reach),
        (-reach + cut, -reach), (-reach, -reach + cut), (-reach, reach - cut),
    ]  # fmt: skip
    path.moveTo(x + corners[0][0], y + corners[0][1])
    for right, up in corners[1:]:
        path.lineTo(x + right, y + up)
    path.close()
    canvas.setFillColor(colour_of(WHITE if sign.off_duty else RED_LIGHT))
    canvas.setStrokeColor(colour_of(CONTROL if sign.off_duty else RED))
    canvas.setLineWidth(1.2)
    canvas.drawPath(path, stroke=1, fill=1)
    _write(canvas, x, y, "U", 9, CONTROL if sign.off_duty else RED_INK)


def _paused(canvas: Any, x: float, y: float, _sign: Sign) -> None:
    canvas.setFillColor(colour_of(INK))
    for side in (-3.6, 1.2):
        canvas.rect(x + side, y - 4.4, 2.4, 8.8, stroke=0, fill=1)


def _not_begun(canvas: Any, x: float, y: float, sign: Sign) -> None:
    canvas.setStrokeColor(colour_of(CONTROL))
    canvas.setLineWidth(1)
    if sign.shape == "diamond":
        path = canvas.beginPath()
        path.moveTo(x, y + 4)
        for corner in ((x + 4, y), (x, y - 4), (x - 4, y)):
            path.lineTo(*corner)
        path.close()
        canvas.drawPath(path, stroke=1, fill=0)
    else:
        canvas.circle(x, y, 2.9, stroke=1, fill=0)
    if sign.citizen:
        _write(canvas, x + 8, y, "B", 7)


def _must(canvas: Any, x: float, y: float, sign: Sign) -> None:
    _not_begun(canvas, x, y, sign)
    canvas.line(x - 5.4, y, x + 5.4, y)


def _letter(letter: str) -> Any:
    def draw(canvas: Any, x: float, y: float, _sign: Sign) -> None:
        _write(canvas, x, y, letter, 9, CONTROL if letter == "–" else INK, REGULAR)

    return draw


def _write(canvas: Any, x: float, y: float, words: str, size: float, colour: str = INK, font: str = SEMIBOLD) -> None:
    canvas.setFont(font, size)
    canvas.setFillColor(colour_of(colour))
    canvas.drawCentredString(x, y - size * 0.349, words)


def draw_star(canvas: Any, x: float, y: float, *, size: float = 9) -> None:
    """None; the star of a learning guide around (x, y). The fonts have none."""
    path = canvas.beginPath()
    for corner in range(10):
        reach = size / 2 * (1 if corner % 2 == 0 else 0.42)
        angle = math.pi / 2 + corner * math.pi / 5
        at = x + reach * math.cos(angle), y + reach * math.sin(angle)
        path.moveTo(*at) if corner == 0 else path.lineTo(*at)
    path.close()
    canvas.setFillColor(colour_of(INK))
    canvas.drawPath(path, stroke=0, fill=1)


_DRAWN: dict[str, Any] = {
    "valid": draw_valid, "waiting": _waiting, "training": _training, "low": _low, "missing": _missing, "lapsed": _lapsed,
    "paused": _paused, "not_begun": _not_begun, "must_not_begun": _must, "assists": _letter("m"),
    "not_allowed": _letter("–"), "undecided": _letter("?"),
}  # fmt: skip

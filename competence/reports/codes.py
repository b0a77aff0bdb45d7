"""A code that a phone's camera reads, drawn into a document."""

from typing import Any

import segno

from competence.reports.typography import INK, colour_of


def draw_code(canvas: Any, text: str, *, x: float, top: float, size: float) -> None:
    """None; the code fills the square whose upper left corner is (x, top). The page around it is its quiet zone."""
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    side = size / len(rows)
    canvas.setFillColor(colour_of(INK))
    path = canvas.beginPath()
    for down, row in enumerate(rows):
        at = 0
        while at < len(row):
            dark = at
            while dark < len(row) and row[dark]:
                dark += 1
            if dark > at:
                path.rect(x + at * side, top - (down + 1) * side, (dark - at) * side, side)
            at = dark + 1
    canvas.drawPath(path, stroke=0, fill=1)

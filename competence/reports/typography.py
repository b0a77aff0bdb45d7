"""The two embedded fonts of all PDFs, and how long a text becomes when set in them."""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock
from typing import Any

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

import competence

REGULAR = "IBMPlexSans"
SEMIBOLD = "IBMPlexSans-SemiBold"

INK = "#14262C"
INK2 = "#44575E"
LINE = "#CBD3D4"
CONTROL = "#7C8B90"
BRAND_DARK = "#06323D"
BRAND = "#2B7385"
BRAND_LIGHT = "#CFE3E8"
WHITE = "#FFFFFF"

_FOLDER = Path(competence.__file__).parent / "static/vendor/dkfds/fonts/IBMPlexSans/complete/ttf"
_FILES = {REGULAR: "IBMPlexSans-Regular.ttf", SEMIBOLD: "IBMPlexSans-SemiBold.ttf"}
_loading = Lock()
MOST_KEPT = 10_000
"""Words and sentences whose width is remembered."""
SLACK = 1e-6
"""In points: what adding up rounds away."""


@dataclass(frozen=True)
class Face:
    """A font, its size in points and its colour."""

    size: float
    font: str = REGULAR
    colour: str = INK

    @property
    def leading(self) -> float:
        """Points from one baseline to the next."""
        return self.size * 1.28


@lru_cache(maxsize=MOST_KEPT)
def colour_of(code: str) -> Color:
    """The colour of "#RRGGBB"; the same object each time, and nobody changes it."""
    return HexColor(code)


def load_fonts() -> None:
    """None; afterwards ReportLab knows both fonts. Reads the files once in a process, safe from several threads."""
    with _loading:
        known = pdfmetrics.getRegisteredFontNames()
        for name, file in _FILES.items():
            if name not in known:
                # Without asciiReadable only the glyphs in use are embedded, not all of ASCII.
                pdfmetrics.registerFont(TTFont(name, _FOLDER / file, asciiReadable=0))


@lru_cache(maxsize=MOST_KEPT)
def printable(text: str) -> str:
    """The text on one line in composed characters, each of which the font can draw; `?` where there is none.

    A name typed on a Mac arrives decomposed (o and two dots), and a letter that the font lacks loses its accent.
    """
    composed = " ".join(unicodedata.normalize("NFC", text).split())
    font: Any = pdfmetrics.getFont(REGULAR)
    glyphs = font.face.charToGlyph
    return "".join(letter if ord(letter) in glyphs else _nearest(letter, glyphs) for letter in composed)


def _nearest(letter: str, glyphs: dict[int, int]) -> str:
    if unicodedata.category(letter) in {"Cc", "Cf", "Mn"}:
        return ""
    plain = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    return plain if plain and all(ord(part) in glyphs for part in plain) else "?"


@lru_cache(maxsize=MOST_KEPT)
def width_of(text: str, face: Face) -> float:
    """The width in points of the text set on one line."""
    return float(pdfmetrics.stringWidth(text, face.font, face.size))


def _begins(word: str, face: Face, letters: int) -> float:
    return width_of(word[:letters], face)


def lines_of(text: str, face: Face, width: float) -> list[str]:
    """The printable text broken into lines that fit in `width` points, at spaces and after hyphens.

    A word longer than a line is broken inside.
    """
    lines: list[str] = []
    line, used = "", 0.0  # nothing is kerned, so the width of a line is the sum of its words'
    for word in re.findall(r"[^ -]*-+| *[^ -]+| +", printable(text)):
        if used + width_of(word.rstrip(), face) <= width + SLACK:
            line += word
            used += width_of(word, face)
            continue
        if line.strip():
            lines.append(line.rstrip())
        word = word.lstrip()
        while width_of(word, face) > width and len(word) > 1:
            fits = max(1, bisect_right(range(1, len(word)), width, key=partial(_begins, word, face)))
            lines.append(word[:fits])
            word = word[fits:]
        line, used = word, width_of(word, face)
    return [*lines, line.rstrip()] if line.strip() or not lines else lines

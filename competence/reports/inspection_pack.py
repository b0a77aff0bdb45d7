"""An inspection pack as A4, tagged: the answers person by person, what stands around them, and the proof."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from competence.reports.passport_page import (
    BODY,
    BODY_SOFT,
    CONTENT,
    LEFT,
    RIGHT,
    Drawing,
    Gettext,
)
from competence.reports.sheets import Sheets
from competence.reports.tagging import Element
from competence.reports.typography import INK, INK2, LINE, SEMIBOLD, Face, lines_of

TITLE = Face(20, SEMIBOLD, "#1A1A1A")
SUBTITLE = Face(12, colour=INK2)
HEADING = Face(12.5, SEMIBOLD)
COLUMN_HEAD = Face(8.4, colour=INK2)
CELL = Face(8.2)
CELL_STRONG = Face(8.2, SEMIBOLD)
GAP = 8.0
ROW_GAP = 6.0


@dataclass(frozen=True)
class PackTable:
    """A table: columns as shares of the width, and rows of cells; each cell is its lines, of which the first may be strong."""

    title: str
    shares: tuple[float, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], ...], ...]


@dataclass(frozen=True)
class PackPart:
    """A heading, sentences under it, and a table; None: there is none."""

    title: str
    texts: tuple[str, ...]
    table: PackTable | None = None


@dataclass(frozen=True)
class PackSheet:
    """All that stands in the file."""

    municipality: str
    title: str
    period: str
    facts: tuple[str, ...]
    """Who asked, for what purpose, when it was made, and how to read it."""
    parts: tuple[PackPart, ...]
    notice: str
    issued_at: datetime


def inspection_pdf(page: PackSheet, gettext: Gettext, *, language: str = "da") -> bytes:
    """The pack as a tagged A4 file. The same pack gives the same bytes."""
    return _Sheets(page, gettext, language).draw()


class _Sheets(Sheets):
    def __init__(self, page: PackSheet, gettext: Gettext, language: str) -> None:
        name = gettext("Inspection pack")
        super().__init__(
            gettext, language, title=f"{page.title}, {page.period}", name=name, municipality=page.municipality,
            foot=page.notice, issued_at=page.issued_at, further=(f"{name}: {page.title}", page.period),
        )  # fmt: skip
        self.page = page
        self._broken: dict[tuple[str, Face, float], list[str]] = {}

    def draw(self) -> bytes:
        """The finished file."""
        self.y -= 32
        self._lay_text("H1", self.page.title, TITLE)
        self.y -= 3
        self._lay_text("P", self.page.period, SUBTITLE)
        self.y -= 6
        for fact in self.page.facts:
            self._lay_text("P", fact, BODY)
            self.y -= 2
        for part in self.page.parts:
            self._lay_part(part)
        return self._finish()

    def _lines(self, text: str, face: Face, width: float) -> list[str]:
        """The text broken into lines; the same sentences come many times."""
        key = (text, face, width)
        found = self._broken.get(key)
        if found is None:
            found = self._broken[key] = lines_of(text, face, width)
        return found

    def _lay_text(self, tag: str, text: str, face: Face) -> None:
        self._lay_lines(tag, self._lines(text, face, CONTENT), face)

    def _lay_part(self, part: PackPart) -> None:
        self._room(90)
        self.y -= 16
        self._lay_text("H2", part.title, HEADING)
        for text in part.texts:
            self._lay_text("P", text, BODY_SOFT)
        if part.table is not None and part.table.rows:
            self._lay_table(part.table)

    def _lay_table(self, table: PackTable) -> None:
        wide = CONTENT - GAP * (len(table.shares) - 1)
        columns = [
            (LEFT + sum(table.shares[:at]) * wide + GAP * at, share * wide) for at, share in enumerate(table.shares)
        ]
        heads = [
            self._lines(text, COLUMN_HEAD, width) for text, (_x, width) in zip(table.headings, columns, strict=True)
        ]
        depth = max(len(lines) for lines in heads) * COLUMN_HEAD.leading
        body: list[Element] = []
        self._room(depth + 50)
        self.y -= 6
        y = self.y

        def head() -> None:
            with self.pdf.tag("Table", summary=table.title):
                with self.pdf.tag("THead"), self.pdf.tag("TR"):
                    for (x, _width), lines in zip(columns, heads, strict=True):
                        with self.pdf.tag("TH", scope="Column"):
                            self.pdf.text(x, y - 8, lines, COLUMN_HEAD)
                with self.pdf.tag("TBody") as element:
                    body.append(element)
            self.pdf.line(LEFT, RIGHT, y - depth - 2, colour=INK, width=0.8)

        self._place(head)
        self.y -= depth + 3
        for row in table.rows:
            cells = [
                [
                    (line, CELL_STRONG if at == 0 and column == 0 else CELL)
                    for at, text in enumerate(texts)
                    for line in self._lines(text, CELL_STRONG if at == 0 and column == 0 else CELL, columns[column][1])
                ]
                for column, texts in enumerate(row)
            ]
            height = max(len(lines) for lines in cells) * CELL.leading + ROW_GAP
            self._room(height)
            self._place(self._draw_row(cells, columns, body, self.y, height))
            self.y -= height

    def _draw_row(
        self, cells: Sequence[Sequence[tuple[str, Face]]], columns: Sequence[tuple[float, float]], body: list[Element],
        top: float, height: float,
    ) -> Drawing:  # fmt: skip
        pdf = self.pdf

        def draw() -> None:
            with pdf.inside(body[0]), pdf.tag("TR"):
                for at, (lines, (x, _width)) in enumerate(zip(cells, columns, strict=True)):
                    with pdf.tag("TD" if at else "TH", scope=None if at else "Row"):
                        for face in dict.fromkeys(face for _words, face in lines):
                            first = next(place for place, one in enumerate(lines) if one[1] is face)
                            said = [words + " " for words, own in lines if own is face]
                            pdf.text(x, top - 9 - first * CELL.leading, said, face)
            pdf.line(LEFT, RIGHT, top - height + 1.5, colour=LINE, width=0.5)

        return draw

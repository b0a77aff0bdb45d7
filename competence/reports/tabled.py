"""Sheets with headings and tables: what the reports to a committee are made of."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from competence.reports.passport_page import LEFT, Drawing
from competence.reports.sheets import FOOT, Sheets
from competence.reports.tagging import Align, Element
from competence.reports.typography import INK, INK2, LINE, SEMIBOLD, Face, colour_of, lines_of

HEADING = Face(13, SEMIBOLD)
BODY = Face(9.6)
STRONG = Face(9.6, SEMIBOLD)
HEAD = Face(9, colour=INK2)
CELL = Face(9.2)
CELL_STRONG = Face(9.2, SEMIBOLD)
CELL_SOFT = Face(9, colour=INK2)
FIGURE = Face(13, SEMIBOLD)
GAP, PAD = 10.0, 5.0
"""Between columns, and below the text of a row."""
FRAMES = {"hole": ("#B4231A", 2.0), "vulnerable": ("#8A5A00", 0.8)}
"""The frame of a field: thick around gaps, thin around what is vulnerable, so that it reads without colour."""
Line = tuple[str, Face]


@dataclass(frozen=True)
class Cell:
    """The lines of a cell, one below the other, and its frame."""

    lines: tuple[Line, ...]
    tone: str = ""


class TabledSheets(Sheets):
    """Headings that stay with what follows them, and tables that go on over several sheets."""

    def _heading(self, words: str, *, below: float = 0.0) -> None:
        """None; the heading, on the sheet on which so many points follow it."""
        self.y -= 21
        self._room(HEADING.leading + below)
        if self.y == self.top:
            self.y -= 16
        self._lay_lines("H2", [words], HEADING)
        self.y -= 4

    def _columns(self, shares: Sequence[float]) -> list[tuple[float, float]]:
        """(left edge, width) of each column."""
        return [
            (LEFT + sum(shares[:at]) * self.content, share * self.content - GAP) for at, share in enumerate(shares)
        ]  # fmt: skip

    def _cell(self, text: str, face: Face, share: float) -> Cell:
        return Cell(tuple((line, face) for line in lines_of(text, face, share * self.content - GAP)) if text else ())

    def _table(
        self,
        summary: str,
        columns: Sequence[tuple[float, float]],
        heads: Sequence[str],
        rows: Sequence[Sequence[Cell]],
        *,
        numbers: Collection[int] = (),
    ) -> None:
        """None; a table whose first column heads the rows. A row stands whole on one sheet, under the headings.

        `numbers`: the columns whose texts end at the right edge, so that figures stand below each other.
        """
        above = [lines_of(head, HEAD, wide) for head, (_x, wide) in zip(heads, columns, strict=True)]
        deep = max(len(lines) for lines in above) * HEAD.leading + 8
        body: list[Element] = []
        self._room(deep + 40)
        self._place(self._headings(above, columns, body, self.y, summary, numbers))
        self.y -= deep
        for row in rows:
            height = max(sum(face.leading for _words, face in cell.lines) for cell in row) + PAD
            if self.y - height < FOOT:
                self._turn()
                self._place(self._headings(above, columns, body, self.y, None, numbers))
                self.y -= deep
            self._place(self._row(row, columns, body, self.y, height, numbers))
            self.y -= height

    def _headings(
        self, above: Sequence[Sequence[str]], columns: Sequence[tuple[float, float]], body: list[Element], top: float,
        summary: str | None, numbers: Collection[int],
    ) -> Drawing:  # fmt: skip
        """Draws the headings; those of a further sheet are not read aloud again."""
        pdf = self.pdf
        deep = max(len(lines) for lines in above) * HEAD.leading
        right = columns[-1][0] + columns[-1][1]

        def draw() -> None:
            if summary is None:
                with pdf.decoration("Header"):
                    for at, (lines, column) in enumerate(zip(above, columns, strict=True)):
                        pdf.text(_edge(column, at in numbers), top - 10, lines, HEAD, align=_align(at in numbers))
            else:
                with pdf.tag("Table", summary=summary):
                    with pdf.tag("THead"), pdf.tag("TR"):
                        for at, (lines, column) in enumerate(zip(above, columns, strict=True)):
                            with pdf.tag("TH", scope="Column"):
                                pdf.text(
                                    _edge(column, at in numbers), top - 10, lines, HEAD, align=_align(at in numbers)
                                )
                    with pdf.tag("TBody") as element:
                        body.append(element)
            pdf.line(LEFT, right, top - deep - 4, colour=INK, width=1)

        return draw

    def _row(
        self,
        row: Sequence[Cell],
        columns: Sequence[tuple[float, float]],
        body: list[Element],
        top: float,
        height: float,
        numbers: Collection[int],
    ) -> Drawing:
        pdf = self.pdf
        right = columns[-1][0] + columns[-1][1]

        def draw() -> None:
            for cell, (x, wide) in zip(row, columns, strict=True):
                if cell.tone in FRAMES:
                    colour, thick = FRAMES[cell.tone]
                    with pdf.decoration() as canvas:
                        canvas.setStrokeColor(colour_of(colour))
                        canvas.setLineWidth(thick)
                        canvas.roundRect(x - 4, top - height + 2.4, wide + 2, height - 4, 2, stroke=1, fill=0)
            with pdf.inside(body[0]), pdf.tag("TR"):
                for at, (cell, column) in enumerate(zip(row, columns, strict=True)):
                    with pdf.tag("TD" if at else "TH", scope=None if at else "Row"):
                        y = top
                        for words, face in cell.lines:
                            pdf.text(
                                _edge(column, at in numbers),
                                y - face.size - 2,
                                words + " ",
                                face,
                                align=_align(at in numbers),
                            )
                            y -= face.leading
            pdf.line(LEFT, right, top - height + 0.5, colour=LINE, width=0.5)

        return draw


def _edge(column: tuple[float, float], is_number: bool) -> float:
    """Where the text of a column begins, or ends where it is a number."""
    left, wide = column
    return left + wide if is_number else left


def _align(is_number: bool) -> Align:
    return "right" if is_number else "left"

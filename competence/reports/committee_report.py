"""The overview on paper, for the committee: A4 across, tagged, readable in black and white (DESIGN.md sections 9 and 12)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reportlab.lib.pagesizes import A4, landscape

from competence.reports.passport_page import HEIGHT, LEFT, Drawing, Gettext
from competence.reports.sheets import FOOT, Sheets
from competence.reports.tagging import Align, Element
from competence.reports.typography import INK, INK2, LINE, SEMIBOLD, Face, colour_of, lines_of

TITLE = Face(20, SEMIBOLD, "#1A1A1A")
SUBTITLE = Face(11, colour=INK2)
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
class Field:
    """A field of the heat map: its number, its word, and how it stands."""

    number: str
    words: str
    tone: str = ""
    """"hole", "vulnerable", or empty."""


@dataclass(frozen=True)
class HeatTable:
    """Subject areas down and units, districts or shifts across."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Field, ...]], ...]


@dataclass(frozen=True)
class KeyFigure:
    """A key figure with what it is held against, and how it is counted in one line."""

    name: str
    value: str
    change: str
    target: str
    counted: str


@dataclass(frozen=True)
class Report:
    """All that stands in the report."""

    municipality: str
    title: str
    about: str
    """The day, what it is compared with, and how many teams and people."""
    figures: tuple[KeyFigure, ...]
    acts: tuple[tuple[str, str], ...]
    """What to act on: heading, and text."""
    good: tuple[str, ...]
    heat: tuple[HeatTable, ...]
    districts: tuple[tuple[str, ...], ...]
    """The table that compares them, its headings first; empty where there are none."""
    notes: tuple[str, ...]
    notice: str
    issued_at: datetime


def committee_pdf(page: Report, gettext: Gettext, *, language: str = "da") -> bytes:
    """The report as a tagged file. The same content gives the same bytes."""
    return _Report(page, gettext, language).draw()


@dataclass(frozen=True)
class _Cell:
    """The lines of a cell, one below the other, and its frame."""

    lines: tuple[Line, ...]
    tone: str = ""


class _Report(Sheets):
    top = HEIGHT - 76

    def __init__(self, page: Report, gettext: Gettext, language: str) -> None:
        super().__init__(
            gettext, language, title=page.title, name=gettext("Report to the committee"), municipality=page.municipality,
            foot=page.notice, issued_at=page.issued_at, pagesize=landscape(A4),
        )  # fmt: skip
        self.page = page

    def draw(self) -> bytes:
        """The finished file."""
        page = self.page
        self.y -= 26
        self._lay_lines("H1", lines_of(page.title, TITLE, self.content), TITLE)
        self.y -= 3
        self._lay_lines("P", lines_of(page.about, SUBTITLE, self.content), SUBTITLE)
        self._heading(self._("Key figures"))
        self._figures()
        if page.acts:
            self._heading(self._("Three things to act on") if len(page.acts) == 3 else self._("To act on"), below=60)
            for heading, text in page.acts:
                self._lay_lines("P", lines_of(heading, STRONG, self.content), STRONG)
                self._lay_lines("P", lines_of(text, BODY, self.content), BODY)
                self.y -= 4
        if page.good:
            self._heading(self._("Going well"), below=12)
            for text in page.good:
                self._lay_lines("P", lines_of(text, BODY, self.content), BODY)
        if page.heat:
            self._heat()
        if page.districts:
            self._districts()
        self._heading(self._("How to read the report"), below=40)
        for text in page.notes:
            self._lay_lines("P", lines_of(text, BODY, self.content), BODY)
            self.y -= 3
        return self._finish()

    def _heading(self, words: str, *, below: float = 0.0) -> None:
        """None; the heading, on the sheet on which so many points follow it."""
        self.y -= 21
        self._room(HEADING.leading + below)
        if self.y == self.top:
            self.y -= 16
        self._lay_lines("H2", [words], HEADING)
        self.y -= 4

    def _figures(self) -> None:
        heads = (
            self._("Key figure"), self._("Now"), self._("Change since"), self._("Targets"), self._("How it is counted")
        )  # fmt: skip
        shares = (0.19, 0.15, 0.18, 0.18, 0.3)
        self._table(
            self._("Key figures"), self._columns(shares), heads,
            [
                [
                    self._cell(one.name, CELL_STRONG, shares[0]), self._cell(one.value, FIGURE, shares[1]),
                    self._cell(one.change, CELL, shares[2]), self._cell(one.target, CELL, shares[3]),
                    self._cell(one.counted, CELL_SOFT, shares[4]),
                ]
                for one in self.page.figures
            ],
        )  # fmt: skip

    def _heat(self) -> None:
        for at, table in enumerate(self.page.heat):
            deep = 30 + len(table.rows) * (STRONG.leading + HEAD.leading + PAD)
            if at == 0:
                self._heading(self._("Where are the gaps?"), below=min(deep + 60, self.top - FOOT - 20))
                said = self._(
                    "Per cent of the needs that are met. Thick frame: gaps. Thin frame: vulnerable. –: nothing is needed."
                )
                self._lay_lines("P", lines_of(said, BODY, self.content), BODY)
            self.y -= 6
            if at:  # the first follows its heading
                self._room(min(deep + 20, self.top - FOOT))
            if self.y == self.top:
                self.y -= 10
            if table.title:
                self._lay_lines("H3", lines_of(table.title, STRONG, self.content), STRONG)
                self.y -= 2
            first, wide = 150.0, (self.content - 150.0) / len(table.columns)
            wide = min(wide, 84.0)
            columns = [(LEFT, first - GAP), *((LEFT + first + wide * at, wide - 6) for at in range(len(table.columns)))]
            rows = [
                [
                    _Cell(tuple((line, CELL_STRONG) for line in lines_of(name, CELL_STRONG, first - GAP))),
                    *(_Cell(((one.number, STRONG), (one.words, HEAD)) if one.words else ((one.number, HEAD),), one.tone)
                      for one in fields),
                ]
                for name, fields in table.rows
            ]  # fmt: skip
            self._table(
                table.title or self._("Where are the gaps?"), columns, (self._("Subject area"), *table.columns), rows
            )

    def _districts(self) -> None:
        heads, *lines = self.page.districts
        shares = (0.24, *(0.76 / (len(heads) - 1) for _head in heads[1:]))
        self._heading(self._("Compare the districts"), below=min(60 + 20 * len(lines), self.top - FOOT - 40))
        self._table(
            self._("Compare the districts"), self._columns(shares), heads,
            [
                [self._cell(text, CELL if at else CELL_STRONG, shares[at]) for at, text in enumerate(line)]
                for line in lines
            ],
        )  # fmt: skip

    # -- a table

    def _columns(self, shares: Sequence[float]) -> list[tuple[float, float]]:
        """(left edge, width) of each column."""
        return [
            (LEFT + sum(shares[:at]) * self.content, share * self.content - GAP) for at, share in enumerate(shares)
        ]  # fmt: skip

    def _cell(self, text: str, face: Face, share: float) -> _Cell:
        return _Cell(tuple((line, face) for line in lines_of(text, face, share * self.content - GAP)) if text else ())

    def _table(
        self,
        summary: str,
        columns: Sequence[tuple[float, float]],
        heads: Sequence[str],
        rows: Sequence[Sequence[_Cell]],
    ) -> None:
        """None; a table whose first column heads the rows. A row stands whole on one sheet, under the headings."""
        above = [lines_of(head, HEAD, wide) for head, (_x, wide) in zip(heads, columns, strict=True)]
        deep = max(len(lines) for lines in above) * HEAD.leading + 8
        body: list[Element] = []
        self._room(deep + 40)
        self._place(self._headings(above, columns, body, self.y, summary))
        self.y -= deep
        for row in rows:
            height = max(sum(face.leading for _words, face in cell.lines) for cell in row) + PAD
            if self.y - height < FOOT:
                self._turn()
                self._place(self._headings(above, columns, body, self.y, None))
                self.y -= deep
            self._place(self._row(row, columns, body, self.y, height))
            self.y -= height

    def _headings(
        self, above: Sequence[Sequence[str]], columns: Sequence[tuple[float, float]], body: list[Element], top: float,
        summary: str | None,
    ) -> Drawing:  # fmt: skip
        """Draws the headings; those of a further sheet are not read aloud again."""
        pdf = self.pdf
        deep = max(len(lines) for lines in above) * HEAD.leading
        right = columns[-1][0] + columns[-1][1]

        def draw() -> None:
            if summary is None:
                with pdf.decoration("Header"):
                    for lines, (x, _wide) in zip(above, columns, strict=True):
                        pdf.text(x, top - 10, lines, HEAD)
            else:
                with pdf.tag("Table", summary=summary):
                    with pdf.tag("THead"), pdf.tag("TR"):
                        for lines, (x, _wide) in zip(above, columns, strict=True):
                            with pdf.tag("TH", scope="Column"):
                                pdf.text(x, top - 10, lines, HEAD)
                    with pdf.tag("TBody") as element:
                        body.append(element)
            pdf.line(LEFT, right, top - deep - 4, colour=INK, width=1)

        return draw

    def _row(
        self,
        row: Sequence[_Cell],
        columns: Sequence[tuple[float, float]],
        body: list[Element],
        top: float,
        height: float,
    ) -> Drawing:
        pdf = self.pdf
        right = columns[-1][0] + columns[-1][1]
        align: Align = "left"

        def draw() -> None:
            for cell, (x, wide) in zip(row, columns, strict=True):
                if cell.tone in FRAMES:
                    colour, thick = FRAMES[cell.tone]
                    with pdf.decoration() as canvas:
                        canvas.setStrokeColor(colour_of(colour))
                        canvas.setLineWidth(thick)
                        canvas.roundRect(x - 4, top - height + 2.4, wide + 2, height - 4, 2, stroke=1, fill=0)
            with pdf.inside(body[0]), pdf.tag("TR"):
                for at, (cell, (x, _wide)) in enumerate(zip(row, columns, strict=True)):
                    with pdf.tag("TD" if at else "TH", scope=None if at else "Row"):
                        y = top
                        for words, face in cell.lines:
                            pdf.text(x, y - face.size - 2, words + " ", face, align=align)
                            y -= face.leading
            pdf.line(LEFT, right, top - height + 0.5, colour=LINE, width=0.5)

        return draw

"""The printed page of a staff group on A4: its function description and its competence profile, tagged."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from competence.reports.passport_page import (
    BODY,
    CONTENT,
    HEIGHT,
    LEFT,
    RIGHT,
    Drawing,
    Gettext,
)
from competence.reports.sheets import FOOT, Sheets
from competence.reports.tagging import Element
from competence.reports.typography import INK, INK2, LINE, SEMIBOLD, Face, lines_of, width_of

TITLE = Face(24, SEMIBOLD, "#1A1A1A")
SUBTITLE = Face(12.7, colour=INK2)
HEADING = Face(13, SEMIBOLD)
AREA = Face(10.6, SEMIBOLD)
COLUMN_HEAD = Face(9.2, colour=INK2)
CELL = Face(9.1)
CELL_STRONG = Face(9.1, SEMIBOLD)
COLUMNS = ((LEFT, 62.0), (LEFT + 70, 250.0), (LEFT + 330, CONTENT - 330))
"""Left edge and width of level, statements and tasks."""
ROW_GAP = 6.0


@dataclass(frozen=True)
class LevelRow:
    """What is expected in an area at one level."""

    level: str
    statements: tuple[str, ...]
    tasks: tuple[tuple[str, str], ...]
    """(task, practice level)."""


@dataclass(frozen=True)
class ProfileArea:
    """An area of the profile, its levels the lowest first."""

    name: str
    levels: tuple[LevelRow, ...]


@dataclass(frozen=True)
class FunctionDescription:
    """All that stands on the page."""

    municipality: str
    group: str
    version: str
    standing: str
    """As "in force from 1 January 2027" or "draft, not approved"."""
    approval: str
    purpose: tuple[str, ...]
    duties: tuple[str, ...]
    areas: tuple[ProfileArea, ...]
    issued_at: datetime
    issued: str
    """The day of issue in words."""


@dataclass
class _Cell:
    """One cell's lines, those that are still to be drawn, and its element once it is open."""

    lines: list[tuple[float, str, Face]]
    """(indent, words, face)."""
    element: Element | None = field(default=None)


def function_description_pdf(page: FunctionDescription, gettext: Gettext, *, language: str = "da") -> bytes:
    """The page as a tagged A4 file; a long profile goes on over further sheets. The same page gives the same bytes."""
    return _Sheets(page, gettext, language).draw()


class _Sheets(Sheets):
    top = HEIGHT - 88

    def __init__(self, page: FunctionDescription, gettext: Gettext, language: str) -> None:
        name = gettext("Function description and competence profile")
        self.version = gettext("Version %(version)s, %(standing)s", version=page.version, standing=page.standing)
        super().__init__(
            gettext, language, title=f"{name} – {page.group}", name=name, municipality=page.municipality,
            foot=f"{self.version}. {gettext('Printed %(day)s', day=page.issued)}.", issued_at=page.issued_at,
            further=(name, page.group),
        )  # fmt: skip
        self.page = page

    def draw(self) -> bytes:
        """The finished file."""
        self._lay_head()
        if self.page.purpose:
            self._lay_heading(self._("Purpose"))
            for text in self.page.purpose:
                self._lay_paragraph(text)
        if self.page.duties:
            self._lay_heading(self._("Responsibilities"))
            self._lay_list(self.page.duties)
        if self.page.areas:
            self._lay_heading(self._("Competence profile"))
            self._lay_paragraph(
                self._("A level includes the levels below it. The word after a task is its practice level.")
            )
        for area in self.page.areas:
            self._lay_area(area)
        return self._finish()

    def _lay_head(self) -> None:
        self.y -= 36
        self._lay_lines("H1", lines_of(self.page.group, TITLE, CONTENT), TITLE)
        for text in (self.version, self.page.approval):
            if text:
                self.y -= 3
                self._lay_lines("P", lines_of(text, SUBTITLE, CONTENT), SUBTITLE)

    def _lay_heading(self, text: str) -> None:
        self._room(60)
        self.y -= 14
        self._lay_lines("H2", lines_of(text, HEADING, CONTENT), HEADING)
        self.y -= 1

    def _lay_paragraph(self, text: str) -> None:
        self._lay_lines("P", lines_of(text, BODY, CONTENT), BODY)
        self.y -= 4

    def _lay_area(self, area: ProfileArea) -> None:
        """None; the area's name and its table, one row for each level."""
        self._room(90)
        self.y -= 13
        self._lay_lines("H3", lines_of(area.name, AREA, CONTENT), AREA)
        self.y -= 2
        body: list[Element] = []
        self._place(self._open_table(area.name, body, self.y))
        self.y -= 6
        for row in area.levels:
            self._lay_row(row, body)

    def _open_table(self, name: str, body: list[Element], y: float) -> Drawing:
        pdf = self.pdf
        heads = (self._("Level"), self._("What is expected"), self._("Tasks"))

        def draw() -> None:
            summary = self._("What is expected in %(area)s, level by level", area=name)
            with pdf.tag("Table", summary=summary):
                with pdf.tag("THead"), pdf.tag("TR"):
                    for (x, _width), head in zip(COLUMNS, heads, strict=True):
                        with pdf.tag("TH", scope="Column"):
                            pdf.text(x, y, head, COLUMN_HEAD)
                with pdf.tag("TBody") as element:
                    body.append(element)
            pdf.line(LEFT, RIGHT, y - 5, colour=INK, width=1)

        return draw

    def _lay_row(self, row: LevelRow, body: list[Element]) -> None:
        """None; a row that a sheet has no room for goes on over the next."""
        widths = [width for _x, width in COLUMNS]
        cells = [
            _Cell([(0.0, line, CELL_STRONG) for line in lines_of(row.level, CELL_STRONG, widths[0])]),
            _Cell(self._dotted(row.statements, widths[1])),
            _Cell(self._dotted([f"{task}: {level}" for task, level in row.tasks], widths[2])),
        ]
        opened: list[Element] = []
        total = max(len(cell.lines) for cell in cells)
        self._room(min(total, 6) * CELL.leading + ROW_GAP)
        first = 0
        while first < total:
            fits = max(int((self.y - ROW_GAP - FOOT) / CELL.leading), 1)
            last = min(total, first + fits)
            self._place(self._row_piece(cells, body, opened, (first, last), self.y))
            self.y -= (last - first) * CELL.leading + ROW_GAP
            first = last
            if first < total:
                self._turn()

    def _dotted(self, items: Sequence[str], width: float) -> list[tuple[float, str, Face]]:
        """The lines of the items, each with a dot before its first."""
        found: list[tuple[float, str, Face]] = []
        for item in items:
            for index, line in enumerate(lines_of(item, CELL, width - 8)):
                found.append((0.0, f"• {line}", CELL) if index == 0 else (width_of("• ", CELL), line, CELL))
        return found or [(0.0, "–", CELL)]

    def _row_piece(
        self, cells: list[_Cell], body: list[Element], opened: list[Element], piece: tuple[int, int], top: float
    ) -> Drawing:
        pdf, (first, last) = self.pdf, piece

        def draw() -> None:
            if not opened:
                with pdf.inside(body[0]), pdf.tag("TR") as element:
                    opened.append(element)
            for index, (cell, (x, _width)) in enumerate(zip(cells, COLUMNS, strict=True)):
                if cell.element is None:
                    head = index == 0
                    with pdf.inside(opened[0]), pdf.tag("TH" if head else "TD", scope="Row" if head else None) as made:
                        cell.element = made
                self._draw_lines(cell, cell.element, x, top - 10, (first, last))
            bottom = top - (last - first) * CELL.leading - ROW_GAP + 1.5
            pdf.line(LEFT, RIGHT, bottom, colour=LINE, width=0.6)

        return draw

    def _draw_lines(self, cell: _Cell, element: Element, x: float, y: float, piece: tuple[int, int]) -> None:
        shown = cell.lines[piece[0] : piece[1]]
        with self.pdf.inside(element):
            for place, (indent, words, face) in enumerate(shown):
                self.pdf.text(x + indent, y - place * face.leading, words + " ", face)

"""What is delegated and transferred to a person, or for a citizen, as a list on A4, tagged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from competence.reports.passport_page import (
    BODY,
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
COLUMN_HEAD = Face(9.2, colour=INK2)
CELL = Face(9.1)
CELL_STRONG = Face(9.1, SEMIBOLD)
CELL_SOFT = Face(9.1, colour=INK2)
WIDTHS = (0.25, 0.24, 0.24, 0.13, 0.14)
"""Of the content's width, for each column."""
GAP = 9.0
ROW_GAP = 7.0


@dataclass(frozen=True)
class ListRow:
    """One delegation or task transfer: what stands in each column, the first line of the first one strong."""

    what: tuple[str, ...]
    for_whom: tuple[str, ...]
    given: tuple[str, ...]
    dates: tuple[str, ...]
    state: tuple[str, ...]

    @property
    def cells(self) -> tuple[tuple[str, ...], ...]:
        """In the order of the columns."""
        return self.what, self.for_whom, self.given, self.dates, self.state


@dataclass(frozen=True)
class DelegationList:
    """All that stands on the list."""

    municipality: str
    title: str
    standing: str
    """As "As it stands on 9 June 2026"."""
    rows: tuple[ListRow, ...]
    empty: str
    """What stands in place of a table without rows."""
    notice: str
    issued_at: datetime


def delegation_list_pdf(page: DelegationList, gettext: Gettext, *, language: str = "da") -> bytes:
    """The list as a tagged A4 file; a long one goes on over further sheets. The same list gives the same bytes."""
    return _Sheets(page, gettext, language).draw()


class _Sheets(Sheets):
    def __init__(self, page: DelegationList, gettext: Gettext, language: str) -> None:
        super().__init__(
            gettext, language, title=page.title, name=gettext("Delegations and task transfers"),
            municipality=page.municipality, foot=page.notice, issued_at=page.issued_at,
        )  # fmt: skip
        self.page = page
        wide = CONTENT - GAP * (len(WIDTHS) - 1)
        self.columns = [
            (LEFT + sum(WIDTHS[:at]) * wide + GAP * at, share * wide) for at, share in enumerate(WIDTHS)
        ]  # fmt: skip

    def draw(self) -> bytes:
        """The finished file."""
        self.y -= 32
        self._lay_lines("H1", lines_of(self.page.title, TITLE, CONTENT), TITLE)
        self.y -= 3
        self._lay_lines("P", lines_of(self.page.standing, SUBTITLE, CONTENT), SUBTITLE)
        self.y -= 12
        if self.page.rows:
            body: list[Element] = []
            self._place(self._open_table(body, self.y))
            self.y -= 6
            for row in self.page.rows:
                self._lay_row(row, body)
        else:
            self._lay_lines("P", lines_of(self.page.empty, BODY, CONTENT), BODY)
        return self._finish()

    def _open_table(self, body: list[Element], y: float) -> Drawing:
        pdf = self.pdf
        heads = (
            self._("Task"), self._("For whom, conditions"), self._("Given by, instruction"), self._("Valid"),
            self._("State"),
        )  # fmt: skip

        def draw() -> None:
            with pdf.tag("Table", summary=self.page.title):
                with pdf.tag("THead"), pdf.tag("TR"):
                    for (x, _width), head in zip(self.columns, heads, strict=True):
                        with pdf.tag("TH", scope="Column"):
                            pdf.text(x, y, head, COLUMN_HEAD)
                with pdf.tag("TBody") as element:
                    body.append(element)
            pdf.line(LEFT, RIGHT, y - 5, colour=INK, width=1)

        return draw

    def _lay_row(self, row: ListRow, body: list[Element]) -> None:
        """None; a row stands whole on one sheet."""
        cells = [self._lines(texts, column) for column, texts in enumerate(row.cells)]
        height = max(len(lines) for lines in cells) * CELL.leading + ROW_GAP
        self._room(height)
        self._place(self._draw_row(cells, body, self.y, height))
        self.y -= height

    def _lines(self, texts: Sequence[str], column: int) -> list[tuple[str, Face]]:
        width, found = self.columns[column][1], []
        for at, text in enumerate(texts):
            face = CELL_STRONG if at == 0 and column == 0 else CELL if at == 0 else CELL_SOFT
            found += [(line, face) for line in lines_of(text, face, width)]
        return found

    def _draw_row(self, cells: list[list[tuple[str, Face]]], body: list[Element], top: float, height: float) -> Drawing:
        pdf = self.pdf

        def draw() -> None:
            with pdf.inside(body[0]), pdf.tag("TR"):
                for at, (lines, (x, _width)) in enumerate(zip(cells, self.columns, strict=True)):
                    with pdf.tag("TD" if at else "TH", scope=None if at else "Row"):
                        for place, (words, face) in enumerate(lines):
                            pdf.text(x, top - 10 - place * CELL.leading, words + " ", face)
            pdf.line(LEFT, RIGHT, top - height + 1.5, colour=LINE, width=0.6)

        return draw

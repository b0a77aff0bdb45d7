"""The overview on paper, for the committee: A4 across, tagged, readable in black and white (DESIGN.md sections 9 and 12)."""

from dataclasses import dataclass
from datetime import datetime

from reportlab.lib.pagesizes import A4, landscape

from competence.reports.passport_page import HEIGHT, LEFT, Gettext
from competence.reports.sheets import FOOT
from competence.reports.tabled import (
    BODY,
    CELL,
    CELL_SOFT,
    CELL_STRONG,
    FIGURE,
    GAP,
    HEAD,
    PAD,
    STRONG,
    Cell,
    TabledSheets,
)
from competence.reports.typography import INK2, SEMIBOLD, Face, lines_of

TITLE = Face(20, SEMIBOLD, "#1A1A1A")
SUBTITLE = Face(11, colour=INK2)


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


class _Report(TabledSheets):
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
        self.y -= 14
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
                self.y -= 2
        if page.good:
            said = lines_of(" ".join(page.good), BODY, self.content)
            self._heading(self._("Going well"), below=len(said) * BODY.leading)
            self._lay_lines("P", said, BODY)
        if page.heat:
            self._heat()
        if page.districts:
            self._districts()
        self._heading(self._("How to read the report"), below=40)
        for text in page.notes:
            self._lay_lines("P", lines_of(text, BODY, self.content), BODY)
            self.y -= 3
        return self._finish()

    def _figures(self) -> None:
        heads = (
            self._("Key figure"), self._("Now"), self._("Change since"), self._("Targets"), self._("How it is counted")
        )  # fmt: skip
        shares = (0.18, 0.15, 0.22, 0.18, 0.27)
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
                    Cell(tuple((line, CELL_STRONG) for line in lines_of(name, CELL_STRONG, first - GAP))),
                    *(Cell(((one.number, STRONG), (one.words, HEAD)) if one.words else ((one.number, HEAD),), one.tone)
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

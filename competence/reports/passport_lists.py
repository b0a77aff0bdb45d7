"""The lower part of a passport: what is under training, what waits for a yes, and the legend, in two columns."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from competence.reports.passport_content import PassportAwaiting, PassportTraining
from competence.reports.passport_page import (
    BODY,
    BOTTOM,
    GUTTER,
    HALF,
    HEIGHT,
    LEFT,
    SMALL,
    Drawing,
    PassportPages,
)
from competence.reports.signs import SignShape, draw_held, draw_training, draw_waiting, fraction_fits
from competence.reports.tagging import Element
from competence.reports.typography import CONTROL, SEMIBOLD, Face, lines_of, width_of

HEADING = Face(10.1, SEMIBOLD)
ITEM = 21.6
GAP = 7.0


@dataclass
class _Item:
    """One line of the lower part of the page, drawn with its upper left corner at (x, top)."""

    height: float
    draw: Callable[[float, float], None]
    is_legend: bool = False


@dataclass
class _Section:
    """A list under a heading; its element is made when it is first drawn and goes on over pages."""

    title: str | None
    items: list[_Item]
    element: Element | None = field(default=None)

    @property
    def title_height(self) -> float:
        """Points that the heading takes."""
        return 21.5 if self.title else 0.0

    @property
    def height(self) -> float:
        """Points that heading and items take, and the gap after them."""
        return self.title_height + sum(item.height for item in self.items) + GAP


class PassportLists:
    """Lays the two columns out on the pages; a list that is longer than its page goes on over the next."""

    def __init__(self, pages: PassportPages) -> None:
        self.pages = pages
        self._ = pages._

    def lay(self) -> None:
        """None; lists and legend are placed."""
        passport = self.pages.passport
        sections = []
        if passport.training:
            items = [self._training_item(row) for row in passport.training]
            sections.append(_Section(self._("In training – not to be done alone"), items))
        if passport.awaiting:
            items = [self._awaiting_item(row) for row in passport.awaiting]
            sections.append(_Section(self._("Waiting for own acceptance"), items))
        legend = _Section(None, [self._legend_item()])
        columns = [sections[:1], [*sections[1:], legend]] if sections else [[legend]]
        self.pages.y -= self.pages.measures.over_lists
        needed = max(sum(section.height for section in column) for column in columns)
        least = self.pages.measures.signature_top
        fits_a_page = needed < HEIGHT - least - 130
        if self.pages.y - needed < least and (fits_a_page or self.pages.y < HEIGHT / 4):
            self._turn_page()  # The lists are kept together where a page holds them.
        while any(columns):
            lowest = self.pages.y
            for x, column in zip((LEFT, LEFT + HALF + GUTTER), columns, strict=False):
                lowest = min(lowest, self._fill_column(x, column))
            self.pages.y = lowest
            if any(columns):
                self._turn_page()

    def _turn_page(self) -> None:
        self.pages.turn_page()
        self.pages.y -= 8

    def _fill_column(self, x: float, column: list[_Section]) -> float:
        """Where the column ends on this page; what found room is taken out of it."""
        y = self.pages.y
        while column:
            section = column[0]
            needed = section.title_height + section.items[0].height
            if y - needed < BOTTOM and y < HEIGHT - 150:
                return y
            self.pages.place(self._section_start(section, x, y))
            y -= section.title_height
            first = True
            while section.items and (first or y - section.items[0].height >= BOTTOM):
                first = False
                item = section.items.pop(0)
                if item.is_legend:
                    self.pages.legend_page = len(self.pages.pages) - 1
                self.pages.place(self._inside(section, item, x, y))
                y -= item.height
            if section.items:
                return y
            column.pop(0)
            y -= GAP
        return y

    def _section_start(self, section: _Section, x: float, y: float) -> Drawing:
        """The heading, tagged the first time; on a further page it repeats as furniture."""
        pdf = self.pages.pdf

        def draw() -> None:
            if section.title and section.element is None:
                with pdf.tag("H2"):
                    pdf.text(x, y - 11.5, lines_of(section.title, HEADING, HALF)[0], HEADING)
            elif section.title:
                with pdf.decoration("Header"):
                    title = self._("%(area)s (continued)", area=section.title)
                    pdf.text(x, y - 11.5, lines_of(title, HEADING, HALF)[0], HEADING)
            if section.title:
                pdf.line(x, x + HALF, y - 17.6, colour=CONTROL, width=0.6)
            if section.element is None:
                with pdf.tag("L") as element:
                    section.element = element

        return draw

    def _inside(self, section: _Section, item: _Item, x: float, y: float) -> Drawing:
        def draw() -> None:
            if section.element is None:
                raise AssertionError("a list is opened before its items are drawn")
            with self.pages.pdf.inside(section.element):
                item.draw(x, y)

        return draw

    def _training_item(self, row: PassportTraining) -> _Item:
        times = self._("%(done)s of %(of)s times", done=row.done, of=row.of)
        text = row.task if fraction_fits(row.done, row.of) else f"{row.task} – {times}"

        def draw(canvas: Any, x: float, y: float) -> None:
            draw_training(canvas, x, y, row.done, row.of)

        return self._list_item(text, row.employment, times, draw)

    def _awaiting_item(self, row: PassportAwaiting) -> _Item:
        text = self._("%(task)s, level %(level)s", task=row.task, level=row.level_rank)
        return self._list_item(text, row.employment, self._("Signed"), draw_waiting)

    def _list_item(
        self, text: str, employment: str | None, alt: str, draw_sign: Callable[[Any, float, float], None]
    ) -> _Item:
        pdf, indent = self.pages.pdf, 34.5
        lines = lines_of(text, BODY, HALF - indent)
        below = []
        if employment and self.pages.several:
            below = lines_of(self._("Employment: %(employment)s.", employment=employment), SMALL, HALF - indent)

        def draw(x: float, top: float) -> None:
            centre = top - ITEM / 2
            with pdf.tag("LI"):
                box = (x + 3, centre - 11, x + 25, centre + 11)
                with pdf.tag("Lbl"), pdf.figure(alt=alt, box=box) as canvas:
                    draw_sign(canvas, x + 14, centre)
                with pdf.tag("LBody"):
                    pdf.text(x + indent, centre - 3.6, lines, BODY)
                    if below:
                        pdf.text(x + indent, centre - 3.6 - len(lines) * BODY.leading + 0.6, below, SMALL)

        return _Item(ITEM + (len(lines) - 1) * BODY.leading + len(below) * SMALL.leading, draw)

    def _legend_item(self) -> _Item:
        """The three shapes in words, two on a line where they fit."""
        pdf = self.pages.pdf
        entries = (
            (SignShape.SQUARE, self._("Filled square"), self.pages.ground(SignShape.SQUARE)),
            (SignShape.CIRCLE, self._("Filled circle"), self.pages.ground(SignShape.CIRCLE)),
            (SignShape.DIAMOND, self._("Filled diamond"), self.pages.ground(SignShape.DIAMOND)),
        )
        size, step, gap = 13.0, 18.6, 15.0
        spots: list[tuple[float, float]] = []
        right, row = 0.0, 0
        for _, _, words in entries:
            needed = 24.5 + width_of(words, SMALL)
            if right and right + needed > HALF:
                right, row = 0.0, row + 1
            spots.append((right, row * step))
            right += needed + gap

        def draw(x: float, top: float) -> None:
            for (shape, name, words), (across, down) in zip(entries, spots, strict=True):
                centre_x, centre_y = x + across + 11.5, top - 10 - down
                box = (centre_x - 9, centre_y - 9, centre_x + 9, centre_y + 9)
                with pdf.tag("LI"):
                    with pdf.tag("Lbl"), pdf.figure(alt=name, box=box) as canvas:
                        draw_held(canvas, centre_x, centre_y, shape, "", rank=2, size=size)
                    with pdf.tag("LBody"):
                        pdf.text(x + across + 24.5, centre_y - 3.2, words, SMALL)

        return _Item((row + 1) * step + 2, draw, is_legend=True)

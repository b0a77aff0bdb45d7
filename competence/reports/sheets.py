"""A tagged document over several sheets, A4 unless it says otherwise, with the program's brand above and a line below."""

from collections.abc import Sequence
from datetime import datetime

from reportlab.lib.pagesizes import A4

from competence.reports.passport_page import (
    BODY,
    BODY_SOFT,
    BRAND_NAME,
    HEIGHT,
    LEFT,
    SMALL,
    Drawing,
    Gettext,
    draw_logo,
)
from competence.reports.tagging import Element, TaggedPdf
from competence.reports.typography import BRAND_DARK, LINE, Face, lines_of, width_of

DOT = 10.0
"""How far the words of an item of a list stand in."""
FOOT = 50.0
"""Nothing but the footer stands below this."""


class Sheets:
    """Everything is placed first, so that each sheet knows how many there are, and drawn then."""

    top = HEIGHT - 80
    """Where the content of a further sheet begins."""

    def __init__(
        self, gettext: Gettext, language: str, *, title: str, name: str, municipality: str, foot: str, issued_at: datetime,
        further: tuple[str, str] | None = None, pagesize: tuple[float, float] = A4,
    ) -> None:  # fmt: skip
        """`name` and `municipality` stand above the first sheet, `further` above the others (None: the same)."""
        self._ = gettext
        self.pdf = TaggedPdf(
            title=title,
            language={"da": "da-DK", "en": "en-GB"}.get(language, language),
            pagesize=pagesize,
            author=municipality,
            created_at=issued_at,
        )
        self.height, self.right = pagesize[1], pagesize[0] - LEFT
        self.content = self.right - LEFT
        self.top = self.height - (HEIGHT - type(self).top)
        self.sheets: list[list[Drawing]] = [[]]
        self.y = self.height - 66
        self._first, self._further, self._foot = (name, municipality), further or (name, municipality), foot
        self._place(lambda: self._draw_brand(tagged=True))

    def _finish(self) -> bytes:
        """The file with all that has been placed."""
        for number, sheet in enumerate(self.sheets, start=1):
            if number > 1:
                self.pdf.next_page()
            for drawing in sheet:
                drawing()
            self._draw_foot(number)
        return self.pdf.finish()

    def _place(self, drawing: Drawing) -> None:
        self.sheets[-1].append(drawing)

    def _turn(self) -> None:
        """None; a new sheet is begun."""
        self.sheets.append([])
        self._place(lambda: self._draw_brand(tagged=False))
        self.y = self.top

    def _room(self, points: float) -> None:
        """None; what needs so many points stands on one sheet."""
        if self.y - points < FOOT:
            self._turn()

    def _lay_lines(self, tag: str, lines: Sequence[str], face: Face) -> None:
        """None; the lines stand from the present place downwards, as one element on one sheet."""
        self._room(len(lines) * face.leading)
        y = self.y

        def draw() -> None:
            with self.pdf.tag(tag):
                self.pdf.text(LEFT, y, lines, face)

        self._place(draw)
        self.y -= len(lines) * face.leading

    def _lay_list(self, items: Sequence[str]) -> None:
        """None; the items stand as a list, each on one sheet."""
        opened: list[Element] = []

        def open_list() -> None:
            with self.pdf.tag("L") as element:
                opened.append(element)

        self._place(open_list)
        for item in items:
            lines = lines_of(item, BODY, self.content - DOT)
            self._room(len(lines) * BODY.leading)
            self._place(self._list_item(opened, self.y, lines))
            self.y -= len(lines) * BODY.leading + 2

    def _list_item(self, opened: list[Element], y: float, lines: list[str]) -> Drawing:
        def draw() -> None:
            with self.pdf.inside(opened[0]), self.pdf.tag("LI"):
                with self.pdf.tag("Lbl"):
                    self.pdf.text(LEFT, y, "•", BODY)
                with self.pdf.tag("LBody"):
                    self.pdf.text(LEFT + DOT, y, lines, BODY)

        return draw

    def _draw_brand(self, *, tagged: bool) -> None:
        pdf, y = self.pdf, self.height - 50.6
        name, right = self._first if tagged else self._further
        (shown, *_rest) = lines_of(right, BODY_SOFT, max(self.content - 25.6 - width_of(name, BRAND_NAME) - 12, 60))
        with pdf.decoration("Layout" if tagged else "Header") as canvas:
            draw_logo(canvas, LEFT, self.height - 46.4)
            if not tagged:
                pdf.text(LEFT + 25.6, y, name, BRAND_NAME)
                pdf.text(self.right, y, shown, BODY_SOFT, align="right")
        if tagged:
            with pdf.tag("P"):
                pdf.text(LEFT + 25.6, y, name, BRAND_NAME)
            with pdf.tag("P"):
                pdf.text(self.right, y, shown, BODY_SOFT, align="right")
        pdf.line(LEFT, self.right, self.height - 65.6, colour=BRAND_DARK, width=2)

    def _draw_foot(self, number: int) -> None:
        """None; the notice, read aloud once, on the last sheet, and which sheet it is."""
        last = number == len(self.sheets)
        sheet = self._("Page %(page)s of %(pages)s", page=number, pages=len(self.sheets))
        self.pdf.line(LEFT, self.right, 41, colour=LINE, width=0.6)
        if last:
            with self.pdf.tag("P"):
                self.pdf.text(LEFT, 27, self._foot, SMALL)
        with self.pdf.decoration("Footer"):
            if not last:
                self.pdf.text(LEFT, 27, self._foot, SMALL)
            self.pdf.text(self.right, 27, sheet, SMALL, align="right")

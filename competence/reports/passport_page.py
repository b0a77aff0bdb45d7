"""The pages of a passport: their measures, running head and footer, and what was placed on each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from babel.dates import format_date
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from competence.foundation import clock
from competence.reports.passport_content import Passport
from competence.reports.signs import SignShape, draw_held
from competence.reports.tagging import TaggedPdf
from competence.reports.typography import (
    BRAND,
    BRAND_DARK,
    INK,
    INK2,
    LINE,
    SEMIBOLD,
    Face,
    colour_of,
    lines_of,
    width_of,
)


class Gettext(Protocol):
    """A function that gives the text in the reader's language with its `%(name)s` places filled in."""

    def __call__(self, msgid: str, /, **params: Any) -> str: ...


Drawing = Callable[[], None]

MARGIN = 15 * mm
WIDTH, HEIGHT = A4
LEFT, RIGHT = MARGIN, WIDTH - MARGIN
CONTENT = RIGHT - LEFT
GUTTER = 16.5
HALF = (CONTENT - GUTTER) / 2

BOTTOM = 66.0
"""No row ends below this; the footer and, on pages without the full legend, a line of signs stand under it."""
BODY = Face(10.1)
BODY_SOFT = Face(10.1, colour=INK2)
NOTE = Face(9.2, colour=INK)
SMALL = Face(9.2, colour=INK2)
BRAND_NAME = Face(12, SEMIBOLD)


@dataclass(frozen=True)
class Measures:
    """How far apart things stand, in points."""

    row: float
    area: float
    over_table: float
    over_lists: float
    signature_top: float
    """The last page's rows end above this, so that there is room for writing."""


ROOMY = Measures(row=21, area=18, over_table=37, over_lists=16, signature_top=118)
CLOSE = Measures(row=18.4, area=15.4, over_table=26, over_lists=8, signature_top=96)
"""For a passport that keeps to one page by it: the smallest at which two signs under each other do not touch."""


class PassportPages:
    """Where the parts of a passport are laid out first, so that each page knows how many there are, and drawn then."""

    def __init__(self, passport: Passport, gettext: Gettext, language: str, measures: Measures = ROOMY) -> None:
        self.passport = passport
        self.measures = measures
        self._ = gettext
        self.language = language
        self.several = len(passport.employments) > 1
        self.pdf = TaggedPdf(
            title=self._("Competence passport – %(name)s", name=passport.person_name),
            language={"da": "da-DK", "en": "en-GB"}.get(language, language),
            pagesize=A4,
            author=passport.municipality,
            created_at=passport.issued_at,
        )
        self.pages: list[list[Drawing]] = [[]]
        self.y = HEIGHT
        self.legend_page: int | None = None
        """The page, from 0, on which the legend is placed; the others get it in their footer."""

    def draw(self) -> bytes:
        """The finished file, once everything is placed."""
        for number, page in enumerate(self.pages, start=1):
            if number > 1:
                self.pdf.next_page()
            for drawing in page:
                drawing()
            self._draw_footer(number)
        return self.pdf.finish()

    def place(self, drawing: Drawing) -> None:
        """None; the drawing is done on the current page."""
        self.pages[-1].append(drawing)

    def turn_page(self) -> None:
        """None; what is placed next stands under the running head of a new page."""
        self.pages.append([])
        notice = self.notice_lines(Face(9.4, SEMIBOLD))
        self.place(lambda: self._draw_running_head(notice))
        self.y = HEIGHT - 89 - len(notice) * 12.5

    def notice_lines(self, face: Face) -> list[str]:
        """The draft notice broken into lines for a frame; none when there is no notice."""
        return lines_of(self.passport.draft_notice, face, CONTENT - 20) if self.passport.draft_notice else []

    def paragraph(self, x: float, y: float, lines: list[str], face: Face) -> Drawing:
        """The drawing of a paragraph."""

        def draw() -> None:
            with self.pdf.tag("P"):
                self.pdf.text(x, y, lines, face)

        return draw

    def ground(self, shape: SignShape) -> str:
        """Why she may, as the sign says it."""
        return {
            SignShape.SQUARE: self._("by education"),
            SignShape.CIRCLE: self._("by training and signature"),
            SignShape.DIAMOND: self._("by individual delegation"),
        }[shape]

    def draw_brand(self, *, tagged: bool) -> None:
        """None; sign, name of the document and municipality over a line, read aloud on the first page only."""
        pdf, passport, y = self.pdf, self.passport, HEIGHT - 50.6
        title = self._("Competence passport")
        room = CONTENT - 25.6 - width_of(title, BRAND_NAME) - 12
        issuer = " · ".join(part for part in (passport.municipality, passport.department) if part)
        right = lines_of(issuer if tagged else passport.person_name, BODY_SOFT, room)[0]
        with pdf.decoration("Layout" if tagged else "Header") as canvas:
            draw_logo(canvas, LEFT, HEIGHT - 46.4)
            if not tagged:
                pdf.text(LEFT + 25.6, y, title, BRAND_NAME)
                pdf.text(RIGHT, y, right, BODY_SOFT, align="right")
        if tagged:
            with pdf.tag("P"):
                pdf.text(LEFT + 25.6, y, title, BRAND_NAME)
            with pdf.tag("P"):
                pdf.text(RIGHT, y, right, BODY_SOFT, align="right")
        pdf.line(LEFT, RIGHT, HEIGHT - 65.6, colour=BRAND_DARK, width=2)

    def _draw_running_head(self, notice: Sequence[str]) -> None:
        """None; what a page needs when it lies by itself: whose it is, of when, by which version."""
        self.draw_brand(tagged=False)
        day, time = self.issued
        version = self.passport.matrix_version
        issued = self._(
            "Issued %(date)s at %(time)s by the task division, version %(version)s",
            date=day,
            time=time,
            version=version,
        )
        with self.pdf.decoration("Header"):
            self.pdf.text(LEFT, HEIGHT - 80, issued, SMALL)
            if notice:
                self.pdf.text(LEFT, HEIGHT - 93, notice, Face(9.4, SEMIBOLD))

    @property
    def issued(self) -> tuple[str, str]:
        """The date and time of issue in words, in Danish time."""
        moment = clock.local(self.passport.issued_at)
        locale = {"en": "en_GB"}.get(self.language, self.language)
        return format_date(moment.date(), format="long", locale=locale), f"{moment.hour}.{moment.minute:02d}"

    def _draw_legend_line(self) -> None:
        x, y = LEFT, 54.0
        with self.pdf.decoration("Footer") as canvas:
            for shape in SignShape:
                draw_held(canvas, x + 6, y, shape, "", rank=2, size=10.5)
                words = self.ground(shape)
                self.pdf.text(x + 16.5, y - 3.2, words, SMALL)
                x += 16.5 + width_of(words, SMALL) + 18

    def _draw_footer(self, number: int) -> None:
        """None; whose the passport is, read aloud on the last page only, and which page this is."""
        pdf, last = self.pdf, number == len(self.pages)
        belongs = self._(
            "The passport belongs to the employee. It holds no CPR number and nothing about citizens.",
        )
        page = self._("Page %(page)s of %(pages)s", page=number, pages=len(self.pages))
        pdf.line(LEFT, RIGHT, 41, colour=LINE, width=0.6)
        if self.legend_page != number - 1:
            self._draw_legend_line()
        if last:
            with pdf.tag("P"):
                pdf.text(LEFT, 27, belongs, SMALL)
        with pdf.decoration("Footer"):
            if not last:
                pdf.text(LEFT, 27, belongs, SMALL)
            pdf.text(RIGHT, 27, page, SMALL, align="right")


def draw_logo(canvas: Any, x: float, y: float) -> None:
    """None; the four small signs of Kompetencetavlen, their middle left edge at (x, y)."""
    half, step = 3.5, 9.6
    top, bottom = y + step / 2, y - step / 2
    first, second = x + half + 0.6, x + half + 0.6 + step
    canvas.setFillColor(colour_of(BRAND_DARK))
    canvas.roundRect(first - half, top - half, 2 * half, 2 * half, 0.9, stroke=0, fill=1)
    canvas.setFillColor(colour_of(BRAND))
    canvas.circle(second, top, half + 0.3, stroke=0, fill=1)
    path = canvas.beginPath()
    tip = half + 0.9
    path.moveTo(first, bottom + tip)
    for corner in ((first + tip, bottom), (first, bottom - tip), (first - tip, bottom)):
        path.lineTo(*corner)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.setStrokeColor(colour_of(BRAND_DARK))
    canvas.setLineWidth(1.1)
    canvas.setDash([1.6, 1.2])
    canvas.circle(second, bottom, half - 0.2, stroke=1, fill=0)

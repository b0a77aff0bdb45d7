"""The competence passport on A4: what a person may do today, signed by whom and valid through when."""

from competence.reports.codes import draw_code
from competence.reports.passport_content import (
    Passport,
    PassportArea,
    PassportAwaiting,
    PassportEmployment,
    PassportTask,
    PassportTraining,
)
from competence.reports.passport_lists import PassportLists
from competence.reports.passport_page import (
    BODY,
    BODY_SOFT,
    CLOSE,
    CONTENT,
    GUTTER,
    HALF,
    HEIGHT,
    LEFT,
    RIGHT,
    ROOMY,
    SMALL,
    Drawing,
    Gettext,
    Measures,
    PassportPages,
)
from competence.reports.passport_table import TaskTable
from competence.reports.signs import SignShape
from competence.reports.typography import (
    INK,
    INK2,
    SEMIBOLD,
    Face,
    colour_of,
    lines_of,
    load_fonts,
    printable,
    width_of,
)

__all__ = [
    "Gettext",
    "Passport",
    "PassportArea",
    "PassportAwaiting",
    "PassportEmployment",
    "PassportTask",
    "PassportTraining",
    "SignShape",
    "passport_pdf",
]

BODY_STRONG = Face(10.1, SEMIBOLD)
NAME = Face(27.6, SEMIBOLD, "#1A1A1A")
LONG_NAME = Face(19, SEMIBOLD, "#1A1A1A")
LINE_OF_WORK = Face(12.7, colour=INK2)

SIGNATURE_LINE = 79.0
CODE = 88.0
"""The side of the printed code, in points."""


def passport_pdf(passport: Passport, gettext: Gettext, *, language: str = "da") -> bytes:
    """The passport as a tagged A4 file. The same passport and texts give the same bytes.

    `gettext` gives the texts in `language`, which is also the document's. ValueError when `issued_at` has no time zone.
    """
    if passport.issued_at.tzinfo is None:
        raise ValueError("issued_at must say its time zone")
    load_fonts()

    def laid_out(measures: Measures) -> PassportPages:
        pages = PassportPages(passport, gettext, language, measures)
        _Frame(pages).lay_head()
        TaskTable(pages).lay()
        PassportLists(pages).lay()
        _Frame(pages).lay_signatures()
        return pages

    roomy = laid_out(ROOMY)
    if len(roomy.pages) > 1 and len((close := laid_out(CLOSE)).pages) == 1:
        return close.draw()
    return roomy.draw()


class _Frame:
    """What stands over and under the lists: who it is about, and the lines to write on."""

    def __init__(self, pages: PassportPages) -> None:
        self.pages = pages
        self._ = pages._

    def lay_head(self) -> None:
        """None; brand, notice, name and particulars are placed on the first page."""
        passport, pdf = self.pages.passport, self.pages.pdf
        self.pages.place(lambda: self.pages.draw_brand(tagged=True))
        self.pages.y = HEIGHT - 66
        if passport.draft_notice:
            self._lay_notice()
        room, lowest = CONTENT, HEIGHT
        if passport.check_at:
            room, lowest = CONTENT - CODE - GUTTER, self._lay_code(passport.check_at)
        face = NAME if width_of(printable(passport.person_name), NAME) <= room else LONG_NAME
        name = lines_of(passport.person_name, face, room)
        name_y = self.pages.y - 41

        def draw_name() -> None:
            with pdf.tag("H1"):
                pdf.text(LEFT, name_y, name, face)

        self.pages.place(draw_name)
        self.pages.y = name_y - (len(name) - 1) * face.leading
        for index, employment in enumerate(passport.employments):
            lines = lines_of(f"{employment.staff_group} · {employment.unit_line}", LINE_OF_WORK, room)
            self.pages.y -= 22.5 if index == 0 else 17
            self.pages.place(self.pages.paragraph(LEFT, self.pages.y, lines, LINE_OF_WORK))
            self.pages.y -= (len(lines) - 1) * LINE_OF_WORK.leading
        self.pages.y -= 25
        pairs = self._particulars()
        indent = max(width_of(label, BODY_SOFT) for label, _ in pairs) + 12
        for label, value in pairs:
            lines = lines_of(value, BODY_STRONG, room - indent)
            self.pages.place(self._pair(self.pages.y, label, indent, lines))
            self.pages.y -= 15.6 + (len(lines) - 1) * BODY.leading
        self.pages.y = min(self.pages.y + 15.6, lowest + 12)

    def _lay_code(self, address: str) -> float:
        """Where it ends: the code to scan is placed at the right of the name, with its words below."""
        pdf, x, top = self.pages.pdf, RIGHT - CODE, self.pages.y - 15
        words = lines_of(self._("Scan: does it count now?"), SMALL, CODE)

        def draw() -> None:
            with pdf.figure(
                alt=self._("Code that leads to %(address)s", address=address), box=(x, top - CODE, RIGHT, top)
            ) as canvas:
                draw_code(canvas, address, x=x, top=top, size=CODE)
            with pdf.tag("P"):
                pdf.text(x, top - CODE - 12, words, SMALL)

        self.pages.place(draw)
        return top - CODE - 12 - (len(words) - 1) * SMALL.leading

    def _particulars(self) -> list[tuple[str, str]]:
        """What stands under the name, as label and value."""
        passport = self.pages.passport
        if passport.task_count == 1:
            may = self._("1 task by the task division, version %(version)s", version=passport.matrix_version)
        else:
            may = self._(
                "%(count)s tasks by the task division, version %(version)s",
                count=passport.task_count,
                version=passport.matrix_version,
            )
        pairs = [(self._("May perform"), may)]
        if passport.guides:
            label = self._("Learning guide") if len(passport.guides) == 1 else self._("Learning guides")
            pairs.append((label, ", ".join(passport.guides)))
        day, time = self.pages.issued
        moment = self._("%(date)s at %(time)s – shows what counted then", date=day, time=time)
        return [*pairs, (self._("Issued"), moment)]

    def _lay_notice(self) -> None:
        pdf = self.pages.pdf
        lines = self.pages.notice_lines(BODY_STRONG)
        height = 12 + len(lines) * BODY.leading
        top = self.pages.y - 12
        self.pages.y = top - height + 2

        def draw() -> None:
            with pdf.decoration() as canvas:
                canvas.setStrokeColor(colour_of(INK))
                canvas.setLineWidth(1.2)
                canvas.roundRect(LEFT, top - height, CONTENT, height, 2, stroke=1, fill=0)
            with pdf.tag("P"):
                pdf.text(LEFT + 10, top - 15.2, lines, BODY_STRONG)

        self.pages.place(draw)

    def _pair(self, y: float, label: str, indent: float, lines: list[str]) -> Drawing:
        def draw() -> None:
            with self.pages.pdf.tag("P"):
                self.pages.pdf.text(LEFT, y, f"{label} ", BODY_SOFT)
                self.pages.pdf.text(LEFT + indent, y, lines, BODY_STRONG)

        return draw

    def lay_signatures(self) -> None:
        """None; the two lines are placed at the foot of the last page."""
        if self.pages.y < self.pages.measures.signature_top:
            self.pages.turn_page()
        pdf = self.pages.pdf
        y = SIGNATURE_LINE if self.pages.legend_page == len(self.pages.pages) - 1 else SIGNATURE_LINE + 13
        fields = ((LEFT, self._("Employee, date")), (LEFT + HALF + GUTTER, self._("Leader, date")))

        def draw() -> None:
            for x, words in fields:
                pdf.line(x, x + HALF, y, colour=INK, width=0.9)
                with pdf.tag("P"):
                    pdf.text(x, y - 13.6, words, SMALL)

        self.pages.place(draw)

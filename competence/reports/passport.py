"""The competence passport on A4: what a person may do today, signed by whom and valid through when."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from babel.dates import format_date
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from competence.foundation import clock
from competence.reports.passport_content import (
    Passport,
    PassportArea,
    PassportAwaiting,
    PassportEmployment,
    PassportTask,
    PassportTraining,
)
from competence.reports.signs import (
    SIZE,
    SignShape,
    draw_citizen_tab,
    draw_held,
    draw_training,
    draw_waiting,
    fraction_fits,
)
from competence.reports.tagging import Element, TaggedPdf
from competence.reports.typography import (
    BRAND,
    BRAND_DARK,
    CONTROL,
    INK,
    INK2,
    LINE,
    SEMIBOLD,
    Face,
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


class Gettext(Protocol):
    """A function that gives the text in the reader's language with its `%(name)s` places filled in."""

    def __call__(self, msgid: str, /, **params: Any) -> str: ...


def passport_pdf(passport: Passport, gettext: Gettext, *, language: str = "da") -> bytes:
    """The passport as a tagged A4 file. The same passport and texts give the same bytes.

    `gettext` gives the texts in `language`, which is also the document's. ValueError when `issued_at` has no time zone.
    """
    if passport.issued_at.tzinfo is None:
        raise ValueError("issued_at must say its time zone")
    load_fonts()
    return _Sheet(passport, gettext, language).render()


Drawing = Callable[[], None]

MARGIN = 15 * mm
WIDTH, HEIGHT = A4
LEFT, RIGHT = MARGIN, WIDTH - MARGIN
CONTENT = RIGHT - LEFT
GUTTER = 16.5
HALF = (CONTENT - GUTTER) / 2

BOTTOM = 48.0
"""No row ends below this; the footer stands under it."""
SIGNATURE_LINE = 79.0
SIGNATURE_TOP = 108.0
"""The last page's rows end above this, so that there is room for writing."""

BODY = Face(10.1)
BODY_STRONG = Face(10.1, SEMIBOLD)
BODY_SOFT = Face(10.1, colour=INK2)
NOTE = Face(9.2, colour=INK)
SMALL = Face(9.2, colour=INK2)
COLUMN_HEAD = Face(9.2, colour=INK2)
AREA = Face(9.8, SEMIBOLD)
HEADING = Face(10.1, SEMIBOLD)
NAME = Face(27.6, SEMIBOLD, "#1A1A1A")
LONG_NAME = Face(19, SEMIBOLD, "#1A1A1A")
LINE_OF_WORK = Face(12.7, colour=INK2)
BRAND_NAME = Face(12, SEMIBOLD)

ROW = 21.0
AREA_ROW = 18.0
ITEM = 21.6

SIGN_X = LEFT + 204
COLUMNS = (LEFT, LEFT + 230, LEFT + 281, LEFT + 367, LEFT + 433)
"""Where task, level, signer, date and last day begin."""
TASK_WIDTH = 186.0
LEVEL_WIDTH = 47.0
SIGNER_WIDTH = 80.0


@dataclass
class _Item:
    """One line of the lower part of the page, drawn with its upper left corner at (x, top)."""

    height: float
    draw: Callable[[float, float], None]


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


class _Sheet:
    """Lays the passport out on pages first, so that each page knows how many there are, and then draws them."""

    def __init__(self, passport: Passport, gettext: Gettext, language: str) -> None:
        self.passport = passport
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

    def render(self) -> bytes:
        """The finished file."""
        self._lay_head()
        self._lay_tasks()
        self._lay_lists()
        self._lay_signatures()
        for number, page in enumerate(self.pages, start=1):
            if number > 1:
                self.pdf.next_page()
            for drawing in page:
                drawing()
            self._draw_footer(number)
        return self.pdf.finish()

    def _place(self, drawing: Drawing) -> None:
        self.pages[-1].append(drawing)

    def _turn_page(self) -> None:
        """None; what is placed next stands under the running head of a new page."""
        self.pages.append([])
        notice = self._notice_lines(Face(9.4, SEMIBOLD))
        self._place(lambda: self._draw_running_head(notice))
        self.y = HEIGHT - 76 - len(notice) * 12.5

    # -- top of the first page

    def _lay_head(self) -> None:
        passport, pdf = self.passport, self.pdf
        self._place(lambda: self._draw_brand(tagged=True))
        self.y = HEIGHT - 66
        if passport.draft_notice:
            self._lay_notice()
        face = NAME if width_of(printable(passport.person_name), NAME) <= CONTENT else LONG_NAME
        name = lines_of(passport.person_name, face, CONTENT)
        name_y = self.y - 41

        def draw_name() -> None:
            with pdf.tag("H1"):
                pdf.text(LEFT, name_y, name, face)

        self._place(draw_name)
        self.y = name_y - (len(name) - 1) * face.leading
        for index, employment in enumerate(passport.employments):
            lines = lines_of(f"{employment.staff_group} · {employment.unit_line}", LINE_OF_WORK, CONTENT)
            self.y -= 22.5 if index == 0 else 17
            self._place(self._paragraph(LEFT, self.y, lines, LINE_OF_WORK))
            self.y -= (len(lines) - 1) * LINE_OF_WORK.leading
        self.y -= 25
        pairs = self._particulars()
        indent = max(width_of(label, BODY_SOFT) for label, _ in pairs) + 12
        for label, value in pairs:
            lines = lines_of(value, BODY_STRONG, CONTENT - indent)
            self._place(self._pair(self.y, label, indent, lines))
            self.y -= 15.6 + (len(lines) - 1) * BODY.leading
        self.y += 15.6

    def _particulars(self) -> list[tuple[str, str]]:
        """What stands under the name, as label and value."""
        passport = self.passport
        if passport.task_count == 1:
            may = self._("1 task by the task division, version %(version)s", version=passport.matrix_version)
        else:
            may = self._(
                "%(count)s tasks by the task division, version %(version)s",
                count=passport.task_count,
                version=passport.matrix_version,
            )
        issued = clock.local(passport.issued_at)
        pairs = [(self._("May perform"), may)]
        if passport.guides:
            label = self._("Learning guide") if len(passport.guides) == 1 else self._("Learning guides")
            pairs.append((label, ", ".join(passport.guides)))
        moment = self._(
            "%(date)s at %(time)s – shows what counted then",
            date=format_date(issued.date(), format="long", locale=self.language),
            time=f"{issued.hour}.{issued.minute:02d}",
        )
        return [*pairs, (self._("Issued"), moment)]

    def _notice_lines(self, face: Face) -> list[str]:
        return lines_of(self.passport.draft_notice, face, CONTENT - 20) if self.passport.draft_notice else []

    def _lay_notice(self) -> None:
        pdf = self.pdf
        lines = self._notice_lines(BODY_STRONG)
        height = 12 + len(lines) * BODY.leading
        top = self.y - 12
        self.y = top - height + 6

        def draw() -> None:
            with pdf.decoration() as canvas:
                canvas.setStrokeColor(HexColor(INK))
                canvas.setLineWidth(1.2)
                canvas.roundRect(LEFT, top - height, CONTENT, height, 2, stroke=1, fill=0)
            with pdf.tag("P"):
                pdf.text(LEFT + 10, top - 15.2, lines, BODY_STRONG)

        self._place(draw)

    def _paragraph(self, x: float, y: float, lines: list[str], face: Face) -> Drawing:
        def draw() -> None:
            with self.pdf.tag("P"):
                self.pdf.text(x, y, lines, face)

        return draw

    def _pair(self, y: float, label: str, indent: float, lines: list[str]) -> Drawing:
        def draw() -> None:
            with self.pdf.tag("P"):
                self.pdf.text(LEFT, y, f"{label} ", BODY_SOFT)
                self.pdf.text(LEFT + indent, y, lines, BODY_STRONG)

        return draw

    # -- the tasks

    def _lay_tasks(self) -> None:
        if not any(area.tasks for area in self.passport.areas):
            self.y -= 36
            lines = lines_of(
                self._("No tasks right now. A task stands here once it is signed and the employee has said yes."),
                BODY,
                CONTENT,
            )
            self._place(self._paragraph(LEFT, self.y, lines, BODY))
            self.y -= len(lines) * BODY.leading
            return
        pdf = self.pdf
        body: list[Element] = []
        table: list[Element] = []

        def open_table() -> None:
            with pdf.tag("Table", summary=self._("Tasks that the employee may perform, by area")) as element:
                table.append(element)

        def open_area() -> None:
            with pdf.inside(table[-1]), pdf.tag("TBody") as element:
                body.append(element)

        self.y -= 37
        self._place(open_table)
        self._lay_column_heads(table)
        for area in self.passport.areas:
            if not area.tasks:
                continue
            rows = [(row, self._height_of(row)) for row in area.tasks]
            if self.y - AREA_ROW - rows[0][1] < BOTTOM:
                self._turn_page_in_table(table)
            self._place(open_area)
            self._lay_area(area.name, body)
            for row, height in rows:
                if self.y - height < BOTTOM:
                    self._turn_page_in_table(table)
                    self._lay_area(self._("%(area)s (continued)", area=area.name), None)
                self._lay_row(row, height, body)

    def _turn_page_in_table(self, table: list[Element]) -> None:
        self._turn_page()
        self.y -= 17
        self._lay_column_heads(table, repeated=True)

    def _lay_column_heads(self, table: list[Element], *, repeated: bool = False) -> None:
        """None; the heads are headers of the table on its first page, and furniture on the others."""
        pdf, y = self.pdf, self.y
        heads = (
            self._("Task"),
            self._("Level"),
            self._("Signed by"),
            self._("Date"),
            self._("Valid through"),
        )

        def draw() -> None:
            if repeated:
                with pdf.decoration("Header"):
                    for x, head in zip(COLUMNS, heads, strict=True):
                        pdf.text(x, y, head, COLUMN_HEAD)
            else:
                with pdf.inside(table[-1]), pdf.tag("THead"), pdf.tag("TR"):
                    for x, head in zip(COLUMNS, heads, strict=True):
                        with pdf.tag("TH", scope="Column"):
                            pdf.text(x, y, head, COLUMN_HEAD)
            pdf.line(LEFT, RIGHT, y - 7.4, colour=INK, width=1.5)

        self._place(draw)
        self.y -= 7.4

    def _lay_area(self, name: str, body: list[Element] | None) -> None:
        """None; the area's name over its tasks; without a body it only repeats on a new page."""
        pdf, top = self.pdf, self.y
        (line, *_) = lines_of(name, AREA, CONTENT)

        def draw() -> None:
            if body is None:
                with pdf.decoration("Header"):
                    pdf.text(LEFT, top - 14.2, line, AREA)
            else:
                with pdf.inside(body[-1]), pdf.tag("TR"), pdf.tag("TH", scope="Column", col_span=len(COLUMNS)):
                    pdf.text(LEFT, top - 14.2, line, AREA)
            pdf.line(LEFT, RIGHT, top - AREA_ROW, colour=CONTROL, width=0.6)

        self._place(draw)
        self.y -= AREA_ROW

    def _notes_of(self, row: PassportTask) -> list[str]:
        """The sentences under a task: its limits, one citizen, origin and employment."""
        notes = []
        if row.limits:
            limits = ". ".join(limit.strip().rstrip(".") for limit in row.limits) + "."
            notes.append(self._("May, when … %(limits)s", limits=limits))
        if row.citizen_only:
            notes.append(self._("With one particular citizen."))
        if row.origin_note:
            note = row.origin_note.strip().rstrip(".")
            notes.append(f"{note[:1].upper()}{note[1:]}.")
        if row.employment and self.several:
            notes.append(self._("Employment: %(employment)s.", employment=row.employment))
        return notes

    def _cells_of(self, row: PassportTask) -> tuple[list[str], list[str], list[str], list[str]]:
        """The lines of task, notes, level and signer."""
        signer = row.signed_by or (self._("education") if row.shape is SignShape.SQUARE else "–")
        notes = [line for note in self._notes_of(row) for line in lines_of(note, NOTE, TASK_WIDTH)]
        return (
            lines_of(row.task, BODY, TASK_WIDTH),
            notes,
            lines_of(f"{row.level_rank} {row.level_name}", BODY, LEVEL_WIDTH),
            lines_of(signer, BODY, SIGNER_WIDTH),
        )

    def _height_of(self, row: PassportTask) -> float:
        task, notes, level, signer = self._cells_of(row)
        beside = max(len(level), len(signer)) * BODY.leading
        under = len(task) * BODY.leading + len(notes) * NOTE.leading
        return ROW - BODY.leading + max(beside, under)

    def _lay_row(self, row: PassportTask, height: float, body: list[Element]) -> None:
        pdf, top = self.pdf, self.y
        task, notes, level, signer = self._cells_of(row)
        y = top - 14.3
        notes_y = y - len(task) * BODY.leading + 0.4

        def draw() -> None:
            with pdf.inside(body[-1]), pdf.tag("TR"):
                with pdf.tag("TH", scope="Row"):
                    if notes:
                        with pdf.tag("P"):
                            pdf.text(LEFT, y, task, BODY)
                        with pdf.tag("P"):
                            pdf.text(LEFT, notes_y, notes, NOTE)
                    else:
                        pdf.text(LEFT, y, task, BODY)
                with pdf.tag("TD"):
                    self._draw_sign(row, SIGN_X, top - ROW / 2)
                    pdf.text(COLUMNS[1], y, level, BODY)
                for x, lines in (
                    (COLUMNS[2], signer),
                    (COLUMNS[3], [_day(row.signed_on)]),
                    (COLUMNS[4], [_day(row.valid_through)]),
                ):
                    with pdf.tag("TD"):
                        pdf.text(x, y, lines, BODY)
            pdf.line(LEFT, RIGHT, top - height, colour=LINE, width=0.6)

        self._place(draw)
        self.y -= height

    def _draw_sign(self, row: PassportTask, x: float, y: float) -> None:
        reach = SIZE / 2 + 2
        box = (x - reach, y - reach, x + reach + (10 if row.citizen_only else 0), y + reach)
        with self.pdf.figure(alt=self._ground(row.shape), box=box) as canvas:
            if row.citizen_only:
                draw_citizen_tab(canvas, x, y, "B")
            draw_held(canvas, x, y, row.shape, str(row.level_rank), rank=row.level_rank)

    def _ground(self, shape: SignShape) -> str:
        """Why she may, as the sign says it."""
        return {
            SignShape.SQUARE: self._("by education"),
            SignShape.CIRCLE: self._("by training and signature"),
            SignShape.DIAMOND: self._("by individual delegation"),
        }[shape]

    # -- what is not there yet, and the legend

    def _lay_lists(self) -> None:
        passport = self.passport
        sections = []
        if passport.training:
            items = [self._training_item(row) for row in passport.training]
            sections.append(_Section(self._("In training – not to be done alone"), items))
        if passport.awaiting:
            items = [self._awaiting_item(row) for row in passport.awaiting]
            sections.append(_Section(self._("Waiting for own acceptance"), items))
        legend = _Section(None, [self._legend_item()])
        columns = [sections[:1], [*sections[1:], legend]] if sections else [[legend]]
        self.y -= 16
        if self.y - 21.5 - 2 * ITEM < BOTTOM:
            self._turn_page()
        while any(columns):
            lowest = self.y
            for x, column in zip((LEFT, LEFT + HALF + GUTTER), columns, strict=False):
                lowest = min(lowest, self._fill_column(x, column))
            self.y = lowest
            if any(columns):
                self._turn_page()

    def _fill_column(self, x: float, column: list[_Section]) -> float:
        """Where the column ends on this page; what found room is taken out of it."""
        y = self.y
        while column:
            section = column[0]
            needed = section.title_height + section.items[0].height
            if y - needed < BOTTOM and y < HEIGHT - 150:
                return y
            self._place(self._section_start(section, x, y))
            y -= section.title_height
            first = True
            while section.items and (first or y - section.items[0].height >= BOTTOM):
                first = False
                item = section.items.pop(0)
                self._place(self._inside(section, item, x, y))
                y -= item.height
            if section.items:
                return y
            column.pop(0)
            y -= 7
        return y

    def _section_start(self, section: _Section, x: float, y: float) -> Drawing:
        """The heading, tagged the first time; on a further page it repeats as furniture."""
        pdf = self.pdf

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
            with self.pdf.inside(section.element):
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
        pdf, indent = self.pdf, 34.5
        lines = lines_of(text, BODY, HALF - indent)
        below = []
        if employment and self.several:
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
        pdf = self.pdf
        entries = (
            (SignShape.SQUARE, self._("Filled square"), self._ground(SignShape.SQUARE)),
            (SignShape.CIRCLE, self._("Filled circle"), self._ground(SignShape.CIRCLE)),
            (SignShape.DIAMOND, self._("Filled diamond"), self._ground(SignShape.DIAMOND)),
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

        return _Item((row + 1) * step + 2, draw)

    # -- signatures and page furniture

    def _lay_signatures(self) -> None:
        if self.y < SIGNATURE_TOP:
            self._turn_page()
        pdf = self.pdf
        fields = ((LEFT, self._("Employee, date")), (LEFT + HALF + GUTTER, self._("Leader, date")))

        def draw() -> None:
            for x, words in fields:
                pdf.line(x, x + HALF, SIGNATURE_LINE, colour=INK, width=0.9)
                with pdf.tag("P"):
                    pdf.text(x, SIGNATURE_LINE - 13.6, words, SMALL)

        self._place(draw)

    def _draw_brand(self, *, tagged: bool) -> None:
        """None; sign, name of the document and municipality over a line, read aloud on the first page only."""
        pdf, passport, y = self.pdf, self.passport, HEIGHT - 50.6
        title = self._("Competence passport")
        room = CONTENT - 25.6 - width_of(title, BRAND_NAME) - 12
        issuer = " · ".join(part for part in (passport.municipality, passport.department) if part)
        right = lines_of(issuer if tagged else passport.person_name, BODY_SOFT, room)[0]
        with pdf.decoration("Layout" if tagged else "Header") as canvas:
            _draw_logo(canvas, LEFT, HEIGHT - 46.4)
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
        self._draw_brand(tagged=False)
        if notice:
            with self.pdf.decoration("Header"):
                self.pdf.text(LEFT, HEIGHT - 80, notice, Face(9.4, SEMIBOLD))

    def _draw_footer(self, number: int) -> None:
        """None; whose the passport is, read aloud on the last page only, and which page this is."""
        pdf, last = self.pdf, number == len(self.pages)
        belongs = self._(
            "The passport belongs to the employee. It holds no CPR number and nothing about citizens.",
        )
        page = self._("Page %(page)s of %(pages)s", page=number, pages=len(self.pages))
        pdf.line(LEFT, RIGHT, 41, colour=LINE, width=0.6)
        if last:
            with pdf.tag("P"):
                pdf.text(LEFT, 27, belongs, SMALL)
        with pdf.decoration("Footer"):
            if not last:
                pdf.text(LEFT, 27, belongs, SMALL)
            pdf.text(RIGHT, 27, page, SMALL, align="right")


def _draw_logo(canvas: Any, x: float, y: float) -> None:
    """None; the four small signs of Kompetencetavlen, their middle left edge at (x, y)."""
    half, step = 3.5, 9.6
    top, bottom = y + step / 2, y - step / 2
    first, second = x + half + 0.6, x + half + 0.6 + step
    canvas.setFillColor(HexColor(BRAND_DARK))
    canvas.roundRect(first - half, top - half, 2 * half, 2 * half, 0.9, stroke=0, fill=1)
    canvas.setFillColor(HexColor(BRAND))
    canvas.circle(second, top, half + 0.3, stroke=0, fill=1)
    path = canvas.beginPath()
    tip = half + 0.9
    path.moveTo(first, bottom + tip)
    for corner in ((first + tip, bottom), (first, bottom - tip), (first - tip, bottom)):
        path.lineTo(*corner)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.setStrokeColor(HexColor(BRAND_DARK))
    canvas.setLineWidth(1.1)
    canvas.setDash([1.6, 1.2])
    canvas.circle(second, bottom, half - 0.2, stroke=1, fill=0)


def _day(day: date | None) -> str:
    """The date as on Danish paper, 16.02.2026; a dash for none."""
    return day.strftime("%d.%m.%Y") if day else "–"

"""A team's matrix on A3, tagged: one sheet for the wall of its room, one for the leader's desk (DESIGN.md section 9)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from reportlab.lib.pagesizes import A3, landscape
from reportlab.lib.units import mm

from competence.coverage.signs import Sign
from competence.reports.passport_page import Gettext, draw_logo
from competence.reports.small_signs import SIGN, draw_sign, draw_star, draw_valid
from competence.reports.tagging import Element, TaggedPdf
from competence.reports.typography import (
    BRAND_DARK,
    CONTROL,
    INK,
    INK2,
    LINE,
    SEMIBOLD,
    Face,
    colour_of,
    lines_of,
    width_of,
)

WIDTH, HEIGHT = landscape(A3)
MARGIN = 11 * mm
LEFT, RIGHT = MARGIN, WIDTH - MARGIN
TITLE = Face(19, SEMIBOLD, "#1A1A1A")
SOFT = Face(10.5, colour=INK2)
BODY = Face(9.6)
BODY_STRONG = Face(9.6, SEMIBOLD)
SMALL = Face(9)
SMALL_STRONG = Face(9, SEMIBOLD)
SMALL_SOFT = Face(9, colour=INK2)
RED = Face(9, SEMIBOLD, "#9B1B13")
ROW, AREA = 16.6, 13.6
ROOMIEST = 1.3
"""Where all rows stand on one page with room to spare, they are drawn so much further apart at most."""
GAP = 8.0
"""Between the people and the coverage."""
TASK_WIDTH, FIELD = 196.0, 50.0
WIDEST_PERSON, NARROWEST_PERSON = 40.0, 27.5
HEAD = 92.0
TOP = HEIGHT - MARGIN - 30
FOOT = MARGIN + 42
"""No row ends below this: the legend and the footer stand under it."""
MOST_PEOPLE = 26
"""So many stand beside each other; of more, each staff group has pages of its own."""


class Which(StrEnum):
    """Where the sheet may hang."""

    WALL = "wall"
    DESK = "desk"


@dataclass(frozen=True)
class Mark:
    """A cell: its sign and what is said of it; None where the sheet leaves it blank."""

    sign: Sign | None
    spoken: str = ""


@dataclass(frozen=True)
class PersonColumn:
    """A person's column."""

    first_name: str
    initial: str
    shifts: str
    group: str
    is_guide: bool
    marks: tuple[Mark, ...]
    """One for each task."""


@dataclass(frozen=True)
class Field:
    """Have against need: "0/1", how it stands, and the same in words."""

    have: int
    need: int | None
    tone: str
    """"hole", "vulnerable", "covered" or "none"."""
    spoken: str
    beside: str = ""
    """Floaters, as "+2"."""


@dataclass(frozen=True)
class TaskRow:
    """A task's row."""

    name: str
    area: str
    critical: bool
    fields: tuple[Field, ...]
    """Day, evening, night."""


@dataclass(frozen=True)
class MatrixSheet:
    """All that stands on the sheet."""

    which: Which
    unit: str
    place: str
    """The municipality and the units above."""
    day: str
    version: str
    summary: str
    people: tuple[PersonColumn, ...]
    tasks: tuple[TaskRow, ...]
    sums: dict[str, str]
    """Area -> "1 gap"; areas without anything to tell are left out."""
    shifts: tuple[str, ...]
    legend: tuple[tuple[Sign, str], ...]
    further: tuple[str, ...]
    """What the small signs say, in words; for the desk alone."""
    issued_at: datetime


def matrix_pdf(page: MatrixSheet, gettext: Gettext, *, language: str = "da") -> bytes:
    """The sheet as a tagged A3 file. The same content gives the same bytes."""
    return _Sheet(page, gettext, language).draw()


@dataclass
class _Page:
    people: range
    tasks: range


class _Sheet:
    def __init__(self, page: MatrixSheet, gettext: Gettext, language: str) -> None:
        self._ = gettext
        self.page = page
        self.title = gettext("%(unit)s: who may do what?", unit=page.unit)
        self.pdf = TaggedPdf(
            title=f"{self.title} {page.day}", language={"da": "da-DK", "en": "en-GB"}.get(language, language),
            pagesize=landscape(A3), author=page.place.split(",", maxsplit=1)[0], created_at=page.issued_at,
        )  # fmt: skip
        self.row, self.area = ROW, AREA
        areas = len({task.area for task in page.tasks})
        fits = (TOP - HEAD - FOOT) / max(len(page.tasks) * ROW + areas * AREA, 1)
        if fits > 1:
            self.row, self.area = ROW * min(fits, ROOMIEST), AREA * min(fits, ROOMIEST)
        self.pages = [_Page(people, tasks) for people in self._sides() for tasks in self._heights()]
        self.lists = self._list_pages()

    # -- what stands where

    def _sides(self) -> Iterator[range]:
        """The columns of each side: all together, or a staff group at a time where they are too many."""
        people = self.page.people
        if len(people) <= MOST_PEOPLE:
            yield range(len(people))
            return
        start = 0
        for at in range(1, len(people) + 1):
            if at == len(people) or people[at].group != people[start].group or at - start == MOST_PEOPLE:
                yield range(start, at)
                start = at

    def _heights(self) -> Iterator[range]:
        """The rows of each page: as many as there is room for, with the line of the area over the first of each."""
        room = TOP - HEAD - FOOT
        start, used, area = 0, 0.0, None
        for at, task in enumerate(self.page.tasks):
            deep = self.row + (self.area if task.area != area else 0)
            if used + deep > room and at > start:
                yield range(start, at)
                start, used, deep = at, 0.0, self.row + self.area
            used, area = used + deep, task.area
        yield range(start, len(self.page.tasks))

    def _list_pages(self) -> list[list[list[str]]]:
        """The lines of the pages after the matrix, in three columns each."""
        wide = (RIGHT - LEFT - 40) / 3
        lines = [line for text in self.page.further for line in [*lines_of(text, SMALL, wide), ""]]
        deep = int((TOP - 40 - MARGIN - 30) / SMALL.leading)
        columns = [lines[at : at + deep] for at in range(0, len(lines), deep)]
        return [columns[at : at + 3] for at in range(0, len(columns), 3)]

    # -- drawing

    def draw(self) -> bytes:
        """The finished file."""
        table: Element | None = None
        for number, one in enumerate(self.pages):
            if number:
                self.pdf.next_page()
            self._brand(first=not number)
            if not number:
                self._head_of_document()
            table = self._table(one)
            self._legend()
            self._foot(number)
        for at, columns in enumerate(self.lists):
            self.pdf.next_page()
            self._brand(first=False)
            self._list(columns, first=not at)
            self._foot(len(self.pages) + at)
        assert table is not None
        return self.pdf.finish()

    def _brand(self, *, first: bool) -> None:
        y = HEIGHT - MARGIN - 14
        with self.pdf.decoration("Layout" if first else "Header") as canvas:
            draw_logo(canvas, LEFT, y + 6)
            if not first:
                self.pdf.text(LEFT + 26, y, self.title, TITLE)
                self.pdf.text(RIGHT, y, self._about(), SOFT, align="right")
        self.pdf.line(LEFT, RIGHT, TOP + 8, colour=BRAND_DARK, width=1.6)

    def _about(self) -> str:
        return f"{self.page.place} · {self.page.day} · {self.page.version}"

    def _head_of_document(self) -> None:
        y = HEIGHT - MARGIN - 14
        with self.pdf.tag("H1"):
            self.pdf.text(LEFT + 26, y, self.title, TITLE)
        with self.pdf.tag("P"):
            self.pdf.text(LEFT + 26 + width_of(self.title, TITLE) + 12, y, self.page.summary, SOFT)
        with self.pdf.tag("P"):
            self.pdf.text(RIGHT, y, self._about(), SOFT, align="right")

    def _widths(self, count: int) -> float:
        room = RIGHT - LEFT - TASK_WIDTH - GAP - FIELD * len(self.page.shifts)
        return max(NARROWEST_PERSON, min(WIDEST_PERSON, room / max(count, 1)))

    def _table(self, one: _Page) -> Element:
        wide = self._widths(len(one.people))
        people = [self.page.people[at] for at in one.people]
        xs = [LEFT + TASK_WIDTH + wide * (at + 0.5) for at in range(len(people))]
        fields = LEFT + TASK_WIDTH + wide * len(people) + GAP
        bottom = TOP - HEAD
        with self.pdf.tag("Table", summary=self.title) as table:
            with self.pdf.tag("THead"):
                self._groups(people, wide, fields)
                self._names(people, xs, fields, bottom)
            self.pdf.line(LEFT, fields + FIELD * len(self.page.shifts), bottom, colour=INK, width=1.2)
            y, area = bottom, None
            with self.pdf.tag("TBody"):
                for at in one.tasks:
                    task = self.page.tasks[at]
                    if task.area != area:
                        area = task.area
                        y -= self.area
                        self._area(task.area, y, fields)
                    y -= self.row
                    self._row(at, task, people, xs, fields, y)
        self._rules(people, wide, fields, y)
        return table

    def _groups(self, people: Sequence[PersonColumn], wide: float, fields: float) -> None:
        y = TOP - 8
        with self.pdf.tag("TR"):
            with self.pdf.tag("TH", scope="Column"):
                self.pdf.text(LEFT + 4, y, " ", SMALL)
            start = 0
            for at in range(1, len(people) + 1):
                if at < len(people) and people[at].group == people[start].group:
                    continue
                room = wide * (at - start) - 6
                with self.pdf.tag("TH", scope="Column", col_span=at - start):
                    shown = lines_of(people[start].group, SMALL_STRONG, max(room, 12))[0]
                    self.pdf.text(LEFT + TASK_WIDTH + wide * start + 4, y, shown, SMALL_STRONG)
                start = at
            with self.pdf.tag("TH", scope="Column", col_span=len(self.page.shifts)):
                self.pdf.text(fields, y, self._("Coverage"), SMALL_STRONG)

    def _names(self, people: Sequence[PersonColumn], xs: Sequence[float], fields: float, bottom: float) -> None:
        with self.pdf.tag("TR"):
            with self.pdf.tag("TH", scope="Column"):
                self.pdf.text(LEFT + 4, bottom + 6, self._("Task"), SMALL_SOFT)
            for one, x in zip(people, xs, strict=True):
                with self.pdf.tag("TH", scope="Column"):
                    self.pdf.upright(x + 3, bottom + 18, [(one.first_name, BODY_STRONG), (one.initial, BODY)])
                    if one.is_guide:
                        self._star(
                            x, bottom + 26 + width_of(f"{one.first_name} ", BODY_STRONG) + width_of(one.initial, BODY)
                        )
                    self.pdf.text(x, bottom + 6, one.shifts or "–", SMALL_SOFT, align="centre")
            for at, shift in enumerate(self.page.shifts):
                with self.pdf.tag("TH", scope="Column"):
                    self.pdf.text(fields + FIELD * (at + 0.5), bottom + 6, shift, SMALL_SOFT, align="centre")
        with self.pdf.decoration():
            self.pdf.text(fields, bottom + 30, self._("have/need, of those"), SMALL_SOFT)
            self.pdf.text(fields, bottom + 19, self._("with fixed shift"), SMALL_SOFT)

    def _star(self, x: float, y: float) -> None:
        with self.pdf.figure(alt=self._("learning guide"), box=(x - 5, y - 5, x + 5, y + 5)) as canvas:
            draw_star(canvas, x, y)

    def _area(self, name: str, y: float, fields: float) -> None:
        with self.pdf.tag("TR"):
            with self.pdf.tag("TH", scope="Row"):
                self.pdf.text(LEFT + 4, y + 3.6, name, SMALL_STRONG)
            told = self.page.sums.get(name)
            if told:
                with self.pdf.tag("TD"):
                    self.pdf.text(fields + FIELD * len(self.page.shifts), y + 3.6, told, SMALL_STRONG, align="right")
        self.pdf.line(LEFT, fields + FIELD * len(self.page.shifts), y + self.area, colour=CONTROL, width=0.7)

    def _row(
        self, at: int, task: TaskRow, people: Sequence[PersonColumn], xs: Sequence[float], fields: float, y: float
    ) -> None:
        pdf, middle, base = self.pdf, y + self.row / 2, y + self.row / 2 - 3.4
        with pdf.tag("TR"):
            with pdf.tag("TH", scope="Row"):
                tag = f"({self._('critical')})" if task.critical else ""
                room = TASK_WIDTH - 16 - width_of(tag, SMALL_STRONG)
                shown = lines_of(task.name, BODY, room)
                name = shown[0] if len(shown) == 1 else f"{shown[0]} …"
                pdf.text(LEFT + 4, base, name, BODY)
                if tag:
                    pdf.text(LEFT + 8 + width_of(name, BODY), base, tag, SMALL_STRONG)
            for one, x in zip(people, xs, strict=True):
                mark = one.marks[at]
                with pdf.tag("TD"):
                    if mark.sign is None or mark.sign.kind == "not_relevant":
                        continue
                    reach = SIGN
                    box = (x - reach, y, x + reach, y + self.row)
                    pdf.stamp(x, middle, mark.sign, partial(self._sign, mark.sign), alt=mark.spoken, box=box)
            for place, one_field in enumerate(task.fields):
                self._field(one_field, fields + FIELD * (place + 0.5), base)
        pdf.line(LEFT, fields + FIELD * len(self.page.shifts), y, colour=LINE, width=0.4)

    def _sign(self, sign: Sign, canvas: Any) -> None:
        if self.page.which is Which.WALL:
            draw_valid(canvas, 0, 0, sign, tab=False)
        else:
            draw_sign(canvas, 0, 0, sign)

    def _field(self, one: Field, x: float, base: float) -> None:
        with self.pdf.tag("TD"):
            if one.tone == "none":
                self.pdf.text(x, base, "–", SMALL_SOFT, align="centre")
                return
            box = (x - FIELD / 2, base - 4, x + FIELD / 2, base + 11)
            looks = (one.have, one.need, one.tone, one.beside)
            self.pdf.stamp(x, base, looks, partial(self._have_need, one), alt=one.spoken, box=box)

    def _have_need(self, one: Field, canvas: Any) -> None:
        have, need = str(one.have), f"/{one.need}"
        wide = width_of(have, BODY_STRONG) + width_of(need, BODY)
        half = wide / 2 + 4
        if one.tone in ("hole", "vulnerable"):
            canvas.setStrokeColor(colour_of("#B4231A" if one.tone == "hole" else "#8A5A00"))
            canvas.setLineWidth(2 if one.tone == "hole" else 0.9)
            canvas.roundRect(-half, -3, 2 * half, 13, 1.6, stroke=1, fill=0)
        self.pdf.text(-wide / 2, 0, have, BODY_STRONG)
        self.pdf.text(width_of(have, BODY_STRONG) - wide / 2, 0, need, BODY)
        if one.beside:
            self.pdf.text(half + 1, 0, one.beside, SMALL_SOFT)

    def _rules(self, people: Sequence[PersonColumn], wide: float, fields: float, bottom: float) -> None:
        with self.pdf.decoration() as canvas:
            canvas.setStrokeColor(colour_of(LINE))
            canvas.setLineWidth(0.6)
            for at, one in enumerate(people):
                if at == 0 or one.group != people[at - 1].group:
                    x = LEFT + TASK_WIDTH + wide * at
                    canvas.line(x, TOP, x, bottom)
            canvas.setStrokeColor(colour_of(INK))
            canvas.setLineWidth(1)
            canvas.line(fields - 4, TOP, fields - 4, bottom)

    def _legend(self) -> None:
        x, y = LEFT, MARGIN + 30
        entries: list[tuple[Sign | None, str]] = [*self.page.legend]
        if any(one.is_guide for one in self.page.people):
            entries.append((None, self._("learning guide")))
        with self.pdf.tag("L"):
            for sign, words in entries:
                tab = 14 if sign is not None and (sign.days is not None or sign.citizen) else 0
                deep = 20 + tab + width_of(words, SMALL)
                if x + deep > RIGHT:
                    x, y = LEFT, y - 12
                with self.pdf.tag("LI"), self.pdf.tag("LBody"):
                    with self.pdf.decoration() as canvas:
                        if sign is None:
                            draw_star(canvas, x + 8, y + 3.2)
                        else:
                            draw_sign(canvas, x + 8, y + 3.2, sign)
                    self.pdf.text(x + 20 + tab, y, words, SMALL)
                x += deep + 15

    def _foot(self, number: int) -> None:
        if self.page.which is Which.WALL:
            text = self._(
                "Contains names. For the team's own room only – not for corridors or citizens' homes. Shred it when a new "
                "one has been printed."
            )
        else:
            text = self._("For the leader's desk. May not be hung up.")
        last = number == len(self.pages) + len(self.lists) - 1
        y = MARGIN - 6
        if last:
            with self.pdf.tag("P"):
                self.pdf.text(LEFT, y, text, SMALL_SOFT)
        with self.pdf.decoration("Footer"):
            if not last:
                self.pdf.text(LEFT, y, text, SMALL_SOFT)
            pages = len(self.pages) + len(self.lists)
            self.pdf.text(
                RIGHT, y, self._("Page %(page)s of %(pages)s", page=number + 1, pages=pages), SMALL_SOFT, align="right"
            )

    def _list(self, columns: Sequence[Sequence[str]], *, first: bool) -> None:
        wide = (RIGHT - LEFT - 40) / 3
        if first:
            with self.pdf.tag("H2"):
                self.pdf.text(LEFT, TOP - 16, self._("What the small signs say"), BODY_STRONG)
        for at, lines in enumerate(columns):
            y = TOP - 40
            for line in lines:
                if line:
                    with self.pdf.tag("P"):
                        self.pdf.text(LEFT + at * (wide + 20), y, line, SMALL)
                y -= SMALL.leading

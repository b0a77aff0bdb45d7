"""A strategic plan on paper, for the committee: A4, tagged, with charts that read in black and white too."""

from collections.abc import Sequence
from typing import Any

from competence.reports.passport_page import HEIGHT, LEFT, Gettext
from competence.reports.sheets import FOOT
from competence.reports.strategic_charts import Bar, Course, Span, bars, course, deep_of, spans, stacked
from competence.reports.strategic_paper import Figured, Paper
from competence.reports.tabled import BODY, CELL, CELL_SOFT, CELL_STRONG, FIGURE, STRONG, Cell, TabledSheets
from competence.reports.typography import BRAND, BRAND_DARK, INK2, SEMIBOLD, Face, colour_of, lines_of

NAME = Face(30, SEMIBOLD, "#1A1A1A")
YEARS = Face(16, colour=BRAND_DARK)
LEAD = Face(11.5, colour=INK2)
SOFT = Face(9, colour=INK2)


def strategic_pdf(page: Paper, gettext: Gettext, *, language: str = "da") -> bytes:
    """The plan as a tagged file. The same content gives the same bytes."""
    return _Strategy(page, gettext, language).draw()


class _Strategy(TabledSheets):
    top = HEIGHT - 80

    def __init__(self, page: Paper, gettext: Gettext, language: str) -> None:
        super().__init__(
            gettext, language, title=f"{page.title} {page.years}", name=page.kind, municipality=page.municipality,
            foot=page.notice, issued_at=page.issued_at, further=(page.title, page.years),
        )  # fmt: skip
        self.page = page

    def draw(self) -> bytes:
        """The finished file."""
        self._title_page()
        self._turn()
        self._status()
        self._needs()
        self._priorities()
        self._measures()
        self._indicators()
        self._wheel()
        self._course()
        self._notes()
        return self._finish()

    # -- the first sheet

    def _title_page(self) -> None:
        page = self.page
        self.y = self.height - 190
        band = self.y + 36
        self._place(lambda: self._band(band))
        self._lay_lines("H1", lines_of(page.title, NAME, self.content), NAME)
        self.y -= 4
        self._lay_lines("P", [page.years], YEARS)
        self.y -= 14
        for text in (page.place, page.stands):
            self._lay_lines("P", lines_of(text, LEAD, self.content), LEAD)
        self.y -= 26
        if page.figures:
            self._lay_lines("H2", [self._("In short")], STRONG_HEAD)
            self.y -= 8
            self._tiles()
        if page.priorities:
            self.y -= 18
            self._lay_lines("H2", [self._("What comes first")], STRONG_HEAD)
            self.y -= 4
            for number, one in enumerate(page.priorities, 1):
                self._lay_lines("P", lines_of(f"{number}. {one.title}", LEAD, self.content), LEAD)
                self.y -= 2

    def _band(self, y: float) -> None:
        with self.pdf.decoration() as canvas:
            canvas.setFillColor(colour_of(BRAND))
            canvas.rect(LEFT, y, 64, 5, stroke=0, fill=1)

    def _tiles(self) -> None:
        """The key figures side by side, each read as one sentence."""
        wide = self.content / len(self.page.figures)
        deep = 0.0
        for at, one in enumerate(self.page.figures):
            x, y = LEFT + at * wide, self.y
            name = lines_of(one.name, SOFT, wide - 10)
            beside = lines_of(
                f"{self._('from %(value)s', value=one.before)} ({one.change})" if one.before else "", SOFT, wide - 10
            )

            def draw(
                x: float = x,
                y: float = y,
                one: Figured = one,
                name: Sequence[str] = name,
                beside: Sequence[str] = beside,
            ) -> None:
                with self.pdf.tag("P"):
                    self.pdf.text(x, y - 18, one.now + " ", TILE)
                    self.pdf.text(x, y - 34, [*name[:-1], name[-1] + " "], SOFT)
                    if beside != [""]:
                        self.pdf.text(x, y - 36 - len(name) * SOFT.leading, beside, SOFT)

            self._place(draw)
            deep = max(deep, 40 + (len(name) + len(beside)) * SOFT.leading)
        self.y -= deep

    # -- status and needs

    def _paragraphs(self, texts: Sequence[str], face: Face = BODY) -> None:
        for text in texts:
            self._lay_lines("P", lines_of(text, face, self.content), face)
            self.y -= 4

    def _status(self) -> None:
        page = self.page
        if page.frame:
            self._heading(self._("Frame"), below=30)
            self._paragraphs(page.frame)
        self._heading(self._("Status"), below=110)
        if page.held:
            self._paragraphs([page.held])
        shares = (0.4, 0.2, 0.2, 0.2)
        self._table(
            self._("Status"), self._columns(shares),
            (self._("Key figure"), self._("At the beginning"), self._("Now"), self._("How it moved")),
            [
                [
                    self._cell(one.name, CELL_STRONG, shares[0]), self._cell(one.before or "–", CELL, shares[1]),
                    self._cell(one.now, FIGURE, shares[2]), self._cell(one.change or "–", CELL, shares[3]),
                ]
                for one in page.figures
            ],
        )  # fmt: skip
        if page.units:
            self.y -= 12
            self._room(60)
            shares = (0.46, 0.18, 0.18, 0.18)
            self._table(
                self._("Since the baseline, unit by unit"), self._columns(shares),
                (self._("Unit"), self._("Met then"), self._("Met now"), self._("Gaps")),
                [
                    [self._cell(text, CELL if at else CELL_STRONG, shares[at]) for at, text in enumerate(row)]
                    for row in page.units
                ],
            )  # fmt: skip

    def _needs(self) -> None:
        page = self.page
        if not page.needs:
            return
        most = [one for one in page.needs if one.gaps or one.ahead]
        most = sorted(most, key=lambda one: (-one.gaps, -(one.ahead or 0)))[:10]
        shown = [Bar(one.name, one.gaps, one.ahead) for one in most]
        deep = deep_of(shown) if shown else 60
        self._heading(self._("Gaps and risk: the needs map"), below=min(deep + 60, self.top - FOOT - 60))
        self._paragraphs(
            [self._("Gaps are needs (a task on a shift in a team) that are not met. In 12 months: if nobody acts.")]
        )
        if shown:
            self._chart(
                deep,
                "; ".join(
                    self._(
                            "%(area)s: %(gaps)s gaps now, %(ahead)s in 12 months", area=one.name, gaps=one.now,
                            ahead=_or_none(one.then),
                        )
                    for one in shown
                ),
                lambda canvas, x, y, wide: bars(self.pdf, canvas, x, y, wide, shown, (self._("now"), self._("in 12 months"))),
            )  # fmt: skip
        shares = (0.2, 0.09, 0.09, 0.08, 0.12, 0.2, 0.22)
        self.y -= 8
        self._table(
            self._("Needs map"), self._columns(shares),
            (
                self._("Subject area"), self._("Needs"), self._("Met"), self._("Gaps"), self._("In 12 months"),
                self._("Who could learn it"), self._("How to meet it"),
            ),
            [
                [
                    self._cell(one.name, CELL_STRONG, shares[0]),
                    *(self._cell(text, CELL, shares[at]) for at, text in enumerate(one.numbers, 1)),
                    self._cell(one.lacks, CELL_SOFT, shares[5]), self._cell(one.how or "–", CELL, shares[6]),
                ]
                for one in page.needs
            ],
        )  # fmt: skip

    def _chart(self, deep: float, alt: str, draw: Any) -> None:
        """None; a picture as wide as the sheet and so deep, with its words."""
        self._room(deep + 8)
        y = self.y - deep

        def placed() -> None:
            with self.pdf.figure(alt=alt, box=(LEFT, y, self.right, y + deep)) as canvas:
                draw(canvas, LEFT, y + deep, self.content)

        self._place(placed)
        self.y = y - 8

    # -- what is decided

    def _priorities(self) -> None:
        if not self.page.priorities:
            return
        self._heading(self._("Priorities"), below=70)
        for number, one in enumerate(self.page.priorities, 1):
            words = lines_of(f"{number}. {one.title}", STRONG, self.content)
            self._room(len(words) * STRONG.leading + 40)
            self._lay_lines("H3", words, STRONG)
            said = " · ".join(text for text in (one.about, one.why) if text)
            self._lay_lines("P", lines_of(said, SOFT, self.content), SOFT)
            if one.text:
                self._lay_lines("P", lines_of(one.text, BODY, self.content), BODY)
            self.y -= 6

    def _measures(self) -> None:
        page = self.page
        if not page.measures:
            return
        self._heading(self._("Measures"), below=100)
        shares = (0.3, 0.13, 0.19, 0.12, 0.1, 0.16)
        self._table(
            self._("Measures"), self._columns(shares),
            (
                self._("What is done"), self._("Learning"), self._("Who sees to it"), self._("Months"), self._("Hours"),
                self._("Cost"),
            ),
            [
                [
                    self._two(one.title, one.under, shares[0]), self._cell(one.part, CELL, shares[1]),
                    self._cell(one.owner or "–", CELL, shares[2]), self._two(one.months, one.stands, shares[3], CELL),
                    self._cell(one.hours, CELL, shares[4]), self._two(one.cost, one.funding, shares[5], CELL),
                ]
                for one in page.measures
            ],
        )  # fmt: skip
        if page.shares:
            self.y -= 10
            deep = 50.0
            self._room(deep + 50)
            self._lay_lines("H3", [self._("70-20-10 of the hours")], STRONG)
            self.y -= 2
            said = "; ".join(f"{name}: {share} % ({hours})" for name, share, hours in page.shares)
            self._chart(
                deep, said,
                lambda canvas, x, y, wide: stacked(
                    self.pdf, canvas, x, y, wide, [(f"{name} {share} %", hours, share) for name, share, hours in page.shares]
                ),
            )  # fmt: skip
            self._paragraphs([self._("70-20-10 is a guide: all three must have room. It is no target.")], SOFT)
        self._heading(self._("Budget and funding"), below=60)
        self._paragraphs([self._("The measures cost %(amount)s in all.", amount=page.budget)])
        if page.funding:
            halves = (0.6, 0.4)
            self._table(
                self._("Budget and funding"), self._columns(halves), (self._("Who pays"), self._("Cost")),
                [[self._cell(who, CELL_STRONG, 0.6), self._cell(amount, CELL, 0.4)] for who, amount in page.funding],
            )  # fmt: skip

    def _two(self, first: str, second: str, share: float, face: Face = CELL_STRONG) -> Cell:
        """A cell with something smaller below it."""
        above, below = self._cell(first, face, share), self._cell(second, CELL_SOFT, share)
        return Cell(above.lines + below.lines)

    # -- how it is followed

    def _indicators(self) -> None:
        if not self.page.indicators:
            return
        self._heading(self._("Indicators"), below=170)
        for one in self.page.indicators:
            drawn = len(one.points) > 1
            deep = 96.0 if drawn else 0.0
            said = lines_of(one.how, SOFT, self.content)
            self._room(STRONG.leading + BODY.leading + len(said) * SOFT.leading + deep + 20)
            self._lay_lines("H3", lines_of(one.name, STRONG, self.content), STRONG)
            line = " · ".join(
                text for text in (one.latest, self._("target %(target)s", target=one.target), one.stands) if text
            )
            self._lay_lines("P", lines_of(line, BODY, self.content), BODY)
            self._lay_lines("P", said, SOFT)
            if drawn:
                self.y -= 4
                self._chart(
                    deep, one.words,
                    lambda canvas, x, y, wide, one=one: course(
                        self.pdf, canvas, x, y, wide, Course(one.points, one.aim, self._("target"))
                    ),
                )  # fmt: skip
            self.y -= 8

    def _wheel(self) -> None:
        page = self.page
        running = [Span(one.title, one.first, one.last) for one in page.measures if not one.is_dropped]
        deep = 26.0 + 15 * len(running)
        self._heading(self._("Year wheel"), below=min(deep + 40, self.top - FOOT - 60))
        if running and deep < self.top - FOOT - 60:
            alt = "; ".join(
                f"{one.name}: {page.months[one.first]}–{page.months[one.last]}" for one in running
            )  # fmt: skip
            self._chart(
                deep, alt,
                lambda canvas, x, y, wide: spans(self.pdf, canvas, x, y, wide, page.months, running),
            )  # fmt: skip
        if page.wheel:
            shares = (0.25, 0.75)
            self._table(
                self._("Year wheel"), self._columns(shares), (self._("Month"), self._("What happens")),
                [[self._cell(month, CELL_STRONG, 0.25), self._cell(words, CELL, 0.75)] for month, words in page.wheel],
            )  # fmt: skip
        if page.roles:
            self._heading(self._("Roles"), below=40)
            self._paragraphs(page.roles)

    def _course(self) -> None:
        page = self.page
        if page.follow_ups:
            self._heading(self._("Follow-ups"), below=50)
            for day, text in page.follow_ups:
                self._lay_lines("P", lines_of(day, STRONG, self.content), STRONG)
                self._lay_lines("P", lines_of(text, BODY, self.content), BODY)
                self.y -= 4
        if page.evaluation:
            self._heading(self._("Evaluation"), below=40)
            self._paragraphs(page.evaluation)

    def _notes(self) -> None:
        self._heading(self._("How to read the report"), below=40)
        self._paragraphs(self.page.notes)


STRONG_HEAD = Face(13, SEMIBOLD)
TILE = Face(21, SEMIBOLD, BRAND_DARK)


def _or_none(value: int | None) -> str:
    return "–" if value is None else str(value)

"""A strategic plan on paper, for the committee: A4, tagged, with charts that read in black and white too."""

from collections.abc import Callable, Sequence

from competence.reports.passport_page import HEIGHT, LEFT, Gettext
from competence.reports.strategic_charts import Bar, Moved, bars, deep_of, moved_deep, moves
from competence.reports.strategic_decided import DecidedSheets
from competence.reports.strategic_paper import Centre, Figured, Paper
from competence.reports.tabled import CELL, CELL_SOFT, CELL_STRONG, FIGURE, STRONG, Cell
from competence.reports.typography import BRAND, BRAND_DARK, INK2, SEMIBOLD, Face, colour_of, lines_of

NAME = Face(30, SEMIBOLD, "#1A1A1A")
YEARS = Face(16, colour=BRAND_DARK)
LEAD = Face(11, colour=INK2)
SAID = Face(11.5)
SOFT = Face(9, colour=INK2)
STRONG_HEAD = Face(13, SEMIBOLD)
TILE = Face(21, SEMIBOLD, BRAND_DARK)
MOST_BARS = 12


def strategic_pdf(page: Paper, gettext: Gettext, *, language: str = "da") -> bytes:
    """The plan as a tagged file. The same content gives the same bytes."""
    return _Strategy(page, gettext, language).draw()


class _Strategy(DecidedSheets):
    top = HEIGHT - 80

    def draw(self) -> bytes:
        """The finished file. A section of which the plan says nothing is left out."""
        page, _ = self.page, self._
        all_: list[tuple[bool, str, Callable[[str], None]]] = [
            (bool(page.frame), _("Frame"), self._frame),
            (True, _("Status"), self._status),
            (bool(page.needs), _("Gaps and risk: the needs map"), self._needs),
            (bool(page.centres), _("What each unit needs, and how it is met"), self._centres),
            (bool(page.priorities or page.across), _("Priorities and measures"), self._priorities),
            (bool(page.measures), _("Hours, budget and funding"), self._budget),
            (bool(page.indicators), _("Indicators"), self._indicators),
            (bool(page.wheel or page.measures), _("Year wheel"), self._wheel),
            (bool(page.roles), _("Roles"), self._roles),
            (bool(page.follow_ups), _("Follow-ups"), self._course),
            (bool(page.evaluation), _("Evaluation"), self._evaluation),
            (True, _("How to read the report"), self._notes),
        ]
        parts = [(f"{number}. {words}", lay) for number, (words, lay) in enumerate(
            ((words, lay) for there, words, lay in all_ if there), 1
        )]  # fmt: skip
        self._title_page([words for words, _lay in parts])
        self._turn()
        for words, lay in parts:
            lay(words)
        return self._finish()

    # -- the first sheet

    def _title_page(self, contents: Sequence[str]) -> None:
        page = self.page
        self.y = self.height - 150
        band = self.y + 36
        self._place(lambda: self._band(band))
        self._lay_lines("H1", lines_of(page.title, NAME, self.content), NAME)
        self.y -= 4
        self._lay_lines("P", [page.years], YEARS)
        self.y -= 12
        for text in (page.place, page.stands):
            self._lay_lines("P", lines_of(text, LEAD, self.content), LEAD)
        self.y -= 26
        self._lay_lines("H2", [self._("In short")], STRONG_HEAD)
        self.y -= 4
        for text in page.short:
            self._lay_lines("P", lines_of(text, SAID, self.content), SAID)
            self.y -= 4
        if page.figures:
            self.y -= 8
            self._tiles()
        if page.priorities:
            self.y -= 16
            self._room(STRONG_HEAD.leading + 3 * LEAD.leading)
            self._lay_lines("H2", [self._("What comes first")], STRONG_HEAD)
            self.y -= 4
            for number, one in enumerate(page.priorities, 1):
                self._lay_lines("P", lines_of(f"{number}. {one.title}", LEAD, self.content), LEAD)
                self.y -= 2
        self.y -= 20
        self._room(STRONG_HEAD.leading + 4 + (LEAD.leading + 3) * len(contents))
        self._lay_lines("H2", [self._("Contents")], STRONG_HEAD)
        self.y -= 4
        y = self.y
        self._place(lambda: self._contents(contents, y))
        self.y -= (LEAD.leading + 3) * len(contents)

    def _contents(self, contents: Sequence[str], y: float) -> None:
        """None; the sections with the sheets on which they begin, known when all has been placed."""
        with self.pdf.tag("L"):
            for at, words in enumerate(contents):
                base = y - at * (LEAD.leading + 3)
                with self.pdf.tag("LI"), self.pdf.tag("LBody"):
                    self.pdf.text(LEFT, base, words + " ", LEAD)
                    self.pdf.text(self.right, base, str(self.begins[at]), LEAD, align="right")
                self.pdf.line(LEFT, self.right, base - 4.6, colour="#E3E6E4", width=0.5)

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

    # -- where it stands

    def _frame(self, heading: str) -> None:
        self._begin(heading, 30)
        self._paragraphs(self.page.frame)

    def _status(self, heading: str) -> None:
        page = self.page
        self._begin(heading, 110)
        if page.held:
            self._paragraphs([page.held])
        shares = (0.46, 0.18, 0.18, 0.18)
        self._table(
            heading, self._columns(shares),
            (self._("Key figure"), self._("At the beginning"), self._("Now"), self._("How it moved")),
            [
                [
                    self._cell(one.name, CELL_STRONG, shares[0]), self._cell(one.before or "–", CELL, shares[1]),
                    self._cell(one.now, FIGURE, shares[2]), self._cell(one.change or "–", CELL, shares[3]),
                ]
                for one in page.figures
            ],
            numbers=(1, 2, 3),
        )  # fmt: skip
        if not page.units:
            return
        title = self._("Since the baseline, unit by unit")
        drawn = [Moved(one[0], one[4], one[5]) for one in page.units]
        deep = moved_deep(drawn)
        self.y -= 22
        is_drawn = deep < self._deepest - 60
        self._room((deep if is_drawn else 60) + 60)
        self._lay_lines("H3", [title], STRONG)
        self.y -= 4
        if is_drawn:
            self._chart(
                deep,
                "; ".join(
                    self._("%(unit)s: %(then)s met then, %(now)s now", unit=one[0], then=one[1], now=one[2])
                    for one in page.units
                ),
                lambda canvas, x, y, wide: moves(
                    self.pdf, canvas, x, y, wide, drawn, (self._("met then"), self._("met now"))
                ),
            )  # fmt: skip
        self._table(
            title, self._columns(shares), (self._("Unit"), self._("Met then"), self._("Met now"), self._("Gaps")),
            [
                [self._cell(text, CELL if at else CELL_STRONG, shares[at]) for at, text in enumerate(row[:4])]
                for row in page.units
            ],
            numbers=(1, 2, 3),
        )  # fmt: skip

    def _needs(self, heading: str) -> None:
        page = self.page
        most = [one for one in page.needs if one.gaps or one.ahead]
        most = sorted(most, key=lambda one: (-one.gaps, -(one.ahead or 0)))[:MOST_BARS]
        shown = [Bar(one.name, one.gaps, one.ahead) for one in most]
        deep = deep_of(shown) if shown else 60
        self._begin(heading, deep + 60)
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
        shares = (0.2, 0.08, 0.09, 0.08, 0.11, 0.21, 0.23)
        self.y -= 8
        self._table(
            heading, self._columns(shares),
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
            numbers=(1, 2, 3, 4),
        )  # fmt: skip

    def _centres(self, heading: str) -> None:
        self._begin(heading, 110)
        self._paragraphs([self._("Of each unit the subject areas with most gaps, and how it meets them.")])
        shares = (0.23, 0.08, 0.09, 0.08, 0.11, 0.41)
        self._table(
            heading, self._columns(shares),
            (
                self._("Unit"), self._("Needs"), self._("Met"), self._("Gaps"), self._("In 12 months"),
                self._("Needed most, and how it is met"),
            ),
            [
                [
                    self._cell(one.name, CELL_STRONG, shares[0]),
                    *(self._cell(text, CELL, shares[at]) for at, text in enumerate(one.numbers, 1)),
                    self._weakest(one, shares[5]),
                ]
                for one in self.page.centres
            ],
            numbers=(1, 2, 3, 4),
        )  # fmt: skip

    def _weakest(self, one: Centre, share: float) -> Cell:
        if not one.weakest:
            return self._cell(self._("no gap"), CELL_SOFT, share)
        lines: list[tuple[str, Face]] = []
        for area, how in one.weakest:
            lines += self._cell(area, CELL, share).lines
            lines += self._cell(how, CELL_SOFT, share).lines
        return Cell(tuple(lines))


def _or_none(value: int | None) -> str:
    return "–" if value is None else str(value)

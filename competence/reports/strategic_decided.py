"""What a strategic plan has decided and how it is followed: the later sections of the report."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from competence.reports.passport_page import LEFT, Gettext
from competence.reports.sheets import FOOT
from competence.reports.strategic_charts import WHEEL, Course, Month, Span, course, spans, stacked, wheel
from competence.reports.strategic_paper import Done, Gauge, Paper, Prior
from competence.reports.tabled import BODY, CELL, CELL_SOFT, CELL_STRONG, STRONG, Cell, TabledSheets
from competence.reports.typography import INK2, Face, lines_of

SOFT = Face(9, colour=INK2)
COURSE, BETWEEN = 96.0, 22.0
"""How deep the course of an indicator is, and how far two of them stand apart."""
DrawChart = Callable[[Any, float, float, float], None]


class DecidedSheets(TabledSheets):
    """The sections about priorities, measures, budget, indicators, the year, and what has been said."""

    def __init__(self, page: Paper, gettext: Gettext, language: str) -> None:
        super().__init__(
            gettext, language, title=f"{page.title} {page.years}", name=page.kind, municipality=page.municipality,
            foot=page.notice, issued_at=page.issued_at, further=(page.title, page.years),
        )  # fmt: skip
        self.page = page
        self.begins: list[int] = []
        """The sheet on which each section begins."""

    def _begin(self, words: str, below: float) -> None:
        """None; the section begins, on the sheet on which so many points follow its heading."""
        self._heading(words, below=min(below, self._deepest))
        self.begins.append(len(self.sheets))

    @property
    def _deepest(self) -> float:
        """How much fits below a heading on one sheet."""
        return self.top - FOOT - 60

    def _paragraphs(self, texts: Sequence[str], face: Face = BODY) -> None:
        for text in texts:
            self._lay_lines("P", lines_of(text, face, self.content), face)
            self.y -= 4

    def _chart(self, deep: float, alt: str, draw: DrawChart) -> None:
        """None; a picture as wide as the sheet and so deep, with its words."""
        self._room(deep + 8)
        self._picture(LEFT, self.y, self.content, deep, alt, draw)
        self.y -= deep + 8

    def _picture(self, x: float, y: float, wide: float, deep: float, alt: str, draw: DrawChart) -> None:
        def placed() -> None:
            with self.pdf.figure(alt=alt, box=(x, y - deep, x + wide, y)) as canvas:
                draw(canvas, x, y, wide)

        self._place(placed)

    # -- what is decided

    def _priorities(self, heading: str) -> None:
        page = self.page
        self._begin(heading, 170)
        for number, one in enumerate(page.priorities, 1):
            self._priority(f"{number}. {one.title}", one)
        if page.across:
            self._priority(page.across.title, page.across)

    def _priority(self, words: str, one: Prior) -> None:
        title = lines_of(words, STRONG_TITLE, self.content)
        said = lines_of(one.about, SOFT, self.content) if one.about else []
        text = lines_of(one.text, BODY, self.content) if one.text else []
        below = 90 if one.measures else 0
        self._room(len(title) * STRONG_TITLE.leading + len(said) * SOFT.leading + len(text) * BODY.leading + below + 18)
        self.y -= 8
        self._lay_lines("H3", title, STRONG_TITLE)
        if said:
            self._lay_lines("P", said, SOFT)
        if text:
            self.y -= 2
            self._lay_lines("P", text, BODY)
        if one.measures:
            self.y -= 4
            self._measures(one)
        else:
            self._lay_lines("P", [self._("No measure yet.")], SOFT)
        self.y -= 16

    def _measures(self, one: Prior) -> None:
        shares = (0.28, 0.12, 0.24, 0.12, 0.075, 0.165)
        self._table(
            self._("Measures: %(priority)s", priority=one.title), self._columns(shares),
            (
                self._("What is done"), self._("Learning"), self._("Who sees to it"), self._("Months"), self._("Hours"),
                self._("Cost and who pays"),
            ),
            [
                [
                    self._two(row.title, row.under, shares[0]), self._cell(row.part, CELL, shares[1]),
                    self._cell(row.owner or "–", CELL_SOFT, shares[2]), self._two(row.months, row.stands, shares[3], CELL),
                    self._cell(row.hours, CELL, shares[4]), self._two(row.cost, row.funding, shares[5], CELL),
                ]
                for row in one.measures
            ],
            numbers=(4,),
        )  # fmt: skip

    def _two(self, first: str, second: str, share: float, face: Face = CELL_STRONG) -> Cell:
        """A cell with something smaller below it."""
        above, below = self._cell(first, face, share), self._cell(second, CELL_SOFT, share)
        return Cell(above.lines + below.lines)

    def _budget(self, heading: str) -> None:
        page = self.page
        groups = [*page.priorities, *([page.across] if page.across else [])]
        self._begin(heading, 60 + 20 * len(groups))
        shares = (0.52, 0.14, 0.16, 0.18)
        rows = [
            [self._cell(one.title, CELL_STRONG, shares[0]), *(
                self._cell(text, CELL, shares[at]) for at, text in enumerate(one.took, 1)
            )]
            for one in groups
        ]  # fmt: skip
        rows.append(
            [
                self._cell(self._("In all"), CELL_STRONG, shares[0]),
                *(self._cell(text, CELL_STRONG, shares[at]) for at, text in enumerate(page.took, 1)),
            ]
        )
        self._table(
            heading, self._columns(shares),
            (self._("Priority"), self._("Measures"), self._("Hours"), self._("Cost")), rows, numbers=(1, 2, 3),
        )  # fmt: skip
        if page.funding:
            self.y -= 12
            self._room(40 + 20 * len(page.funding))
            shares = (0.52, 0.14, 0.16, 0.18)
            self._table(
                self._("Who pays"), self._columns((0.66, 0.16, 0.18)),
                (self._("Who pays"), self._("Share"), self._("Cost")),
                [
                    [self._cell(who, CELL_STRONG, 0.66), self._cell(share, CELL, 0.16), self._cell(amount, CELL, 0.18)]
                    for who, amount, share in page.funding
                ],
                numbers=(1, 2),
            )  # fmt: skip
        if page.shares:
            self.y -= 22
            deep = 50.0
            self._room(deep + 60)
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

    # -- how it is followed

    def _indicators(self, heading: str) -> None:
        gauges = self.page.indicators
        self._begin(heading, 130)
        shares = (0.38, 0.15, 0.13, 0.2, 0.14)
        self._table(
            heading, self._columns(shares),
            (
                self._("Indicator"), self._("Target"), self._("First value"), self._("Latest value"),
                self._("How it stands"),
            ),
            [
                [
                    self._two(one.name, one.how, shares[0]), self._cell(one.target, CELL, shares[1]),
                    self._cell(one.first or "–", CELL, shares[2]), self._two(one.latest, one.latest_on, shares[3]),
                    self._cell(one.stands or "–", CELL, shares[4]),
                ]
                for one in gauges
            ],
        )  # fmt: skip
        drawn = [one for one in gauges if len(one.points) > 1]
        self.y -= 18
        for at in range(0, len(drawn), 2):
            self._courses(drawn[at : at + 2])

    def _courses(self, some: Sequence[Gauge]) -> None:
        """None; one or two courses side by side, each under its name."""
        wide = (self.content - BETWEEN) / 2
        names = [lines_of(one.name, STRONG, wide) for one in some]
        above = max(len(lines) for lines in names) * STRONG.leading
        self._room(above + COURSE + 14)
        for at, (one, lines) in enumerate(zip(some, names, strict=True)):
            x, y = LEFT + at * (wide + BETWEEN), self.y

            def title(x: float = x, y: float = y, lines: Sequence[str] = lines) -> None:
                with self.pdf.tag("H3"):
                    self.pdf.text(x, y, lines, STRONG)

            self._place(title)
            self._picture(
                x, y - above, wide, COURSE, one.words,
                partial(self._draw_course, one),
            )  # fmt: skip
        self.y -= above + COURSE + 14

    def _draw_course(self, one: Gauge, canvas: Any, x: float, y: float, wide: float) -> None:
        course(self.pdf, canvas, x, y, wide, Course(one.points, one.aim, self._("target")))

    def _draw_wheel(self, year: str, months: Sequence[Month], canvas: Any, x: float, y: float, wide: float) -> None:
        wheel(self.pdf, canvas, x, y, wide, year, months)

    def _draw_spans(self, some: Sequence[Span], canvas: Any, x: float, y: float, wide: float) -> None:
        spans(self.pdf, canvas, x, y, wide, self.page.months, some)

    def _wheel(self, heading: str) -> None:
        page = self.page
        running: list[tuple[Done, Span]] = [
            (one, Span(one.title, one.first, one.last)) for one in page.measures if not one.is_dropped
        ]
        self._begin(heading, (WHEEL if page.wheel else 60) + 30)
        if page.wheel:
            self._paragraphs([self._("Dark months are held, light ones are to come.")], SOFT)
        for year, months in page.wheel:
            shown = [Month(name, words, done) for name, words, done in months]
            self._chart(
                WHEEL, "; ".join(f"{name} {year}: {words}" for name, words, _done in months if words),
                partial(self._draw_wheel, str(year), shown),
            )  # fmt: skip
        most = int((self._deepest - 60) // 15)
        for at in range(0, len(running), most):
            some = running[at : at + most]
            deep = 26.0 + 15 * len(some)
            self.y -= 8
            self._room(deep + STRONG.leading + 12)
            if not at:
                self._lay_lines("H3", [self._("The measures over the months")], STRONG)
            self._chart(
                deep, "; ".join(f"{one.title}: {page.months[one.first]}–{page.months[one.last]}" for one, _span in some),
                partial(self._draw_spans, [span for _one, span in some]),
            )  # fmt: skip

    def _roles(self, heading: str) -> None:
        self._begin(heading, 40)
        self._paragraphs(self.page.roles)

    def _course(self, heading: str) -> None:
        self._begin(heading, 50)
        for day, text in self.page.follow_ups:
            lines = lines_of(text, BODY, self.content)
            self._room(STRONG.leading + len(lines) * BODY.leading)
            self._lay_lines("P", lines_of(day, STRONG, self.content), STRONG)
            self._lay_lines("P", lines, BODY)
            self.y -= 4

    def _evaluation(self, heading: str) -> None:
        self._begin(heading, 40)
        self._paragraphs(self.page.evaluation)

    def _notes(self, heading: str) -> None:
        self._begin(heading, 40)
        self._paragraphs(self.page.notes)


STRONG_TITLE = Face(11.5, STRONG.font)

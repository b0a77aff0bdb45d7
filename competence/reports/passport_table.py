"""The table of a passport: the tasks that the person may do, by area, over as many pages as it takes."""

from datetime import date

from babel.lists import format_list

from competence.reports.passport_content import PassportTask
from competence.reports.passport_page import BODY, BOTTOM, CONTENT, LEFT, NOTE, RIGHT, PassportPages
from competence.reports.signs import SIZE, SignShape, draw_citizen_tab, draw_held
from competence.reports.tagging import Element
from competence.reports.typography import CONTROL, INK, INK2, LINE, SEMIBOLD, Face, lines_of

COLUMN_HEAD = Face(9.2, colour=INK2)
AREA = Face(9.8, SEMIBOLD)

SIGN_X = LEFT + 204
COLUMNS = (LEFT, LEFT + 230, LEFT + 281, LEFT + 367, LEFT + 433)
"""Where task, level, signer, date and last day begin."""
TASK_WIDTH = 186.0
LEVEL_WIDTH = 47.0
SIGNER_WIDTH = 80.0


class TaskTable:
    """Lays the table out on the pages; a row is never broken, and the heads repeat."""

    def __init__(self, pages: PassportPages) -> None:
        self.pages = pages
        self._ = pages._

    def lay(self) -> None:
        """None; the rows are placed, or a sentence when there are none."""
        if not any(area.tasks for area in self.pages.passport.areas):
            self.pages.y -= 36
            lines = lines_of(
                self._("No tasks right now. A task stands here once it is signed and the employee has said yes."),
                BODY,
                CONTENT,
            )
            self.pages.place(self.pages.paragraph(LEFT, self.pages.y, lines, BODY))
            self.pages.y -= len(lines) * BODY.leading
            return
        pdf = self.pages.pdf
        body: list[Element] = []
        table: list[Element] = []

        def open_table() -> None:
            with pdf.tag("Table", summary=self._("Tasks that the employee may perform, by area")) as element:
                table.append(element)

        def open_area() -> None:
            with pdf.inside(table[-1]), pdf.tag("TBody") as element:
                body.append(element)

        self.pages.y -= self.pages.measures.over_table
        self.pages.place(open_table)
        self._lay_column_heads(table)
        for area in self.pages.passport.areas:
            if not area.tasks:
                continue
            rows = [(row, self._height_of(row)) for row in area.tasks]
            if self.pages.y - self.pages.measures.area - rows[0][1] < BOTTOM:
                self._turn_page_in_table(table)
            self.pages.place(open_area)
            self._lay_area(area.name, body)
            for row, height in rows:
                if self.pages.y - height < BOTTOM:
                    self._turn_page_in_table(table)
                    self._lay_area(self._("%(area)s (continued)", area=area.name), None)
                self._lay_row(row, height, body)

    def _turn_page_in_table(self, table: list[Element]) -> None:
        self.pages.turn_page()
        self.pages.y -= 17
        self._lay_column_heads(table, repeated=True)

    def _lay_column_heads(self, table: list[Element], *, repeated: bool = False) -> None:
        """None; the heads are headers of the table on its first page, and furniture on the others."""
        pdf, y = self.pages.pdf, self.pages.y
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

        self.pages.place(draw)
        self.pages.y -= 7.4

    def _lay_area(self, name: str, body: list[Element] | None) -> None:
        """None; the area's name over its tasks; without a body it only repeats on a new page."""
        pdf, top = self.pages.pdf, self.pages.y
        (line, *_) = lines_of(name, AREA, CONTENT)

        def draw() -> None:
            if body is None:
                with pdf.decoration("Header"):
                    pdf.text(LEFT, top - self.pages.measures.area + 3.8, line, AREA)
            else:
                with pdf.inside(body[-1]), pdf.tag("TR"), pdf.tag("TH", scope="Column", col_span=len(COLUMNS)):
                    pdf.text(LEFT, top - self.pages.measures.area + 3.8, line, AREA)
            pdf.line(LEFT, RIGHT, top - self.pages.measures.area, colour=CONTROL, width=0.6)

        self.pages.place(draw)
        self.pages.y -= self.pages.measures.area

    def _notes_of(self, row: PassportTask) -> list[str]:
        """The sentences under a task: its limits and conditions, one citizen, origin and employment."""
        notes = []
        if row.limits:
            limits = format_list(list(row.limits), locale=self.pages.language)
            notes.append(self._("May, when %(limits)s.", limits=limits))
        notes.extend(f"{text[:1].upper()}{text[1:].rstrip('.')}." for text in row.conditions)
        if row.citizen_only:
            notes.append(self._("With one particular citizen."))
        if row.origin_note:
            note = row.origin_note.strip().rstrip(".")
            notes.append(f"{note[:1].upper()}{note[1:]}.")
        if row.employment and self.pages.several:
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
        return self.pages.measures.row - BODY.leading + max(beside, under)

    def _lay_row(self, row: PassportTask, height: float, body: list[Element]) -> None:
        pdf, top = self.pages.pdf, self.pages.y
        task, notes, level, signer = self._cells_of(row)
        y = top - self.pages.measures.row / 2 - 3.8
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
                    self._draw_sign(row, SIGN_X, top - self.pages.measures.row / 2)
                    pdf.text(COLUMNS[1], y, level, BODY)
                for x, lines in (
                    (COLUMNS[2], signer),
                    (COLUMNS[3], [_day(row.signed_on)]),
                    (COLUMNS[4], [_day(row.valid_through)]),
                ):
                    with pdf.tag("TD"):
                        pdf.text(x, y, lines, BODY)
            pdf.line(LEFT, RIGHT, top - height, colour=LINE, width=0.6)

        self.pages.place(draw)
        self.pages.y -= height

    def _draw_sign(self, row: PassportTask, x: float, y: float) -> None:
        reach = SIZE / 2 + 2
        box = (x - reach, y - reach, x + reach + (10 if row.citizen_only else 0), y + reach)
        with self.pages.pdf.figure(alt=self.pages.ground(row.shape), box=box) as canvas:
            if row.citizen_only:
                draw_citizen_tab(canvas, x, y, "B")
            draw_held(canvas, x, y, row.shape, str(row.level_rank), rank=row.level_rank)


def _day(day: date | None) -> str:
    """The date as on Danish paper, 16.02.2026; a dash for none."""
    return day.strftime("%d.%m.%Y") if day else "–"

"""One sheet's matrix, row by row: tasks, headings between them, and what is asked about."""

from competence.foundation.text import N_, looks_like_cpr, sentence, squeeze
from competence.imports.fields import shown
from competence.imports.footnotes import is_outside, read_surroundings, row_text
from competence.imports.grid import Sheet
from competence.imports.known import AREA, IGNORE, key, symbol_key
from competence.imports.layout import Layout
from competence.imports.matrix.fields import Fields
from competence.imports.matrix.found import Asked, MatrixTask, Reader
from competence.imports.matrix.rows import Rows
from competence.imports.parsed import Skipped, cpr_sentence
from competence.imports.symbols import split_marks
from competence.imports.tasknames import Named, name_task, split_task, without_number


class Table:
    """One sheet's matrix."""

    def __init__(self, sheet: Sheet, layout: Layout, reader: Reader) -> None:
        self.sheet, self.layout, self.reader = sheet, layout, reader
        self.rows = Rows(sheet, layout, reader)
        self.around = read_surroundings(sheet, header=layout.top, end=self.rows.end)
        self.fields = Fields(self.rows, self.around)
        self.area = ""
        self.area_notes: tuple[str, ...] = ()

    def read(self) -> None:
        """Adds the sheet's tasks and problems to the reader's."""
        for row in range(self.layout.top):
            self._skip(row)
        for row in range(self.layout.bottom + 1, len(self.sheet.rows)):
            self._row(row)
        for symbol, use in self.reader.uses.items():
            use.legend = use.legend or self.around.notes.get(symbol, "")
        for legend in self.around.legends:
            symbol = symbol_key(legend.symbol)
            if symbol in self.reader.uses:
                used = self.reader.uses[symbol]
                used.legend, used.contradicts = legend.meaning, legend.contradicts
            if legend.contradicts and symbol in self.fields.used and symbol not in self.reader.mapping.symbols:
                said = sentence(
                    N_("The file says that %(symbol)s means “%(meaning)s”. Say by a mapping file which rule that is."),
                    symbol=legend.symbol,
                    meaning=shown(legend.meaning),
                )
                self.reader.wrong(self.sheet, legend.row, None, said)

    # What a row is

    def _row(self, row: int) -> None:
        """Reads a row as what it is."""
        held = [value for value in self.sheet.rows[row] if value]
        if not held:
            return
        if looks_like_cpr(row_text(self.sheet, row)):
            column = next(
                (c for c, v in enumerate(self.sheet.rows[row]) if isinstance(v, str) and looks_like_cpr(v)), None
            )
            self.reader.wrong(self.sheet, row, column, cpr_sentence())
            return
        text = self.rows.text(row, self.layout.task)
        if self.rows.is_task(row):
            if text:
                self._task(row, text)
            elif not self.rows.filled.at(row, self.layout.task):
                self.reader.wrong(
                    self.sheet,
                    row,
                    self.layout.task,
                    sentence(N_("The row has symbols but no task. Write the task's name.")),
                )
            else:
                self._task(row, str(self.rows.filled.at(row, self.layout.task)))
            return
        alone = len(held) == 1 or self.rows.is_spread(row)
        if row >= self.rows.end or not alone:
            self._below_or_beside(row, text, alone)
            return
        heading = squeeze(str(held[0]))
        if self.rows.is_spread(row):
            self._heading(row, heading)
        elif text and self.layout.area is not None:
            self._task(row, text)
        else:
            self._alone(row, heading)

    def _below_or_beside(self, row: int, text: str, alone: bool) -> None:
        """A row without symbols that is below the table, or holds more than one text."""
        close = row == self.rows.end or all(any(self.sheet.rows[r]) for r in range(self.rows.end, row))
        outside = is_outside(text or row_text(self.sheet, row), below=row >= self.rows.end) or self.rows.is_legend(text)
        known = bool(text) and bool(self._named(text).tasks or self._named(text).said)
        if self.rows.is_header_again(row) or outside or not text or (row >= self.rows.end and not close and not known):
            if row < self.rows.end and not self.rows.is_header_again(row) and not outside:
                self._heading(row, squeeze(row_text(self.sheet, row)))
                return
            self._skip(row)
        elif known or not alone:
            self._task(row, text)
        elif self.rows.is_spread(row) or len(text) > 80:
            self._skip(row)
        else:
            self._unclear(row, text)

    def _alone(self, row: int, text: str) -> None:
        """A row with one text inside the table: the heading of what follows, or a task that is not decided at all."""
        bare = split_task(text, self.around.notes)[0]
        named = self._named(bare)
        if named.said == AREA or key(without_number(bare)) in self.reader.areas:
            self._heading(row, text)
        elif named.tasks or named.said:
            self._task(row, text)
        elif is_outside(text, below=False):
            self._skip(row)
        elif self.rows.is_task(self.rows.following(row)):
            self._heading(row, text)
        else:
            self._unclear(row, text)

    def _heading(self, row: int, text: str) -> None:
        """The tasks beneath belong to this area."""
        bare, marks = split_task(text, self.around.notes)
        self.area = without_number(bare)
        self.area_notes = self.fields.notes(marks)
        self._skip(row)

    def _unclear(self, row: int, text: str) -> None:
        bare = without_number(split_task(text, self.around.notes)[0])
        self.reader.asked.append(Asked(row + 1, bare, alone=True))
        self.reader.unmapped.setdefault(shown(text))
        said = sentence(
            N_(
                "“%(text)s” has no symbols. If it is a task, write ? in its fields; if it is a heading, use a mapping file."
            ),
            text=shown(text),
        )
        self.reader.wrong(self.sheet, row, self.layout.task, said)

    def _skip(self, row: int) -> None:
        text = squeeze(row_text(self.sheet, row))
        if text:
            self.reader.skipped.append(Skipped(self.sheet.name, row + 1, text[:200]))

    # What a task's row says

    def _named(self, text: str) -> Named:
        return name_task(split_task(text, self.around.notes)[0], self.reader.tasks, self.reader.mapping)

    def _task(self, row: int, text: str) -> None:
        """Adds the task, or the problem with its name; its fields are read in both cases."""
        bare, marks = split_task(text, self.around.notes)
        named = name_task(bare, self.reader.tasks, self.reader.mapping)
        if named.said == IGNORE:
            self._skip(row)
            return
        if named.said == AREA:
            self._heading(row, text)
            return
        cells = tuple(self.fields.cells(row))
        own_notes = [*self.fields.notes(marks), *self.area_notes, *self.fields.comment(row, self.layout.task)]
        own_notes += [
            squeeze(self.rows.text(row, column)) for column in self.layout.notes if self.rows.text(row, column)
        ]
        if not self._is_settled(row, named):
            return
        codes: list[str | None] = [task.code for task in named.tasks] or [None]
        name = named.name
        for code in codes:
            if self._is_twice(row, code, name):
                continue
            if code is None and named.said is None:
                self.reader.unmapped.setdefault(name)
                self.reader.asked.append(Asked(row + 1, name))
            self.reader.rows.append(
                MatrixTask(self.sheet.name, row + 1, name, code, self._area_of(row), cells, tuple(own_notes))
            )

    def _is_settled(self, row: int, named: Named) -> bool:
        """Whether the row names one task of ours or one of theirs; else it is asked for."""
        if len(named.name) > 200:
            self.reader.wrong(
                self.sheet,
                row,
                self.layout.task,
                sentence(N_("The text is too long: at most %(longest)s characters."), longest="200"),
            )
            return False
        if not named.unclear and not named.unknown:
            return True
        self.reader.unmapped.setdefault(named.name)
        self.reader.asked.append(Asked(row + 1, named.name, named.unclear))
        if named.unknown:
            said = sentence(
                N_("The mapping file names the task “%(task)s”, which you do not have."), task=named.unknown
            )
        else:
            said = sentence(
                N_("“%(text)s” could mean more than one task: %(tasks)s. Part the row, or use a mapping file."),
                text=shown(named.name),
                tasks=", ".join(task.name for task in named.unclear[:4]),
            )
        self.reader.wrong(self.sheet, row, self.layout.task, said)
        return False

    def _is_twice(self, row: int, code: str | None, name: str) -> bool:
        """Whether the task stood in an earlier row: then this one is asked about."""
        place = self.reader.seen.setdefault(code or f"{key(name)} ", (self.sheet.name, row + 1))
        if place == (self.sheet.name, row + 1):
            return False
        said = sentence(
            N_("“%(task)s” stands in row %(row)s too. Remove one of them, or use a mapping file."),
            task=shown(name),
            row=str(place[1]),
        )
        self.reader.wrong(self.sheet, row, self.layout.task, said)
        return True

    def _area_of(self, row: int) -> str:
        """The area's column, or else the heading above."""
        if self.layout.area is None:
            return self.area
        for above in range(row, self.layout.bottom, -1):
            value = self.rows.filled.at(above, self.layout.area)
            if isinstance(value, str) and value:
                return without_number(split_marks(squeeze(value))[0])
        return self.area

"""A municipality's own task matrix: tasks down, staff groups across, as they are drawn in Excel."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from competence.delegation.rules import ENTITLING, CellRule
from competence.foundation.text import N_, Sentence, looks_like_cpr, sentence, squeeze
from competence.imports.fields import read_level, shown
from competence.imports.footnotes import Surroundings, is_outside, is_symbol, read_surroundings, row_text
from competence.imports.grid import Sheet, Value, Workbook, column_letter
from competence.imports.groupnames import groups_called
from competence.imports.known import AREA, IGNORE, Known, MappingFile, Register, key, symbol_key, with_short_forms
from competence.imports.layout import GroupColumn, Layout, find_layout
from competence.imports.parsed import Parsed, Problem, Skipped, at, cpr_sentence
from competence.imports.symbols import Symbol, plain_mark, read_symbol, split_marks
from competence.imports.tasknames import Named, name_task, split_task, without_number


@dataclass(frozen=True)
class MatrixCell:
    """One field: a task and a staff group."""

    column: str
    """The letter Excel shows."""
    staff_group: str
    """Our code."""
    rule: CellRule
    level: int | None
    """The rank on the practice scale: education's level for core, else the minimum. None where nobody may do the task."""
    level_not_stated: bool = False
    """The file names no level; 1 is then used, and said to be so."""
    notes: tuple[str, ...] = ()
    """Footnotes and notes on the field; a mark without a text is kept as the mark."""


@dataclass(frozen=True)
class MatrixTask:
    """One row, or one of several tasks that a mapping file makes of it."""

    sheet: str
    row: int
    """As Excel shows it."""
    name: str
    """In their words, without numbering and marks."""
    task: str | None
    """Our code; None: a task of their own, new to us."""
    area: str
    """The heading it stands under; "" without one."""
    cells: tuple[MatrixCell, ...]
    notes: tuple[str, ...] = ()


def parse_matrix(
    workbook: Workbook,
    *,
    tasks: Sequence[Known],
    staff_groups: Sequence[Known],
    levels: Sequence[str],
    areas: Sequence[str] = (),
    mapping: MappingFile | None = None,
) -> Parsed[MatrixTask]:
    """All matrices of the file as one. `levels` are the practice scale's names in order, `areas` the areas we have.

    Tasks of their own stand in `unmapped`, as do headings and symbols that we do not know.
    """
    groups = with_short_forms(staff_groups)
    reader = _Reader(Register(tasks), groups, levels, {key(area) for area in areas}, mapping or MappingFile())
    without: list[Sheet] = []
    sheets = list(workbook.visible())
    for sheet in sheets:
        found = find_layout(sheet, groups, reader.mapping)
        reader.problems += found.problems
        reader.unmapped.update(dict.fromkeys(found.unmapped))
        if not found.has_headings:
            without.append(sheet)
        elif found.layout:
            _Table(sheet, found.layout, reader).read()
    if len(without) == len(sheets):
        said = sentence(N_("No row of headings with staff groups was found."))
        reader.problems += [at(sheet.name, None, None, said) for sheet in without]
    else:
        reader.unmapped.update(dict.fromkeys(sheet.name for sheet in without))
        reader.skipped += [Skipped(sheet.name, 1, sheet.name) for sheet in without]
    reader.skipped += [Skipped(s.name, 1, s.name) for s in workbook.sheets if s.hidden and not s.is_empty]
    return Parsed(tuple(reader.rows), tuple(reader.problems), tuple(reader.unmapped), tuple(reader.skipped))


class _Reader:
    """What has been read so far, over all sheets."""

    def __init__(
        self, tasks: Register, groups: Register, levels: Sequence[str], areas: set[str], mapping: MappingFile
    ) -> None:
        self.tasks, self.groups, self.levels, self.areas, self.mapping = tasks, groups, levels, areas, mapping
        self.rows: list[MatrixTask] = []
        self.problems: list[Problem] = []
        self.unmapped: dict[str, None] = {}
        self.skipped: list[Skipped] = []
        self.seen: dict[str, tuple[str, int]] = {}
        """Our code, or the key of their own name -> where the task stood."""


class _Table:
    """One sheet's matrix."""

    def __init__(self, sheet: Sheet, layout: Layout, reader: _Reader) -> None:
        self.sheet, self.filled, self.layout, self.reader = sheet, sheet.through_spans(), layout, reader
        self.end = self._end()
        self.around: Surroundings = read_surroundings(sheet, header=layout.top, end=self.end)
        self.area = ""
        self.area_notes: tuple[str, ...] = ()
        self.used: set[str] = set()
        """The symbols that stand in fields."""

    def read(self) -> None:
        """Adds the sheet's tasks and problems to the reader's."""
        for row in range(self.layout.top):
            self._skip(row)
        for row in range(self.layout.bottom + 1, len(self.sheet.rows)):
            self._row(row)
        for legend in self.around.legends:
            symbol = symbol_key(legend.symbol)
            if legend.contradicts and symbol in self.used and symbol not in self.reader.mapping.symbols:
                said = sentence(
                    N_("The file says that %(symbol)s means “%(meaning)s”. Say by a mapping file which rule that is."),
                    symbol=legend.symbol,
                    meaning=shown(legend.meaning),
                )
                self._wrong(legend.row, None, said)

    # Which rows are tasks

    def _end(self) -> int:
        """The first row below the table."""
        rows = range(self.layout.bottom + 1, len(self.sheet.rows))
        return max((row for row in rows if self._is_task_row(row)), default=self.layout.bottom) + 1

    def _is_task_row(self, row: int) -> bool:
        """Whether the row has a task and something in a staff group's field."""
        text = self._text(row, self.layout.task)
        if not self._fields(row) or self._spread(row) or self._is_header_again(row):
            return False
        return not (self._is_legend(text) or (is_outside(text, below=False) and not self._has_symbol(row)))

    def _is_legend(self, text: str) -> bool:
        """Whether a symbol or a mark stands where the task would."""
        return bool(text) and (is_symbol(text) or not any(c.isalnum() for c in text) or plain_mark(text).isdigit())

    def _has_symbol(self, row: int) -> bool:
        return any(
            read_symbol(text, levels=self.reader.levels, notes={}, own=self.reader.mapping.symbols).rule
            for text in self._fields(row)
        )

    def _is_header_again(self, row: int) -> bool:
        """Whether the row repeats the headings, as on a new page, or says them in other words."""
        for group in self.layout.groups:
            value = self.filled.at(row, group.column)
            if (
                not isinstance(value, str)
                or groups_called(value, self.reader.groups, self.reader.mapping)[0] != group.groups
            ):
                return False
        return bool(self.layout.groups)

    def _spread(self, row: int) -> bool:
        """Whether the row is one merged cell over the tasks and the staff groups."""
        columns = [group.column for group in self.layout.groups]
        return any(
            s.top <= row <= s.bottom
            and s.left <= self.layout.task
            and s.right >= min(columns, default=0)
            and s.right > s.left
            for s in self.sheet.spans
        )

    def _fields(self, row: int) -> list[str]:
        """What stands in the staff groups' fields of the row, without the empty ones."""
        values = (self.filled.at(row, group.column) for group in self.layout.groups)
        return [value if isinstance(value, str) else value.isoformat() for value in values if value]

    def _text(self, row: int, column: int | None) -> str:
        value = self.sheet.at(row, column) if column is not None else ""
        return value if isinstance(value, str) else value.isoformat()

    def _row(self, row: int) -> None:
        """Reads a row as what it is."""
        held = [value for value in self.sheet.rows[row] if value]
        if not held:
            return
        if looks_like_cpr(row_text(self.sheet, row)):
            column = next(
                (c for c, v in enumerate(self.sheet.rows[row]) if isinstance(v, str) and looks_like_cpr(v)), None
            )
            self._wrong(row, column, cpr_sentence())
            return
        text = self._text(row, self.layout.task)
        if self._is_task_row(row):
            if text:
                self._task(row, text)
            elif not self.filled.at(row, self.layout.task):
                self._wrong(
                    row, self.layout.task, sentence(N_("The row has symbols but no task. Write the task's name."))
                )
            else:
                self._task(row, str(self.filled.at(row, self.layout.task)))
            return
        alone = len(held) == 1 or self._spread(row)
        if row >= self.end or not alone:
            self._below_or_beside(row, text, alone)
            return
        heading = squeeze(str(held[0]))
        if self._spread(row):
            self._heading(row, heading)
        elif text and self.layout.area is not None:
            self._task(row, text)
        else:
            self._alone(row, heading)

    def _below_or_beside(self, row: int, text: str, alone: bool) -> None:
        """A row without symbols that is below the table, or holds more than one text."""
        close = row == self.end or all(any(self.sheet.rows[r]) for r in range(self.end, row))
        outside = is_outside(text or row_text(self.sheet, row), below=row >= self.end) or self._is_legend(text)
        known = bool(text) and bool(self._named(text).tasks or self._named(text).said)
        if self._is_header_again(row) or outside or not text or (row >= self.end and not close and not known):
            if row < self.end and not self._is_header_again(row) and not outside:
                self._heading(row, squeeze(row_text(self.sheet, row)))
                return
            self._skip(row)
        elif known or not alone:
            self._task(row, text)
        elif self._spread(row) or len(text) > 80:
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
        elif self._is_task_row(self._next(row)):
            self._heading(row, text)
        else:
            self._unclear(row, text)

    def _next(self, row: int) -> int:
        """The next row that holds anything."""
        return next((r for r in range(row + 1, len(self.sheet.rows)) if any(self.sheet.rows[r])), row)

    def _heading(self, row: int, text: str) -> None:
        """The tasks beneath belong to this area."""
        bare, marks = split_task(text, self.around.notes)
        self.area = without_number(bare)
        self.area_notes = self._notes(marks)
        self._skip(row)

    def _unclear(self, row: int, text: str) -> None:
        self.reader.unmapped.setdefault(shown(text))
        said = sentence(
            N_(
                "“%(text)s” has no symbols. If it is a task, write ? in its fields; if it is a heading, use a mapping file."
            ),
            text=shown(text),
        )
        self._wrong(row, self.layout.task, said)

    def _skip(self, row: int) -> None:
        text = squeeze(row_text(self.sheet, row))
        if text:
            self.reader.skipped.append(Skipped(self.sheet.name, row + 1, text[:200]))

    def _wrong(self, row: int, column: int | None, said: Sentence) -> None:
        self.reader.problems.append(at(self.sheet.name, row, column, said))

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
        cells = tuple(self._cells(row))
        own_notes = [*self._notes(marks), *self.area_notes, *self._comment(row, self.layout.task)]
        own_notes += [squeeze(self._text(row, column)) for column in self.layout.notes if self._text(row, column)]
        if not self._is_settled(row, named):
            return
        codes: list[str | None] = [task.code for task in named.tasks] or [None]
        name = named.name
        for code in codes:
            if self._is_twice(row, code, name):
                continue
            if code is None and named.said is None:
                self.reader.unmapped.setdefault(name)
            self.reader.rows.append(
                MatrixTask(self.sheet.name, row + 1, name, code, self._area_of(row), cells, tuple(own_notes))
            )

    def _is_settled(self, row: int, named: Named) -> bool:
        """Whether the row names one task of ours or one of theirs; else it is asked for."""
        if len(named.name) > 200:
            self._wrong(
                row,
                self.layout.task,
                sentence(N_("The text is too long: at most %(longest)s characters."), longest="200"),
            )
            return False
        if not named.unclear and not named.unknown:
            return True
        self.reader.unmapped.setdefault(named.name)
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
        self._wrong(row, self.layout.task, said)
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
        self._wrong(row, self.layout.task, said)
        return True

    def _area_of(self, row: int) -> str:
        """The area's column, or else the heading above."""
        if self.layout.area is None:
            return self.area
        for above in range(row, self.layout.bottom, -1):
            value = self.filled.at(above, self.layout.area)
            if isinstance(value, str) and value:
                return without_number(split_marks(squeeze(value))[0])
        return self.area

    def _cells(self, row: int) -> Iterator[MatrixCell]:
        """The row's fields; those that cannot be read become problems."""
        task_level = self._level(row, self.layout.level)
        for group in self.layout.groups:
            value = self.filled.at(row, group.column)
            symbol = self._symbol(value, group)
            if symbol.rule is None:
                text = value if isinstance(value, str) else value.isoformat()
                self.reader.unmapped.setdefault(shown(text))
                legend = next((x for x in self.around.legends if symbol_key(x.symbol) == symbol_key(text)), None)
                if legend:
                    said = sentence(
                        N_(
                            "“%(symbol)s” (“%(meaning)s”) is not a symbol we know. Say what it means by a mapping file."
                        ),
                        symbol=shown(text),
                        meaning=shown(legend.meaning),
                    )
                else:
                    said = sentence(
                        N_("“%(symbol)s” is not a symbol we know. Say what it means by a mapping file."),
                        symbol=shown(text),
                    )
                self._wrong(row, group.column, said)
                continue
            level = symbol.level or self._level(row, group.level_column) or task_level
            entitles = symbol.rule in ENTITLING
            notes = [
                *([symbol.note] if symbol.note else []),
                *self._notes(symbol.marks),
                *self._comment(row, group.column),
            ]
            notes += [squeeze(self._text(row, column)) for column in group.note_columns if self._text(row, column)]
            if symbol.rule is not CellRule.UNDECIDED:
                notes += self._notes(group.marks)
            for known in group.groups:
                yield MatrixCell(
                    column_letter(group.column),
                    known.code,
                    symbol.rule,
                    (level or 1) if entitles else None,
                    level_not_stated=entitles and level is None,
                    notes=tuple(dict.fromkeys(notes)),
                )

    def _symbol(self, value: Value, group: GroupColumn) -> Symbol:
        """The field's symbol."""
        if not isinstance(value, str):
            return Symbol(None)
        names = [name for known in group.groups for name in (known.code, *known.names)]
        symbol = read_symbol(
            value,
            levels=self.reader.levels,
            notes=self.around.notes,
            own=self.reader.mapping.symbols,
            group_names=names,
        )
        self.used |= {symbol_key(value), symbol_key(split_marks(value)[0])}
        return symbol

    def _level(self, row: int, column: int | None) -> int | None:
        """The level in a column of levels."""
        if column is None:
            return None
        level = read_level(self.filled.at(row, column), self.reader.levels)
        if isinstance(level, Sentence):
            self._wrong(row, column, level)
            return None
        return level

    def _notes(self, marks: Sequence[str]) -> tuple[str, ...]:
        """The footnotes the marks point to; a mark without a footnote stays as it is."""
        return tuple(self.around.notes.get(mark, mark) for mark in marks)

    def _comment(self, row: int, column: int) -> tuple[str, ...]:
        """The note that Excel shows on the field."""
        note = self.sheet.comments.get((row, column), "")
        if looks_like_cpr(note):
            self._wrong(row, column, cpr_sentence())
            return ()
        return (squeeze(note),) if note else ()

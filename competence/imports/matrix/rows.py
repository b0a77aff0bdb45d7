"""Which rows of a sheet are tasks: asked of what stands in them, without reading what it means."""

from competence.imports.footnotes import is_outside, is_symbol
from competence.imports.grid import Sheet
from competence.imports.groupnames import groups_called
from competence.imports.layout import Layout
from competence.imports.matrix.found import Reader
from competence.imports.symbols import plain_mark, read_symbol


class Rows:
    """One sheet's rows against the headings that were found."""

    def __init__(self, sheet: Sheet, layout: Layout, reader: Reader) -> None:
        self.sheet, self.filled, self.layout, self.reader = sheet, sheet.through_spans(), layout, reader
        self.end = self.end_of_table()

    def end_of_table(self) -> int:
        """The first row below the table."""
        rows = range(self.layout.bottom + 1, len(self.sheet.rows))
        return max((row for row in rows if self.is_task(row)), default=self.layout.bottom) + 1

    def is_task(self, row: int) -> bool:
        """Whether the row has a task and something in a staff group's field."""
        text = self.text(row, self.layout.task)
        if not self.fields(row) or self.is_spread(row) or self.is_header_again(row):
            return False
        return not (self.is_legend(text) or (is_outside(text, below=False) and not self.has_symbol(row)))

    def is_legend(self, text: str) -> bool:
        """Whether a symbol or a mark stands where the task would."""
        return bool(text) and (is_symbol(text) or not any(c.isalnum() for c in text) or plain_mark(text).isdigit())

    def has_symbol(self, row: int) -> bool:
        """Whether a field of the row can be read as a rule."""
        return any(
            read_symbol(text, levels=self.reader.levels, notes={}, own=self.reader.mapping.symbols).rule
            for text in self.fields(row)
        )

    def is_header_again(self, row: int) -> bool:
        """Whether the row repeats the headings, as on a new page, or says them in other words."""
        for group in self.layout.groups:
            value = self.filled.at(row, group.column)
            if (
                not isinstance(value, str)
                or groups_called(value, self.reader.groups, self.reader.mapping)[0] != group.groups
            ):
                return False
        return bool(self.layout.groups)

    def is_spread(self, row: int) -> bool:
        """Whether the row is one merged cell over the tasks and the staff groups."""
        columns = [group.column for group in self.layout.groups]
        return any(
            s.top <= row <= s.bottom
            and s.left <= self.layout.task
            and s.right >= min(columns, default=0)
            and s.right > s.left
            for s in self.sheet.spans
        )

    def fields(self, row: int) -> list[str]:
        """What stands in the staff groups' fields of the row, without the empty ones."""
        values = (self.filled.at(row, group.column) for group in self.layout.groups)
        return [value if isinstance(value, str) else value.isoformat() for value in values if value]

    def text(self, row: int, column: int | None) -> str:
        """What stands there, a date as ISO; "" without a column."""
        value = self.sheet.at(row, column) if column is not None else ""
        return value if isinstance(value, str) else value.isoformat()

    def following(self, row: int) -> int:
        """The next row that holds anything."""
        return next((r for r in range(row + 1, len(self.sheet.rows)) if any(self.sheet.rows[r])), row)

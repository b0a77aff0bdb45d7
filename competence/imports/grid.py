"""A spreadsheet as rows of plain values that still know where they stood."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from competence.foundation.errors import RuleBroken

MAX_CELLS = 4_000_000
"""More than any table of a municipality, and what fits in memory."""

Value = str | date
"""What a cell holds: text without white space at the ends ("" = empty), or a date. 1001 is the text "1001"."""


class SheetProblem(RuleBroken):
    """The file as a whole cannot be taken in. Carries the sentence that says why and what to do."""


@dataclass(frozen=True)
class Span:
    """A merged range. Rows and columns are numbered from 0; the last ones are part of it."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Sheet:
    """One sheet. `rows[0][0]` is cell A1, so that every address is the one Excel shows."""

    name: str
    rows: tuple[tuple[Value, ...], ...]
    spans: tuple[Span, ...] = ()
    comments: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """Notes on cells, by row and column from 0."""
    hidden: bool = False
    moments: Mapping[tuple[int, int], datetime] = field(default_factory=dict)
    """Dates that have a time of day, by row and column from 0; `rows` holds the date alone."""

    def at(self, row: int, column: int) -> Value:
        """The cell's own value; "" outside the table."""
        if 0 <= row < len(self.rows) and 0 <= column < len(self.rows[row]):
            return self.rows[row][column]
        return ""

    def through_spans(self) -> "Sheet":
        """The same sheet with each merged range's value in all of its cells."""
        if not self.spans:
            return self
        rows = [list(row) for row in self.rows]
        for span in self.spans:
            value = self.at(span.top, span.left)
            for row in rows[span.top : span.bottom + 1]:
                for column in range(span.left, min(span.right + 1, len(row))):
                    row[column] = value
        return Sheet(self.name, tuple(map(tuple, rows)), self.spans, self.comments, self.hidden, self.moments)

    def with_times(self) -> "Sheet":
        """The same sheet, each date that has a time of day as the text "2026-12-01T07:00"."""
        if not self.moments:
            return self
        rows = [list(row) for row in self.rows]
        for (row, column), moment in self.moments.items():
            if row < len(rows) and column < len(rows[row]):
                rows[row][column] = moment.isoformat(timespec="minutes")
        return Sheet(self.name, tuple(map(tuple, rows)), self.spans, self.comments, self.hidden)

    @property
    def is_empty(self) -> bool:
        """Whether no cell holds anything."""
        return not any(any(row) for row in self.rows)


@dataclass(frozen=True)
class Workbook:
    """All sheets of a file in their order; a CSV file is one sheet without a name."""

    sheets: tuple[Sheet, ...]

    def with_times(self) -> "Workbook":
        """The same workbook, its dates with their times of day."""
        return Workbook(tuple(sheet.with_times() for sheet in self.sheets))

    def visible(self) -> Iterator[Sheet]:
        """The sheets that a person sees and that hold something."""
        return (sheet for sheet in self.sheets if not sheet.hidden and not sheet.is_empty)


def column_letter(column: int) -> str:
    """The letters Excel shows for a column numbered from 0: 0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    """The cell's name as Excel shows it, as "B7"."""
    return f"{column_letter(column)}{row + 1}"


def clean(text: str) -> str:
    """The text in composed Unicode, lines kept, without control characters and without white space at the ends."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not composed.isprintable():
        composed = "".join(
            c if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs") else _blank(c) for c in composed
        )
    return composed.strip()


def _blank(character: str) -> str:
    return " " if character in "\t\v\f\x1c\x1d\x1e\x1f\x85" else ""

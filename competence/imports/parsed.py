"""What reading a table gives: rows, and every problem with the place where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from competence.foundation.text import N_, Sentence, sentence
from competence.imports.grid import column_letter

R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True)
class Problem:
    """Something that must be put right before anything is taken in."""

    sheet: str
    """The sheet's name; "" in a CSV file."""
    row: int | None
    """As Excel shows it, from 1; None when it is about the whole sheet."""
    column: str
    """The letter Excel shows; "" when it is about a whole row or sheet."""
    message: Sentence


@dataclass(frozen=True)
class Skipped:
    """A row that was seen and left out: a title, a group heading, a footer."""

    sheet: str
    row: int
    text: str


@dataclass(frozen=True)
class Place:
    """Where a row stood, for later problems: the sheet, the row from 1, and the column letter of each field."""

    sheet: str
    row: int
    columns: Mapping[str, str]

    def problem(self, message: Sentence, field: str = "") -> Problem:
        """The problem at this row, and at the field's column if the file has one."""
        return Problem(self.sheet, self.row, self.columns.get(field, ""), message)

    def __hash__(self) -> int:
        return hash((self.sheet, self.row))


@dataclass(frozen=True)
class Parsed(Generic[R_co]):
    """All rows that could be read, in the file's order. Nothing may be written while there is a problem."""

    rows: tuple[R_co, ...]
    problems: tuple[Problem, ...]
    unmapped: tuple[str, ...] = ()
    """Headings, tasks, groups and symbols of theirs that we do not know, in their own words."""
    skipped: tuple[Skipped, ...] = ()


def cpr_sentence() -> Sentence:
    """What is said of a text with a CPR number; the number itself is never repeated."""
    return sentence(N_("This looks like a CPR number. Remove it: Kompetencetavlen never keeps CPR numbers."))


def at(sheet: str, row: int | None, column: int | None, message: Sentence) -> Problem:
    """The problem at a row and column counted from 0."""
    return Problem(sheet, None if row is None else row + 1, "" if column is None else column_letter(column), message)

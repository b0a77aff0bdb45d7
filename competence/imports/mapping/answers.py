"""What somebody has said of a file so far, whatever the file holds: plain data that can be kept as JSON."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, TypeVar

from competence.foundation.text import squeeze
from competence.imports.grid import Sheet, Workbook
from competence.imports.headings import SEARCHED_ROWS
from competence.imports.known import key


@dataclass(frozen=True)
class Answers:
    """Which sheet, and where its headings stand. What has not been answered is None."""

    sheet: str | None = None
    top: int | None = None
    """The first row of headings, from 0."""
    bottom: int | None = None
    """The last row of headings."""

    placing: ClassVar[tuple[str, ...]] = ("top", "bottom")
    """What says where things stand on the sheet: another sheet is asked about it anew."""
    added: ClassVar[tuple[str, ...]] = ()
    """What is found in the file and answered one by one: new answers are added to those that stand."""

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {"sheet": self.sheet, "top": self.top, "bottom": self.bottom}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The answers as they were stored; none from an empty object."""
        return cls(stored.get("sheet"), stored.get("top"), stored.get("bottom"))

    @property
    def head(self) -> tuple[int, int]:
        """The first and the last row of headings; the topmost row where nothing has been said."""
        top = self.top or 0
        return top, max(top, self.bottom or 0)

    @property
    def is_laid_out(self) -> bool:
        """Whether it has been said where all stands."""
        return self.top is not None and self.bottom is not None


A = TypeVar("A", bound=Answers)


def text_of(value: object) -> str:
    """What a cell holds as text, a date as ISO."""
    return value if isinstance(value, str) else value.isoformat() if hasattr(value, "isoformat") else str(value)


def heading_of(filled: Sheet, top: int, bottom: int, column: int) -> str:
    """All that the rows of headings say over a column, each text once. `filled` has its merged ranges filled in."""
    values = (filled.at(row, column) for row in range(top, bottom + 1))
    return " · ".join(dict.fromkeys(squeeze(text_of(value)) for value in values if value))


def column_key(column: int, heading: str) -> str:
    """By which an answer about a column is kept: moved or renamed, it is asked about anew."""
    return f"{column}|{key(heading)[:120]}"


def headings_as_keys(sheet: Sheet, top: int, bottom: int) -> list[list[str]]:
    """The rows of headings as letters and digits: what remembered answers are recognised by."""
    width = len(sheet.rows[0]) if sheet.rows else 0
    rows = ([sheet.at(row, column) for column in range(width)] for row in range(top, bottom + 1))
    return [[key(text_of(value)) for value in row] for row in rows]


def fingerprint(headings: Sequence[Sequence[str]]) -> str:
    """SHA-256, in hex, over the headings."""
    return hashlib.sha256(json.dumps(headings, ensure_ascii=False).encode()).hexdigest()


def placed(remembered: A, headings: Sequence[Sequence[str]], workbook: Workbook) -> A | None:
    """The remembered answers for the sheet and rows where this file has the same headings; None where it has not."""
    for sheet in workbook.visible():
        for top in range(min(SEARCHED_ROWS, len(sheet.rows) - len(headings) + 1)):
            bottom = top + len(headings) - 1
            if headings_as_keys(sheet, top, bottom) == [list(row) for row in headings]:
                return replace(remembered, sheet=sheet.name, top=top, bottom=bottom)
    return None

"""What somebody has said of a file so far. Plain data that can be kept as JSON."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from competence.delegation.rules import CellRule
from competence.foundation.text import squeeze
from competence.imports.grid import Sheet, Workbook
from competence.imports.headings import SEARCHED_ROWS
from competence.imports.known import key

NOTHING, NOTE, LEVEL, GROUP_NOTE, GROUP_LEVEL = "nothing", "note", "level", "group_note", "group_level"
"""What a heading may mean besides a staff group; the last two belong to the staff group at its left."""
ROLES = (NOTHING, NOTE, LEVEL, GROUP_NOTE, GROUP_LEVEL)


@dataclass(frozen=True)
class Meaning:
    """What a symbol means."""

    rule: CellRule
    level: int | None = None
    """The rank it says; None: none."""
    keep: bool = False
    """Its own words are kept as a note on the field."""


@dataclass(frozen=True)
class Choices:
    """The answers. What has not been answered is not there."""

    sheet: str | None = None
    top: int | None = None
    """The first row of headings, from 0."""
    bottom: int | None = None
    """The last row of headings."""
    task: int | None = None
    """The column of the tasks, from 0."""
    area: int | None = None
    """The column of the areas; None: there is none."""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Column as `column_key` makes it -> one of ROLES, or the codes of staff groups."""
    symbols: Mapping[str, Meaning] = field(default_factory=dict)
    """Symbol as `symbol_key` makes it -> what it means."""
    tasks: Mapping[str, str] = field(default_factory=dict)
    """Task as `key` makes it -> the code of ours, or NEW, AREA or IGNORE."""

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "sheet": self.sheet, "top": self.top, "bottom": self.bottom, "task": self.task, "area": self.area,
            "columns": {name: list(codes) for name, codes in self.columns.items()},
            "symbols": {s: [m.rule.value, m.level, m.keep] for s, m in self.symbols.items()},
            "tasks": dict(self.tasks),
        }  # fmt: skip

    @property
    def head(self) -> tuple[int, int]:
        """The first and the last row of headings; the topmost row where nothing has been said."""
        top = self.top or 0
        return top, max(top, self.bottom or 0)

    @property
    def is_laid_out(self) -> bool:
        """Whether it has been said where the headings and the tasks stand."""
        return self.top is not None and self.bottom is not None and self.task is not None


def from_json(stored: Mapping[str, Any]) -> Choices:
    """The choices as they were stored; none from an empty object."""
    return Choices(
        **{name: stored.get(name) for name in ("sheet", "top", "bottom", "task", "area")},
        columns={name: tuple(codes) for name, codes in stored.get("columns", {}).items()},
        symbols={s: Meaning(CellRule(rule), level, keep) for s, (rule, level, keep) in stored.get("symbols", {}).items()},
        tasks=dict(stored.get("tasks", {})),
    )  # fmt: skip


def heading_of(filled: Sheet, top: int, bottom: int, column: int) -> str:
    """All that the rows of headings say over a column, each text once. `filled` has its merged ranges filled in."""
    values = (filled.at(row, column) for row in range(top, bottom + 1))
    texts = [squeeze(value) if isinstance(value, str) else value.isoformat() for value in values if value]
    return " · ".join(dict.fromkeys(texts))


def column_key(column: int, heading: str) -> str:
    """By which an answer about a column is kept: moved or renamed, it is asked about anew."""
    return f"{column}|{key(heading)[:120]}"


def headings_as_keys(sheet: Sheet, top: int, bottom: int) -> list[list[str]]:
    """The rows of headings as letters and digits: what a remembered mapping is recognised by."""
    width = len(sheet.rows[0]) if sheet.rows else 0
    rows = ([sheet.at(row, column) for column in range(width)] for row in range(top, bottom + 1))
    return [[key(value if isinstance(value, str) else value.isoformat()) for value in row] for row in rows]


def fingerprint(headings: Sequence[Sequence[str]]) -> str:
    """SHA-256, in hex, over the headings."""
    return hashlib.sha256(json.dumps(headings, ensure_ascii=False).encode()).hexdigest()


def placed(remembered: Choices, headings: Sequence[Sequence[str]], workbook: Workbook) -> Choices | None:
    """The remembered choices for the sheet and rows where this file has the same headings; None where it has not."""
    for sheet in workbook.visible():
        for top in range(min(SEARCHED_ROWS, len(sheet.rows) - len(headings) + 1)):
            bottom = top + len(headings) - 1
            if headings_as_keys(sheet, top, bottom) == [list(row) for row in headings]:
                return replace(remembered, sheet=sheet.name, top=top, bottom=bottom)
    return None

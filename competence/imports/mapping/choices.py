"""What somebody has said of a matrix so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from competence.delegation.rules import CellRule
from competence.imports.mapping.answers import Answers

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
class Choices(Answers):
    """The answers. What has not been answered is not there."""

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

    placing: ClassVar[tuple[str, ...]] = ("top", "bottom", "task", "area")
    added: ClassVar[tuple[str, ...]] = ("columns", "symbols", "tasks")

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            **super().as_json(), "task": self.task, "area": self.area,
            "columns": {name: list(codes) for name, codes in self.columns.items()},
            "symbols": {s: [m.rule.value, m.level, m.keep] for s, m in self.symbols.items()},
            "tasks": dict(self.tasks),
        }  # fmt: skip

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The choices as they were stored; none from an empty object."""
        return cls(
            **{name: stored.get(name) for name in ("sheet", "top", "bottom", "task", "area")},
            columns={name: tuple(codes) for name, codes in stored.get("columns", {}).items()},
            symbols={s: Meaning(CellRule(rule), level, keep) for s, (rule, level, keep) in stored.get("symbols", {}).items()},
            tasks=dict(stored.get("tasks", {})),
        )  # fmt: skip

    @property
    def is_laid_out(self) -> bool:
        """Whether it has been said where the headings and the tasks stand."""
        return super().is_laid_out and self.task is not None

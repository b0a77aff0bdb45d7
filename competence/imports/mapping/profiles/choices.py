"""What somebody has said of a sheet with profiles so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from competence.imports.mapping.answers import Answers

NOTHING, NOTE, GROUP, AREA, LEVEL, PRACTICE = "nothing", "note", "group", "area", "level", "practice"
STATEMENT, TASK, EITHER, SAYS, ASKS = "statement", "task", "either", "says", "asks"
"""What a heading may mean. Under SAYS stand statements, under ASKS practice levels or marks: of a group, at a level."""
ROLES = (GROUP, AREA, LEVEL, STATEMENT, TASK, EITHER, PRACTICE, SAYS, ASKS, NOTE, NOTHING)
FIELDS, LABELS = (SAYS, ASKS), (TASK, EITHER, STATEMENT)
ROWS = "rows"
"""The staff group (or the level) stands on lines of its own."""
YES, SENTENCE = "yes", "sentence"
"""What a word may mean besides one of ours: that a statement counts; that what stands beside it is a statement."""


@dataclass(frozen=True)
class Meant:
    """What a column means; staff group and profile level where it holds fields of one."""

    role: str
    group: str = ""
    """Our code, or several with "|" between; "": as the row says."""
    level: int = 0
    """Rank on the profile scale; 0: as the row says."""


@dataclass(frozen=True)
class ProfileChoices(Answers):
    """The answers. What has not been answered is not there."""

    group: str | None = None
    """Where no column says it: the code of the staff group, ROWS, or "" when it is always said."""
    level: str | None = None
    """Where no column says it: the profile level's rank, ROWS, or ""."""
    area: str | None = None
    """The area where the sheet says none."""
    columns: Mapping[str, Meant] = field(default_factory=dict)
    """Column as `column_key` makes it -> what it means."""
    words: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """Word as `word_key` makes it -> (codes, rank, IGNORE, YES or SENTENCE; the profile level it says, 0 for none)."""
    tasks: Mapping[str, str] = field(default_factory=dict)
    """Row as `asked_key` makes it -> the code of ours, STATEMENT, AREA, IGNORE, "group:" or "level:" with which."""

    placing: ClassVar[tuple[str, ...]] = ("top", "bottom", "group", "level", "area")
    added: ClassVar[tuple[str, ...]] = ("columns", "words", "tasks")

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            **super().as_json(), "group": self.group, "level": self.level, "area": self.area,
            "columns": {name: [one.role, one.group, one.level] for name, one in self.columns.items()},
            "words": {name: list(said) for name, said in self.words.items()}, "tasks": dict(self.tasks),
        }  # fmt: skip

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The choices as they were stored; none from an empty object."""
        return cls(
            **{name: stored.get(name) for name in ("sheet", "top", "bottom", "group", "level", "area")},
            columns={name: Meant(*said) for name, said in stored.get("columns", {}).items()},
            words={name: (value, level) for name, (value, level) in stored.get("words", {}).items()},
            tasks=dict(stored.get("tasks", {})),
        )

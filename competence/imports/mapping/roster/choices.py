"""What somebody has said of a sheet with a duty roster so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from competence.imports.mapping.answers import Answers

NOTHING = "nothing"
"""A column that is not read. The other roles are the names of the fields of a roster."""
OWN_UNIT = 0
"""A word for a unit that says no more than the employee's own."""


@dataclass(frozen=True)
class RosterChoices(Answers):
    """The answers. What has not been answered is not there."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Column as `column_key` makes it -> the field that it holds, or NOTHING."""
    units: Mapping[str, int] = field(default_factory=dict)
    """Word for a unit as `known.key` makes it -> the unit, or OWN_UNIT."""
    name: str | None = None
    """What the roster is called; "" for the municipality's common one."""

    placing: ClassVar[tuple[str, ...]] = ("top", "bottom")
    added: ClassVar[tuple[str, ...]] = ("columns", "units")

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {**super().as_json(), "columns": dict(self.columns), "units": dict(self.units), "name": self.name}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The choices as they were stored; none from an empty object."""
        return cls(
            **{name: stored.get(name) for name in ("sheet", "top", "bottom", "name")},
            columns=dict(stored.get("columns", {})), units=dict(stored.get("units", {})),
        )  # fmt: skip

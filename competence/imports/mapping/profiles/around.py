"""What stands around a row: which staff groups, area and profile level it belongs to, said in it or above it. Pure."""

from dataclasses import dataclass, field

from competence.imports.known import IGNORE
from competence.imports.mapping.profiles.choices import ROWS, ProfileChoices

GROUP_OF, LEVEL_OF = "group:", "level:"
"""How the answer that a row is a heading begins: over a staff group's rows, or a level's."""


@dataclass
class Around:
    """What rows further down belong to, as far as it has been read."""

    groups: tuple[str, ...] = ()
    area: str = ""
    level: int = 0
    since: dict[str, int] = field(default_factory=dict)
    """What of it -> the row (as Excel shows it) that said it."""
    _dropped: dict[str, str] = field(default_factory=dict)

    @property
    def dropped(self) -> str:
        """The word for a staff group or a level that was said to be left out, with all rows that it stands over; else ""."""
        return self._dropped.get("group") or self._dropped.get("level") or ""

    def say_groups(self, codes: tuple[str, ...], row: int, word: str = "") -> None:
        """Nothing; the rows belong to the staff groups. Without one they are left out, as was said of the word."""
        self.groups, self.since["group"] = codes, row
        self._dropped["group"] = "" if codes else word

    def say_area(self, area: str, row: int) -> None:
        """Nothing; the rows belong to the area."""
        self.area, self.since["area"] = area, row

    def say_level(self, level: int, row: int, word: str = "") -> None:
        """Nothing; the rows belong to the level. Without one (0) they are left out, as was said of the word."""
        self.level, self.since["level"] = level, row
        self._dropped["level"] = "" if level else word

    def heading(self, said: str, text: str, row: int) -> None:
        """Nothing; a row of its own says what those beneath belong to: an area, "group:" or "level:"."""
        if said.startswith(GROUP_OF):
            self.say_groups((said.removeprefix(GROUP_OF),), row)
        elif said.startswith(LEVEL_OF):
            self.say_level(int(said.removeprefix(LEVEL_OF)), row)
        else:
            self.say_area(text, row)


def codes_of(value: str) -> tuple[str, ...]:
    """The staff groups that a word means; none where it is left out."""
    return () if value in ("", IGNORE) else tuple(value.split("|"))


def whole_groups(choices: ProfileChoices) -> tuple[str, ...]:
    """The staff group that the whole sheet is for; none when it was not said."""
    return (choices.group,) if choices.group and choices.group != ROWS else ()


def whole_level(choices: ProfileChoices) -> int:
    """The profile level that the whole sheet is for; 0 when it was not said."""
    return int(choices.level) if choices.level and choices.level != ROWS else 0

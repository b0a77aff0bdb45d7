"""What a municipality already has, so that words in a file can be recognised; and the mapping file for other words."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from competence.foundation.text import N_
from competence.imports.grid import SheetProblem

NEW, AREA, IGNORE = "new", "area", "ignore"
"""What a mapping may say instead of a code: a task of their own, a heading over tasks, nothing of ours."""


@dataclass(frozen=True)
class Known:
    """A task, staff group or unit of ours, with all the names it goes by."""

    code: str
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name to show."""
        return self.names[0] if self.names else self.code


@dataclass(frozen=True)
class KnownUnit:
    """A unit of ours by its id, with the names above it, nearest first."""

    id: int
    name: str
    kind: str = ""
    above: tuple[str, ...] = ()


def key(text: str) -> str:
    """The letters and digits of a text in lower case: what is left when case, spaces and punctuation do not count."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFC", text).casefold()))


class Register:
    """Finds things of ours by what a file calls them."""

    def __init__(self, things: Iterable[Known]) -> None:
        self.things = tuple(things)
        self._by_code = {thing.code.casefold(): thing for thing in self.things}
        self._by_key: dict[str, list[Known]] = {}
        for thing in self.things:
            for name in {key(name) for name in (thing.code, *thing.names)} - {""}:
                self._by_key.setdefault(name, []).append(thing)

    def find(self, text: str) -> Sequence[Known]:
        """All that go by the text, in our order; more than one means that it does not say which. A code is the one it is."""
        exact = self._by_code.get(text.strip().casefold())
        return (exact,) if exact else self._by_key.get(key(text), ())

    def by_code(self, code: str) -> Known | None:
        """The one with exactly that code."""
        return next((thing for thing in self.things if thing.code == code), None)


SHORT_FORMS: Mapping[str, tuple[str, ...]] = {
    "SPL": ("spl", "sygepl", "sygeplejerske", "sygeplejersker", "sygeplejerskerne"),
    "SPSPL": ("specialsygeplejerske", "specialsygeplejersker", "specialspl"),
    "SSA": ("ssa", "ass", "assistent", "assistenter", "sosu-assistent", "sosu-assistenter", "sosuass", "sosu-ass",
            "social- og sundhedsassistenter", "ss-assistent", "ssa'er"),
    "SSH": ("ssh", "hjælper", "hjælpere", "sosu-hjælper", "sosu-hjælpere", "social- og sundhedshjælpere", "ss-hjælper",
            "hjp", "ssh'er"),
    "UFA": ("ufaglært", "ufaglærte", "ufagl", "ikke-faglært", "ikke-faglærte", "uuddannet", "uuddannede"),
    "PAED": ("pæd", "pædagog", "pædagoger"),
    "PAA": ("pædagogisk assistent", "pædagogiske assistenter", "pæd. ass", "pau"),
    "ERG": ("ergo", "ergoterapeut", "ergoterapeuter"),
    "FYS": ("fys", "fysio", "fysioterapeut", "fysioterapeuter"),
    "SSAE": ("ssa-elev", "ssa-elever", "assistentelev", "assistentelever", "sosu-assistentelev"),
    "SSHE": ("ssh-elev", "ssh-elever", "hjælperelev", "hjælperelever", "sosu-hjælperelev"),
    "SPLS": ("sygeplejestuderende", "spl.stud", "sygepl.stud", "spl-studerende"),
    "PHA": ("plejehjemsassistent", "plejehjemsassistenter"),
    "SYH": ("sygehjælper", "sygehjælpere"),
    "HJH": ("hjemmehjælper", "hjemmehjælpere"),
    "LAE": ("læge", "læger"),
}  # fmt: skip
"""What Danish files call the staff groups of the reference data, besides code and name."""


def with_short_forms(groups: Iterable[Known]) -> Register:
    """A register of staff groups that also knows the usual short forms."""
    return Register(Known(group.code, (*group.names, *SHORT_FORMS.get(group.code, ()))) for group in groups)


@dataclass(frozen=True)
class MappingFile:
    """What a municipality's own words mean here. All keys are as `key` makes them, symbols as `symbol_key` does."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Their heading -> our field, or `IGNORE`."""
    staff_groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tasks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Their task -> one or more of our codes or names, or `NEW`, `AREA`, `IGNORE`."""
    shifts: Mapping[str, str] = field(default_factory=dict)
    symbols: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, int] = field(default_factory=dict)
    """Symbol -> the rank that it says, where the field itself names none."""
    kept: frozenset[str] = frozenset()
    """The symbols whose own words are kept as a note."""


def symbol_key(text: str) -> str:
    """A symbol with single spaces, in lower case; its punctuation counts, as in X and (X)."""
    return re.sub(r"\s+", " ", text).strip().casefold()


def read_mapping(data: bytes) -> MappingFile:
    """The mapping in a JSON file {"columns": {...}, "values": {"staff_groups": {...}, "tasks": {...}, ...}}.

    SheetProblem when it is something else, or has a part we do not know.
    """
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise SheetProblem(N_("The mapping file is not JSON in UTF-8. Start from the example in the guide.")) from error
    values = _section(content, "values", known={"columns", "values"})
    _section(values, "", known={"staff_groups", "tasks", "shifts", "symbols"})
    return MappingFile(
        columns={key(theirs): _one(ours) for theirs, ours in _section(content, "columns").items()},
        staff_groups={key(theirs): _many(ours) for theirs, ours in _section(values, "staff_groups").items()},
        tasks={key(theirs): _many(ours) for theirs, ours in _section(values, "tasks").items()},
        shifts={key(theirs): _one(ours) for theirs, ours in _section(values, "shifts").items()},
        symbols={symbol_key(theirs): _one(ours) for theirs, ours in _section(values, "symbols").items()},
    )


def _section(content: Any, name: str, known: set[str] | None = None) -> Mapping[str, Any]:
    """The object by that name inside, or the object itself without a name."""
    if not isinstance(content, dict):
        raise SheetProblem(N_("The mapping file must hold an object with “columns” and “values”."))
    for unknown in sorted(set(content) - (known or set(content))):
        raise SheetProblem(N_("The mapping file has a part that is not known: “%(part)s”."), part=unknown[:60])
    inside = content.get(name, {}) if name else content
    if not isinstance(inside, dict):
        raise SheetProblem(N_("The mapping file must hold an object with “columns” and “values”."))
    return inside


def _one(value: Any) -> str:
    """One of ours; nothing said means that theirs is left out."""
    if value is None or value == "":
        return IGNORE
    if isinstance(value, str):
        return value
    raise SheetProblem(N_("The mapping file must give a text for each of your words."))


def _many(value: Any) -> tuple[str, ...]:
    """One or more of ours."""
    return tuple(_one(v) for v in value) if isinstance(value, list) and value else (_one(value),)

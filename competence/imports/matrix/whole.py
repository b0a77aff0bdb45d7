"""All that a cell says, as a row of a sheet: what an export writes and its import reads back without loss."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from competence.delegation.drafting import Wording
from competence.delegation.rules import DATA_CODES, ENTITLING, CellRule, Ground, Keeping, LeaderPart
from competence.foundation.clock import day_after, last_day
from competence.foundation.text import N_, Sentence, sentence
from competence.imports.fields import read_date, read_level, read_number, read_yes, shown
from competence.imports.grid import Value

E = TypeVar("E", bound=StrEnum)

RULES: Mapping[str, CellRule] = DATA_CODES
GROUNDS: Mapping[str, Ground] = {
    "egen ret": Ground.OWN_RIGHT, "lægens ordination": Ground.DOCTORS_ORDER, "rammedelegation": Ground.FRAMEWORK,
}  # fmt: skip
LEADER: Mapping[str, LeaderPart] = {
    "intet": LeaderPart.NONE, "får besked": LeaderPart.NOTICE, "aftaler før": LeaderPart.BEFORE,
}  # fmt: skip
KEEPINGS: Mapping[str, Keeping] = {
    "mister straks": Keeping.AT_ONCE, "beholder til en dag": Keeping.GRACE, "beholder": Keeping.KEEP,
}  # fmt: skip
SYMBOLS: Mapping[CellRule, str] = {
    CellRule.CORE: "X", CellRule.MUST: "SKAL", CellRule.MAY_GENERAL: "(X)", CellRule.MAY_CITIZEN: "BS",
    CellRule.DELEGATION_ONLY: "Delegation", CellRule.ASSISTS: "M", CellRule.NOT_ALLOWED: "÷", CellRule.NOT_RELEVANT: "–",
    CellRule.UNDECIDED: "?",
}  # fmt: skip
"""What stands in the table itself; each of them is read by `read_symbol` as its rule."""
HEADINGS: Mapping[str, str] = {
    "task": "Opgavekode", "name": "Opgave", "group": "Faggruppe", "rule": "Regel", "minimum": "Mindst niveau",
    "education": "Niveau af uddannelse", "not_stated": "Niveau ikke oplyst", "times": "Gange", "months": "Måneder",
    "each": "Hvert år til og med", "ground": "Grundlag", "giver": "Giver", "instruction": "Instruks",
    "instruction_version": "Instruksens version", "leader": "Leder", "keeping": "De, der mister opgaven",
    "keeping_through": "Beholder til og med", "note": "Note", "source": "Kilde",
}  # fmt: skip
"""Field -> its heading in the sheet of fields, in the order of the columns."""
_YEAR_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


@dataclass(frozen=True)
class WholeCell:
    """A cell with all its terms. Its limits stand in a sheet of their own."""

    wording: Wording
    keeping: Keeping = Keeping.AT_ONCE
    keeping_to: date | None = None
    """First day on which they no longer keep it."""

    @property
    def symbol(self) -> str:
        """What stands in the table: the symbol, and the level where one is stated."""
        said = self.wording
        level = said.education_level if said.rule is CellRule.CORE else said.minimum_level
        stated = level is not None and not said.level_not_stated and said.rule in ENTITLING
        return f"{SYMBOLS[said.rule]} {level}" if stated else SYMBOLS[said.rule]

    def row(self) -> dict[str, str | int | date | None]:
        """By field, all but whose it is. Days are last days."""
        said = self.wording
        return {
            "rule": _word(RULES, said.rule), "minimum": said.minimum_level, "education": said.education_level,
            "not_stated": "ja" if said.level_not_stated else "nej", "times": said.observed_times,
            "months": said.validity_months, "each": said.validity_date,
            "ground": _word(GROUNDS, said.ground) if said.ground else None, **(said.framework or {}),
            "leader": _word(LEADER, said.agreed_with_leader), "keeping": _word(KEEPINGS, self.keeping),
            "keeping_through": last_day(self.keeping_to), "note": said.note, "source": said.source,
        }  # fmt: skip


def _word(words: Mapping[str, E], value: E) -> str:
    return next(word for word, meant in words.items() if meant == value)


@dataclass(frozen=True)
class Problems:
    """What is wrong with a row, by field."""

    by_field: Mapping[str, Sentence]


def read_whole(
    values: Mapping[str, Value], limits: tuple[Mapping[str, str], ...], highest: int
) -> WholeCell | Problems:
    """The cell of a row, or by field what is wrong with it. `highest` is the practice scale's last rank."""
    wrong: dict[str, Sentence] = {}

    def text(field: str) -> str:
        value = values.get(field, "")
        return value if isinstance(value, str) else value.isoformat()

    def chosen(field: str, words: Mapping[str, E]) -> E | None:
        found = words.get(text(field).casefold())
        if found is None and text(field):
            said = sentence(
                N_("“%(value)s” cannot stand here. Write one of: %(words)s."), value=shown(text(field)),
                words=", ".join(dict.fromkeys(words)),
            )  # fmt: skip
            wrong[field] = said
        return found

    def whole_number(field: str) -> int | None:
        found = read_number(values.get(field, ""))
        if isinstance(found, Sentence):
            wrong[field] = found
            return None
        return found

    def level(field: str) -> int | None:
        found = read_level(values.get(field, ""), [str(rank) for rank in range(1, highest + 1)])
        if isinstance(found, Sentence):
            wrong[field] = found
            return None
        return found

    not_stated, through = read_yes(values.get("not_stated", "")), read_date(values.get("keeping_through", ""))
    for field, found in (("not_stated", not_stated), ("keeping_through", through)):
        if isinstance(found, Sentence):
            wrong[field] = found
    if text("each") and not _YEAR_DAY.fullmatch(text("each")):
        wrong["each"] = sentence(N_("Write the month and the day as 03-01, or leave it empty."))
    rule = chosen("rule", RULES)
    if rule is None and "rule" not in wrong:
        wrong["rule"] = sentence(N_("The rule is missing. Write one of: %(words)s."), words=", ".join(RULES))
    framework = {part: text(part) for part in ("giver", "instruction", "instruction_version")}
    wording = Wording(
        rule or CellRule.UNDECIDED, level("minimum"), level("education"), not_stated is True, whole_number("times"),
        whole_number("months"), text("each") or None, limits, chosen("ground", GROUNDS),
        framework if any(framework.values()) else None, chosen("leader", LEADER) or LeaderPart.NONE, text("note"),
        text("source")[:400],
    )  # fmt: skip
    keeping = chosen("keeping", KEEPINGS) or Keeping.AT_ONCE
    if keeping is Keeping.GRACE and through is None:
        wrong["keeping_through"] = sentence(N_("Write the last day on which they keep it."))
    if wrong:
        return Problems(wrong)
    kept = day_after(through if isinstance(through, date) else None)
    return WholeCell(wording, keeping, kept)

"""What a field of a task matrix says: the rule, the level, and the marks that point to notes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from competence.delegation.rules import DATA_CODES, CellRule
from competence.imports.known import key, symbol_key

_WORDS: Mapping[CellRule, tuple[str, ...]] = {
    CellRule.CORE: ("x", "kan", "i kraft af uddannelse", "kernekompetence", "kernekompetencer", "kerne", "✓", "✔", "■"),
    CellRule.MUST: (
        "skal",
        "skal-kompetence",
        "skalkompetence",
        "minimumskrav",
        "grundlæggende sygepleje",
        "skal oplæres",
    ),
    CellRule.MAY_GENERAL: (
        *(
            "(x)",
            "kan erhverve",
            "efter oplæring",
            "på delegation",
            "kan generel",
            "kan generelt",
            "(x) efter oplæring",
        ),
        *("x efter oplæring", "kan efter oplæring", "må efter oplæring", "x (efter oplæring)", "kan oplæres"),
    ),
    CellRule.MAY_CITIZEN: (
        *("bs", "(bs)", "borgerspecifik", "borgerspecifikt", "konkret borger", "kan borgerspecifik", "borger specifik"),
        *("kan borgerspecifikt", "bs efter oplæring"),
    ),
    CellRule.DELEGATION_ONLY: (
        *("kræver delegation", "delegation", "kun delegation", "kun på delegation", "efter lægens ordination", "◆"),
        *("individuel delegation", "personlig delegation"),
    ),
    CellRule.ASSISTS: ("medvirker", "under vejledning", "assisterer", "m"),
    CellRule.NOT_ALLOWED: ("÷", "nej", "må ikke", "ikke tilladt"),
    CellRule.NOT_RELEVANT: ("-", "–", "—", "ikke relevant", "ir"),
    CellRule.UNDECIDED: ("", "?", "ikke afklaret", "uafklaret", "ikke besluttet"),
}
VOCABULARY: Mapping[str, CellRule] = {
    **{word: rule for rule, words in _WORDS.items() for word in words},
    **{word: rule for word, rule in DATA_CODES.items()},  # noqa: C416 - the two are merged as one
    **{rule.value: rule for rule in CellRule},
}
"""What documents write, as `symbol_key` makes it (domain: "How real matrices look")."""

_SPEAKS = re.compile(r"oplær|delega|borger|ikke|skal|vejledning|ordination|nej|kun af|undtag")
"""Words by which the text beside a symbol may change its rule: then it is asked for."""
_MARK = r"\*+|[¹²³⁴⁵⁶⁷⁸⁹⁰]+|†|‡|#"
_TRAILING_MARK = re.compile(rf"(?:{_MARK}|\s*\((?:[0-9]{{1,2}}|\*+)\)|(?<=[x)s])\s*[0-9]{{1,2}}\))$")
_LEVEL = re.compile(r"[\s,;:(\-]*\b(?:niveau|niv\.?|trin)\s*:?\s*([0-9]|[a-zæøå]+)\)?$")
_DIGIT = re.compile(r"(.*[^\s0-9])\s?([0-9])")
_ONLY_BY = re.compile(r"(?:udføres )?kun af .+|udføres af .+")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


@dataclass(frozen=True)
class Symbol:
    """A field as it is read. A rule of None: we cannot tell what it says."""

    rule: CellRule | None
    level: int | None = None
    """The rank on the practice scale; None when the field names none."""
    marks: tuple[str, ...] = ()
    """Footnote marks, digits in plain writing."""
    note: str = ""
    """What stands beside the symbol in the field itself."""


def plain_mark(mark: str) -> str:
    """A footnote mark without brackets, digits in plain writing: "¹", "1)" and "(1)" are all "1"."""
    return mark.translate(_SUPERSCRIPTS).strip("(). ")


def split_marks(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without footnote marks at its end, and the marks in the order they stand."""
    marks: list[str] = []
    text = text.strip()
    while match := _TRAILING_MARK.search(text.casefold()):
        if match.start() == 0:
            break
        marks.insert(0, plain_mark(text[match.start() :]))
        text = text[: match.start()].rstrip(" ,")
    return text, tuple(marks)


def read_symbol(
    text: str,
    *,
    levels: Sequence[str],
    notes: Mapping[str, str],
    own: Mapping[str, str],
    group_names: Sequence[str] = (),
) -> Symbol:
    """The field's meaning. `own` are the mapping file's symbols, `notes` the footnotes by mark, `group_names` the column's.

    A digit behind a symbol is a footnote mark if there is a footnote with that digit, else a level.
    """
    return take_apart(text, levels=levels, notes=notes, own=own, group_names=group_names)[1]


def take_apart(
    text: str,
    *,
    levels: Sequence[str],
    notes: Mapping[str, str],
    own: Mapping[str, str],
    group_names: Sequence[str] = (),
) -> tuple[str, Symbol]:
    """The part of the field that says its rule, or ought to, and the field's meaning as `read_symbol` gives it."""
    rule = _own_rule(text, own) or VOCABULARY.get(symbol_key(text))
    if rule:
        return text, Symbol(rule)
    bare, marks = split_marks(text)
    level: int | None = None
    said, found_level = _level(bare, levels)
    if found_level is not None:
        bare, level = said, found_level
    elif match := _DIGIT.fullmatch(bare):
        digit = match[2]
        if digit in notes and _rule(match[1], own, group_names):
            bare, marks = match[1], (digit, *marks)
        elif 1 <= int(digit) <= len(levels) and _rule(match[1], own, group_names):
            bare, level = match[1], int(digit)
    bare, more = split_marks(bare)
    marks = (*more, *marks)
    rule = _rule(bare, own, group_names)
    if rule:
        return bare, Symbol(rule, level, marks)
    symbol, note = _beside(bare)
    rule = _rule(symbol, own, group_names) if symbol else None
    if rule and not _SPEAKS.search(note.casefold()):
        return symbol, Symbol(rule, level, marks, note)
    return bare, Symbol(None, level, marks)


def _own_rule(text: str, own: Mapping[str, str]) -> CellRule | None:
    """What the mapping file says of the symbol."""
    said = own.get(symbol_key(text))
    return VOCABULARY.get(symbol_key(said)) if said else None


def _rule(text: str, own: Mapping[str, str], group_names: Sequence[str]) -> CellRule | None:
    """The rule of a symbol without level and marks."""
    word = symbol_key(text).rstrip(" .,;:")
    rule = _own_rule(text, own) or VOCABULARY.get(word)
    if rule or not word:
        return rule
    if _ONLY_BY.fullmatch(word):
        return CellRule.NOT_ALLOWED
    if word.endswith("-opgave") and key(word.removesuffix("-opgave")) in {key(name) for name in group_names}:
        return CellRule.CORE
    return None


def _level(text: str, levels: Sequence[str]) -> tuple[str, int | None]:
    """The text without the level at its end, and the level's rank."""
    names = [key(name) for name in levels]
    plain = text.casefold()
    if match := _LEVEL.search(plain):
        said = match[1]
        if said.isdigit() and 1 <= int(said) <= len(levels):
            return text[: match.start()].strip(), int(said)
        if key(said) in names:
            return text[: match.start()].strip(), names.index(key(said)) + 1
    for rank, name in enumerate(levels, start=1):
        match = re.search(rf"[\s,;:(\-]+{re.escape(name.casefold())}\)?$", plain)
        if match and match.start():
            return text[: match.start()].strip(), rank
    return text, None


def _beside(text: str) -> tuple[str, str]:
    """The symbol and what stands beside it, parted by a line, a colon, a comma, a dash or brackets."""
    match = re.match(r"(\(x\)|\(bs\)|[^\s,:;(–-]+)\s*(?:\n|[:;,–]|\s-|(?=\())\s*(.+)", text, re.IGNORECASE | re.DOTALL)
    if not match:
        return "", ""
    note = match[2].strip()
    if note.startswith("(") and note.endswith(")"):
        note = note[1:-1]
    return match[1], note.strip()

"""Titles, legends and footnotes around a matrix: what its marks and symbols mean."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from competence.delegation.rules import CellRule
from competence.foundation.text import squeeze
from competence.imports.grid import Sheet
from competence.imports.known import symbol_key
from competence.imports.symbols import VOCABULARY, plain_mark

_NOTE = re.compile(
    r"\s*(\*+|[¹²³⁴⁵⁶⁷⁸⁹⁰]+|†|‡|#|\([0-9]{1,2}\)|[0-9]{1,2}[).:](?=\s)|[0-9]{1,2}(?=\s))\s*[:=–-]?\s*(\S.*)"
)
_DIGITS = re.compile(r"\(?[0-9]")
_LEGEND = re.compile(r"\s*(\S.{0,11}?)\s*(?:=|:|\s[–-]\s|\t)\s*(\S.+)")
_OUTSIDE = re.compile(
    r"(opdateret|godkendt|gælder|version|udarbejdet|revideret|kilde|side|note|noter|udskrevet|dato|ansvarlig|forklaring"
    r"|signatur|symbol|i alt|ialt|bilag|se )\b",
    re.IGNORECASE,
)
_MEANINGS: tuple[tuple[str, CellRule], ...] = (
    (r"oplær|sidemands", CellRule.MAY_GENERAL),
    (r"borgerspecifik|konkret borger|bestemt borger|enkelte borger", CellRule.MAY_CITIZEN),
    (r"må ikke|ikke udføre|ikke tilladt", CellRule.NOT_ALLOWED),
    (r"kræver delegation|kun (?:på )?delegation|individuel delegation", CellRule.DELEGATION_ONLY),
    (r"kernekompetence|i kraft af uddannelse", CellRule.CORE),
    (r"ikke relevant", CellRule.NOT_RELEVANT),
    (r"medvirke|under vejledning", CellRule.ASSISTS),
    (r"\bskal\b", CellRule.MUST),
)


@dataclass(frozen=True)
class Legend:
    """A line that says what a symbol means, as "X = kernekompetence"."""

    row: int
    symbol: str
    meaning: str

    @property
    def contradicts(self) -> bool:
        """Whether the symbol is one we read otherwise: both cannot be right."""
        ours = VOCABULARY.get(symbol_key(self.symbol))
        theirs = {rule for words, rule in _MEANINGS if re.search(words, self.meaning.casefold())}
        return ours is not None and bool(theirs) and ours not in theirs


@dataclass(frozen=True)
class Surroundings:
    """What stands above and below the table."""

    notes: Mapping[str, str]
    """Mark (digits in plain writing) -> the footnote's text."""
    legends: tuple[Legend, ...]


def is_symbol(text: str) -> bool:
    """Whether the text is a symbol of ours and nothing else."""
    return bool(text) and symbol_key(text) in VOCABULARY


def row_text(sheet: Sheet, row: int) -> str:
    """All that a row holds, in one line for each line of its cells."""
    return " ".join(value if isinstance(value, str) else value.isoformat() for value in sheet.rows[row] if value)


def read_surroundings(sheet: Sheet, *, header: int, end: int) -> Surroundings:
    """The notes and legends of the rows above `header` and from `end` on. Numbered lines count below the table only."""
    notes: dict[str, str] = {}
    legends: list[Legend] = []
    for row in [*range(header), *range(end, len(sheet.rows))]:
        for line in row_text(sheet, row).split("\n"):
            note = _NOTE.match(line)
            if note and (row >= end or not _DIGITS.match(note[1])):
                notes.setdefault(plain_mark(note[1]), squeeze(note[2]))
                continue
            legends += _legends(sheet, row, line)
    return Surroundings(notes, tuple(legends))


def _legends(sheet: Sheet, row: int, line: str) -> list[Legend]:
    """The legends of a line, with commas or semicolons between; or a symbol in one cell and its text in the next."""
    cells = [value for value in sheet.rows[row] if value]
    if len(cells) == 2 and isinstance(cells[0], str) and isinstance(cells[1], str) and is_symbol(cells[0]):
        return [Legend(row, cells[0], squeeze(cells[1]).lstrip("=: "))]
    found = [_LEGEND.fullmatch(piece) for piece in re.split(r"[;,]\s*(?=\S{1,6}\s*[=:])|\s{3,}", line)]
    return [Legend(row, match[1].strip(), squeeze(match[2])) for match in found if match and len(match[1].split()) <= 2]


def is_outside(text: str, *, below: bool) -> bool:
    """Whether a line is a footnote, a legend or a remark about the document, not a heading or a task.

    A line that begins with a number is a footnote only `below` the table; inside it is a numbered heading.
    """
    note = _NOTE.match(text)
    if (note and (below or not _DIGITS.match(note[1]))) or _OUTSIDE.match(text):
        return True
    legend = _LEGEND.fullmatch(text.split("\n")[0])
    return bool(legend and symbol_key(legend[1]) in VOCABULARY)

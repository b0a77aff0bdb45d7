"""What is found on a sheet with profiles: words, rows that must be asked about, what each row becomes, what is left out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from competence.foundation.text import Sentence, squeeze
from competence.imports.grid import Sheet, Span
from competence.imports.known import Known, key, symbol_key
from competence.imports.parsed import Parsed
from competence.imports.profiles import ProfileRow
from competence.imports.symbols import split_marks

_BULLET = re.compile(r"\s*(?:[-–—•·▪●◦*○►]\s+|[•·▪●◦►])\s*(?=\S)")
_NUMBER = re.compile(r"\s*[0-9]{1,2}[.)]\s+(?=\S)")


@dataclass
class Word:
    """A word as it stands in a column of staff groups, profile levels or practice levels, or a mark in a field."""

    kind: str
    """GROUP, LEVEL, PRACTICE or ASKS."""
    text: str
    example: str
    """The first field's address, as "C7"."""
    known: str = ""
    """What it means as we read it: codes with "|" between, or a rank; "" when we cannot tell."""
    alike: tuple[Known, ...] = ()
    """The staff groups that it may name."""
    legend: str = ""
    """What the file itself says that it means."""
    count: int = 0
    on_task: bool = False
    on_statement: bool = False
    wants_level: bool = False
    """Nothing else says at which profile level it counts."""


def word_key(kind: str, text: str) -> str:
    """By which an answer about a word is kept."""
    return f"{kind}|{symbol_key(text)[:400]}"


@dataclass(frozen=True)
class AskedRow:
    """A row that we cannot settle: a task that we do not know, or a text that stands alone."""

    row: int
    """As Excel shows it."""
    name: str
    alone: bool = False
    """Nothing stands beside it: a heading over those beneath, or something not filled in."""
    fields: bool = False
    """The sheet says in fields what it is about: alone it can be a heading only."""
    unclear: tuple[Known, ...] = ()
    group: str = ""
    """The staff group that it names."""
    level: int = 0
    """The profile level that it names."""

    @property
    def key(self) -> str:
        """By which the answer is kept."""
        return asked_key(self.name, alone=self.alone)


def asked_key(name: str, *, alone: bool) -> str:
    """By which an answer about a row is kept."""
    return ("|" if alone else "") + key(name)[:400]


@dataclass
class Made:
    """One row of the sheet: what it says, what it becomes, and what should be looked at."""

    row: int
    """As Excel shows it."""
    sources: list[tuple[str, str]] = field(default_factory=list)
    """(column letter, text)."""
    rows: list[ProfileRow] = field(default_factory=list)
    doubts: list[Sentence] = field(default_factory=list)
    remarks: list[Sentence] = field(default_factory=list)

    def doubt(self, said: Sentence) -> None:
        """Nothing; it is said once."""
        if said not in self.doubts:
            self.doubts.append(said)

    def remark(self, said: Sentence) -> None:
        """Nothing; it is said once."""
        if said not in self.remarks:
            self.remarks.append(said)


@dataclass(frozen=True)
class LeftOut:
    """Something of the sheet that does not come along."""

    row: int | None
    """As Excel shows it; None: a whole column."""
    column: str
    """The letter Excel shows; "": a whole row."""
    text: str
    why: Sentence


@dataclass(frozen=True)
class Reading:
    """The sheet as it reads with what has been said so far."""

    parsed: Parsed[ProfileRow]
    made: tuple[Made, ...]
    words: Mapping[str, Word]
    """By `word_key`, in the order in which they are met."""
    asked: tuple[AskedRow, ...]
    """All rows that must be asked about, the answered ones too; each once."""
    left_out: tuple[LeftOut, ...]


def lines_of(text: str) -> list[str]:
    """The sentences of a field: one on each line. Where bullets are used, a line without one goes on from the one above."""
    lines = [line for line in text.split("\n") if squeeze(line)]
    numbered = sum(1 for line in lines if _NUMBER.match(line)) > 1
    begins = [
        match.end() if (match := _BULLET.match(line) or (numbered and _NUMBER.match(line)) or None) else 0
        for line in lines
    ]
    if not any(begins):
        return [squeeze(line) for line in lines]
    found: list[str] = []
    for line, begin in zip(lines, begins, strict=True):
        if begin or not found:
            found.append(line[begin:])
        else:
            found[-1] += f" {line}"
    return [squeeze(line) for line in found]


def apart(text: str, notes: Mapping[str, str]) -> tuple[str, list[str], list[str]]:
    """The text without footnote marks at its end, the footnotes they point to, and the marks that point to none.

    With a mark that points to none the text stays as it is.
    """
    bare, marks = split_marks(text)
    unknown = [mark for mark in marks if mark not in notes]
    if unknown or not bare:
        return text, [notes[mark] for mark in marks if mark in notes], unknown if bare else []
    return bare, [notes[mark] for mark in marks], []


def filled_in(sheet: Sheet, fields: frozenset[int]) -> Sheet:
    """The sheet with merged ranges filled in; one that begins outside the fields, as a title does, is not drawn into them."""
    spans = tuple(one if one.left in fields else Span(one.top, one.left, one.bottom, one.left) for one in sheet.spans)
    return Sheet(sheet.name, sheet.rows, spans, sheet.comments, sheet.hidden).through_spans()

"""Where a sheet with a roster has its headings, what each column seems to hold, and its rows by what was said. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from competence.foundation.text import N_, Sentence, sentence
from competence.imports.collecting import units_called
from competence.imports.grid import Sheet, Value, column_letter
from competence.imports.headings import SEARCHED_ROWS, Listing, Record
from competence.imports.known import KnownUnit, key
from competence.imports.mapping.answers import column_key, heading_of, text_of
from competence.imports.mapping.reading import fullest_row
from competence.imports.mapping.roster.choices import NOTHING, RosterChoices
from competence.imports.parsed import Place
from competence.imports.roster import FIELDS

ROLES = (*(field.name for field in FIELDS), NOTHING)


@dataclass(frozen=True)
class RosterColumn:
    """A column that must be asked about."""

    column: int
    key: str
    heading: str
    guess: str
    """The field that its heading names; "" where we cannot tell."""
    example: str
    """What stands first beneath it."""

    @property
    def letter(self) -> str:
        """As Excel shows it."""
        return column_letter(self.column)


def _field_called(heading: str) -> str:
    for piece in reversed(heading.split(" · ")):
        for field in FIELDS:
            if piece and field.is_called(piece):
                return field.name
    return ""


def guess_rows(sheet: Sheet) -> RosterChoices:
    """Where the headings seem to stand: the first of the rows that name the most of our fields."""
    rows = range(min(len(sheet.rows), SEARCHED_ROWS))

    def named(row: int) -> int:
        return len({_field_called(text_of(value)) for value in sheet.rows[row] if value} - {""})

    best = max(rows, key=lambda row: (named(row), -row), default=0)
    top = best if rows and named(best) > 1 else fullest_row(sheet)
    return RosterChoices(sheet.name, top, top)


def columns_of(sheet: Sheet, choices: RosterChoices) -> list[RosterColumn]:
    """The columns that have a heading or hold anything, each with what it seems to hold; no field is guessed twice."""
    filled = sheet.through_spans()
    top, bottom = choices.head
    found: list[RosterColumn] = []
    taken: set[str] = set()
    for column in range(len(sheet.rows[0]) if sheet.rows else 0):
        heading = heading_of(filled, top, bottom, column)
        below = next((value for row in range(bottom + 1, len(sheet.rows)) if (value := sheet.at(row, column))), "")
        if not heading and not below:
            continue
        guess = _field_called(heading)
        guess = "" if guess in taken else guess
        taken.add(guess)
        found.append(RosterColumn(column, column_key(column, heading), heading, guess, text_of(below)))
    return found


def wrong_with(columns: Sequence[RosterColumn], meant: Mapping[str, str]) -> dict[str, Sentence]:
    """Column ("" for the whole) -> what is wrong: two columns hold the same, or something must be said and is not."""
    found: dict[str, Sentence] = {}
    taken: dict[str, RosterColumn] = {}
    for column in columns:
        role = meant.get(column.key, NOTHING)
        if role == NOTHING:
            continue
        if role in taken:
            said = N_("Column %(first)s means the same. Let one of the two mean something else, or nothing.")
            found[column.key] = sentence(said, first=taken[role].letter)
        taken.setdefault(role, column)
    if "number" not in taken:
        found[""] = sentence(N_("Say which column has the staff numbers."))
    elif "times" not in taken and not {"start", "end"} <= set(taken):
        found[""] = sentence(
            N_("Say which columns have the times: one with the start and one with the end, or one with both.")
        )
    return found


def is_answered(sheet: Sheet, choices: RosterChoices) -> bool:
    """Whether it has been said of every column what it holds, and enough of them hold something."""
    columns = columns_of(sheet, choices)
    meant = {one.key: choices.columns[one.key] for one in columns if one.key in choices.columns}
    return len(meant) == len(columns) and choices.name is not None and not wrong_with(columns, meant)


def listing_of(sheet: Sheet, choices: RosterChoices) -> Listing:
    """The rows beneath the headings as a list, by what each column was said to hold."""
    filled = sheet.through_spans()
    places = {
        choices.columns[one.key]: one.column
        for one in columns_of(sheet, choices)
        if choices.columns.get(one.key, NOTHING) != NOTHING
    }
    letters = {name: column_letter(column) for name, column in places.items()}
    records = []
    for row in range(choices.head[1] + 1, len(filled.rows)):
        values: dict[str, Value] = {name: filled.at(row, column) for name, column in places.items()}
        if values.get("number") or any(sheet.at(row, column) for column in places.values()):
            records.append(Record(Place(sheet.name, row + 1, letters), values))
    return Listing(tuple(records), (), (), (), frozenset(places))


@dataclass(frozen=True)
class UnitWord:
    """A word for a unit that is none of ours, or several."""

    key: str
    text: str
    row: int
    """The first row on which it stands, from 1."""
    count: int


def unknown_units(listing: Listing, units: Sequence[KnownUnit]) -> list[UnitWord]:
    """The words in the column of units that must be asked about, in the order in which they stand."""
    found: dict[str, UnitWord] = {}
    for record in listing.records:
        text = record.text("unit")
        word = key(text)
        if not word:
            continue
        if word in found:
            found[word] = UnitWord(word, found[word].text, found[word].row, found[word].count + 1)
        elif len(units_called(text, units)) != 1:
            found[word] = UnitWord(word, text, record.place.row, 1)
    return list(found.values())

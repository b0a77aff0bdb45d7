"""Finds the row of headings in a list and which column is which field, whatever their order."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from competence.foundation.text import N_, sentence, squeeze
from competence.imports.grid import Sheet, Value, Workbook, column_letter
from competence.imports.known import IGNORE, MappingFile, key
from competence.imports.parsed import Place, Problem, Skipped, at

SEARCHED_ROWS = 40
"""So many rows from the top are searched for the headings."""


@dataclass(frozen=True)
class Field:
    """A column that we read."""

    name: str
    heading: str
    """As the guide writes it, in Danish."""
    others: tuple[str, ...] = ()
    """What Danish files also call it."""
    required: bool = False

    def is_called(self, heading: str) -> bool:
        """Whether the heading means this field: with or without what stands in parentheses."""
        own = {key(name) for name in (self.name, self.heading, *self.others)}
        return bool({key(heading), key(re.sub(r"\(.*?\)", "", heading))} & own)


@dataclass(frozen=True)
class Record:
    """One row of a list: its values by field, "" where the file has no such column."""

    place: Place
    values: Mapping[str, Value]

    def text(self, field: str) -> str:
        """The value as text on one line; a date as ISO."""
        value = self.values.get(field, "")
        return squeeze(value) if isinstance(value, str) else value.isoformat()


@dataclass(frozen=True)
class Listing:
    """What a workbook holds when it is read as one list."""

    records: tuple[Record, ...]
    problems: tuple[Problem, ...]
    unmapped: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    fields: frozenset[str]
    """The fields for which there is a column."""


def read_list(
    workbook: Workbook, fields: Sequence[Field], mapping: MappingFile, *, alone: Sequence[str] = ()
) -> Listing:
    """All sheets with the headings, as one list. Sheets without them are left out by name while another one has them.

    A row with a single value is a group heading or a footer and is left out, but told; not if that value stands in a
    column of `alone` and holds a digit, as a staff number does.
    """
    records: list[Record] = []
    problems: list[Problem] = []
    unmapped: list[str] = []
    skipped: list[Skipped] = []
    seen: set[str] = set()
    without: list[Sheet] = []
    for sheet in workbook.visible():
        filled = sheet.through_spans()
        header = _header_row(filled, fields, mapping)
        if header is None:
            without.append(sheet)
            continue
        columns, wrong, unknown = _columns(filled, header, fields, mapping)
        problems += wrong
        unmapped += [heading for heading in unknown if heading not in unmapped]
        seen |= set(columns)
        letters = {name: column_letter(column) for name, column in columns.items()}
        for row in range(header):
            skipped += _as_skipped(sheet, row)
        for row in range(header + 1, len(filled.rows)):
            own = [value for value in sheet.rows[row] if value]
            read = {name: filled.rows[row][column] for name, column in columns.items()}
            if not own and not any(read.values()):
                continue
            if _is_outside(sheet, row, columns, alone) or filled.rows[row] == filled.rows[header]:
                skipped += _as_skipped(sheet, row)
                continue
            if any(read.values()):
                records.append(Record(Place(sheet.name, row + 1, letters), read))
    if without and len(without) == len(list(workbook.visible())):
        wanted = ", ".join(field.heading for field in fields if field.required)
        problems += [
            at(
                sheet.name,
                None,
                None,
                sentence(N_("No row of headings was found. Expected: %(headings)s."), headings=wanted),
            )
            for sheet in without
        ]
    else:
        unmapped += [sheet.name for sheet in without]
        skipped += [Skipped(sheet.name, 1, sheet.name) for sheet in without]
    skipped += [Skipped(s.name, 1, s.name) for s in workbook.sheets if s.hidden and not s.is_empty]
    return Listing(tuple(records), tuple(problems), tuple(unmapped), tuple(skipped), frozenset(seen))


def _as_skipped(sheet: Sheet, row: int) -> Iterator[Skipped]:
    """The row as one that was left out, if it holds anything."""
    text = " ".join(value if isinstance(value, str) else value.isoformat() for value in sheet.rows[row] if value)
    if text:
        yield Skipped(sheet.name, row + 1, squeeze(text)[:200])


def _field_of(heading: Value, fields: Sequence[Field], mapping: MappingFile) -> str | None:
    """The field's name, `IGNORE` for a column that the mapping leaves out, None for a heading that is not ours."""
    if not isinstance(heading, str) or not heading:
        return None
    mapped = mapping.columns.get(key(heading))
    if mapped == IGNORE:
        return IGNORE
    return next((field.name for field in fields if field.is_called(mapped or heading)), None)


def _header_row(sheet: Sheet, fields: Sequence[Field], mapping: MappingFile) -> int | None:
    """The first of the rows that name the most of our fields; None when no row names two, or all that are required."""
    needed = min(2, len([field for field in fields if field.required]))
    best, most = None, needed - 1
    for row, values in enumerate(sheet.rows[:SEARCHED_ROWS]):
        named = {_field_of(value, fields, mapping) for value in values} - {None, IGNORE}
        if len(named) > most:
            best, most = row, len(named)
    return best


def _columns(
    sheet: Sheet, header: int, fields: Sequence[Field], mapping: MappingFile
) -> tuple[dict[str, int], list[Problem], list[str]]:
    """Field -> column, the problems with the headings, and the headings that are not ours."""
    columns: dict[str, int] = {}
    problems: list[Problem] = []
    unknown: list[str] = []
    for column, value in enumerate(sheet.rows[header]):
        name = _field_of(value, fields, mapping)
        if name == IGNORE or not value:
            continue
        if name is None:
            unknown.append(str(value))
        elif name in columns:
            said = sentence(
                N_("“%(first)s” and “%(second)s” could both be %(field)s. Say which by a mapping file, or remove one."),
                first=str(sheet.rows[header][columns[name]]),
                second=str(value),
                field=next(field.heading for field in fields if field.name == name),
            )
            problems.append(at(sheet.name, header, column, said))
        else:
            columns[name] = column
    for field in fields:
        if field.required and field.name not in columns:
            said = sentence(N_("The column “%(heading)s” is missing."), heading=field.heading)
            problems.append(at(sheet.name, header, None, said))
    return columns, problems, unknown


_TOTALS = frozenset({"ialt", "total", "sum", "antal", "samlet"})


def _is_outside(sheet: Sheet, row: int, columns: Mapping[str, int], alone: Sequence[str]) -> bool:
    """Whether the row is a group heading, a footer or a sum: one value of its own, which no record has."""
    held = [(column, value) for column, value in enumerate(sheet.rows[row]) if value]
    if not held:
        return False
    first = held[0][1]
    if isinstance(first, str) and key(first) in _TOTALS:
        return True
    if len(held) > 1 or any(span.top < row <= span.bottom for span in sheet.spans):
        return False
    name = next((name for name, column in columns.items() if column == held[0][0]), None)
    spread = any(s.top == row and s.left == held[0][0] and s.right > s.left for s in sheet.spans)
    is_record = name in alone and any(c.isdigit() for c in str(first)) and " " not in str(first)
    return spread or not is_record

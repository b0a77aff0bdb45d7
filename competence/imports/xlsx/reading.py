"""The sheets of an .xlsx as plain values.

What calamine reads is packed anew from the parts that were looked through here, so that both see the same bytes.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import python_calamine

from competence.foundation.text import N_
from competence.imports.grid import Sheet, SheetProblem, Span, Value, clean
from competence.imports.xlsx.comments import comments_on
from competence.imports.xlsx.contents import Contents, Strings
from competence.imports.xlsx.package import DAMAGED, Listed, listed_sheets, read_parts


def read_xlsx(data: bytes) -> tuple[Sheet, ...]:
    """The sheets in their order. SheetProblem when it is no ordinary .xlsx, or holds what must not come in."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = read_parts(package)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise SheetProblem(DAMAGED) from error
    if "xl/workbook.xml" not in parts:
        raise SheetProblem(N_("The file is not a spreadsheet. Save the table as .xlsx or .csv, and choose that file."))
    listed = listed_sheets(parts)
    raised = Strings()
    if "xl/sharedStrings.xml" in parts:
        raised.read(parts["xl/sharedStrings.xml"])
    looked: dict[str, Contents] = {}
    for entry in listed:
        looked[entry.name] = Contents(entry.name, raised)
        looked[entry.name].read(parts[entry.part])
    return tuple(_sheet(entry, looked[entry.name], raised, rows, parts) for entry, rows in _calamine(parts, listed))


def _calamine(parts: Mapping[str, bytes], listed: tuple[Listed, ...]) -> list[tuple[Listed, Any]]:
    """Each listed sheet with calamine's sheet, read from the looked-through parts alone."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as package:
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name), content)
    packed.seek(0)
    try:
        workbook = python_calamine.load_workbook(packed)
        return [(entry, workbook.get_sheet_by_name(entry.name)) for entry in listed]
    except BaseException as error:
        raise _as_problem(error) from error


def _sheet(entry: Listed, contents: Contents, strings: Strings, read: Any, parts: Mapping[str, bytes]) -> Sheet:
    """The sheet as plain values, all rows equally long."""
    try:
        raw = read.to_python(skip_empty_area=False) if contents.rows else []
        merged = read.merged_cell_ranges or []
    except BaseException as error:
        raise _as_problem(error) from error
    rows = [[_plain(value) for value in row] for row in raw]
    moments = {
        (row, column): _to_the_minute(value)
        for row, values in enumerate(raw)
        for column, value in enumerate(values)
        if isinstance(value, datetime) and (value.hour or value.minute or value.second)
    }
    for (row, column), text in contents.raised.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = clean(text)
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((column + 1 for row in rows for column, value in enumerate(row) if value), default=0)
    spans = tuple(
        Span(top, left, bottom, right) for (top, left), (bottom, right) in merged if top < len(rows) and left < width
    )
    rows = [[*row[:width], *[""] * (width - len(row))] for row in rows]
    comments = comments_on(parts, entry.part)
    return Sheet(clean(entry.name), tuple(map(tuple, rows)), spans, comments, entry.hidden, moments)


def _to_the_minute(moment: datetime) -> datetime:
    """The nearest minute: Excel keeps a fraction of a day, which may fall a hair short of it."""
    return (moment + timedelta(seconds=30)).replace(second=0, microsecond=0)


def _as_problem(error: BaseException) -> BaseException:
    """A SheetProblem for what calamine stumbled over; any other interruption unchanged."""
    # A panic inside calamine arrives as a PanicException, which is no Exception and cannot be imported.
    if isinstance(error, Exception) or type(error).__name__ == "PanicException":
        return SheetProblem(DAMAGED)
    return error


def _plain(value: Any) -> Value:
    """A cell's value as text or date: whole numbers without a decimal, others with a Danish comma."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value).replace(".", ",")
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, time):
        return _to_the_minute(datetime.combine(date.min, value)).strftime("%H:%M")
    if isinstance(value, timedelta):
        return str(value)
    return clean(str(value))

"""Reading .csv files as Danish Excel saves them."""

import csv
import io

from competence.foundation.text import N_
from competence.imports.grid import MAX_CELLS, Sheet, SheetProblem, clean

_TOO_LARGE = N_("The file is too large. Keep the table only, and split it into several files if it is long.")
SEPARATORS = ";\t,"
"""In the order in which they win a tie: Danish Excel writes semicolons, and commas stand inside fields."""


def read_csv(data: bytes) -> Sheet:
    """The one sheet of the file, without a name. SheetProblem when it is not text in rows."""
    text = decode(data)
    if "\x00" in text:
        raise SheetProblem(N_("The file is not a table of text. Save it as .xlsx or .csv, and choose that file."))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first, _, rest = text.partition("\n")
    if first.strip().casefold() in [f"sep={separator}" for separator in SEPARATORS]:
        # The line stays, empty, so that row numbers are those Excel would show.
        text, separator = "\n" + rest, first.strip()[4]
    else:
        separator = separator_of(text)
    rows: list[tuple[str, ...]] = []
    cells = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            cells += len(row)
            if cells > MAX_CELLS:
                raise SheetProblem(_TOO_LARGE)
            rows.append(tuple(clean(value) for value in row))
    except csv.Error as error:
        raise SheetProblem(
            N_("Line %(line)s of the file has a quotation mark without its pair. Save the table again from Excel."),
            line=reader.line_num,
        ) from error
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((column + 1 for row in rows for column, value in enumerate(row) if value), default=0)
    if width * len(rows) > MAX_CELLS:
        raise SheetProblem(_TOO_LARGE)
    return Sheet("", tuple(row[:width] + ("",) * (width - len(row)) for row in rows))


def decode(data: bytes) -> str:
    """The text: by its byte order mark, else strict UTF-8, else Windows-1252. Statistics err on short Danish files."""
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise SheetProblem(
            N_("The letters of the file cannot be read. Save it as “CSV UTF-8” or as .xlsx, and choose that file.")
        ) from error


def separator_of(text: str) -> str:
    """The separator that cuts the first 200 lines into rows of one width, else the one that cuts half of them."""
    lines = text.split("\n", 201)[:200]
    widths = {separator: _widths(lines, separator) for separator in SEPARATORS}
    for separator, found in widths.items():
        if len(set(found)) == 1 and found[0] > 1:
            return separator
    for separator, found in widths.items():
        if found and 2 * sum(width > 1 for width in found) >= len(found):
            return separator
    return SEPARATORS[0]


def _widths(lines: list[str], separator: str) -> list[int]:
    """How many fields each row that holds anything has; none when the lines cannot be read so."""
    try:
        return [len(row) for row in csv.reader(lines, delimiter=separator) if any(row)]
    except csv.Error:
        return []

"""Real .xlsx and .csv files, made as Excel would make them."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import openpyxl
from openpyxl.comments import Comment

Rows = Sequence[Sequence[Any]]


def xlsx(
    rows: Rows, *, sheet: str = "Ark1", merged: Sequence[str] = (), comments: Mapping[str, str] | None = None
) -> bytes:
    """A workbook of one sheet; `merged` as "B2:C2"."""
    return xlsx_sheets({sheet: rows}, merged=merged, comments=comments)


def xlsx_sheets(
    sheets: Mapping[str, Rows],
    *,
    hidden: Sequence[str] = (),
    merged: Sequence[str] = (),
    comments: Mapping[str, str] | None = None,
) -> bytes:
    """A workbook of several sheets; merged ranges and comments stand on the first."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in sheets.items():
        made = workbook.create_sheet(name)
        for row, values in enumerate(rows, start=1):
            for column, value in enumerate(values, start=1):
                if value not in (None, ""):
                    cell = made.cell(row=row, column=column, value=value)
                    if isinstance(value, date):
                        cell.number_format = "dd-mm-yyyy"
                    elif isinstance(value, str):
                        cell.data_type = "s"
        made.sheet_state = "hidden" if name in hidden else "visible"
    first = workbook.worksheets[0]
    for span in merged:
        first.merge_cells(span)
    for place, text in (comments or {}).items():
        first[place].comment = Comment(text, "Karen Winther")
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The package with one part more, or with that part replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return out.getvalue()


def part(data: bytes, name: str) -> bytes:
    """One part of a package."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return package.read(name)


def csv_text(rows: Rows, separator: str = ";") -> str:
    """The rows as Danish Excel writes them: semicolons, CRLF, quotation marks only where needed."""

    def field(value: Any) -> str:
        text = "" if value is None else value.strftime("%d-%m-%Y") if isinstance(value, date) else str(value)
        if any(c in text for c in (separator, '"', "\n", "\r")):
            text = '"' + text.replace('"', '""') + '"'
        return text

    return "".join(separator.join(map(field, row)) + "\r\n" for row in rows)


def csv(rows: Rows, *, encoding: str = "cp1252", separator: str = ";") -> bytes:
    """A .csv file; Danish Excel's "CSV" is Windows-1252, its "CSV UTF-8" has a byte order mark ("utf-8-sig")."""
    return csv_text(rows, separator).encode(encoding)

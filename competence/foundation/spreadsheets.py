"""Tables as files for a spreadsheet program: .xlsx and .csv, in which no text becomes a formula."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import xlsxwriter  # type: ignore[import-untyped]

Content = str | int | float | date | None
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so could be taken for a formula by the program that opens the file."""
WIDEST = 60
MOST_MEASURED = 500
"""So many rows decide how wide a column is."""


def workbook_of(
    sheets: Mapping[str, Iterable[Sequence[Content]]],
    *,
    comments: Mapping[str, Mapping[tuple[int, int], str]] | None = None,
    unfrozen: Iterable[str] = (),
) -> bytes:
    """The sheets as .xlsx, the first row of each in bold and standing still, but for those `unfrozen`.

    Texts stay texts: nothing in them becomes a formula or a link. ValueError when one is too long for a cell.
    """
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    moving = set(unfrozen)
    with xlsxwriter.Workbook(out, options) as book:
        bold, quoted = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"quote_prefix": True})
        dated = book.add_format({"num_format": "dd-mm-yyyy", "align": "left"})
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            if name not in moving:
                page.freeze_panes(1, 0)
            widths: dict[int, int] = {}
            for number, values in enumerate(rows):
                for column, value in enumerate(values):
                    if number < MOST_MEASURED and value is not None:
                        widths[column] = max(widths.get(column, 0), len(str(value)))
                    if isinstance(value, date):
                        page.write_datetime(number, column, value, dated)
                    elif isinstance(value, int | float):
                        page.write_number(number, column, value)
                    elif value:
                        form = bold if number == 0 else quoted if value.startswith(DANGEROUS) else None
                        if page.write_string(number, column, value, form):
                            raise ValueError(f"{name}: too long for a cell")
            for column, longest in widths.items():
                page.set_column(column, column, min(WIDEST, max(10, longest) + 2))
            for (row, column), text in (comments or {}).get(name, {}).items():
                page.write_comment(row, column, text, {"x_scale": 2})
    return out.getvalue()


def delimited_of(rows: Iterable[Sequence[Content]]) -> bytes:
    """The rows as .csv as a Danish spreadsheet program opens it: semicolons, decimal comma, UTF-8 with a mark.

    A text that could be taken for a formula has an apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for values in rows:
        writer.writerow([_plain(value) for value in values])
    return out.getvalue().encode("utf-8-sig")


def _plain(value: Content) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.strftime("%d-%m-%Y")
    if isinstance(value, float):
        return str(value).replace(".", ",")
    if isinstance(value, int):
        return str(value)
    return f"'{value}" if value.startswith(DANGEROUS) else value

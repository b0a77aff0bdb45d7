"""A file from outside as sheets of plain values, or a sentence that says why it was not taken in."""

from competence.foundation.text import N_
from competence.imports.delimited import read_csv
from competence.imports.grid import SheetProblem, Workbook
from competence.imports.xlsx import read_xlsx

MAX_BYTES = 20 * 1024 * 1024
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_TEXT_NAMES = (".csv", ".txt", ".tsv")


def read_workbook(data: bytes, filename: str) -> Workbook:
    """The sheets of an .xlsx or .csv file. SheetProblem, and nothing else, whatever the bytes are.

    Both the name and the contents count: what is not .xlsx or text is refused, and so are files over 20 MB, packed
    bombs, passwords, macros, formulas and links to other files.
    """
    name = filename.casefold().strip()
    if len(data) > MAX_BYTES:
        raise SheetProblem(
            N_("The file is larger than 20 MB. Keep the table only, and split it into several files if it is long.")
        )
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise SheetProblem(N_("The file is empty. Choose the file with the table."))
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise SheetProblem(N_("The file is protected by a password. Save it without one, and choose it again."))
        raise SheetProblem(
            N_("The file is in Excel's old format (.xls). Save it as an Excel workbook (.xlsx), and choose that file.")
        )
    if name.endswith((".xlsm", ".xltm", ".xlam")):
        raise SheetProblem(
            N_("The file contains macros. Save it as an ordinary Excel workbook (.xlsx), and choose that file.")
        )
    if not name.endswith((".xlsx", *_TEXT_NAMES)):
        raise SheetProblem(N_("The file is not a spreadsheet. Save the table as .xlsx or .csv, and choose that file."))
    if data.startswith(b"PK"):
        workbook = Workbook(read_xlsx(data))
    elif name.endswith(_TEXT_NAMES):
        workbook = Workbook((read_csv(data),))
    else:
        raise SheetProblem(N_("The file is not a spreadsheet. Save the table as .xlsx or .csv, and choose that file."))
    if not any(workbook.visible()):
        raise SheetProblem(N_("The file holds no table. Choose the file with the table."))
    return workbook

"""Reading .xlsx files, after looking for what must not come in: formulas, macros, links, bombs.

What calamine reads is packed anew from the parts that were looked through here, so that both see the same bytes.
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.parsers import expat  # nosec B406, B407: doctypes are refused below, so no entity is ever declared

import python_calamine

from competence.foundation.text import N_
from competence.imports.grid import MAX_CELLS, Sheet, SheetProblem, Span, Value, address, clean

MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 200
"""How many times smaller a part may be packed; ordinary sheets lie between 5 and 40."""
MAX_PARTS = 2000
MAX_TEXT = 100_000_000
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

_DAMAGED = N_("The file is damaged and cannot be read. Save it again as .xlsx, and choose it once more.")
_BOMB = N_("The file unpacks to far more than a spreadsheet should. Save the table alone in a new workbook.")
_TOO_MANY_CELLS = N_("The sheet %(sheet)s is too large. Keep the table only, and split it if it is long.")
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


def read_xlsx(data: bytes) -> tuple[Sheet, ...]:
    """The sheets in their order. SheetProblem when it is no ordinary .xlsx, or holds what must not come in."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = _parts(package)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise SheetProblem(_DAMAGED) from error
    if "xl/workbook.xml" not in parts:
        raise SheetProblem(N_("The file is not a spreadsheet. Save the table as .xlsx or .csv, and choose that file."))
    listed = _listed_sheets(parts)
    raised = _Strings()
    if "xl/sharedStrings.xml" in parts:
        raised.read(parts["xl/sharedStrings.xml"])
    looked: dict[str, _Contents] = {}
    for entry in listed:
        looked[entry.name] = _Contents(entry.name, raised)
        looked[entry.name].read(parts[entry.part])
    return tuple(_sheet(entry, looked[entry.name], raised, rows, parts) for entry, rows in _calamine(parts, listed))


def _parts(package: zipfile.ZipFile) -> dict[str, bytes]:
    """The parts that are read, unpacked, by name."""
    entries = package.infolist()
    names = [entry.filename.replace("\\", "/").lstrip("/") for entry in entries]
    folded = [name.casefold() for name in names]
    if len(entries) > MAX_PARTS or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise SheetProblem(_BOMB)
    if any(
        entry.file_size > 1_000_000 and entry.file_size > MAX_RATIO * max(entry.compress_size, 1) for entry in entries
    ):
        raise SheetProblem(_BOMB)
    if len(set(folded)) != len(folded):
        raise SheetProblem(_DAMAGED)
    if any(entry.flag_bits & 1 for entry in entries):
        raise SheetProblem(N_("The file is protected by a password. Save it without one, and choose it again."))
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in folded):
        raise SheetProblem(
            N_("The file contains macros. Save it as an ordinary Excel workbook (.xlsx), and choose that file.")
        )
    if any("/externallinks/" in name for name in folded):
        raise SheetProblem(
            N_("The file fetches values from other files. Copy the table, and paste it as values into a new workbook.")
        )
    if "xl/workbook.bin" in folded:
        raise SheetProblem(N_("The file is a binary workbook (.xlsb). Save it as an ordinary Excel workbook (.xlsx)."))
    if any(name == "mimetype" or name.startswith("meta-inf/") for name in folded) and "xl/workbook.xml" not in folded:
        raise SheetProblem(N_("The file is an OpenDocument file. Save it as an Excel workbook (.xlsx)."))
    wanted = [(entry, name) for entry, name in zip(entries, names, strict=True) if _is_read(name)]
    return {name: package.read(entry) for entry, name in wanted}


def _is_read(name: str) -> bool:
    """Whether the part says anything about the sheets' contents; pictures, themes and the like do not."""
    if not name.endswith((".xml", ".rels")):
        return False
    return name == "[Content_Types].xml" or (
        name.startswith(("xl/", "_rels/"))
        and not name.startswith(("xl/media/", "xl/drawings/", "xl/theme/", "xl/charts/", "xl/printerSettings/"))
    )


def _parse(
    data: bytes, start: Callable[[str, dict[str, str]], None], end: Callable[[str], None], text: Callable[[str], None]
) -> None:
    """Calls back for each element (name without prefix) and text. SheetProblem for broken XML, and for any doctype."""
    parser = expat.ParserCreate()

    def refuse(*_: Any) -> int:
        raise SheetProblem(_DAMAGED)

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    parser.CharacterDataHandler = text
    parser.buffer_text = True
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise SheetProblem(_DAMAGED) from error


def _ignore(*_: Any) -> None:
    """Nothing; stands where a callback is not needed."""


def _attribute(attributes: Mapping[str, str], name: str) -> str:
    """The attribute by its name without prefix; "" without it."""
    for key, value in attributes.items():
        if key.rpartition(":")[2] == name:
            return value
    return ""


@dataclass(frozen=True)
class _Listed:
    """A sheet as the workbook lists it."""

    name: str
    part: str
    hidden: bool


def _listed_sheets(parts: Mapping[str, bytes]) -> tuple[_Listed, ...]:
    """The worksheets, in order; sheets with only a chart are left out."""
    targets = _targets(parts, "xl/workbook.xml")
    found: list[_Listed] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name != "sheet":
            return
        kind, part = targets.get(next((v for k, v in attributes.items() if k.endswith(":id")), ""), ("", ""))
        if not part or part not in parts or not attributes.get("name"):
            if kind and kind != "worksheet":
                return
            raise SheetProblem(_DAMAGED)
        if kind == "worksheet":
            found.append(_Listed(attributes["name"], part, attributes.get("state", "visible") != "visible"))

    _parse(parts["xl/workbook.xml"], start, _ignore, _ignore)
    if len({entry.name for entry in found}) != len(found) or len({entry.part for entry in found}) != len(found):
        raise SheetProblem(_DAMAGED)
    return tuple(found)


def _targets(parts: Mapping[str, bytes], part: str) -> dict[str, tuple[str, str]]:
    """Relationship id -> (last word of its kind, the part it points to), for those that stay inside the file."""
    folder, name = posixpath.split(part)
    targets: dict[str, tuple[str, str]] = {}

    def start(element: str, attributes: dict[str, str]) -> None:
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            targets[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], path)

    relations = parts.get(f"{folder}/_rels/{name}.rels")
    if relations:
        _parse(relations, start, _ignore, _ignore)
    return targets


@dataclass
class _Strings:
    """The strings that cells point to: how long each is, and those with raised digits (as X¹) as they look."""

    lengths: list[int] = field(default_factory=list)
    raised: dict[int, str] = field(default_factory=dict)

    def read(self, data: bytes) -> None:
        """Fills itself from the part of shared strings."""
        pieces: list[str] = []
        state = {"text": False, "raised": False, "any": False, "phonetic": False}

        def start(name: str, attributes: dict[str, str]) -> None:
            if name == "si":
                pieces.clear()
                state["any"] = False
            elif name == "r":
                state["raised"] = False
            elif name == "vertAlign" and attributes.get("val") == "superscript":
                state["raised"] = True
            elif name == "rPh":
                state["phonetic"] = True
            elif name == "t":
                state["text"] = not state["phonetic"]

        def end(name: str) -> None:
            if name == "si":
                text = "".join(pieces)
                if state["any"]:
                    self.raised[len(self.lengths)] = text
                self.lengths.append(len(text))
            elif name == "r":
                state["raised"] = False
            elif name == "rPh":
                state["phonetic"] = False
            elif name == "t":
                state["text"] = False

        def text(piece: str) -> None:
            if state["text"]:
                state["any"] = state["any"] or state["raised"]
                pieces.append(piece.translate(SUPERSCRIPTS) if state["raised"] else piece)

        _parse(data, start, end, text)


class _Contents:
    """What one sheet holds besides its values: how far it reaches, and where strings with raised digits stand."""

    def __init__(self, name: str, strings: _Strings) -> None:
        self.name = name
        self.strings = strings
        self.raised: dict[tuple[int, int], str] = {}
        self.rows = self.columns = 0
        """How far the values reach: the number of rows and columns from A1."""

    def read(self, data: bytes) -> None:
        """Looks through the sheet. SheetProblem for formulas, error values, and more than a table should hold."""
        row = column = -1
        cells = letters = 0
        kind = ""
        within = False
        value: list[str] = []

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal row, column, kind, within, cells
            if name == "row":
                row = self._row(attributes["r"]) if "r" in attributes else row + 1
                column = -1
            elif name == "c":
                row, column = self._cell(attributes["r"]) if "r" in attributes else (row, column + 1)
                kind = attributes.get("t", "n")
                cells += 1
                if row < 0 or cells > MAX_CELLS:
                    raise SheetProblem(_DAMAGED if row < 0 else _TOO_MANY_CELLS, sheet=self.name)
            elif name == "f":
                raise SheetProblem(
                    N_(
                        "The sheet %(sheet)s has a formula in cell %(cell)s. "
                        "Copy the table, and paste it as values into a new workbook."
                    ),
                    sheet=self.name,
                    cell=address(max(row, 0), max(column, 0)),
                )
            elif name == "v" or name == "is":
                within = True
                value.clear()
                self.rows, self.columns = max(self.rows, row + 1), max(self.columns, column + 1)
            elif name == "mergeCell":
                first, _, last = attributes.get("ref", "").partition(":")
                self._cell(first), self._cell(last or first)

        def end(name: str) -> None:
            nonlocal within, letters
            if name != "v" and name != "is":
                return
            within = False
            text = "".join(value)
            letters += len(text)
            if kind == "e":
                raise SheetProblem(
                    N_("The sheet %(sheet)s has an error in cell %(cell)s. Write the right value, or empty the cell."),
                    sheet=self.name,
                    cell=address(row, column),
                )
            if kind == "s":
                if not text.strip().isdecimal() or int(text) >= len(self.strings.lengths):
                    raise SheetProblem(_DAMAGED)
                letters += self.strings.lengths[int(text)]
                if int(text) in self.strings.raised:
                    self.raised[row, column] = self.strings.raised[int(text)]
            if letters > MAX_TEXT:
                raise SheetProblem(_TOO_MANY_CELLS, sheet=self.name)

        def text(piece: str) -> None:
            if within:
                value.append(piece)

        _parse(data, start, end, text)
        if self.rows * self.columns > MAX_CELLS:
            raise SheetProblem(_TOO_MANY_CELLS, sheet=self.name)

    def _row(self, text: str) -> int:
        return self._cell(f"A{text}")[0]

    def _cell(self, reference: str) -> tuple[int, int]:
        """Row and column from 0. SheetProblem for an address that no sheet has."""
        match = _REFERENCE.fullmatch(reference)
        if not match:
            raise SheetProblem(_DAMAGED)
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - ord("A") + 1
        row = int(match[2])
        if row > 1_048_576 or column > 16_384:
            raise SheetProblem(_DAMAGED)
        return row - 1, column - 1


def _calamine(parts: Mapping[str, bytes], listed: tuple[_Listed, ...]) -> list[tuple[_Listed, Any]]:
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


def _sheet(entry: _Listed, contents: _Contents, strings: _Strings, read: Any, parts: Mapping[str, bytes]) -> Sheet:
    """The sheet as plain values, all rows equally long."""
    try:
        raw = read.to_python(skip_empty_area=False) if contents.rows else []
        merged = read.merged_cell_ranges or []
    except BaseException as error:
        raise _as_problem(error) from error
    rows = [[_plain(value) for value in row] for row in raw]
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
    return Sheet(clean(entry.name), tuple(map(tuple, rows)), spans, _comments(parts, entry.part), entry.hidden)


def _as_problem(error: BaseException) -> BaseException:
    """A SheetProblem for what calamine stumbled over; any other interruption unchanged."""
    # A panic inside calamine arrives as a PanicException, which is no Exception and cannot be imported.
    if isinstance(error, Exception) or type(error).__name__ == "PanicException":
        return SheetProblem(_DAMAGED)
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
        return value.strftime("%H:%M")
    if isinstance(value, timedelta):
        return str(value)
    return clean(str(value))


def _comments(parts: Mapping[str, bytes], part: str) -> dict[tuple[int, int], str]:
    """The notes on a sheet's cells, without the author's name that Excel puts on top."""
    where = next((path for kind, path in _targets(parts, part).values() if kind == "comments"), "")
    found: dict[tuple[int, int], str] = {}
    cell: tuple[int, int] | None = None
    within = False
    authors: list[str] = []
    pieces: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal cell, within
        if name == "comment":
            match = _REFERENCE.fullmatch(attributes.get("ref", ""))
            cell = _Contents("", _Strings())._cell(match[0]) if match else None
            pieces.clear()
        elif name == "author":
            pieces.clear()
        within = within or name in ("t", "author")

    def end(name: str) -> None:
        nonlocal within
        if name in ("t", "author"):
            within = False
        if name == "author":
            authors.append("".join(pieces).strip())
        elif name == "comment" and cell is not None:
            found[cell] = _without_author("".join(pieces), authors)

    def text(piece: str) -> None:
        if within:
            pieces.append(piece)

    if where in parts:
        _parse(parts[where], start, end, text)
    return {place: note for place, note in found.items() if note}


def _without_author(note: str, authors: list[str]) -> str:
    """What was written, of a note that begins with its author, or of a thread with Excel's notice before it."""
    note = clean(note)
    thread = re.search(r"^\[.*?\].*?\n(?:Kommentar|Comment):\s*", note, re.DOTALL)
    if thread:
        return note[thread.end() :].strip()
    for author in authors:
        if author and note.startswith(f"{author}:"):
            return note[len(author) + 1 :].strip()
    return note

"""What the XML of a sheet says besides its values: formulas and errors, which are refused, and raised digits, as in X¹."""

import re
from dataclasses import dataclass, field

from competence.foundation.text import N_
from competence.imports.grid import MAX_CELLS, SheetProblem, address
from competence.imports.xlsx.package import DAMAGED, parse

MAX_TEXT = 100_000_000
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")

TOO_MANY_CELLS = N_("The sheet %(sheet)s is too large. Keep the table only, and split it if it is long.")


@dataclass
class Strings:
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

        parse(data, start, end, text)


class Contents:
    """What one sheet holds besides its values: how far it reaches, and where strings with raised digits stand."""

    def __init__(self, name: str, strings: Strings) -> None:
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
                row = place_of(f"A{attributes['r']}")[0] if "r" in attributes else row + 1
                column = -1
            elif name == "c":
                row, column = place_of(attributes["r"]) if "r" in attributes else (row, column + 1)
                kind = attributes.get("t", "n")
                cells += 1
                if row < 0 or cells > MAX_CELLS:
                    raise SheetProblem(DAMAGED if row < 0 else TOO_MANY_CELLS, sheet=self.name)
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
                place_of(first), place_of(last or first)

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
                    raise SheetProblem(DAMAGED)
                letters += self.strings.lengths[int(text)]
                if int(text) in self.strings.raised:
                    self.raised[row, column] = self.strings.raised[int(text)]
            if letters > MAX_TEXT:
                raise SheetProblem(TOO_MANY_CELLS, sheet=self.name)

        def text(piece: str) -> None:
            if within:
                value.append(piece)

        parse(data, start, end, text)
        if self.rows * self.columns > MAX_CELLS:
            raise SheetProblem(TOO_MANY_CELLS, sheet=self.name)


def place_of(reference: str) -> tuple[int, int]:
    """Row and column from 0. SheetProblem for an address that no sheet has."""
    match = REFERENCE.fullmatch(reference)
    if not match:
        raise SheetProblem(DAMAGED)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    row = int(match[2])
    if row > 1_048_576 or column > 16_384:
        raise SheetProblem(DAMAGED)
    return row - 1, column - 1

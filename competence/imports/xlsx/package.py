"""The parts of an .xlsx, which is a zip of XML, after looking for what must not come in: macros, links, bombs."""

import posixpath
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat  # nosec B406, B407: doctypes are refused below, so no entity is ever declared

from competence.foundation.text import N_
from competence.imports.grid import SheetProblem

MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 200
"""How many times smaller a part may be packed; ordinary sheets lie between 5 and 40."""
MAX_PARTS = 2000

DAMAGED = N_("The file is damaged and cannot be read. Save it again as .xlsx, and choose it once more.")
BOMB = N_("The file unpacks to far more than a spreadsheet should. Save the table alone in a new workbook.")


def read_parts(package: zipfile.ZipFile) -> dict[str, bytes]:
    """The parts that are read, unpacked, by name."""
    entries = package.infolist()
    names = [entry.filename.replace("\\", "/").lstrip("/") for entry in entries]
    folded = [name.casefold() for name in names]
    if len(entries) > MAX_PARTS or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise SheetProblem(BOMB)
    if any(
        entry.file_size > 1_000_000 and entry.file_size > MAX_RATIO * max(entry.compress_size, 1) for entry in entries
    ):
        raise SheetProblem(BOMB)
    if len(set(folded)) != len(folded):
        raise SheetProblem(DAMAGED)
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


def parse(
    data: bytes, start: Callable[[str, dict[str, str]], None], end: Callable[[str], None], text: Callable[[str], None]
) -> None:
    """Calls back for each element (name without prefix) and text. SheetProblem for broken XML, and for any doctype."""
    parser = expat.ParserCreate()

    def refuse(*_: Any) -> int:
        raise SheetProblem(DAMAGED)

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
        raise SheetProblem(DAMAGED) from error


def ignore(*_: Any) -> None:
    """Nothing; stands where a callback is not needed."""


@dataclass(frozen=True)
class Listed:
    """A sheet as the workbook lists it."""

    name: str
    part: str
    hidden: bool


def listed_sheets(parts: Mapping[str, bytes]) -> tuple[Listed, ...]:
    """The worksheets, in order; sheets with only a chart are left out."""
    targets = targets_of(parts, "xl/workbook.xml")
    found: list[Listed] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name != "sheet":
            return
        kind, part = targets.get(next((v for k, v in attributes.items() if k.endswith(":id")), ""), ("", ""))
        if not part or part not in parts or not attributes.get("name"):
            if kind and kind != "worksheet":
                return
            raise SheetProblem(DAMAGED)
        if kind == "worksheet":
            found.append(Listed(attributes["name"], part, attributes.get("state", "visible") != "visible"))

    parse(parts["xl/workbook.xml"], start, ignore, ignore)
    if len({entry.name for entry in found}) != len(found) or len({entry.part for entry in found}) != len(found):
        raise SheetProblem(DAMAGED)
    return tuple(found)


def targets_of(parts: Mapping[str, bytes], part: str) -> dict[str, tuple[str, str]]:
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
        parse(relations, start, ignore, ignore)
    return targets

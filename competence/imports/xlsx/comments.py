"""The notes that Excel shows on cells."""

import re
from collections.abc import Mapping

from competence.imports.grid import clean
from competence.imports.xlsx.contents import REFERENCE, place_of
from competence.imports.xlsx.package import parse, targets_of


def comments_on(parts: Mapping[str, bytes], part: str) -> dict[tuple[int, int], str]:
    """The notes on a sheet's cells, without the author's name that Excel puts on top."""
    where = next((path for kind, path in targets_of(parts, part).values() if kind == "comments"), "")
    found: dict[tuple[int, int], str] = {}
    cell: tuple[int, int] | None = None
    within = False
    authors: list[str] = []
    pieces: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal cell, within
        if name == "comment":
            match = REFERENCE.fullmatch(attributes.get("ref", ""))
            cell = place_of(match[0]) if match else None
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
        parse(parts[where], start, end, text)
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

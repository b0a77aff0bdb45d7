"""Competence profiles as municipalities keep them, and somebody who answers what the sheet leaves open."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from competence.imports.known import Known
from competence.imports.mapping.profiles.choices import (
    AREA,
    EITHER,
    GROUP,
    LEVEL,
    NOTE,
    PRACTICE,
    Meant,
    ProfileChoices,
)
from competence.imports.mapping.profiles.columns import (
    ProfileOurs,
    columns_of,
)
from competence.imports.mapping.profiles.found import Reading
from competence.imports.mapping.profiles.reading import open_rows, open_words, read_sheet
from competence.imports.sheets import read_workbook
from tests.imports.workbooks import xlsx

PEN, DROPS, BAG = "Insulin med pen", "Øjendrypning", "Skift af stomipose"
OURS = ProfileOurs(
    (Known("M1", (PEN,)), Known("M2", (DROPS,)), Known("S1", (BAG,))),
    (Known("SPL", ("Sygeplejerske",)), Known("SSA", ("Social- og sundhedsassistent", "assistent")),
     Known("SSH", ("Social- og sundhedshjælper", "hjælper"))),
    ("basis", "avanceret", "specialist"),
    ("basis", "øvet", "ekspert"),
)  # fmt: skip
Said = tuple[str, str, int, str, int]


def sheet(rows: Sequence[Sequence[Any]], **more: Any) -> Any:
    return read_workbook(xlsx(rows, **more), "profil.xlsx").sheets[0]


def choices(rows: Any, roles: Sequence[Meant | str], *, head: tuple[int, int] = (0, 0), **more: Any) -> ProfileChoices:
    """The answers that say what each column means, from A."""
    laid = ProfileChoices("Ark1", *head, group=more.pop("group", ""), level=more.pop("level", ""), **more)
    meant = {
        one.key: Meant(role) if isinstance(role, str) else role
        for one, role in zip(columns_of(rows, laid, OURS), roles, strict=True)
    }
    return replace(laid, columns=meant)


def known_words(reading: Reading, more: Mapping[str, tuple[str, int]] | None = None) -> dict[str, tuple[str, int]]:
    """The words that are known, as somebody lets them stand; and what she says besides."""
    return {name: (word.known, 0) for name, word in reading.words.items() if word.known} | dict(more or {})


def read(rows: Any, said: ProfileChoices, words: Mapping[str, tuple[str, int]] | None = None, **tasks: Any) -> Reading:
    """The sheet with all that is known answered, and what is said besides; words are found as answers are given."""
    said = replace(said, tasks=tasks)
    for _ in range(4):
        said = replace(said, words=known_words(read_sheet(rows, said, OURS), words))
    reading = read_sheet(rows, said, OURS)
    assert open_words(reading, said) == []
    assert open_rows(reading, said) == []
    return reading


def content(reading: Reading) -> list[Said]:
    """What the profiles get: (staff group, area, profile level, statement or task, practice level)."""
    return [(r.staff_group, r.area, r.level, r.text or r.task, r.practice_level) for r in reading.parsed.rows]


LIST = [
    ["Vores profiler"],
    ["Faggruppe", "Område", "Niveau", "Udsagn/opgave", "Øveniveau", "Bemærkning"],
    ["SSH", "Medicin", "Basis", "Giver medicin, som er doseret.", "", ""],
    ["", "", "", PEN, "øvet", "kun stabile borgere"],
    ["Assistenter", "Medicin*", "2", "- Følger op på medicin\n- Underviser\n  kolleger", "", ""],
    [],
    ["* også på plejehjem"],
    ["Godkendt i maj"],
]
LIST_ROLES = (GROUP, AREA, LEVEL, EITHER, PRACTICE, NOTE)

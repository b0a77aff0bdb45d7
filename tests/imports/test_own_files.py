"""A small municipality's five files, read against the reference data that ships."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from competence.imports.known import Known, KnownUnit
from competence.imports.matrix import parse_matrix
from competence.imports.parsed import Parsed
from competence.imports.people import parse_people
from competence.imports.requirements import parse_requirements
from competence.imports.sheets import read_workbook
from competence.imports.signoffs import parse_signoffs
from competence.imports.summary import as_json
from competence.imports.units import parse_units
from tests.imports.own_files import OWN_TASK, UNITS, all_five

TODAY = date(2026, 6, 9)
LEVELS = ("basis", "øvet", "ekspert")
REFERENCE = Path(__file__).parents[2] / "seed" / "reference"


def known(name: str) -> tuple[Known, ...]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return tuple(Known(row["code"], (row["name_da"],)) for row in csv.DictReader(file))


def areas() -> list[str]:
    with (REFERENCE / "task_catalogue.csv").open(encoding="utf-8", newline="") as file:
        return sorted({row["area_da"] for row in csv.DictReader(file)})


def above(name: str) -> tuple[str, ...]:
    parent = next((row[2] for row in UNITS if row[0] == name), "")
    return (parent, *above(parent)) if parent else ()


OURS = tuple(KnownUnit(n, row[0], row[1].casefold(), above(row[0])) for n, row in enumerate(UNITS[1:], start=1))


def read(kind: str) -> Parsed[Any]:
    name, data = all_five(TODAY)[kind]
    workbook = read_workbook(data, name)
    tasks = known("task_catalogue.csv")
    groups = known("professions.csv")
    match kind:
        case "units":
            return parse_units(workbook)
        case "people":
            return parse_people(workbook, units=OURS, staff_groups=groups, today=TODAY)
        case "matrix":
            return parse_matrix(workbook, tasks=tasks, staff_groups=groups, levels=LEVELS, areas=areas())
        case "signoffs":
            return parse_signoffs(workbook, tasks=tasks, levels=LEVELS, today=TODAY)
        case _:
            return parse_requirements(workbook, units=OURS, tasks=tasks, levels=LEVELS)


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        ("units", {"units": 5, "new": 5}),
        ("people", {"people": 14, "employments": 14}),
        ("signoffs", {"signoffs": 5, "people": 4, "tasks": 5}),
        ("requirements", {"requirements": 7, "tasks": 5}),
    ],
)
def test_each_list_is_read_without_a_question(kind: str, counts: dict[str, int]) -> None:
    counted = as_json(read(kind), kind)
    assert counted["problems"] == []
    assert {name: counted[name] for name in counts} == counts


def test_the_matrix_is_read_with_its_own_task_told() -> None:
    parsed = read("matrix")
    counted = as_json(parsed, "matrix")
    assert counted["problems"] == []
    assert counted["unmapped"] == [OWN_TASK]
    assert (counted["tasks"], counted["staff_groups"]) == (11, 4)
    assert {row.area for row in parsed.rows} == {"Medicin", "Sår og hud", "Kateter og stomi", "Andet"}
    assert counted["cells"]["undecided"] == 4
    assert counted["notes"] == 5


def test_the_columns_that_are_not_ours_are_told() -> None:
    assert read("people").unmapped == ("Lokation",)
    assert read("signoffs").unmapped == ("Navn",)

"""The example files of the guide are read without a problem, and stand in the guide as they are."""

import csv
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from competence.imports.grid import Workbook
from competence.imports.known import Known, KnownUnit, read_mapping
from competence.imports.matrix import parse_matrix
from competence.imports.people import parse_people
from competence.imports.requirements import parse_requirements
from competence.imports.sheets import read_workbook
from competence.imports.signoffs import parse_signoffs
from competence.imports.units import parse_units

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "da" / "kommunens-egen-start.md"
FILES = ROOT / "docs" / "da" / "eksempler"
LEVELS = ("basis", "øvet", "ekspert")


def workbook(name: str) -> Workbook:
    """The example by its name."""
    return read_workbook((FILES / name).read_bytes(), name)


def known(name: str) -> Sequence[Known]:
    """The things of a reference file, by code and Danish name."""
    with (ROOT / "seed" / "reference" / name).open(encoding="utf-8", newline="") as handle:
        return [Known(row["code"], (row["name_da"],)) for row in csv.DictReader(handle)]


TASKS, GROUPS = known("task_catalogue.csv"), known("professions.csv")


@pytest.fixture
def units() -> Sequence[KnownUnit]:
    """The units of the example, as they are known once it has been loaded."""
    parsed = parse_units(workbook("enheder.csv"))
    assert not parsed.problems
    return [KnownUnit(number, row.name, row.kind) for number, row in enumerate(parsed.rows)]


def parsed(units: Sequence[KnownUnit]) -> dict[str, Any]:
    """What the other examples hold, by file name."""
    today = date(2026, 11, 22)
    people = parse_people(workbook("medarbejdere.csv"), units=units, staff_groups=GROUPS, today=today)
    numbers = frozenset(row.number for row in people.rows)
    return {
        "medarbejdere.csv": people,
        "opgavedeling.csv": parse_matrix(workbook("opgavedeling.csv"), tasks=TASKS, staff_groups=GROUPS, levels=LEVELS),
        "underskrifter.csv": parse_signoffs(
            workbook("underskrifter.csv"), tasks=TASKS, levels=LEVELS, today=today, numbers=numbers
        ),
        "krav.csv": parse_requirements(workbook("krav.csv"), units=units, tasks=TASKS, levels=LEVELS),
    }


def test_the_examples_are_read_without_a_problem(units):
    found = parsed(units)
    assert {name: one.problems for name, one in found.items() if one.problems} == {}
    assert {name for name, one in found.items() if one.unmapped} == set()
    assert all(one.rows for one in found.values())


def test_the_tasks_of_the_papers_and_the_needs_stand_in_the_matrix(units):
    found = parsed(units)
    tasks = {row.task for row in found["opgavedeling.csv"].rows}
    assert {row.task for name in ("underskrifter.csv", "krav.csv") for row in found[name].rows} <= tasks


def test_the_guide_shows_the_files_as_they_are():
    lines = {line for file in FILES.glob("*.csv") for line in file.read_text(encoding="utf-8").splitlines()}
    shown = [block.splitlines() for block in re.findall(r"```text\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)]
    assert len(shown) == 5
    assert [line for block in shown for line in block if line not in lines] == []


def test_the_guides_mapping_file_is_one():
    example = re.search(r"```json\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert example
    mapping = read_mapping(example[1].encode())
    codes = {key for task in TASKS for key in (task.code, *task.names)} | {"new", "area", "ignore"}
    assert {ours for some in mapping.tasks.values() for ours in some} <= codes

"""The reference data: complete, sound in itself, and the version that its manifest says."""

import csv
import hashlib
import json
from collections.abc import Sequence

import pytest

from competence.imports.shipped import seed_folder

SEED = seed_folder()
ENTITLING = {"core", "must", "may_general", "may_citizen", "delegation_only"}
OPEN = {"kernekompetence", "skal", "kan_generel", "kan_borgerspecifik", "kun_delegation"}
RANK = {"basis": 1, "oevet": 2, "ekspert": 3}


def table(name: str) -> list[dict[str, str]]:
    with (SEED / "reference" / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def keys(rows: Sequence[dict[str, str]], *columns: str) -> list[tuple[str, ...]]:
    return [tuple(row[column] for column in columns) for row in rows]


TASKS = {row["code"]: row for row in table("task_catalogue")}
EDIT = {(r["task_code"], r["profession_code"]): r for r in table("delegation_matrix") if r["matrix_code"] == "EDIT"}
MAY = {key for key, row in EDIT.items() if row["cell_value"] in OPEN}
FILES = sorted(path.stem for path in (SEED / "reference").glob("*.csv"))


def test_the_manifest_names_every_file_as_it_is() -> None:
    manifest = json.loads((SEED / "version.json").read_text(encoding="utf-8"))
    found = {
        f"{folder}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in ("fjordby", "reference")
        for path in sorted((SEED / folder).glob("*.csv"))
    }
    assert manifest["files"] == found, json.dumps({**manifest, "files": found}, indent=2)
    assert manifest["reference_version"] == "2026-11"


def test_sources_md_names_every_file() -> None:
    text = (SEED / "sources.md").read_text(encoding="utf-8")
    assert [name for name in FILES if f"{name}.csv" not in text] == []
    assert [p.name for p in (SEED / "fjordby").glob("*.csv") if p.name not in text] == []


@pytest.mark.parametrize("name", FILES)
def test_every_row_is_whole_and_has_a_source(name: str) -> None:
    rows = table(name)
    assert rows
    assert all(None not in row and None not in row.values() and row["source"] for row in rows)


def test_the_files_have_the_rows_they_are_said_to_have() -> None:
    counts = {"task_catalogue": 163, "professions": 16, "delegation_matrix": 1172, "competence_profile": 114}
    counts |= {"activities_70_20_10": 82, "onboarding_programme": 40, "task_rules": 163, "task_criteria": 521}
    counts |= {"fjordby_tasks": 23, "fjordby_matrix": 161, "fjordby_requirements": 60, "limits": 14}
    assert {name: len(table(name)) for name in counts} == counts
    assert len(EDIT) == 1141


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("task_catalogue", ("code",)),
        ("professions", ("code",)),
        ("delegation_matrix", ("matrix_code", "task_code", "profession_code")),
        ("delegation_matrix_limits", ("task_code", "profession_code")),
        ("task_rules", ("task_code",)),
        ("task_criteria", ("task_code", "position")),
        ("profile_tasks", ("profession_code", "profile_level", "task_code")),
        ("fjordby_matrix", ("name_da", "profession_code")),
        ("fjordby_requirements", ("unit", "name_da", "shift")),
        ("staff_groups_follow", ("code",)),
        ("limits", ("code",)),
        ("never_delegated", ("act",)),
        ("task_also_called", ("task_code",)),
    ],
)
def test_natural_keys_are_unique(name: str, columns: tuple[str, ...]) -> None:
    found = keys(table(name), *columns)
    assert len(found) == len(set(found))


def test_every_task_has_its_rules_and_a_critical_one_its_criteria() -> None:
    rules = {row["task_code"]: row for row in table("task_rules")}
    criteria = {row["task_code"] for row in table("task_criteria")}
    assert set(rules) == set(TASKS)
    for code, row in rules.items():
        assert row["observed_times"] in {"1", "2", "3"}, code
        assert row["validity_months"] in {"", "12", "24", "36"}, code
        if row["critical"] == "yes":
            assert (row["observed_times"], row["validity_months"]) == ("3", "12"), code
            assert code in criteria, code
    assert "*" in criteria


def test_prerequisites_are_open_to_the_group_and_never_run_in_a_circle() -> None:
    needs = {row["task_code"]: [p for p in row["prerequisites"].split(";") if p] for row in table("task_rules")}
    for code, before in needs.items():
        reach = list(before)
        for task in reach:
            reach += [other for other in needs[task] if other not in reach]
        assert code not in reach, code
        for task in before:
            assert all((task, group) in MAY for held, group in MAY if held == code), (code, task)


def test_other_names_are_of_tasks_of_the_catalogue() -> None:
    assert {row["task_code"] for row in table("task_also_called")} <= set(TASKS)


def test_what_can_never_be_delegated_is_reserved_and_open_to_nobody_by_delegation() -> None:
    named = [code for row in table("never_delegated") for code in row["task_codes"].split(";") if code]
    assert named == ["G1.N1"]
    assert len(table("never_delegated")) == 7
    for code in named:
        assert TASKS[code]["reserved_activity"] == "yes"
        values = {group: row["cell_value"] for (task, group), row in EDIT.items() if task == code}
        assert "kun_delegation" not in values.values()
        assert {group for group, value in values.items() if value in OPEN} == {"SPL"}


def test_profiles_only_ask_for_what_the_matrix_opens_at_that_level() -> None:
    for row in table("profile_tasks"):
        key = (row["task_code"], row["profession_code"])
        assert key in MAY, key
        assert RANK[row["practice_level"]] >= RANK[EDIT[key]["minimum_level"] or "basis"], key


def test_conditions_of_the_draft_are_limits_that_exist() -> None:
    limits = {row["code"] for row in table("limits")}
    rows = table("delegation_matrix_limits")
    conditioned = {key for key, row in EDIT.items() if row["condition_da"] not in ("", "alle forløb")}
    assert set(keys(rows, "task_code", "profession_code")) == conditioned
    assert all(code in limits for row in rows for code in row["limits"].split(";"))


def test_fjordbys_matrix_says_all_that_a_cell_must_say() -> None:
    tasks = {row["name_da"]: row for row in table("fjordby_tasks")}
    criteria = {row["task_code"] for row in table("task_criteria")}
    matrix = table("fjordby_matrix")
    groups = ("SPL", "SSA", "SSH", "UFA", "PAED", "ERG", "FYS")
    assert set(keys(matrix, "name_da", "profession_code")) == {(task, group) for task in tasks for group in groups}
    assert all(row["maps_to"] == "local" or row["maps_to"] in criteria for row in tasks.values())
    for row in matrix:
        entitles, core = row["cell"] in ENTITLING, row["cell"] == "core"
        assert bool(row["minimum_level"]) == bool(row["validity_months"]) == entitles, row
        assert bool(row["education_level"]) == core, row
        assert bool(row["observed_times"]) == (entitles and not core), row
        code = tasks[row["name_da"]]["maps_to"]
        reserved = code != "local" and TASKS[code]["reserved_activity"] != "no"
        assert bool(row["ground"]) == (reserved and entitles and row["cell"] != "delegation_only"), row


def test_e_learning_alone_never_opens_a_task() -> None:
    for group in (row["code"] for row in table("professions")):
        gates: dict[str, set[str]] = {}
        for row in table("onboarding_programme"):
            if row["profession_codes"] == "ALLE" or group in row["profession_codes"].split(";"):
                for code in filter(None, row["unlocks_task_codes"].split(";")):
                    assert code in TASKS, row
                    gates.setdefault(code, set()).update([row["type"]] if row["gate"] == "yes" else [])
        assert {"e-læring"} not in gates.values(), group


def test_groups_without_cells_follow_groups_that_have_them() -> None:
    groups = {row["code"] for row in table("professions")}
    withcells = {group for _, group in EDIT}
    for row in table("staff_groups_follow"):
        assert {row["code"], row["follows"]} <= groups, row
        assert row["follows"] in withcells, row
        assert row["counts_in_coverage"] == ("no" if row["from_stage_da"] else "yes"), row

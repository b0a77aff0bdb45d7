"""Reads the files of the demonstration municipality in `seed/` into frozen rows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from competence.imports.demonstration.rows import (
    Absence,
    Delegated,
    DraftCell,
    External,
    Guided,
    Instructor,
    Observation,
    Person,
    Request,
    Requirement,
    RoleGiven,
    SignOff,
    Standing,
    Stop,
    Terms,
    Unit,
    Version,
)
from competence.imports.shipped import read_rows, seed_folder

SHIFTS = {"day": "D", "evening": "A", "night": "N"}
DAYS = {"": 0, "12": 365, "24": 730, "36": 1095}
"""Twelve, twenty-four and thirty-six months in days, as all dates of a demonstration are days from today."""
DRAFT_RULES = {
    "kernekompetence": "core",
    "skal": "must",
    "kan_generel": "may_general",
    "kun_delegation": "delegation_only",
}
TAUGHT = {"kernekompetence", "skal", "kan_generel"}
RANKS = {"": 1, "basis": 1, "oevet": 2, "ekspert": 3}


@dataclass(frozen=True)
class Files:
    """The files of Fjordby, and what they take from the reference data."""

    units: tuple[Unit, ...]
    people: tuple[Person, ...]
    roles: tuple[RoleGiven, ...]
    guided: tuple[Guided, ...]
    versions: tuple[Version, ...]
    draft: tuple[DraftCell, ...]
    instructors: tuple[Instructor, ...]
    signoffs: tuple[SignOff, ...]
    observations: tuple[Observation, ...]
    delegations: tuple[Delegated, ...]
    requests: tuple[Request, ...]
    absences: tuple[Absence, ...]
    stops: tuple[Stop, ...]
    externals: tuple[External, ...]
    requirements: tuple[Requirement, ...]
    areas: Mapping[str, str]
    """Task -> its fagområde, in the order of the tasks."""
    critical: frozenset[str]
    terms: Mapping[tuple[str, str], Terms]
    """(task, staff group) -> its cell."""
    follows: Mapping[str, str]
    """Staff group without cells of its own -> the group it follows."""
    standing: Mapping[tuple[str, str], Standing]
    """(unit, fagområde) -> how it is meant to stand; absent: covered."""


def read(folder: Path | None = None) -> Files:
    """All files below `folder`, the one that ships when None."""
    root = folder or seed_folder()
    fjordby, reference = root / "fjordby", root / "reference"
    tasks = read_rows(reference / "fjordby_tasks.csv")
    return Files(
        units=tuple(
            Unit(r["name"], r["kind"], r["parent"] or None, r["fallback_name"] or None, r["fallback_phone"] or None)
            for r in read_rows(fjordby / "units.csv")
        ),
        people=tuple(
            Person(
                r["number"], r["name"], r["email"], r["phone"], r["unit"], r["staff_group"] or None, r["shifts"],
                int(r["from_offset"]), _day(r["through_offset"]), r["floater"] == "yes",
                _day(r["authorisation_checked_offset"]), _day(r["stage_from_offset"]),
            )
            for r in read_rows(fjordby / "people.csv")
        ),
        roles=tuple(
            RoleGiven(
                r["number"], r["role"], r["unit"], int(r["from_offset"]), _day(r["through_offset"]), r["purpose"],
                _day(r["minutes_a_week"]),
            )
            for r in read_rows(fjordby / "roles.csv")
        ),
        guided=tuple(
            Guided(r["number"], int(r["offset"]), int(r["minutes"])) for r in read_rows(fjordby / "guide_time.csv")
        ),
        versions=tuple(
            Version(
                int(r["number"]), int(r["from_offset"]), _day(r["through_offset"]), int(r["approved_offset"]),
                r["approved_by"],
            )
            for r in read_rows(fjordby / "matrix_versions.csv")
        ),
        draft=tuple(
            DraftCell(
                int(r["number"]), int(r["from_offset"]), r["task"], r["staff_group"], r["cell"],
                int(r["minimum_level"]), int(r["observed_times"]), int(r["validity_months"]), r["reason"],
            )
            for r in read_rows(fjordby / "matrix_draft.csv")
        ),
        instructors=tuple(
            Instructor(r["key"], r["name"], r["profession"], r["organisation"], r["certificate"])
            for r in read_rows(fjordby / "instructors.csv")
        ),
        signoffs=tuple(
            SignOff(
                r["number"], r["task"], int(r["level"]), int(r["signed_offset"]), int(r["valid_through_offset"]),
                r["signer"] or None, _day(r["accepted_offset"]), r["origin"], r["instructor"] or None,
                r["paper_signer"] or None, int(r["recorded_offset"]), r["recorded_by"] or None,
            )
            for r in read_rows(fjordby / "havnen_signoffs.csv")
        ),
        observations=tuple(
            Observation(r["number"], r["task"], r["kind"], int(r["on_offset"]), r["observer"])
            for r in read_rows(fjordby / "havnen_observations.csv")
        ),
        delegations=tuple(
            Delegated(
                r["number"], r["task"], r["giver"], r["kind"], int(r["given_offset"]), int(r["accepted_offset"]),
                int(r["valid_through_offset"]),
            )
            for r in read_rows(fjordby / "havnen_delegations.csv")
        ),
        requests=tuple(
            Request(r["number"], r["task"], int(r["asked_offset"]), r["asked_by"])
            for r in read_rows(fjordby / "havnen_requests.csv")
        ),
        absences=tuple(
            Absence(r["number"], int(r["from_offset"]), _day(r["through_offset"]))
            for r in read_rows(fjordby / "absences.csv")
        ),
        stops=tuple(
            Stop(
                r["task"], r["unit"], r["staff_group"] or None, int(r["from_offset"]), int(r["through_offset"]),
                r["reason"], r["stopped_by"],
            )
            for r in read_rows(fjordby / "stops.csv")
        ),
        externals=tuple(
            External(
                r["name"], r["staff_group"], r["agency"], r["unit"], r["shifts"], int(r["from_offset"]),
                int(r["through_offset"]), _day(r["authorisation_checked_offset"]), r["checked_by"] or None,
            )
            for r in read_rows(fjordby / "externals.csv")
        ),
        requirements=tuple(
            Requirement(r["unit"], r["name_da"], SHIFTS[r["shift"]], int(r["need"]), int(r["level"]))
            for r in read_rows(reference / "fjordby_requirements.csv")
        ),
        areas={r["name_da"]: r["area_da"] for r in tasks},
        critical=frozenset(r["name_da"] for r in tasks if r["critical"] == "yes"),
        terms={
            (r["name_da"], r["profession_code"]): Terms(
                r["cell"], int(r["minimum_level"] or 1), int(r["education_level"] or 0), int(r["observed_times"] or 0),
                DAYS[r["validity_months"]],
            )
            for r in read_rows(reference / "fjordby_matrix.csv")
        },
        follows={r["code"]: r["follows"] for r in read_rows(reference / "staff_groups_follow.csv")},
        standing={
            (r["unit"], r["area"]): Standing(int(r["gaps"]), r["critical"] == "yes", int(r["vulnerable"]))
            for r in read_rows(fjordby / "standing.csv")
        },
    )  # fmt: skip


def widened(files: Files, folder: Path | None = None) -> Files:
    """The same with the tasks of the catalogue that Fjordby has not got, under the cells of the draft matrix EDIT.

    Tasks are named as in the catalogue. Left out: tasks whose signatures do not lapse, and those that the development
    nurses, who teach them first, may not do themselves; cells for one citizen only.
    """
    reference = (folder or seed_folder()) / "reference"
    has = {row["maps_to"] for row in read_rows(reference / "fjordby_tasks.csv")}
    rules = {row["task_code"]: row for row in read_rows(reference / "task_rules.csv")}
    areas = dict(files.areas)
    named: dict[str, str] = {}
    for row in read_rows(reference / "task_catalogue.csv"):
        code, name = row["code"], row["name_da"]
        if code not in has and name not in areas and rules[code]["validity_months"]:
            named[code] = name
            areas[name] = row["area_da"]
    terms = dict(files.terms)
    cells = [row for row in read_rows(reference / "delegation_matrix.csv") if row["matrix_code"] == "EDIT"]
    taught = {r["task_code"] for r in cells if r["profession_code"] == "SPL" and r["cell_value"] in TAUGHT}
    for code in named.keys() - taught:
        del areas[named.pop(code)]
    for row in cells:
        name = named.get(row["task_code"], "")
        rule = DRAFT_RULES.get(row["cell_value"])
        if name and rule:
            says, rank, core = rules[row["task_code"]], RANKS[row["minimum_level"]], rule == "core"
            times = 0 if core else int(says["observed_times"])
            terms[name, row["profession_code"]] = Terms(
                rule, rank, rank if core else 0, times, DAYS[says["validity_months"]]
            )
    return replace(files, areas=areas, terms=terms)


def _day(text: str) -> int | None:
    return int(text) if text else None

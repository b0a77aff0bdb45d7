"""The demonstration's own rules: vocabulary, its tasks, and its matrix in versions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from competence.audit.chain import NewEvent, append_all
from competence.catalogue.models import Area, Limit, Task, TaskGate
from competence.catalogue.rules import Reserved, TaskKind
from competence.delegation.commands import NewCell, cells_hash
from competence.delegation.models import Cell, FrameworkDelegation, MatrixVersion
from competence.delegation.rules import ENTITLING, CellRule, Ground, default_leader_part
from competence.foundation.orm import tenant_id
from competence.imports.demonstration.files import read as read_demonstration
from competence.imports.demonstration.files import widened
from competence.imports.demonstration.rows import Demonstration
from competence.imports.reference import (
    WHEN,
    Files,
    also_called,
    default_ground,
    load_activities,
    load_examples,
    load_profiles,
    load_terms,
    load_vocabulary,
)
from competence.imports.shipped import read_rows, seed_folder

OBSERVED = {"e-læring": "course", "undervisning": "course", "dialog": "dialogue"}


@dataclass(frozen=True)
class Rules:
    """Ids of what the demonstration speaks of by name."""

    groups: Mapping[str, int]
    tasks: Mapping[str, int]
    gates: Mapping[str, tuple[tuple[str, str], ...]]
    """Staff group -> (code, kind) of the courses, dialogues and checks that its tasks ask for."""


def load_rules(
    session: Session, files: Files, demo: Demonstration, *, wide: bool, day: Callable[[int], date],
    moment: Callable[..., datetime], persons: Mapping[str, int],
) -> Rules:  # fmt: skip
    """The ids, after vocabulary, tasks, profiles and matrix versions are in place."""
    groups = load_vocabulary(session, files)
    own = read_rows(seed_folder() / "reference" / "fjordby_tasks.csv")
    matrix = read_rows(seed_folder() / "reference" / "fjordby_matrix.csv")
    cells = [_cell(session, row) for row in matrix]
    tasks = _own_tasks(session, files, own, moment(-2900))
    by_code: dict[str, list[int]] = {}
    for row in own:
        if row["maps_to"] != "local":
            by_code.setdefault(row["maps_to"], []).append(tasks[row["name_da"]])
    if wide:
        more = _wide(session, files, tasks, moment(-2900))
        cells += more[1]
        by_code |= {code: [tasks[name]] for code, name in more[0].items()}
    load_terms(session, files, groups, by_code)
    alone = {code: ids[0] for code, ids in by_code.items()}
    load_profiles(session, files, groups, alone)
    load_examples(session, files, groups, alone)
    load_activities(session, files)
    made = [NewCell(task_id=tasks[name], staff_group_id=groups[group], **terms) for name, group, terms in cells]
    versions = {v.number: _version(session, v.number, made, recorded=moment(v.approved)) for v in demo.versions}
    events = []
    for v in demo.versions:
        version = versions[v.number]
        version.valid_from, version.valid_to = day(v.first), None if v.through is None else day(v.through + 1)
        version.approved_at, version.approved_by = moment(v.approved), persons[v.approved_by]
        version.approved_as = "development_nurse"
        session.flush()
        fields = {
            "version": v.number, "valid_from": day(v.first).isoformat(), "cells_hash": cells_hash(session, version.id),
            "as": "development_nurse",
        }  # fmt: skip
        approver = persons[v.approved_by]
        events.append(NewEvent(approver, "matrix_approved", approver, fields=fields, recorded_at=moment(v.approved)))
    append_all(session, events)
    _frameworks(session, matrix, tasks, groups, day, moment)
    _draft(session, demo, made, tasks, groups, moment)
    gates: dict[str, dict[str, str]] = {}
    asked_for = set(session.scalars(select(TaskGate.code)))
    for row in files["onboarding_programme"]:
        if row["code"] in asked_for:
            for group in groups if row["profession_codes"] == "ALLE" else row["profession_codes"].split(";"):
                gates.setdefault(group, {})[row["code"]] = OBSERVED.get(row["type"], "practice_check")
    return Rules(groups, tasks, {group: tuple(some.items()) for group, some in gates.items()})


def _own_tasks(session: Session, files: Files, own: tuple[Mapping[str, str], ...], at: datetime) -> dict[str, int]:
    catalogue = {row["code"]: row for row in files["task_catalogue"]}
    rules = {row["task_code"]: row for row in files["task_rules"]}
    also = also_called(files)
    areas: dict[str, int] = {}
    tasks: dict[str, int] = {}
    for slot, row in enumerate(own):
        known, rule = catalogue.get(row["maps_to"], {}), rules.get(row["maps_to"], {})
        task = Task(
            area_id=_area(session, areas, row["area_da"]), code=row["maps_to"] if known else f"FJ{slot + 1}",
            name=row["name_da"], plain_text=row["plain_da"], also_called=also.get(row["maps_to"], ""),
            description=known.get("description_da", ""),
            kind=TaskKind(row["kind"]), critical=row["critical"] == "yes", fsiii_code=known.get("fsiii_code") or None,
            legal_basis=known.get("legal_basis", ""), reserved=Reserved(known.get("reserved_activity", "no")),
            reserved_basis=known.get("reserved_basis", ""), people_needed=int(row["people_needed"]), observed_times=3,
            renewal_observed_times=int(rule.get("renewal_observed_times") or 1), validity_months=24, slot=slot, position=slot,
            reference_code=row["maps_to"] if known else None, reference_version=files.version if known else None,
            source=row["source"], recorded_at=at,
        )  # fmt: skip
        session.add(task)
        session.flush()
        tasks[task.name] = task.id
    return tasks


def _area(session: Session, areas: dict[str, int], name: str) -> int:
    if name not in areas:
        there = session.scalars(select(Area).where(Area.name == name)).first()
        area = there or Area(name=name, position=len(areas))
        session.add(area)
        session.flush()
        areas[name] = area.id
    return areas[name]


Named = tuple[str, str, dict[str, Any]]
"""Task name, staff group code, and the rest of a NewCell."""


def _cell(session: Session, row: Mapping[str, str]) -> Named:
    rule = CellRule(row["cell"])
    known = {limit.text: limit.code for limit in session.scalars(select(Limit))}
    limits = []
    for part in filter(None, (part.strip() for part in row["condition_da"].split(";"))):
        text = part[0].upper() + part[1:]
        code = known.get(text, "")
        limits.append({"code": code, "text": text, "when": WHEN.get(code, part)})
    terms = {
        "rule": rule, "minimum_level": _int(row["minimum_level"]), "education_level": _int(row["education_level"]),
        "observed_times": (_int(row["observed_times"]) or (1 if rule is CellRule.CORE else None)) if rule in ENTITLING else None,
        "validity_months": _int(row["validity_months"]), "limits": tuple(limits),
        "ground": Ground(row["ground"]) if row["ground"] else None, "source": row["source"],
        "agreed_with_leader": default_leader_part(rule, critical=False),
    }  # fmt: skip
    return row["name_da"], row["profession_code"], terms


def _int(text: str) -> int | None:
    return int(text) if text else None


def _wide(session: Session, files: Files, tasks: dict[str, int], at: datetime) -> tuple[dict[str, str], list[Named]]:
    """The catalogue's further tasks under EDIT's cells: (code -> name, cells). For a municipality of real size."""
    wide = widened(read_demonstration())
    catalogue = {row["name_da"]: row for row in reversed(files["task_catalogue"])}
    rules = {row["task_code"]: row for row in files["task_rules"]}
    also = also_called(files)
    areas: dict[str, int] = {}
    codes: dict[str, str] = {}
    for name, area in wide.areas.items():
        if name in tasks:
            continue
        row = catalogue[name]
        rule = rules[row["code"]]
        slot = len(tasks)
        task = Task(
            area_id=_area(session, areas, area), code=row["code"], name=name, plain_text=rule["plain_da"],
            also_called=also.get(row["code"], ""), description=row["description_da"],
            kind=TaskKind(rule["kind"]), critical=rule["critical"] == "yes",
            fsiii_code=row["fsiii_code"] or None, legal_basis=row["legal_basis"], reserved=Reserved(row["reserved_activity"]),
            reserved_basis=row["reserved_basis"], people_needed=int(rule["people_needed"]),
            observed_times=int(rule["observed_times"]), renewal_observed_times=1, validity_months=int(rule["validity_months"]),
            slot=slot, position=slot, reference_code=row["code"], reference_version=files.version, source=row["source"],
            recorded_at=at,
        )  # fmt: skip
        session.add(task)
        session.flush()
        tasks[name] = task.id
        codes[row["code"]] = name
    cells: list[Named] = []
    for (name, group), terms in wide.terms.items():
        if name not in codes.values():
            continue
        kind = CellRule(terms.rule)
        ground = default_ground(kind, catalogue[name], group)
        reserved = catalogue[name]["reserved_activity"] != "no" and kind is not CellRule.DELEGATION_ONLY
        cells.append(
            (
                name,
                group,
                {
                    "rule": kind,
                    "minimum_level": terms.minimum,
                    "education_level": terms.education or None,
                    "observed_times": terms.times or 1,
                    "validity_months": terms.days // 365 * 12,
                    "ground": ground or (Ground.DOCTORS_ORDER if reserved else None),
                    "source": "editorial",
                    "agreed_with_leader": default_leader_part(kind, critical=False),
                },
            )
        )
    return codes, cells


def _version(session: Session, number: int, cells: list[NewCell], *, recorded: datetime) -> MatrixVersion:
    version = MatrixVersion(number=number, recorded_at=recorded)
    session.add(version)
    session.flush()
    tenant = {"municipality_id": tenant_id(session), "version_id": version.id}
    session.execute(insert(Cell), [tenant | _row(cell) for cell in cells])
    return version


def _row(cell: NewCell) -> dict[str, Any]:
    return {
        "task_id": cell.task_id, "staff_group_id": cell.staff_group_id, "rule": cell.rule, "minimum_level": cell.minimum_level,
        "education_level": cell.education_level, "level_not_stated": False, "observed_times": cell.observed_times,
        "validity_months": cell.validity_months, "limits": [dict(limit) for limit in cell.limits], "ground": cell.ground,
        "agreed_with_leader": cell.agreed_with_leader, "note": cell.note, "source": cell.source,
    }  # fmt: skip


def _frameworks(
    session: Session, matrix: tuple[Mapping[str, str], ...], tasks: Mapping[str, int], groups: Mapping[str, int],
    day: Callable[[int], date], moment: Callable[..., datetime],
) -> None:  # fmt: skip
    session.add_all(
        FrameworkDelegation(
            giver_text="Sygeplejefaglig leder, Fjordby Kommune", task_id=tasks[row["name_da"]],
            staff_group_id=groups[row["profession_code"]], instruction=f"Instruks: {row['name_da']}", instruction_version="3",
            valid_from=day(-2900), recorded_at=moment(-2900),
        )
        for row in matrix
        if row["ground"] == Ground.FRAMEWORK
    )  # fmt: skip


def _draft(
    session: Session, demo: Demonstration, cells: list[NewCell], tasks: Mapping[str, int], groups: Mapping[str, int],
    moment: Callable[..., datetime],
) -> None:  # fmt: skip
    if not demo.draft:
        return
    changed = {(tasks[row.task], groups[row.staff_group]): row for row in demo.draft}
    made = []
    for cell in cells:
        row = changed.get((cell.task_id, cell.staff_group_id))
        if row is None:
            made.append(cell)
            continue
        made.append(
            NewCell(
                task_id=cell.task_id,
                staff_group_id=cell.staff_group_id,
                rule=CellRule(row.rule),
                minimum_level=row.minimum_level,
                observed_times=row.observed_times,
                validity_months=row.validity_months,
                limits=cell.limits,
                ground=cell.ground,
                agreed_with_leader=cell.agreed_with_leader,
                note=row.reason,
                source=cell.source,
            )
        )
    _version(session, demo.draft[0].number, made, recorded=moment(-2))

"""Loads the reference data of `seed/` into a municipality as its own copy. Safe to run again: what exists is left alone."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from competence.catalogue.models import Area, Level, Limit, Task, TaskCriterion, TaskGate, TaskPrerequisite
from competence.catalogue.rules import GateKind, Reserved, ScaleKind, TaskKind
from competence.delegation.commands import NewCell, new_draft
from competence.delegation.models import ExampleCell, MatrixVersion
from competence.delegation.rules import DATA_CODES, ENTITLING, CellRule, Ground, default_leader_part
from competence.foundation.clock import now
from competence.foundation.orm import tenant_id
from competence.imports.onboarding import load_templates
from competence.imports.shipped import read_rows, seed_folder
from competence.learning.models import Activity
from competence.learning.rules import Part
from competence.paths.commands import take_shipped
from competence.people.models import StaffGroup, StaffGroupFollow
from competence.profiles.models import CompetenceProfile, ProfileStatement, ProfileTask

PRACTICE = {"basis": 1, "oevet": 2, "ekspert": 3}
PROFILE = {"basis": 1, "oevet": 2, "ekspert": 3, "avanceret": 2, "specialist": 3}
MAY_SIGN = frozenset({"SPL", "SPSPL", "SSA", "ERG", "FYS"})
"""The staff groups that a municipality lets sign unless it says otherwise (product.md, the rule, point 5)."""
STUDENTS = frozenset({"SSAE", "SSHE", "SPLS"})
SHORT = {
    "SPL": ("Sygeplejerske", "Sygeplejersker"), "SSA": ("Assistent (SSA)", "Assistenter (SSA)"),
    "SSH": ("Hjælper (SSH)", "Hjælpere (SSH)"), "UFA": ("Ufaglært", "Ufaglærte"), "PAED": ("Pædagog", "Pædagoger"),
    "ERG": ("Ergoterapeut", "Ergo"), "FYS": ("Fysioterapeut", "Fys"),
}  # fmt: skip
MATRICES = {
    "SKIVE": "Skive Kommune", "NATIONAL": "Lovgivningen", "HERNING": "Herning Kommune (aflastning for børn)",
    "GLADSAXE": "Gladsaxe Kommune", "KOEBENHAVN": "Københavns Kommune", "RESPCENTER": "Respirationscenter (sygehus)",
}  # fmt: skip
LEVEL_NAMES = {
    ScaleKind.PRACTICE: (
        ("basis", "Udfører selv i stabile forløb"),
        ("øvet", "Udfører også, når noget ændrer sig"),
        ("ekspert", "Udfører i alle forløb, også de sammensatte"),
    ),
    ScaleKind.PROFILE: (("basis", ""), ("avanceret", ""), ("specialist", "")),
}
WHEN = {
    "STABIL": "forløbet er stabilt og kendt", "GRUND": "forløbet er grundlæggende",
    "SPLVURD": "sygeplejersken har vurderet borgeren",
    "NYTBESOEG": "sygeplejersken har været på nyt besøg efter et sygehusophold", "PLEJECENTER": "det er på et plejecenter",
    "NAVNGIVEN": "det er hos den eller de borgere, oplæringen er givet til",
    "HANDLANV": "der er en gældende handlingsanvisning", "SPLKONTAKT": "en sygeplejerske kan kontaktes i vagten",
    "IKKEFOERSTE": "det ikke er første gang, borgeren får behandlingen",
    "FASTDOSIS": "dosis er fast og ikke ændret siden sidst", "IKKERISIKO": "det ikke er risikosituationslægemidler",
    "TOPERSONER": "en kollega, der også må, er med", "DAGVAGT": "det er i dagvagt",
    "IKKETLF": "der er mere end en mundtlig besked i telefonen",
}  # fmt: skip
"""Each limit as the end of "Må udføre, når ..."; our own wording of limits.csv."""
GATE_KINDS = {
    "e-læring": GateKind.E_LEARNING, "dialog": GateKind.DIALOGUE, "praktisk prøve": GateKind.PRACTICE_CHECK,
    "følgevagt": GateKind.OTHER, "undervisning": GateKind.COURSE,
}  # fmt: skip
"""Kinds of onboarding items that are gates of a task; a sign-off item is the signature itself."""


@dataclass(frozen=True)
class Files:
    """The reference files of one version."""

    version: str
    rows: Mapping[str, tuple[Mapping[str, str], ...]]

    def __getitem__(self, name: str) -> tuple[Mapping[str, str], ...]:
        return self.rows[name]


def read_files(folder: Path | None = None) -> Files:
    """The reference files as they lie in `seed/reference`."""
    root = (folder or seed_folder()) / "reference"
    version = json.loads((root.parent / "version.json").read_text(encoding="utf-8"))["reference_version"]
    return Files(version, {path.stem: read_rows(path) for path in sorted(root.glob("*.csv"))})


def load_vocabulary(session: Session, files: Files) -> dict[str, int]:
    """Staff group ids by code, after groups, who follows whom, scales and limits are in place."""
    groups = dict(session.execute(select(StaffGroup.code, StaffGroup.id)).all())
    follows = {row["code"]: row for row in files["staff_groups_follow"]}
    for position, row in enumerate(files["professions"]):
        code = row["code"]
        if code in groups:
            continue
        short, plural = SHORT.get(code, (row["name_da"], row["name_da"]))
        group = StaffGroup(
            code=code, name=row["name_da"], short_name=short, plural=plural, authorised=row["authorised"] == "yes",
            has_reserved_scope=row["has_reserved_scope"] == "yes", may_sign=code in MAY_SIGN, is_student=code in STUDENTS,
            counts_in_coverage=follows.get(code, {}).get("counts_in_coverage", "yes") == "yes", position=position,
            reference_code=code, reference_version=files.version, source=row["source"],
        )  # fmt: skip
        session.add(group)
        session.flush()
        groups[code] = group.id
    following = set(session.scalars(select(StaffGroupFollow.staff_group_id)))
    for row in files["staff_groups_follow"]:
        if groups[row["code"]] not in following:
            session.add(
                StaffGroupFollow(
                    staff_group_id=groups[row["code"]],
                    follows_id=groups[row["follows"]],
                    from_stage=row["from_stage_da"] or None,
                    source=row["source"],
                )
            )
    scales = {ScaleKind(scale) for scale in session.scalars(select(Level.scale).distinct())}
    for scale, levels in LEVEL_NAMES.items():
        if scale not in scales:
            session.add_all(
                Level(scale=scale, rank=rank, name=name, meaning=meaning)
                for rank, (name, meaning) in enumerate(levels, 1)
            )
    limits = set(session.scalars(select(Limit.code)))
    session.add_all(
        Limit(
            code=row["code"], text=row["name_da"], when_text=WHEN.get(row["code"], row["name_da"]), source=row["source"]
        )
        for row in files["limits"]
        if row["code"] not in limits
    )
    session.flush()
    return groups


def load_reference(session: Session, files: Files | None = None) -> MatrixVersion | None:
    """The draft matrix of the municipality's own copy; None when it has it already.

    Catalogue, criteria, profiles, examples and learning paths are in place afterwards.
    """
    files = files or read_files()
    groups = load_vocabulary(session, files)
    tasks = load_catalogue(session, files, groups)
    load_profiles(session, files, groups, tasks)
    load_examples(session, files, groups, tasks)
    load_templates(session, files, groups)
    load_activities(session, files)
    take_shipped(session, files["learning_paths"], files["learning_path_steps"], files["activities_70_20_10"])
    if session.scalars(select(MatrixVersion.id).where(MatrixVersion.reference_code == "EDIT")).first() is not None:
        return None
    return new_draft(
        session, list(reference_cells(session, files, groups, tasks)), by=None, reference=("EDIT", files.version)
    )


def load_catalogue(session: Session, files: Files, groups: Mapping[str, int]) -> dict[str, int]:
    """Task ids by reference code, after areas, tasks, criteria, prerequisites and gates are in place."""
    known = {code: id_ for code, id_ in session.execute(select(Task.reference_code, Task.id)) if code}
    areas = dict(session.execute(select(Area.name, Area.id)).all())
    rules = {row["task_code"]: row for row in files["task_rules"]}
    never, also = never_delegated(files), also_called(files)
    slot = max(session.scalars(select(Task.slot)), default=-1) + 1
    new: set[str] = set()
    for position, row in enumerate(files["task_catalogue"]):
        code, rule = row["code"], rules[row["code"]]
        if row["area_da"] not in areas:
            area = Area(name=row["area_da"], position=len(areas))
            session.add(area)
            session.flush()
            areas[area.name] = area.id
        if code in known:
            continue
        task = Task(
            area_id=areas[row["area_da"]], code=code, name=row["name_da"], plain_text=rule["plain_da"],
            also_called=also.get(code, ""), description=row["description_da"],
            kind=TaskKind(rule["kind"]), critical=rule["critical"] == "yes",
            fsiii_code=row["fsiii_code"] or None, legal_basis=row["legal_basis"], reserved=Reserved(row["reserved_activity"]),
            reserved_basis=row["reserved_basis"], never_delegated=never.get(code, ""), people_needed=int(rule["people_needed"]),
            observed_times=int(rule["observed_times"]), renewal_observed_times=_number(rule["renewal_observed_times"]),
            validity_months=_number(rule["validity_months"]), slot=slot, position=position, reference_code=code,
            reference_version=files.version, source=row["source"], recorded_at=now(),
        )  # fmt: skip
        session.add(task)
        session.flush()
        known[code] = task.id
        new.add(code)
        slot += 1
    load_terms(session, files, groups, {code: [id_] for code, id_ in known.items() if code in new})
    return known


def also_called(files: Files) -> dict[str, str]:
    """Task code -> other names by which it is looked for, with commas between."""
    return {row["task_code"]: row["also_called_da"] for row in files["task_also_called"]}


def never_delegated(files: Files) -> dict[str, str]:
    """Task code -> what the law calls it that nobody can give to somebody else."""
    return {code: row["act_da"] for row in files["never_delegated"] for code in row["task_codes"].split(";") if code}


def load_terms(session: Session, files: Files, groups: Mapping[str, int], tasks: Mapping[str, list[int]]) -> None:
    """Criteria, prerequisites and gates of the tasks, given as reference code -> the municipality's tasks that rest on it."""
    if session.scalars(select(TaskCriterion.id).where(TaskCriterion.task_id.is_(None))).first() is None:
        session.add_all(_criterion(None, row) for row in files["task_criteria"] if row["task_code"] == "*")
    for row in files["task_criteria"]:
        session.add_all(_criterion(task, row) for task in tasks.get(row["task_code"], ()))
    for row in files["task_rules"]:
        for needs in filter(None, row["prerequisites"].split(";")):
            session.add_all(
                TaskPrerequisite(task_id=task, needs_task_id=other, source=row["source"])
                for task in tasks.get(row["task_code"], ())
                for other in tasks.get(needs, ())
            )
    gates = []
    for row in files["onboarding_programme"]:
        if row["gate"] != "yes" or row["type"] not in GATE_KINDS:
            continue
        codes = list(groups) if row["profession_codes"] == "ALLE" else row["profession_codes"].split(";")
        for code in filter(None, row["unlocks_task_codes"].split(";")):
            for task in tasks.get(code, ()):
                for group in codes:
                    gates.append((task, groups[group], row))
    refuse_e_learning_alone(gates)
    session.add_all(
        TaskGate(
            task_id=task, staff_group_id=group, code=row["code"], kind=GATE_KINDS[row["type"]], name=row["item_da"],
            source=row["source"],
        )
        for task, group, row in gates
    )  # fmt: skip
    session.flush()


def refuse_e_learning_alone(gates: Iterable[tuple[int, int, Mapping[str, str]]]) -> None:
    """Nothing. ValueError when a group's gates for a task are e-learning only: that alone never opens anything."""
    kinds: dict[tuple[int, int], set[str]] = {}
    for task, group, row in gates:
        kinds.setdefault((task, group), set()).add(row["type"])
    alone = [place for place, types in kinds.items() if types == {"e-læring"}]
    if alone:
        raise ValueError(f"e-learning alone would open tasks: {alone[:5]}")


def _criterion(task: int | None, row: Mapping[str, str]) -> TaskCriterion:
    return TaskCriterion(task_id=task, position=int(row["position"]), text=row["criterion_da"], source=row["source"])


def _number(text: str) -> int | None:
    return int(text) if text else None


def load_profiles(session: Session, files: Files, groups: Mapping[str, int], tasks: Mapping[str, int]) -> None:
    """Nothing; each staff group has its profile as a draft, with statements and the tasks that the municipality has."""
    have = set(session.scalars(select(CompetenceProfile.staff_group_id)))
    profiles: dict[str, int] = {}
    for code in dict.fromkeys(row["profession_code"] for row in files["competence_profile"]):
        if groups[code] in have:
            continue
        profile = CompetenceProfile(
            staff_group_id=groups[code],
            number=1,
            reference_version=files.version,
            recorded_at=now(),
        )
        session.add(profile)
        session.flush()
        profiles[code] = profile.id
    tenant = {"municipality_id": tenant_id(session)}
    statements = [
        tenant | {
            "profile_id": profiles[row["profession_code"]], "area_name": row["area"], "level": PROFILE[row["level"]],
            "text": row["statement_da"], "position": position, "source": row["source"],
        }
        for position, row in enumerate(files["competence_profile"])
        if row["profession_code"] in profiles
    ]  # fmt: skip
    asked = [
        tenant | {
            "profile_id": profiles[row["profession_code"]], "area_name": row["profile_area"],
            "level": PROFILE[row["profile_level"]], "task_id": tasks[row["task_code"]],
            "practice_level": PRACTICE[row["practice_level"]], "position": position, "source": row["source"],
        }
        for position, row in enumerate(files["profile_tasks"])
        if row["profession_code"] in profiles and row["task_code"] in tasks
    ]  # fmt: skip
    if statements:
        session.execute(insert(ProfileStatement), statements)
    if asked:
        session.execute(insert(ProfileTask), asked)


def load_examples(session: Session, files: Files, groups: Mapping[str, int], tasks: Mapping[str, int]) -> None:
    """Nothing; what other matrices say stands beside the cells, never as a rule."""
    if session.scalars(select(ExampleCell.id)).first() is not None:
        return
    session.add_all(
        ExampleCell(
            matrix_code=row["matrix_code"], matrix_name=MATRICES.get(row["matrix_code"], row["matrix_code"]),
            task_id=tasks[row["task_code"]], staff_group_id=groups[row["profession_code"]], rule=DATA_CODES[row["cell_value"]],
            note="; ".join(filter(None, (row["note_da"], row["condition_da"]))), source=row["source"],
        )
        for row in files["delegation_matrix"]
        if row["matrix_code"] != "EDIT" and row["task_code"] in tasks
    )  # fmt: skip
    session.flush()


def load_activities(session: Session, files: Files) -> None:
    """Nothing; the municipality has its own list of activities to learn by. What it has by a code is left as it is."""
    known = set(session.scalars(select(Activity.code)))
    session.add_all(
        Activity(
            code=row["code"], name=row["name_da"], part=Part(row["category"]), area=row["area"],
            minutes=round(float(row["typical_hours"].replace(",", ".")) * 60), who_leads=row["who_leads"],
            source=row["source"],
        )
        for row in files["activities_70_20_10"]
        if row["code"] not in known
    )  # fmt: skip
    session.flush()


def reference_cells(
    session: Session, files: Files, groups: Mapping[str, int], tasks: Mapping[str, int]
) -> Iterable[NewCell]:
    """The cells of the draft that ships."""
    catalogue = {row["code"]: row for row in files["task_catalogue"]}
    critical = {row["task_code"] for row in files["task_rules"] if row["critical"] == "yes"}
    texts = {
        limit.code: {"code": limit.code, "text": limit.text, "when": limit.when_text}
        for limit in session.scalars(select(Limit))
    }
    limits = {
        (row["task_code"], row["profession_code"]): row["limits"].split(";")
        for row in files["delegation_matrix_limits"]
    }
    for row in files["delegation_matrix"]:
        if row["matrix_code"] != "EDIT":
            continue
        place = (row["task_code"], row["profession_code"])
        rule = DATA_CODES[row["cell_value"]]
        level = PRACTICE.get(row["minimum_level"])
        ground = default_ground(rule, catalogue[row["task_code"]], row["profession_code"])
        yield NewCell(
            task_id=tasks[row["task_code"]], staff_group_id=groups[row["profession_code"]], rule=rule,
            minimum_level=(1 if rule is CellRule.CORE else level or 1) if rule in ENTITLING else None,
            education_level=(level or 1) if rule is CellRule.CORE else None,
            limits=tuple(texts[code] for code in limits.get(place, ())) if rule in ENTITLING else (),
            ground=ground, agreed_with_leader=default_leader_part(rule, critical=row["task_code"] in critical),
            note=row["note_da"], source=row["source"] + ("; ground editorial" if ground else ""),
        )  # fmt: skip


def default_ground(rule: CellRule, task: Mapping[str, Any], group: str) -> Ground | None:
    """The ground that reference rows get: own right for nurses on § 54, the doctor's order for § 74; None where nobody has said.

    Source: domain.md (b), permission logic 8; editorial.
    """
    if rule not in ENTITLING or rule is CellRule.DELEGATION_ONLY or task["reserved_activity"] == "no":
        return None
    basis = task["reserved_basis"]
    if "§ 54" in basis and group in ("SPL", "SPSPL"):
        return Ground.OWN_RIGHT
    return Ground.DOCTORS_ORDER if "§ 74" in basis else None

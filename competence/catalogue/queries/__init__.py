"""Reads of the catalogue that many pages share. They follow from reference data alone, so they are kept (`remembered`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import coalesce

from competence.catalogue.models import Level, Task, TaskCriterion, TaskGate, TaskPrerequisite
from competence.catalogue.rules import GateKind, ScaleKind
from competence.foundation.editions import remembered
from competence.foundation.orm import scoped

LEVELS = cast(Table, Level.__table__)
CRITERIA = cast(Table, TaskCriterion.__table__)
GATES = cast(Table, TaskGate.__table__)
PREREQUISITES = cast(Table, TaskPrerequisite.__table__)
TASKS = cast(Table, Task.__table__)


@dataclass(frozen=True, slots=True)
class LevelName:
    """A level of a scale, 1 the lowest."""

    rank: int
    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """What must be shown at the bedside."""

    position: int
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Gate:
    """A course, dialogue or practice check."""

    code: str
    kind: GateKind
    name: str


def levels(session: Session, scale: ScaleKind = ScaleKind.PRACTICE) -> Sequence[LevelName]:
    """The levels of the scale, lowest first."""

    def read(session: Session) -> tuple[LevelName, ...]:
        rows = scoped(session, LEVELS, LEVELS.c.rank, LEVELS.c.name, LEVELS.c.meaning).where(LEVELS.c.scale == scale)
        return tuple(LevelName(*row) for row in session.execute(rows.order_by(LEVELS.c.rank, LEVELS.c.id)))

    return remembered(session, ("levels", str(scale)), read)


def by_rank(session: Session, scale: ScaleKind = ScaleKind.PRACTICE) -> dict[int, LevelName]:
    """Rank -> level of the scale, the lowest first."""
    return {level.rank: level for level in levels(session, scale)}


def level_names(session: Session, scale: ScaleKind = ScaleKind.PRACTICE) -> dict[int, str]:
    """Rank -> name, the lowest first."""
    return {level.rank: level.name for level in levels(session, scale)}


def criteria_of(session: Session, task_id: int) -> Sequence[Criterion]:
    """What must be shown for the task, in order: its own criteria, else the ones that all tasks share."""
    known = remembered(session, "criteria", _read_criteria)
    return known.get(task_id) or known.get(None, ())


def _read_criteria(session: Session) -> Mapping[int | None, Sequence[Criterion]]:
    c = CRITERIA.c
    rows = scoped(session, CRITERIA, c.task_id, c.position, c.text, c.source).order_by(
        coalesce(c.place, c.position), c.id
    )
    found: dict[int | None, list[Criterion]] = {}
    for task, *said in session.execute(rows):
        found.setdefault(task, []).append(Criterion(*said))
    return found


def gates_for(session: Session, task_id: int, staff_group_id: int) -> Sequence[Gate]:
    """The courses, dialogues and checks that the staff group must have passed for the task."""
    return remembered(session, "gates", _read_gates).get((task_id, staff_group_id), ())


def _read_gates(session: Session) -> Mapping[tuple[int, int], Sequence[Gate]]:
    c = GATES.c
    rows = scoped(session, GATES, c.task_id, c.staff_group_id, c.code, c.kind, c.name).order_by(c.code, c.id)
    found: dict[tuple[int, int], list[Gate]] = {}
    for task, group, code, kind, name in session.execute(rows):
        found.setdefault((task, group), []).append(Gate(code, GateKind(kind), name))
    return found


def tasks_needed(session: Session, task_id: int) -> Sequence[tuple[int, str]]:
    """(id, name) of the tasks that must be held before the task is signed."""
    return remembered(session, "prerequisites", _read_prerequisites).get(task_id, ())


def _read_prerequisites(session: Session) -> Mapping[int, Sequence[tuple[int, str]]]:
    p, t = PREREQUISITES.c, TASKS.c
    rows = (
        scoped(session, PREREQUISITES, p.task_id, p.needs_task_id, t.name)
        .join(TASKS, (t.municipality_id == p.municipality_id) & (t.id == p.needs_task_id))
        .order_by(t.position, t.id)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for task, needed, name in session.execute(rows):
        found.setdefault(task, []).append((needed, name))
    return found

"""How single tasks stood in many units on past days, as the system said then: one reading for each task, whatever the days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import or_
from sqlalchemy.orm import Session

from competence.coverage import many
from competence.coverage.many import STANDINGS, Asked, Crowd
from competence.coverage.queries.board import BoardTask, columns_for, tasks_on
from competence.coverage.queries.places import Node, kind_of_day, requirements_on
from competence.coverage.queries.wide import counted_groups, limited
from competence.coverage.rules import needs_of, standing_of
from competence.decision.queries import EMPLOYMENTS, WITH_PATH, book, facts_of, moment_of
from competence.decision.rules import Employment
from competence.entitlements.rules import EPOCH, OPEN
from competence.foundation.clock import today
from competence.foundation.orm import execute


@dataclass(frozen=True)
class Asking:
    """A task in some units on a day, today at the latest."""

    task_id: int
    on: date
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Stood:
    """How a task stood in the units on the day."""

    gaps: int
    """Shifts of units in which it was missing."""
    able: int
    """People with fixed shift in units that need it who might do it."""


def stood(session: Session, asked: Sequence[Asking]) -> list[Stood]:
    """How each of the tasks stood, in their order. Of people it reads those of units with a need alone, once for each task."""
    tasks = [next((task for task in tasks_on(session, one.on) if task.id == one.task_id), None) for one in asked]
    needs = [_needs(session, one, task) for one, task in zip(asked, tasks, strict=True)]
    units: dict[int, set[int]] = {}
    first: dict[int, date] = {}
    for one, need in zip(asked, needs, strict=True):
        at = np.unique(need.unit[need.counts]).tolist()
        units.setdefault(one.task_id, set()).update(one.nodes[place].id for place in at)
        first[one.task_id] = min(one.on, first.get(one.task_id, one.on))
    people = {task: _people(session, task, some, first[task]) for task, some in units.items()}
    return [
        _stood(session, one, task, need, people[one.task_id]) if task is not None else Stood(0, 0)
        for one, task, need in zip(asked, tasks, needs, strict=True)
    ]


def _needs(session: Session, one: Asking, task: BoardTask | None) -> Asked:
    """What the units need of the task that day; its slot is the only one there is."""
    stated = requirements_on(session, one.on, one.nodes)
    places = {} if task is None else {task.id: (0, 0)}
    return many.asked_of([needs_of(node.place, stated, kind_of_day(one.on)) for node in one.nodes], places)


People = Sequence[tuple[Any, Employment]]


def _people(session: Session, task_id: int, unit_ids: set[int], first: date) -> People:
    """(row, facts for the task) of those who worked in one of the units on `first` or later and count in coverage."""
    if not unit_ids:
        return []
    groups = counted_groups(session)
    c = EMPLOYMENTS.c
    rows = execute(
        session,
        WITH_PATH.where(
            c.unit_id.in_(sorted(unit_ids)), c.valid_from <= today(), or_(c.valid_to.is_(None), c.valid_to > first),
            ~c.is_floater, ~c.is_external,
        ),
    ).all()  # fmt: skip
    rows = [row for row in rows if row.staff_group_id in groups]
    facts = {one.id: one for one in facts_of(session, rows, book(session), task_id=task_id, evidence=True)}
    return [(row, facts[row.id]) for row in rows]


def _stood(session: Session, one: Asking, task: BoardTask, need: Asked, people: People) -> Stood:
    places = {node.id: at for at, node in enumerate(one.nodes)}
    there = [
        (row, facts) for row, facts in people
        if row.unit_id in places and row.valid_from <= one.on and (row.valid_to is None or row.valid_to > one.on)
    ]  # fmt: skip
    there.sort(key=lambda pair: (places[pair[0].unit_id], pair[0].person_id))
    known_then = book(session).known_by(moment_of(one.on))
    then = [facts.known_by(moment_of(one.on), book=known_then) for _row, facts in there]
    levels = [column[0].level for column in columns_for(session, then, [task], on=one.on)]
    groups = counted_groups(session)
    ends = np.zeros((len(there), 1, max([1, *levels])), dtype=np.uint16)
    for at, level in enumerate(levels):
        ends[at, 0, :level] = OPEN
    crowd = Crowd(
        _numbers(row.id for row, _facts in there), _numbers(row.person_id for row, _facts in there),
        _numbers(places[row.unit_id] for row, _facts in there), _numbers(row.staff_group_id for row, _facts in there),
        _numbers(many.bits(row.shifts) for row, _facts in there),
        _numbers(
            STANDINGS.index(standing_of(is_floater=False, is_external=False, is_student=groups[row.staff_group_id]))
            for row, _facts in there
        ),
        np.array([any(a <= one.on and (b is None or one.on < b) for a, b in facts.absences) for facts in then], dtype=bool),
        ends, (one.on - EPOCH).days,
    )  # fmt: skip
    within_limits = limited(known_then, {task.id: 0}, one.on, moment_of(one.on))
    missing = many.gaps(need, many.have(need, crowd, within_limits))
    able = {row.person_id for (row, _facts), level in zip(there, levels, strict=True) if level}
    return Stood(int(missing.sum()), len(able))


def _numbers(some: Any) -> many.Ints:
    return np.fromiter(some, dtype=np.intp)

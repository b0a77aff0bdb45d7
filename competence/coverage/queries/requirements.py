"""What a unit needs and where that is said, for the page on which it is set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from competence.coverage.queries.board import BoardTask, tasks_on
from competence.coverage.queries.places import Node, Tree, requirements_on
from competence.coverage.rules import DayKind, Shift, Stated, needs_of


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement that holds in the unit."""

    task: BoardTask
    stated: Stated
    place: Node
    """Where it is said."""
    own: bool
    """Said for the unit itself, so that it can be ended here."""


@dataclass(frozen=True, slots=True)
class Given:
    """One requirement that is said here, whether or not it holds here: also those for a kind of unit below."""

    task: BoardTask
    stated: Stated


def held_in(session: Session, units: Tree, node: Node, *, on: date) -> tuple[list[Line], list[Given]]:
    """(what holds in the unit, for weekdays and where the weekend differs; what is said here for units of a kind below)."""
    stated = requirements_on(session, on, [node])
    tasks = {task.id: task for task in tasks_on(session, on)}
    found: dict[int, Line] = {}
    for days in (DayKind.WEEKDAY, DayKind.WEEKEND):
        for one in needs_of(node.place, stated, days).values():
            if one.task_id in tasks:
                place = units.by_id.get(one.unit_id, node)
                own = one.unit_id == node.id and one.unit_kind in ("", node.kind)
                found[one.id] = Line(tasks[one.task_id], one, place, own)
    here = [
        Given(tasks[one.task_id], one)
        for (unit_id, kind), some in stated.items()
        if unit_id == node.id and kind and kind != node.kind
        for one in some
        if one.task_id in tasks
    ]
    order = {task_id: at for at, task_id in enumerate(tasks)}
    shifts = list(Shift)
    lines = sorted(
        found.values(), key=lambda line: (order[line.task.id], shifts.index(line.stated.shift), line.stated.day_kind)
    )
    here.sort(key=lambda one: (one.stated.unit_kind, order[one.task.id], shifts.index(one.stated.shift)))
    return lines, here


def by_area(lines: Sequence[Line]) -> Mapping[str, list[Line]]:
    """Area -> its lines, in order."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.task.area, []).append(line)
    return found

"""What a unit needs, where that is said and when, for the pages on which it is set."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from competence.coverage.queries.board import BoardTask, tasks_on
from competence.coverage.queries.places import Node, Tree, requirements_since
from competence.coverage.rules import DayKind, Shift, Stated, by_place, needs_of
from competence.foundation.clock import last_day
from competence.foundation.errors import NotFound

SHOWN_BACK = timedelta(days=365)
"""So long after its last day a requirement is still shown among those that have ended."""


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement that is said for the unit."""

    task: BoardTask
    stated: Stated
    place: Node
    """Where it is said."""
    own: bool
    """Said here, so that it can be changed and ended here."""
    begins: date
    ends: date | None
    """The first day on which it no longer holds."""

    @property
    def last(self) -> date | None:
        """The last day on which it holds."""
        return last_day(self.ends)


@dataclass(frozen=True)
class Said:
    """What is said for a unit, seen from a day."""

    holds: Sequence[Line]
    """What holds in the unit, for weekdays and where the weekend differs."""
    given: Sequence[Line]
    """What is said here for units of a kind below."""
    comes: Sequence[Line]
    """What begins later, here or above; soonest first."""
    ended: Sequence[Line]
    """What was said here and has ended within a year; latest first."""


def said_for(session: Session, units: Tree, node: Node, *, on: date) -> Said:
    """What holds in the unit on the day, what comes and what has ended."""
    mine = _lines(session, units, node, on)
    order = {task.id: at for at, task in enumerate(tasks_on(session, on))}
    shifts = list(Shift)

    def in_order(line: Line) -> tuple[object, ...]:
        return order[line.task.id], shifts.index(line.stated.shift), line.stated.day_kind, line.begins

    running = {one.stated.id: one for one in mine if one.begins <= on and (one.ends is None or on < one.ends)}
    stated = by_place([one.stated for one in running.values()])
    holding = {
        one.id for days in (DayKind.WEEKDAY, DayKind.WEEKEND) for one in needs_of(node.place, stated, days).values()
    }
    elsewhere = [one for one in running.values() if one.own and one.stated.unit_kind not in ("", node.kind)]
    ended = [one for one in mine if one.own and one.ends is not None and one.ends <= on]
    return Said(
        sorted((running[number] for number in holding), key=in_order),
        sorted(elsewhere, key=lambda one: (one.stated.unit_kind, *in_order(one))),
        sorted((one for one in mine if one.begins > on), key=lambda one: (one.begins, *in_order(one))),
        sorted(ended, key=lambda one: (-(one.ends or on).toordinal(), *in_order(one))),
    )


def said_here(session: Session, units: Tree, node: Node, requirement_id: int, *, on: date, ended: bool = False) -> Line:
    """One requirement that is said here and, unless `ended`, has not ended. NotFound when there is none by that id."""
    for one in _lines(session, units, node, on, never_held=ended):
        if one.stated.id == requirement_id and one.own and (ended or one.ends is None or one.ends > on):
            return one
    raise NotFound


def _lines(session: Session, units: Tree, node: Node, on: date, *, never_held: bool = False) -> list[Line]:
    """All that is said here, and what is said above and may hold here, without what `never_held` unless asked for."""
    tasks = {task.id: task for task in tasks_on(session, on)}
    return [
        Line(tasks[one.task_id], one, units.by_id.get(one.unit_id, node), one.unit_id == node.id, begins, ends)
        for one, begins, ends in requirements_since(session, on - SHOWN_BACK, [node])
        if one.task_id in tasks
        and (never_held or ends is None or begins < ends)
        and (one.unit_id == node.id or one.unit_kind in ("", node.kind))
    ]


def by_area(lines: Iterable[Line]) -> Mapping[str, list[Line]]:
    """Area -> its lines, in order."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.task.area, []).append(line)
    return found

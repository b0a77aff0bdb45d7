"""One cell, one task or one person of a unit's board, with all reasons; and the stops over a unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from competence.catalogue.models import Task
from competence.coverage.queries.board import BoardTask, counted, tasks_on, workplaces
from competence.coverage.queries.places import Node, Tree, kind_of_day, requirements_on
from competence.coverage.queries.staff import Someone, in_reach_of, names_of, people_of
from competence.coverage.rules import Count, DayKind, Joined, Need, Needs, Shift, join, needs_of
from competence.decision.queries import EMPLOYMENTS, load, moment_of, running
from competence.decision.rules import Answer, Employment, may
from competence.delegation.queries import stops_in_force
from competence.foundation.clock import local, today
from competence.foundation.errors import NotFound
from competence.organisation.models import Unit
from competence.people.models import StaffGroup


@dataclass(frozen=True, slots=True)
class Asked:
    """A cell with its reasons."""

    someone: Someone
    task: BoardTask
    answer: Answer
    on: date


@dataclass(frozen=True)
class OneTask:
    """A task with everybody in the unit, and how it stands."""

    task: BoardTask
    people: tuple[Asked, ...]
    counts: Mapping[Shift, Count]
    """The whole unit; several units below it are added up."""
    workplaces: tuple[Node, ...]
    by_place: Mapping[Shift, tuple[Count, ...]]
    needs: Mapping[int, Needs]

    def need(self, unit_id: int, shift: Shift) -> Need | None:
        """What the workplace asks for on the shift."""
        stated = self.needs[unit_id].get((self.task.id, shift))
        return stated.need if stated else None


@dataclass(frozen=True)
class OnePerson:
    """A person with all tasks that her group meets."""

    someone: Someone
    tasks: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class StopOver:
    """A stop that closes something in the unit, in names."""

    task: str
    group: str | None
    """None: all staff groups."""
    unit: str
    last_day: date
    by: str | None
    since: date


def _facts(
    session: Session, node: Node, on: date, *, task_id: int | None = None, employment_id: int | None = None
) -> dict[int, Employment]:
    past = on < today()
    where = and_(in_reach_of(node), running(on))
    if employment_id is not None:
        where = and_(where, EMPLOYMENTS.c.id == employment_id)
    known_at = moment_of(on) if past else None
    found = load(session, where, task_id=task_id, evidence=past, known_at=known_at)
    return {one.id: one.known_by(known_at) for one in found}


def _task(session: Session, task_id: int, on: date) -> BoardTask:
    for task in tasks_on(session, on):
        if task.id == task_id:
            return task
    raise NotFound


def _away(one: Someone, facts: Employment, on: date) -> Someone:
    absent = any(start <= on and (end is None or on < end) for start, end in facts.absences)
    return replace(one, worker=replace(one.worker, absent=absent))


def _person(session: Session, node: Node, employment_id: int, on: date) -> tuple[Someone, Employment]:
    someone = next((one for one in people_of(session, node, on=on) if one.employment_id == employment_id), None)
    facts = _facts(session, node, on, employment_id=employment_id).get(employment_id)
    if someone is None or facts is None:
        raise NotFound
    return _away(someone, facts, on), facts


def why(session: Session, node: Node, employment_id: int, task_id: int, *, on: date) -> Asked:
    """The answer with its reasons. NotFound when the person is not on the unit's board on the day."""
    someone, facts = _person(session, node, employment_id, on)
    return Asked(someone, _task(session, task_id, on), may(facts, task_id, on=on), on)


def one_person(session: Session, node: Node, employment_id: int, *, on: date) -> OnePerson:
    """All tasks of the person with their reasons. NotFound when she is not on the unit's board on the day."""
    someone, facts = _person(session, node, employment_id, on)
    return OnePerson(
        someone, tuple(Asked(someone, task, may(facts, task.id, on=on), on) for task in tasks_on(session, on))
    )


def one_task(
    session: Session, units: Tree, node: Node, task_id: int, *, on: date, days: DayKind | None = None
) -> OneTask:
    """The task with everybody on the unit's board. NotFound when there is no such task."""
    task = _task(session, task_id, on)
    facts = _facts(session, node, on, task_id=task_id)
    people = [_away(one, facts[one.employment_id], on) for one in people_of(session, node, on=on)]
    asked = tuple(Asked(one, task, may(facts[one.employment_id], task_id, on=on), on) for one in people)
    places = workplaces(units, node, people)
    stated = requirements_on(session, on, places)
    needs = {place.id: needs_of(place.place, stated, days or kind_of_day(on)) for place in places}
    counts = counted(people, [task], [(one.answer,) for one in asked], places, needs)
    by_place = {shift: counts[task_id, shift] for shift in Shift}
    return OneTask(
        task, asked, {shift: _whole(join(some)) for shift, some in by_place.items()}, tuple(places), by_place, needs
    )


def _whole(joined: Joined) -> Count:
    return Count(joined.have, joined.need, joined.floaters, joined.externals, joined.students)


def stops_over(session: Session, node: Node, at: datetime, *, task_id: int | None = None) -> list[StopOver]:
    """The stops in force now that close something in the unit, above it or below it, newest first."""
    found = [stop for stop in stops_in_force(session, now=at, on=local(at).date()) if task_id in (None, stop.task_id)]
    if not found:
        return []
    units = _by_id(session.scalars(select(Unit).where(Unit.id.in_({stop.unit_id for stop in found}))).all())
    named = session.execute(select(Task.id, Task.name).where(Task.id.in_({stop.task_id for stop in found})))
    tasks = {row.id: row.name for row in named}
    groups = {row.id: row.plural for row in session.execute(select(StaffGroup.id, StaffGroup.plural))}
    names = names_of(session, [stop.stopped_by for stop in found])
    return [
        StopOver(
            tasks.get(stop.task_id, ""),
            groups.get(stop.staff_group_id) if stop.staff_group_id else None,
            units[stop.unit_id].name,
            date.fromordinal(stop.valid_to.toordinal() - 1),
            names.get(stop.stopped_by),
            local(stop.begins_at).date(),
        )
        for stop in found
        if node.path.startswith(units[stop.unit_id].path) or units[stop.unit_id].path.startswith(node.path)
    ]


def _by_id(units: Sequence[Unit]) -> dict[int, Unit]:
    return {unit.id: unit for unit in units}

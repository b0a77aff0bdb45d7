"""One cell, one task or one person of a unit's board, with all reasons; and the stops over a unit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import and_, bindparam, or_
from sqlalchemy.orm import Session

from competence.coverage.queries.board import TASKS, BoardTask, counted, tasks_on, workplaces
from competence.coverage.queries.places import Node, Tree, kind_of_day, requirements_on
from competence.coverage.queries.staff import GROUPS, IDENTITIES, Someone, in_reach_of, people_of
from competence.coverage.rules import Count, DayKind, Joined, Need, Needs, Shift, join, needs_of
from competence.decision.queries import EMPLOYMENTS, UNITS, book, load, moment_of, running
from competence.decision.rules import Answer, Employment, may
from competence.delegation.queries import STOPS
from competence.foundation.clock import local, today
from competence.foundation.errors import NotFound
from competence.foundation.orm import execute, standing


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
    where = and_(in_reach_of(session, node), running(on))
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
    if someone is None:
        raise NotFound
    facts = _facts(session, node, on, employment_id=employment_id).get(employment_id)
    if facts is None:
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


_STOPS = (
    standing(
        STOPS, STOPS.c.task_id, STOPS.c.valid_to, STOPS.c.begins_at, TASKS.c.name.label("task"), GROUPS.c.plural,
        UNITS.c.name.label("unit"), UNITS.c.path, IDENTITIES.c.name.label("by"),
    )
    .join(TASKS, (TASKS.c.municipality_id == STOPS.c.municipality_id) & (TASKS.c.id == STOPS.c.task_id))
    .join(UNITS, (UNITS.c.municipality_id == STOPS.c.municipality_id) & (UNITS.c.id == STOPS.c.unit_id))
    .outerjoin(GROUPS, (GROUPS.c.municipality_id == STOPS.c.municipality_id) & (GROUPS.c.id == STOPS.c.staff_group_id))
    .outerjoin(
        IDENTITIES,
        (IDENTITIES.c.municipality_id == STOPS.c.municipality_id) & (IDENTITIES.c.person_id == STOPS.c.stopped_by),
    )
    .where(
        STOPS.c.begins_at <= bindparam("at"), STOPS.c.valid_to > bindparam("on"),
        or_(STOPS.c.lifted_at.is_(None), STOPS.c.lifted_at > bindparam("at")),
    )
    .order_by(STOPS.c.begins_at.desc(), STOPS.c.id.desc())
)  # fmt: skip


def stops_over(session: Session, node: Node, at: datetime, *, task_id: int | None = None) -> list[StopOver]:
    """The stops in force now that close something in the unit, above it or below it, newest first."""
    on = local(at).date()
    # Mostly there is none, which the rules that are kept know as well: then nobody's name is asked for.
    if not any(stop.valid_from <= on <= stop.valid_to for stop in book(session).stops):
        return []
    return [
        StopOver(
            stop.task, stop.plural, stop.unit, date.fromordinal(stop.valid_to.toordinal() - 1), stop.by,
            local(stop.begins_at).date(),
        )
        for stop in execute(session, _STOPS, at=at, on=on)
        if task_id in (None, stop.task_id) and (node.path.startswith(stop.path) or stop.path.startswith(node.path))
    ]  # fmt: skip

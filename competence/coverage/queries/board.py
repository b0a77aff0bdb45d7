"""A unit's board on a date: who is in it, which tasks, what the rule says of each, and have against need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any, cast

import numpy as np
from sqlalchemy import Table, or_
from sqlalchemy.orm import Session

from competence.catalogue.models import Area, Task
from competence.catalogue.queries.scales import level_names_on
from competence.coverage.queries.places import Node, Tree, kind_of_day, requirements_on
from competence.coverage.queries.staff import Someone, guides_of, ordered, people_rows
from competence.coverage.queries.stored import Held, held_on, open_facts, was_long_away
from competence.coverage.rules import Count, Crew, DayKind, Needs, Shift, Standing, needs_of
from competence.decision.queries import EMPLOYMENTS, book, load, moment_of, rare
from competence.decision.rules import Answer, Book, Employment, State, judge
from competence.delegation.rules import Version
from competence.foundation.clock import today
from competence.foundation.editions import remembered
from competence.foundation.orm import scoped
from competence.signoffs.rules import waiting

TASKS = cast(Table, Task.__table__)
AREAS = cast(Table, Area.__table__)


@dataclass(frozen=True, slots=True)
class BoardTask:
    """A row of the board."""

    id: int
    name: str
    area_id: int
    area: str
    critical: bool
    slot: int
    position: int


@dataclass(frozen=True)
class Board:
    """All that the page shows, before any filter."""

    unit: Node
    on: date
    days: DayKind
    version: Version | None
    """The matrix version in force on the day; None: none was approved, so nobody may do anything."""
    people: tuple[Someone, ...]
    tasks: tuple[BoardTask, ...]
    columns: tuple[tuple[Answer, ...], ...]
    """For each of `people`, the answer for each of `tasks`."""
    workplaces: tuple[Node, ...]
    """The units whose need is counted: the unit itself, or those below it where people work."""
    counts: Mapping[tuple[int, Shift], tuple[Count, ...]]
    """(task, shift) -> the count of each workplace."""
    needs: Mapping[int, Needs]
    """Workplace -> what it needs, and where that is said."""
    level_names: Mapping[int, str]
    expiring_days: int
    """From so many days before its last day a right is shown as expiring, where a task says nothing else."""
    known_at: datetime | None = None
    """For a past date: what the system said then."""
    later: tuple[tuple[int, int, Answer], ...] = ()
    """(index of person, index of task, what is known now), where that is not what was said then."""

    expiring: Mapping[int, int] = field(default_factory=dict)
    """Task -> the same, where it does."""

    def soon(self, task_id: int) -> int:
        """From so many days before its last day a right to the task is shown as expiring."""
        return self.expiring.get(task_id, self.expiring_days)

    @cached_property
    def areas(self) -> list[tuple[int, str]]:
        """(id, name) of the areas that have a row, in order."""
        return list(dict.fromkeys((task.area_id, task.area) for task in self.tasks))

    @cached_property
    def row_of(self) -> dict[int, int]:
        """Task id -> its index."""
        return {task.id: at for at, task in enumerate(self.tasks)}

    def answer(self, person: int, task: int) -> Answer:
        """By indexes into `people` and `tasks`."""
        return self.columns[person][task]


def tasks_on(session: Session, on: date) -> tuple[BoardTask, ...]:
    """The catalogue's tasks in its order."""
    return remembered(session, ("tasks", on), lambda s: _read_tasks(s, on))


def _read_tasks(session: Session, on: date) -> tuple[BoardTask, ...]:
    return tuple(
        BoardTask(*row)
        for row in session.execute(
            scoped(
                session, TASKS, TASKS.c.id, TASKS.c.name, TASKS.c.area_id, AREAS.c.name.label("area"), TASKS.c.critical,
                TASKS.c.slot, TASKS.c.position,
            )
            .join(AREAS, (AREAS.c.municipality_id == TASKS.c.municipality_id) & (AREAS.c.id == TASKS.c.area_id))
            .where(or_(TASKS.c.archived_on.is_(None), TASKS.c.archived_on > on))
            .order_by(AREAS.c.position, AREAS.c.id, TASKS.c.position, TASKS.c.id)
        ).all()
    )  # fmt: skip


def board(
    session: Session, units: Tree, unit: Node, *, on: date, days: DayKind | None = None, every_task: bool = False
) -> Board:
    """The unit's board. A past date shows what the system said at the end of that day, and where that has changed since."""
    past = on < today()
    known_at = moment_of(on) if past else None
    shared = book(session)
    rows = people_rows(session, unit, on=on)
    tasks = tasks_on(session, on)
    held: Mapping[int, Held] = {}
    if past:
        where = EMPLOYMENTS.c.id.in_([row.id for row in rows])
        facts = {
            one.id: one.known_by(known_at)
            for one in load(session, where, shared=shared, evidence=True, known_at=known_at)
        }
    else:
        few = rare(session, [row.person_id for row in rows], [row.id for row in rows])
        held = held_on(session, [(row.id, row.staff_group_id, row.stage_from) for row in rows], shared, on=on)
        plain = {row.id: by_group(session, shared, row, [task.id for task in tasks], on=on) for row in rows}
        facts = open_facts(session, rows, shared, few, held, plain, on=on)
    people = [
        replace(one, worker=replace(one.worker, absent=True)) if _is_absent(facts[one.employment_id], on) else one
        for one in ordered(rows, guides_of(session, unit, {row.person_id for row in rows}, on=on))
    ]
    day = days or kind_of_day(on)
    places = workplaces(units, unit, people)
    stated = requirements_on(session, on, places)
    needs = {place.id: needs_of(place.place, stated, day) for place in places}
    columns = columns_for(session, [facts[one.employment_id] for one in people], tasks, on=on, held=held)
    keep = list(range(len(tasks)))
    version = shared.version_on(on, known_at)
    if version is not None and not every_task:
        needed = {task for of_place in needs.values() for task, _shift in of_place}
        quiet = (State.NOT_RELEVANT, State.UNDECIDED)
        keep = [
            at for at, task in enumerate(tasks)
            if task.id in needed or any(column[at].state not in quiet for column in columns)
        ]  # fmt: skip
    shown = tuple(tasks[at] for at in keep)
    columns = [tuple(column[at] for at in keep) for column in columns] if len(keep) < len(tasks) else columns
    found = Board(
        unit, on, day, version, tuple(people), shown, tuple(columns), tuple(places),
        counted(people, shown, columns, places, needs), needs, level_names_on(session, on), shared.settings.expiring_days, known_at,
        expiring=shared.expiring,
    )  # fmt: skip
    return replace(found, later=_known_now(session, found, shared)) if past else found


def _is_absent(facts: Employment, on: date) -> bool:
    return any(start <= on and (end is None or on < end) for start, end in facts.absences)


def workplaces(units: Tree, unit: Node, people: Sequence[Someone]) -> list[Node]:
    """The units whose need is counted: all without units below them, and those above where people have fixed shifts."""
    staffed = {one.unit_id for one in people if one.worker.standing is Standing.FIXED and one.worker.shifts}
    found = [node for node in units.below(unit) if units.is_leaf(node) or node.id in staffed]
    return found or [unit]


def columns_for(
    session: Session,
    employments: Sequence[Employment],
    tasks: Sequence[BoardTask],
    *,
    on: date,
    held: Mapping[int, Held] = MappingProxyType({}),
) -> list[tuple[Answer, ...]]:
    """For each employment the answer for each task.

    What follows from version and staff group alone is worked out once; `held` is what stored rows say (employment -> task
    -> answer); the rule is asked only where the person, her unit or a stop says something else.
    """
    found = []
    ids = [task.id for task in tasks]
    places = {task: at for at, task in enumerate(ids)}
    plain: dict[int, list[Answer]] = {}
    for facts in employments:
        shared = facts.book
        given = by_group(session, shared, facts, ids, on=on)
        column = plain.get(id(given))
        column = list(plain.setdefault(id(given), [given[task] for task in ids]) if column is None else column)
        stored = held.get(facts.id, _NOTHING)
        for task, answer in stored.items():
            at = places.get(task)
            if at is not None:
                column[at] = answer
        own: set[int] = {
            *facts.signed,
            *facts.observed,
            *facts.exempt,
            *facts.delegations,
            *shared.must_hold,
            *shared.must_read,
        }
        own |= {stop.task_id for stop in shared.stops if facts.unit_path.startswith(stop.unit_path)}
        own |= {mask.task_id for mask in shared.masks if facts.unit_path.startswith(mask.unit_path)}
        if was_long_away(facts.absences, shared, on):
            own.update(ids)
        for task in own:
            at = places.get(task)
            if at is None:
                continue
            if task not in stored:
                column[at] = judge(facts, task, on=on)
            elif (wait := waiting(facts.signed.get(task, ()), on=on)) is not None:
                column[at] = replace(column[at], waiting=wait)
        found.append(tuple(column))
    return found


_NOTHING: Held = {}


def by_group(session: Session, shared: Book, one: Any, tasks: Sequence[int], *, on: date) -> Mapping[int, Answer]:
    """Task -> the answer for somebody about whom nothing personal is known. `one`: an employment's row, or its facts."""
    version = shared.version_on(on)
    group, checked, stage = one.staff_group_id, one.authorisation_checked_on, one.stage_from
    unchecked = group in shared.authorised and (checked is None or on < checked)
    reached = stage is not None and stage <= on
    key = ("by group", version.id if version else None, group, unchecked, reached)
    known: dict[int, Answer] = remembered(session, key, lambda _session: {})
    missing = [task for task in tasks if task not in known]
    if missing:
        bare = Employment(
            id=0, person_id=0, staff_group_id=group, unit_path="", valid_from=on, valid_to=None,
            book=replace(shared, stops=(), masks=(), must_hold={}, sign_again={}, must_read={}),
            authorisation_checked_on=None if unchecked else on, stage_from=on if reached else None,
        )  # fmt: skip
        for task in missing:
            known[task] = replace(judge(bare, task, on=on), valid_from=None)
    return known


def counted(
    people: Sequence[Someone],
    tasks: Sequence[BoardTask],
    columns: Sequence[Sequence[Answer]],
    places: Sequence[Node],
    needs: Mapping[int, Needs],
) -> dict[tuple[int, Shift], tuple[Count, ...]]:
    """(task, shift) -> the count of each workplace, in their order."""
    ids = [task.id for task in tasks]
    levels = np.array([[answer.level for answer in column] for column in columns], dtype=np.uint8)
    levels = levels.reshape(len(people), len(tasks)).T
    limited = np.zeros_like(levels, dtype=bool)
    if any(stated.need.also_unstable for asked in needs.values() for stated in asked.values()):
        limited = np.array([[bool(answer.limits) for answer in column] for column in columns], dtype=bool)
        limited = limited.reshape(len(people), len(tasks)).T
    by_place = []
    for place in places:
        crew = Crew(
            (at, one.worker) for at, one in enumerate(people)
            if one.unit_id == place.id or (one.worker.standing is Standing.FLOATER and place.path.startswith(one.unit_path))
        )  # fmt: skip
        asked = needs[place.id]
        by_place.append({
            shift: crew.counts(
                levels, shift, [stated.need if (stated := asked.get((task, shift))) else None for task in ids], limited
            )
            for shift in Shift
        })  # fmt: skip
    return {
        (task, shift): tuple([counts[shift][row] for counts in by_place])
        for row, task in enumerate(ids)
        for shift in Shift
    }


def _known_now(session: Session, then: Board, shared: Book) -> tuple[tuple[int, int, Answer], ...]:
    """Where the answer for the past day is another one now: something was recorded later."""
    where = EMPLOYMENTS.c.id.in_([one.employment_id for one in then.people])
    facts = {one.id: one for one in load(session, where, shared=shared, evidence=True)}
    columns = columns_for(session, [facts[one.employment_id] for one in then.people], then.tasks, on=then.on)
    return tuple(
        (person, task, now)
        for person, column in enumerate(columns)
        for task, now in enumerate(column)
        if (now.state, now.level, now.limits) != _said(then.columns[person][task])
    )


def _said(answer: Answer) -> tuple[State, int, Any]:
    return answer.state, answer.level, answer.limits

"""What a unit's days ahead are counted from: its people and needs as they are recorded today, and what is stored of their rights.

Stored rows hold their dates, so nothing is asked of the rule: a forecast costs about as much as a board.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Date, String, bindparam, cast, or_
from sqlalchemy.orm import Session

from competence.coverage.queries.board import BoardTask, by_group, tasks_on
from competence.coverage.queries.places import Kept, Node, requirements_since
from competence.coverage.queries.staff import Someone, ordered, people_where
from competence.coverage.rules import DayKind, Standing, by_place, needs_of
from competence.decision.queries import EMPLOYMENTS, Rare, book, rare
from competence.decision.rules import Book
from competence.entitlements.queries import ROWS
from competence.forecast.rules import Asked, Given, Ground, Hand, Right
from competence.foundation.clock import add_months, today
from competence.foundation.editions import remembered
from competence.foundation.orm import execute, several, standing
from competence.signoffs.queries import chunks

MONTHS = 12
"""So far ahead is looked, where nothing else is said."""

_STORED = standing(
    ROWS, ROWS.c.employment_id, ROWS.c.task_id, ROWS.c.level, ROWS.c.basis, ROWS.c.valid_from, ROWS.c.valid_to
).where(
    ROWS.c.employment_id.in_(several("employments")), ROWS.c.citizen_id.is_(None),
    ROWS.c.valid_from < bindparam("end", type_=Date),
    or_(ROWS.c.valid_to.is_(None), ROWS.c.valid_to > bindparam("on", type_=Date)),
)  # fmt: skip
_LIMITED = standing(ROWS, ROWS.c.employment_id, ROWS.c.task_id, ROWS.c.valid_from).where(
    ROWS.c.employment_id.in_(several("employments")), ROWS.c.citizen_id.is_(None), ROWS.c.level > 0,
    cast(ROWS.c.limits, String) != "[]",
)  # fmt: skip


@dataclass(frozen=True)
class Team:
    """A unit's people, needs and rights for the days ahead."""

    unit: Node
    people: tuple[Someone, ...]
    """As many as the ground has hands, and in their order."""
    rows: tuple[Any, ...]
    """Their employments as they are stored, with the path of the unit."""
    tasks: tuple[BoardTask, ...]
    """The tasks that are asked for, in the order of the catalogue; the ground's in the same order."""
    ground: Ground
    shared: Book
    few: Rare

    @property
    def has_needs(self) -> bool:
        """Whether anything is asked for on any of the days."""
        return bool(self.tasks)


def end_of(months: int) -> date:
    """The first day that is no longer looked at: so many months run through the same day of the month."""
    return add_months(today(), months) + timedelta(days=1)


def team_of(session: Session, node: Node, *, months: int = MONTHS) -> Team:
    """The unit itself with those who have a fixed shift there, or may come to, from today on; not the units below it."""
    return teams_of(session, [node], months=months)[0]


def teams_of(session: Session, nodes: Sequence[Node], *, months: int = MONTHS) -> list[Team]:
    """The same of several units, in their order: as many questions as for one."""
    on, end = today(), end_of(months)
    shared = book(session)
    asked = asked_in(session, nodes, end)
    here = _in_units([node.id for node in nodes])
    rows = {row.id: row for row in people_where(session, here, on=on, through=end - timedelta(days=1))}
    people = [one for one in ordered(rows.values(), ()) if one.worker.standing in (Standing.FIXED, Standing.STUDENT)]
    ids = [one.employment_id for one in people]
    few = rare(session, {one.person_id for one in people}, ids)
    unstable = any(
        stated.need.also_unstable
        for some in asked.values()
        for one in some
        for needs in (one.weekday, one.weekend)
        for stated in needs.values()
    )
    stored = _stored(session, ids, on, end, limits=unstable)
    at_unit: dict[int, list[Someone]] = {}
    for one in people:
        at_unit.setdefault(one.unit_id, []).append(one)
    found = []
    for node in nodes:
        crew = at_unit.get(node.id, [])
        wanted = {task for one in asked[node.id] for needs in (one.weekday, one.weekend) for task, _shift in needs}
        tasks = tuple(task for task in tasks_on(session, on) if task.id in wanted)
        numbers = tuple(task.id for task in tasks)
        own = tuple(rows[one.employment_id] for one in crew)
        hands = tuple(
            Hand(one.worker, one.group_id, row.valid_from, one.valid_to, few.away.get(row.id, ()))
            for one, row in zip(crew, own, strict=True)
        )
        ground = Ground(
            on, end, numbers, hands, given_to(session, shared, own, numbers, on, end), _rights(stored, own, numbers),
            asked[node.id],
        )  # fmt: skip
        found.append(Team(node, tuple(crew), own, tasks, ground, shared, few))
    return found


def _in_units(unit_ids: Sequence[int]) -> ColumnElement[bool]:
    unit = EMPLOYMENTS.c.unit_id
    return unit == unit_ids[0] if len(unit_ids) == 1 else unit.in_(unit_ids)


def asked_in(session: Session, nodes: Sequence[Node], end: date) -> dict[int, tuple[Asked, ...]]:
    """Unit -> what it needs from today to before the day, with every day on which that changes."""
    on = today()
    kept = requirements_since(session, on, nodes)
    at_unit: dict[int, list[Kept]] = {}
    for one in kept:
        at_unit.setdefault(one[0].unit_id, []).append(one)
    found = {}
    for node in nodes:
        own = [one for unit_id in node.place.chain for one in at_unit.get(unit_id, ())]
        key = ("needs ahead", node.place, on, end)
        found[node.id] = remembered(session, key, partial(_asked_of, own, node, on, end))
    return found


def _asked_of(kept: Sequence[Kept], node: Node, on: date, end: date, _session: Session) -> tuple[Asked, ...]:
    return tuple(_asked(kept, node, on, end))


def _asked(kept: Sequence[Kept], node: Node, on: date, end: date) -> Iterable[Asked]:
    turns = {day for _stated, begins, ends in kept for day in (begins, ends) if day is not None and on < day < end}
    for day in sorted({on, *turns}):
        stated = by_place([one for one, begins, ends in kept if begins <= day and (ends is None or day < ends)])
        weekday = needs_of(node.place, stated, DayKind.WEEKDAY)
        weekend = needs_of(node.place, stated, DayKind.WEEKEND)
        yield Asked(day, weekday, weekday if weekend == weekday else weekend)


def given_to(
    session: Session, shared: Book, rows: Sequence[Any], tasks: Sequence[int], on: date, end: date
) -> tuple[tuple[Given, ...], ...]:
    """For each employment what its staff group gives by the versions that are in force, or announced."""
    versions = {
        day for one in shared.versions for day in (one.valid_from, one.valid_to) if day is not None and on < day < end
    }
    known: dict[Any, tuple[Given, ...]] = {}
    found = []
    for row in rows:
        own = {day for day in (row.authorisation_checked_on, row.stage_from) if day is not None and on < day < end}
        checked, stage = row.authorisation_checked_on, row.stage_from
        alike = (row.staff_group_id, checked is None or checked > on, stage is not None and stage <= on, frozenset(own))
        if alike not in known:
            known[alike] = tuple(
                _given(day, by_group(session, shared, row, tasks, on=day), tasks)
                for day in sorted({on, *versions, *own})
            )
        found.append(known[alike])
    return tuple(found)


def _given(day: date, answers: Mapping[int, Any], tasks: Sequence[int]) -> Given:
    some = [answers[task] for task in tasks]
    return Given(
        day,
        np.array([one.level for one in some], dtype=np.uint8),
        np.array([bool(one.limits) for one in some], dtype=bool),
    )


def _stored(
    session: Session, employments: Sequence[int], on: date, end: date, *, limits: bool
) -> Mapping[int, Sequence[tuple[int, int, date, date | None, bool, str]]]:
    """Employment -> (task, level, first day, first day no longer, within a limit only, basis) of what is stored until the day.

    `limits`: also which hold within a limit only.
    """
    limited: set[tuple[int, int, date]] = set()
    found: dict[int, list[tuple[int, int, date, date | None, bool, str]]] = {}
    for some in chunks(employments):
        if limits:
            limited |= {(row[0], row[1], row[2]) for row in execute(session, _LIMITED, employments=some)}
        for employment, task, level, basis, begins, ends in execute(session, _STORED, employments=some, on=on, end=end):
            within = limits and (employment, task, begins) in limited
            found.setdefault(employment, []).append((task, level, begins, ends, within, basis))
    return found


def _rights(
    stored: Mapping[int, Sequence[tuple[int, int, date, date | None, bool, str]]], rows: Sequence[Any], tasks: Sequence[int]
) -> tuple[Right, ...]:  # fmt: skip
    """What is stored of their rights to the tasks."""
    places = {task: at for at, task in enumerate(tasks)}
    return tuple(
        Right(at, places[task], level, begins, ends, within, basis)
        for at, row in enumerate(rows)
        for task, level, begins, ends, within, basis in stored.get(row.id, ())
        if task in places
    )

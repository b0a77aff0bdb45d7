"""Have against need of many units at once, from the compact vectors: a list of teams, and who next door can help."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import and_, func, or_
from sqlalchemy.orm import Session

from competence.coverage.queries.board import columns_for, tasks_on
from competence.coverage.queries.places import Node, Tree, kind_of_day, requirements_on
from competence.coverage.queries.staff import GROUPS
from competence.coverage.rules import (
    DayKind,
    Needs,
    Shift,
    Standing,
    Status,
    Worker,
    needs_of,
    standing_of,
    status,
    worst,
)
from competence.decision.queries import ABSENCES, EMPLOYMENTS, UNITS, book, load, moment_of, running, within_unit
from competence.entitlements.queries import VECTORS, shape
from competence.entitlements.rules import holds_now
from competence.foundation.clock import today
from competence.foundation.orm import scoped
from competence.signoffs.queries import chunks

MOST_STALE = 200
"""So many people whose vector is past its date are read anew; of more, the figures stand with their own date."""
MOST_PAST = 400
"""Of so many people a past day is judged from the evidence that was known then; of more it takes too long for a page."""


class TooManyThen(Exception):  # noqa: N818
    """So many people worked in the units on a past day that a page cannot judge them all."""


@dataclass(frozen=True, slots=True)
class UnitCounts:
    """How a unit stands on a day, without names."""

    node: Node
    gaps: int
    vulnerable: int
    people: int
    """Those who count in coverage, floaters, externals and students apart."""
    by_shift: Mapping[Shift, int]
    """How many of them have the shift as theirs."""
    have: Mapping[tuple[int, Shift], int]
    """(task, shift) -> how many of the shift's fixed people hold it, for each need."""
    needs: Needs
    as_of: date | None = None
    """The day the figures were made for, when it is another one: what begins between the two is not in them."""

    @property
    def status(self) -> Status:
        """The weakest spot."""
        return worst(status(self.have[key], stated.need.need) for key, stated in self.needs.items())


@dataclass(frozen=True)
class _Staff:
    """Rows of people of one reading, with their levels."""

    rows: Sequence[Any]
    levels: NDArray[np.uint8]
    """People x slots."""
    as_of: date | None


def unit_counts(
    session: Session, units: Tree, nodes: Sequence[Node], *, days: DayKind | None = None, task_id: int | None = None,
    on: date | None = None,
) -> list[UnitCounts]:  # fmt: skip
    """How each of the units stands on the day (None: today); for one task only when it is named.

    Units where nobody works count too, if they need. A past day shows what the system said then. TooManyThen when more
    than `MOST_PAST` people worked in the units on it.
    """
    on = on or today()
    stated = requirements_on(session, on, nodes)
    day = days or kind_of_day(on)
    slots = {task.id: task.slot for task in tasks_on(session, on)}
    needs = {}
    for node in nodes:
        found = needs_of(node.place, stated, day)
        needs[node.id] = {
            key: one for key, one in found.items() if key[0] in slots and (task_id is None or key[0] == task_id)
        }
    past = on < today()
    staff = (_read_past if past else _read)(session, [node.id for node in nodes], on)
    shared = book(session)
    version = shared.version_on(on, moment_of(on) if past else None)
    limited: dict[int, set[int]] = {}
    if version is not None:
        for (task, group), terms in shared.cells.get(version.id, {}).items():
            if terms.limits and task in slots:
                limited.setdefault(group, set()).add(slots[task])
    at_unit: dict[int, list[int]] = {}
    for at, row in enumerate(staff.rows):
        at_unit.setdefault(row.unit_id, []).append(at)
    return [
        _count(node, staff, at_unit.get(node.id, []), needs[node.id], slots, limited, shared.follows) for node in nodes
    ]


def _count(
    node: Node, staff: _Staff, rows: Sequence[int], needs: Needs, slots: Mapping[int, int],
    limited: Mapping[int, set[int]], follows: Mapping[int, tuple[int, str | None]],
) -> UnitCounts:  # fmt: skip
    have = dict.fromkeys(needs, 0)
    fixed = [at for at in rows if _standing(staff.rows[at]) is Standing.FIXED]
    for students, unstable in {(s.need.students_count, s.need.also_unstable) for s in needs.values()}:
        some = [at for at in rows if _standing(staff.rows[at]) is Standing.STUDENT] + fixed if students else fixed
        for shift in Shift:
            wanted = [
                (key, stated.need) for key, stated in needs.items()
                if key[1] is shift and (stated.need.students_count, stated.need.also_unstable) == (students, unstable)
            ]  # fmt: skip
            present = [at for at in some if shift.value in staff.rows[at].shifts and not staff.rows[at].absent]
            if not wanted or not present:
                continue
            levels = staff.levels[present][:, [slots[key[0]] for key, _need in wanted]]
            if unstable:
                levels = levels.copy()
                for line, at in enumerate(present):
                    group = staff.rows[at].staff_group_id
                    closed = limited.get(group) or limited.get(follows.get(group, (0, None))[0], set())
                    for place, (key, _need) in enumerate(wanted):
                        if slots[key[0]] in closed:
                            levels[line, place] = 0
            met = levels >= np.array([max(1, need.level) for _key, need in wanted], dtype=np.uint8)
            persons = [staff.rows[at].person_id for at in present]
            if len(set(persons)) < len(persons):
                _first, which = np.unique(persons, return_inverse=True)
                met = np.stack([met[which == one].any(axis=0) for one in range(which.max() + 1)])
            for (key, _need), number in zip(wanted, met.sum(axis=0), strict=True):
                have[key] = int(number)
    stands = [status(have[key], stated.need.need) for key, stated in needs.items()]
    return UnitCounts(
        node,
        sum(one is Status.GAP for one in stands),
        sum(one is Status.VULNERABLE for one in stands),
        len({staff.rows[at].person_id for at in fixed}),
        {
            shift: len({staff.rows[at].person_id for at in fixed if shift.value in staff.rows[at].shifts})
            for shift in Shift
        },
        have,
        needs,
        staff.as_of,
    )


def _standing(row: Any) -> Standing:
    return standing_of(is_floater=row.is_floater, is_external=row.is_external, is_student=row.is_student)


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    person_id: int
    unit_id: int
    staff_group_id: int
    shifts: str
    is_floater: bool
    is_external: bool
    is_student: bool
    absent: bool


def _read(session: Session, unit_ids: Iterable[int], on: date, *, through: date | None = None) -> _Staff:
    """The people of the units with the level of each task slot on the day, and without a break `through` a later one."""
    slots, ranks = shape(session)
    size = slots * ranks * 2
    found: list[Any] = []
    away: set[int] = set()
    for some in chunks(unit_ids):
        found += session.execute(
            scoped(
                session, EMPLOYMENTS, EMPLOYMENTS.c.id, EMPLOYMENTS.c.person_id, EMPLOYMENTS.c.unit_id,
                EMPLOYMENTS.c.staff_group_id, EMPLOYMENTS.c.shifts, EMPLOYMENTS.c.is_floater, EMPLOYMENTS.c.is_external,
                GROUPS.c.is_student, VECTORS.c.ends, VECTORS.c.next_change, VECTORS.c.made_for,
            )
            .join(
                GROUPS,
                (GROUPS.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (GROUPS.c.id == EMPLOYMENTS.c.staff_group_id),
            )
            .outerjoin(
                VECTORS,
                (VECTORS.c.municipality_id == EMPLOYMENTS.c.municipality_id)
                & (VECTORS.c.employment_id == EMPLOYMENTS.c.id),
            )
            .where(EMPLOYMENTS.c.unit_id.in_(some), running(on), GROUPS.c.counts_in_coverage)
            .order_by(EMPLOYMENTS.c.id)
        ).all()  # fmt: skip
        away |= set(
            session.scalars(
                scoped(session, ABSENCES, ABSENCES.c.employment_id)
                .join(
                    EMPLOYMENTS,
                    (EMPLOYMENTS.c.municipality_id == ABSENCES.c.municipality_id)
                    & (EMPLOYMENTS.c.id == ABSENCES.c.employment_id),
                )
                .where(EMPLOYMENTS.c.unit_id.in_(some))
                .where(and_(ABSENCES.c.valid_from <= on, or_(ABSENCES.c.valid_to.is_(None), ABSENCES.c.valid_to > on)))
            )
        )
    rows = [
        _Row(
            row.id, row.person_id, row.unit_id, row.staff_group_id, row.shifts, row.is_floater, row.is_external, row.is_student,
            row.id in away,
        )
        for row in found
    ]  # fmt: skip
    if not rows or not size:
        return _Staff(rows, np.zeros((len(rows), max(slots, 1)), dtype=np.uint8), None)
    stale = [
        at
        for at, row in enumerate(found)
        if row.ends is None or (row.next_change is not None and row.next_change <= on)
    ]
    # A vector made before the newest task was added is shorter; nobody holds that task yet.
    vectors = [(row.ends or b"")[:size].ljust(size, b"\0") for row in found]
    levels = holds_now(vectors, slots=slots, ranks=ranks, on=through or on)
    if not stale:
        return _Staff(rows, levels, None)
    if len(stale) > MOST_STALE:
        return _Staff(rows, levels, min((found[at].made_for for at in stale if found[at].made_for), default=None))
    levels = levels.copy()
    tasks = tasks_on(session, on)
    facts = {one.id: one for one in load(session, EMPLOYMENTS.c.id.in_([rows[at].id for at in stale]))}
    past = [facts[rows[at].id] for at in stale]
    days = [on] if through is None or through == on else [on, through]
    for at, *columns in zip(stale, *(columns_for(session, past, tasks, on=day) for day in days), strict=True):
        levels[at] = 0
        for task, *answers in zip(tasks, *columns, strict=True):
            levels[at, task.slot] = min(answer.level for answer in answers)
    return _Staff(rows, levels, None)


def _read_past(session: Session, unit_ids: Iterable[int], on: date) -> _Staff:
    """The people of the units on a past day with the level of each task slot, as the system said it at the end of that day."""
    c = EMPLOYMENTS.c
    found: list[Any] = []
    for some in chunks(unit_ids):
        found += session.execute(
            scoped(
                session, EMPLOYMENTS, c.id, c.person_id, c.unit_id, c.staff_group_id, c.shifts, c.is_floater, c.is_external,
                GROUPS.c.is_student,
            )
            .join(GROUPS, (GROUPS.c.municipality_id == c.municipality_id) & (GROUPS.c.id == c.staff_group_id))
            .where(c.unit_id.in_(some), running(on), GROUPS.c.counts_in_coverage)
            .order_by(c.id)
            .limit(MOST_PAST + 1)
        ).all()  # fmt: skip
        if len(found) > MOST_PAST:
            raise TooManyThen
    slots, _ranks = shape(session)
    tasks = tasks_on(session, on)
    size = max([slots, *(task.slot + 1 for task in tasks)])
    levels = np.zeros((len(found), max(size, 1)), dtype=np.uint8)
    known_at = moment_of(on)
    by_id = {
        one.id: one.known_by(known_at)
        for some in chunks(row.id for row in found)
        for one in load(session, c.id.in_(some), evidence=True, known_at=known_at)
    }
    facts = [by_id[row.id] for row in found]
    for at, column in enumerate(columns_for(session, facts, tasks, on=on)):
        for task, answer in zip(tasks, column, strict=True):
            levels[at, task.slot] = answer.level
    rows = [
        _Row(
            row.id, row.person_id, row.unit_id, row.staff_group_id, row.shifts, row.is_floater, row.is_external, row.is_student,
            any(start <= on and (end is None or on < end) for start, end in one.absences),
        )
        for row, one in zip(found, facts, strict=True)
    ]  # fmt: skip
    return _Staff(rows, levels, None)


def headcount(session: Session, node: Node, *, on: date) -> int:
    """How many employments run in the unit and below it on the day."""
    return int(
        session.execute(
            scoped(session, EMPLOYMENTS, func.count())
            .join(
                UNITS,
                (UNITS.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (UNITS.c.id == EMPLOYMENTS.c.unit_id),
            )
            .where(within_unit(session, node.path), running(on))
        ).scalar_one()
    )


@dataclass(frozen=True, slots=True)
class Holder:
    """An employment that may do a task, as the vectors know it."""

    worker: Worker
    unit_id: int
    staff_group_id: int
    level: int


def holders_now(session: Session, unit_ids: Sequence[int], slot: int, *, through: date) -> list[Holder]:
    """Who in the units may do the task of the slot today and without a break through the day."""
    staff = _read(session, unit_ids, today(), through=through)
    return [
        Holder(
            Worker(row.id, row.person_id, row.shifts, _standing(row), row.absent),
            row.unit_id,
            row.staff_group_id,
            level,
        )
        for row, level in zip(staff.rows, staff.levels[:, slot].tolist(), strict=True)
        if level
    ]

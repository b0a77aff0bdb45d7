"""Have against need of many units at once, from the compact vectors: a list of teams, and who next door can help."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import numpy as np
from sqlalchemy import Date, Integer, bindparam, func, or_, type_coerce
from sqlalchemy.orm import Session

from competence.coverage import many
from competence.coverage.many import STANDINGS, Asked, Crowd, Flags, Ints
from competence.coverage.queries.board import BoardTask, columns_for, tasks_on
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
from competence.decision.rules import Book
from competence.entitlements.queries import VECTORS, shape
from competence.entitlements.rules import EPOCH, OPEN, day_number
from competence.foundation.clock import today
from competence.foundation.editions import remembered
from competence.foundation.orm import execute, scoped, several, standing
from competence.signoffs.queries import chunks

MOST_STALE = 200
"""So many people whose vector is past its date are read anew; of more, the figures stand with their own date."""
MOST_NAMED = 100
"""Of so many units the people are asked for by unit; of more, all of the municipality are read."""


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


@dataclass(frozen=True, eq=False)
class Wide:
    """How many units stand on a day, as arrays."""

    nodes: tuple[Node, ...]
    tasks: tuple[BoardTask, ...]
    asked: Asked
    have: Ints
    """For each need."""
    crowd: Crowd
    as_of: date | None
    """The day the figures were made for, when they are not today's."""

    @cached_property
    def gaps(self) -> Flags:
        """Which needs are not met."""
        return many.gaps(self.asked, self.have)

    @cached_property
    def vulnerable(self) -> Flags:
        """Which are met, but one absence from a gap."""
        return many.vulnerable(self.asked, self.have)

    @cached_property
    def staffed(self) -> Flags:
        """Unit -> whether somebody has a fixed shift in it."""
        found = np.zeros(len(self.nodes), dtype=bool)
        found[self.crowd.unit[self.crowd.of(Standing.FIXED) & (self.crowd.shifts > 0)]] = True
        return found

    @cached_property
    def people(self) -> Ints:
        """Unit -> how many count in coverage, each person once."""
        return self._people(self.crowd.of(Standing.FIXED))

    def on_shift(self, shift: Shift) -> Ints:
        """Unit -> how many of them have the shift as theirs."""
        at = many.SHIFTS.index(shift)
        return self._people(self.crowd.of(Standing.FIXED) & (self.crowd.shifts >> at & 1).astype(bool))

    def _people(self, who: Flags) -> Ints:
        units, persons = self.crowd.unit[who], self.crowd.person[who]
        first = np.ones(len(units), dtype=bool)
        first[1:] = (units[1:] != units[:-1]) | (persons[1:] != persons[:-1])
        return np.bincount(units[first], minlength=len(self.nodes))


def wide(
    session: Session, nodes: Sequence[Node], *, days: DayKind | None = None, task_id: int | None = None,
    on: date | None = None,
) -> Wide:  # fmt: skip
    """How the units stand on the day (None: today), all at once; for one task only when it is named.

    A past day shows what the system said then, judged anew for each person: not for a whole municipality in a request.
    """
    on = on or today()
    known_at = moment_of(on) if on < today() else None
    tasks = tasks_on(session, on)
    asked = _asked(session, tuple(nodes), on, days or kind_of_day(on), task_id)
    ids = [node.id for node in nodes]
    crowd, as_of = crowd_of(session, ids, on) if known_at is None else (_crowd_then(session, ids, on, known_at), None)
    within_limits = limited(book(session), {task.id: task.slot for task in tasks}, on, known_at)
    return Wide(tuple(nodes), tasks, asked, many.have(asked, crowd, within_limits), crowd, as_of)


def unit_counts(
    session: Session, units: Tree, nodes: Sequence[Node], *, days: DayKind | None = None, task_id: int | None = None,
    on: date | None = None,
) -> list[UnitCounts]:  # fmt: skip
    """How each of the units stands on the day (None: today), as `wide`. Units where nobody works count too, if they need."""
    found = wide(session, nodes, days=days, task_id=task_id, on=on)
    by_shift = {shift: found.on_shift(shift).tolist() for shift in Shift}
    has: list[dict[tuple[int, Shift], int]] = [{} for _node in nodes]
    needs: list[dict[tuple[int, Shift], Any]] = [{} for _node in nodes]
    for at, stated, number in zip(found.asked.unit.tolist(), found.asked.stated, found.have.tolist(), strict=True):
        key = stated.task_id, stated.shift
        has[at][key] = number
        needs[at][key] = stated
    sums = [
        np.bincount(found.asked.unit[some], minlength=len(nodes)).tolist() for some in (found.gaps, found.vulnerable)
    ]
    return [
        UnitCounts(
            node, sums[0][at], sums[1][at], int(found.people[at]), {shift: by_shift[shift][at] for shift in Shift},
            has[at], needs[at], found.as_of,
        )
        for at, node in enumerate(nodes)
    ]  # fmt: skip


def _asked(session: Session, nodes: tuple[Node, ...], on: date, days: DayKind, task_id: int | None) -> Asked:
    """What the units need, kept with the reference data that it is made of."""
    key = ("asked", on, days, task_id, tuple(node.id for node in nodes))
    return remembered(session, key, lambda s: _read_asked(s, nodes, on, days, task_id))


def _read_asked(session: Session, nodes: tuple[Node, ...], on: date, days: DayKind, task_id: int | None) -> Asked:
    stated = requirements_on(session, on, nodes)
    places = {
        task.id: (at, task.slot) for at, task in enumerate(tasks_on(session, on)) if task_id in (None, task.id)
    }  # fmt: skip
    return many.asked_of([needs_of(node.place, stated, days) for node in nodes], places)


def limited(shared: Book, slots: Mapping[int, int], on: date, known_at: datetime | None = None) -> dict[int, set[int]]:
    """Staff group -> the slots that it may only within a limit; a group without any has those of the one it follows."""
    version = shared.version_on(on, known_at)
    found: dict[int, set[int]] = {}
    if version is not None:
        for (task, group), terms in shared.cells.get(version.id, {}).items():
            if terms.limits and task in slots:
                found.setdefault(group, set()).add(slots[task])
    for group, (followed, _stage) in shared.follows.items():
        if group not in found and followed in found:
            found[group] = found[followed]
    return found


_ON = bindparam("on", type_=Date)
_EVERYBODY = (
    standing(
        EMPLOYMENTS, EMPLOYMENTS.c.id, EMPLOYMENTS.c.person_id, EMPLOYMENTS.c.unit_id, EMPLOYMENTS.c.staff_group_id,
        EMPLOYMENTS.c.shifts, type_coerce(EMPLOYMENTS.c.is_floater, Integer), type_coerce(EMPLOYMENTS.c.is_external, Integer),
        type_coerce(VECTORS.c.next_change <= _ON, Integer), VECTORS.c.ends,
    )
    .outerjoin(
        VECTORS,
        (VECTORS.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (VECTORS.c.employment_id == EMPLOYMENTS.c.id),
    )
    .where(EMPLOYMENTS.c.valid_from <= _ON, or_(EMPLOYMENTS.c.valid_to.is_(None), EMPLOYMENTS.c.valid_to > _ON))
)  # fmt: skip
_THEIRS = _EVERYBODY.where(EMPLOYMENTS.c.unit_id.in_(several("units")))
_AWAY = standing(ABSENCES, ABSENCES.c.employment_id).where(
    ABSENCES.c.valid_from <= _ON, or_(ABSENCES.c.valid_to.is_(None), ABSENCES.c.valid_to > _ON)
)
_THEIRS_AWAY = _AWAY.where(ABSENCES.c.employment_id.in_(several("employments")))
_MADE_FOR = standing(VECTORS, func.min(VECTORS.c.made_for)).where(VECTORS.c.employment_id.in_(several("employments")))


def counted_groups(session: Session) -> dict[int, bool]:
    """Staff group -> whether it is of students; those that do not count in coverage are left out."""
    return remembered(session, "who counts", _read_groups)


def _read_groups(session: Session) -> dict[int, bool]:
    rows = session.execute(scoped(session, GROUPS, GROUPS.c.id, GROUPS.c.is_student).where(GROUPS.c.counts_in_coverage))
    return {row.id: row.is_student for row in rows}


def crowd_of(
    session: Session, unit_ids: Sequence[int], on: date, *, through: date | None = None
) -> tuple[Crowd, date | None]:
    """(the people of the units with what each may do on the day, and without a break `through` a later one; the figures' own
    day where it is another)."""
    slots, ranks = shape(session)
    groups = counted_groups(session)
    everybody = len(unit_ids) > MOST_NAMED
    found = execute(session, _EVERYBODY, on=on) if everybody else execute(session, _THEIRS, on=on, units=list(unit_ids))
    rows = found.all()
    ids, persons, units, of_group, shifts, floats, external, past, vectors = (
        zip(*rows, strict=True) if rows else ((),) * 9
    )
    person, unit, group = _numbers(persons), _places(unit_ids, _numbers(units)), _numbers(of_group)
    wanted = np.flatnonzero((unit >= 0) & np.isin(group, list(groups)))
    order = wanted[np.lexsort((person[wanted], unit[wanted]))]
    at, size = order.tolist(), slots * ranks * 2
    ordered = [vectors[one] for one in at]
    stale: list[int] = []
    if size and (None in ordered or any(past)):
        stale = [place for place, one in enumerate(at) if past[one] or vectors[one] is None]
        ordered = [one or b"" for one in ordered]
    if set(map(len, ordered)) - {size} or not size:
        # A vector made before the newest task was added is shorter; nobody holds that task yet.
        ordered = [one[:size].ljust(size, b"\0") for one in ordered]
    ends = np.frombuffer(b"".join(ordered), dtype="<u2").reshape(len(order), slots, ranks)
    employment, group = _numbers(ids)[order], group[order]
    as_of = None
    if len(stale) > MOST_STALE:
        made = [execute(session, _MADE_FOR, employments=some).scalar() for some in chunks(employment[stale].tolist())]
        as_of = min((day for day in made if day), default=None)
    elif stale:
        ends = ends.copy()
        _read_anew(session, ends, stale, employment[stale].tolist(), on=on, through=through)
    student = np.isin(group, [one for one, is_student in groups.items() if is_student])
    standing_ = _STANDS[(_numbers(floats) * 4 + _numbers(external) * 2)[order] + student]
    set_of = {letters: many.bits(letters) for letters in set(shifts)}
    on_shift = _numbers([set_of[letters] for letters in shifts])[order]
    if everybody:
        absent = execute(session, _AWAY, on=on).scalars().all()
    else:
        absent = execute(session, _THEIRS_AWAY, on=on, employments=employment.tolist()).scalars().all()
    away = np.isin(employment, _numbers(absent))
    crowd = Crowd(
        employment, person[order], unit[order], group, on_shift, standing_, away, ends, ((through or on) - EPOCH).days,
    )  # fmt: skip
    return crowd, as_of


def _crowd_then(session: Session, unit_ids: Sequence[int], on: date, known_at: datetime) -> Crowd:
    """The people of the units on a past day with what each might do on it, as the system said at the end of that day."""
    slots, ranks = shape(session)
    tasks = tasks_on(session, on)
    slots = max([slots, *(task.slot + 1 for task in tasks)])
    groups, places = counted_groups(session), {unit_id: at for at, unit_id in enumerate(unit_ids)}
    rows = [row for row in execute(session, _THEIRS, on=on, units=list(unit_ids)).all() if row[3] in groups]
    rows.sort(key=lambda row: (places[row[2]], row[1]))
    by_id = {
        one.id: one.known_by(known_at)
        for some in chunks(row[0] for row in rows)
        for one in load(session, EMPLOYMENTS.c.id.in_(some), evidence=True, known_at=known_at)
    }
    facts = [by_id[row[0]] for row in rows]
    ends = np.zeros((len(rows), slots, max(ranks, 1)), dtype="<u2")
    for at, column in enumerate(columns_for(session, facts, tasks, on=on)):
        for task, answer in zip(tasks, column, strict=True):
            ends[at, task.slot, : answer.level] = OPEN
    away = [any(first <= on and (end is None or on < end) for first, end in one.absences) for one in facts]
    student = [groups[row[3]] for row in rows]
    return Crowd(
        _numbers(row[0] for row in rows), _numbers(row[1] for row in rows), _numbers(places[row[2]] for row in rows),
        _numbers(row[3] for row in rows), _numbers(many.bits(row[4]) for row in rows),
        _numbers(
            int(_STANDS[bool(row[5]) * 4 + bool(row[6]) * 2 + one]) for row, one in zip(rows, student, strict=True)
        ),
        np.array(away, dtype=bool), ends, (on - EPOCH).days,
    )  # fmt: skip


_STANDS = np.array(
    [
        STANDINGS.index(standing_of(is_floater=floater, is_external=external, is_student=student))
        for floater in (False, True) for external in (False, True) for student in (False, True)
    ],
    dtype=np.intp,
)  # fmt: skip
"""By the bits floater, external, student: how an employment counts."""


def _numbers(some: Iterable[int]) -> Ints:
    return np.fromiter(some, dtype=np.intp)


def _places(unit_ids: Sequence[int], units: Ints) -> Ints:
    """The place of each unit in the list of ids; -1 where it is not in it."""
    listed = _numbers(unit_ids)
    if not len(listed):
        return np.full(len(units), -1, dtype=np.intp)
    order = np.argsort(listed)
    at = np.minimum(np.searchsorted(listed[order], units), len(listed) - 1)
    return np.where(listed[order][at] == units, order[at], -1)


def _read_anew(
    session: Session, ends: Any, stale: Sequence[int], ids: Sequence[int], *, on: date, through: date | None
) -> None:
    """Nothing; the people whose vector is past its date have what the rule says."""
    tasks = tasks_on(session, on)
    facts = {one.id: one for one in load(session, EMPLOYMENTS.c.id.in_(ids))}
    days = [on] if through is None or through == on else [on, through]
    past = [facts[one] for one in ids]
    for at, *columns in zip(stale, *(columns_for(session, past, tasks, on=day) for day in days), strict=True):
        ends[at] = 0
        for task, *answers in zip(tasks, *columns, strict=True):
            last = answers[-1]
            until = OPEN if last.basis == "education" else day_number(last.valid_to)
            ends[at, task.slot, : min(answer.level for answer in answers)] = until


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
    crowd, _as_of = crowd_of(session, unit_ids, today(), through=through)
    levels = crowd.levels(slot)
    return [
        Holder(
            Worker(
                int(crowd.ids[at]),
                int(crowd.person[at]),
                many.letters(int(crowd.shifts[at])),
                STANDINGS[crowd.standing[at]],
                bool(crowd.absent[at]),
            ),
            unit_ids[crowd.unit[at]],
            int(crowd.group[at]),
            int(levels[at]),
        )
        for at in np.flatnonzero(levels).tolist()
    ]

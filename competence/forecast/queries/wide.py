"""How many gaps each of many units will have on some days ahead, from the compact vectors.

A vector says until when somebody may do each task without a break from today. What only begins later, and what is closed,
stands in the few rows that are read besides; what a group gives by an announced version is asked of the group.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Date, bindparam, or_
from sqlalchemy.orm import Session

from competence.coverage.queries.board import BoardTask, by_group, tasks_on
from competence.coverage.queries.places import Node, requirements_since
from competence.coverage.queries.staff import GROUPS
from competence.coverage.queries.wide import MOST_STALE
from competence.coverage.rules import DayKind, Needs, Shift, by_place, needs_of
from competence.decision.queries import ABSENCES, EMPLOYMENTS, book
from competence.entitlements.queries import ROWS, VECTORS, shape
from competence.entitlements.rules import EPOCH
from competence.forecast.rules import GAP, VULNERABLE, Flags, Levels, standing
from competence.foundation.clock import today
from competence.foundation.editions import remembered
from competence.foundation.orm import execute, scoped, several
from competence.foundation.orm import standing as written
from competence.signoffs.queries import chunks

Figures = Mapping[Shift, NDArray[np.int64]]
"""Shift -> (gaps, critical ones of them, vulnerable) x days."""


@dataclass(frozen=True)
class UnitAhead:
    """How a unit will stand, without names."""

    node: Node
    figures: Figures
    by_shift: Mapping[Shift, int]
    """How many share the shift today."""
    as_of: date | None = None
    """The day the figures were made for, when they are not today's."""

    def total(self, shifts: Collection[Shift]) -> NDArray[np.int64]:
        """The figures of the shifts together."""
        empty: NDArray[np.int64] = np.zeros((3, 1), dtype=np.int64)
        return sum((self.figures[shift] for shift in shifts), empty)


_ON, _LAST = bindparam("on", type_=Date), bindparam("last", type_=Date)
_COLUMNS = (
    ROWS.c.employment_id, ROWS.c.task_id, ROWS.c.level, ROWS.c.valid_from, ROWS.c.valid_to,
)  # fmt: skip
_COMING = written(ROWS, *_COLUMNS).where(
    ROWS.c.valid_from > _ON, ROWS.c.valid_from <= _LAST, ROWS.c.citizen_id.is_(None)
)
_CLOSED = written(ROWS, *_COLUMNS).where(
    ROWS.c.level == 0, ROWS.c.valid_from <= _ON, or_(ROWS.c.valid_to.is_(None), ROWS.c.valid_to > _ON),
    ROWS.c.citizen_id.is_(None),
)  # fmt: skip
_ALL_OF = written(ROWS, *_COLUMNS).where(
    ROWS.c.employment_id.in_(several("employments")), ROWS.c.valid_from <= _LAST,
    or_(ROWS.c.valid_to.is_(None), ROWS.c.valid_to > _ON), ROWS.c.citizen_id.is_(None),
)  # fmt: skip
_AWAY = written(ABSENCES, ABSENCES.c.employment_id, ABSENCES.c.valid_from, ABSENCES.c.valid_to).where(
    ABSENCES.c.valid_from <= _LAST, or_(ABSENCES.c.valid_to.is_(None), ABSENCES.c.valid_to > _ON)
)


def units_ahead(session: Session, nodes: Sequence[Node], days: Sequence[date]) -> list[UnitAhead]:
    """How each of the units stands on each of the days, which are in order and begin today."""
    on, last = today(), days[-1]
    tasks = tasks_on(session, on)
    staff = _read(session, [node.id for node in nodes], on, last)
    present = _present(session, staff, days)
    levels, as_of = _levels(session, staff, tasks, days)
    at_unit: dict[int, list[int]] = {}
    for at, row in enumerate(staff):
        at_unit.setdefault(row.unit_id, []).append(at)
    needs = _needs(session, nodes, days)
    limited = _limited(session, tasks, levels.shape[2], days)
    crews = _Crews(staff, {task.id: task for task in tasks}, levels, present, limited, as_of)
    return [_unit(node, at_unit.get(node.id, []), crews, needs[node.id]) for node in nodes]


def _read(session: Session, unit_ids: Iterable[int], on: date, last: date) -> list[Any]:
    found: list[Any] = []
    e, g, v = EMPLOYMENTS.c, GROUPS.c, VECTORS.c
    for some in chunks(unit_ids):
        found += session.execute(
            scoped(
                session, EMPLOYMENTS, e.id, e.person_id, e.unit_id, e.staff_group_id, e.shifts, e.valid_from, e.valid_to,
                e.authorisation_checked_on, e.stage_from, g.is_student, v.ends, v.next_change, v.made_for,
            )
            .join(GROUPS, (g.municipality_id == e.municipality_id) & (g.id == e.staff_group_id))
            .outerjoin(VECTORS, (v.municipality_id == e.municipality_id) & (v.employment_id == e.id))
            .where(
                e.unit_id.in_(some), g.counts_in_coverage, ~e.is_floater, ~e.is_external,
                e.valid_from <= last, or_(e.valid_to.is_(None), e.valid_to > on),
            )
            .order_by(e.id)
        ).all()  # fmt: skip
    return found


def _present(session: Session, staff: Sequence[Any], days: Sequence[date]) -> Flags:
    """Days x people: employed and not away."""
    numbers = np.array([day.toordinal() for day in days])
    begins = np.array([row.valid_from.toordinal() for row in staff], dtype=np.int64).reshape(-1, 1)
    ends = np.array([(row.valid_to or date.max).toordinal() for row in staff], dtype=np.int64).reshape(-1, 1)
    present: Flags = (begins <= numbers) & (numbers < ends)
    places = {row.id: at for at, row in enumerate(staff)}
    for employment, first, end in execute(session, _AWAY, on=days[0], last=days[-1]):
        at = places.get(employment)
        if at is not None:
            present[at] &= ~((first.toordinal() <= numbers) & (numbers < (end or date.max).toordinal()))
    return present.T


def _levels(
    session: Session, staff: Sequence[Any], tasks: Sequence[BoardTask], days: Sequence[date]
) -> tuple[Levels, date | None]:
    """(days x people x slots: the level each may do each task at; the day it was made for where it could not be today's)."""
    on, last = days[0], days[-1]
    slots, ranks = shape(session)
    size = slots * ranks * 2
    stale = [at for at, row in enumerate(staff) if row.ends is None or (row.next_change and row.next_change <= on)]
    as_of = None
    if len(stale) > MOST_STALE:
        as_of = min((staff[at].made_for for at in stale if staff[at].made_for), default=None)
        stale = []
    vectors = b"".join([(row.ends or b"")[:size].ljust(size, b"\0") for row in staff])
    ends = np.ascontiguousarray(
        np.frombuffer(vectors, dtype="<u2").reshape(len(staff), slots, ranks).transpose(2, 0, 1)
    )
    levels: Levels = np.zeros((len(days), len(staff), slots), dtype=np.uint8)
    for place, (day, given) in enumerate(zip(days, _given(session, staff, tasks, slots, days), strict=True)):
        for rank in range(ranks):
            levels[place] += ends[rank] > (day - EPOCH).days
        levels[place, stale] = 0
        np.maximum(levels[place], given, out=levels[place])
    slot_of = {task.id: task.slot for task in tasks}
    places = {row.id: at for at, row in enumerate(staff)}
    numbers = [day.toordinal() for day in days]
    rows = [
        *execute(session, _COMING, on=on, last=last),
        *execute(session, _CLOSED, on=on),
        *(
            row
            for some in chunks(staff[at].id for at in stale)
            for row in execute(session, _ALL_OF, employments=some, on=on, last=last)
        ),
    ]
    for employment, task, level, begins, end in rows:
        whose, slot = places.get(employment), slot_of.get(task)
        if whose is not None and slot is not None:
            first = np.searchsorted(numbers, begins.toordinal())
            until = np.searchsorted(numbers, end.toordinal()) if end else len(numbers)
            levels[first:until, whose, slot] = level
    return levels, as_of


def _given(
    session: Session, staff: Sequence[Any], tasks: Sequence[BoardTask], slots: int, days: Sequence[date]
) -> Iterator[Levels]:
    """For each day people x slots: what the staff group alone gives."""
    shared = book(session)
    ids, places = [task.id for task in tasks], [task.slot for task in tasks]
    kinds: dict[Any, tuple[int, Any]] = {}

    def kind(row: Any, day: date) -> int:
        checked, stage = row.authorisation_checked_on, row.stage_from
        unchecked = row.staff_group_id in shared.authorised and (checked is None or day < checked)
        key = row.staff_group_id, unchecked, stage is not None and stage <= day
        return kinds.setdefault(key, (len(kinds), row))[0]

    which = np.array([kind(row, days[0]) for row in staff], dtype=np.int64)
    turning = [
        at for at, row in enumerate(staff)
        if any(day is not None and days[0] < day <= days[-1] for day in (row.authorisation_checked_on, row.stage_from))
    ]  # fmt: skip
    for day in days:
        for at in turning:
            which[at] = kind(staff[at], day)
        table: Levels = np.zeros((len(kinds) + 1, slots), dtype=np.uint8)
        for at in sorted(set(which.tolist())):
            answers = by_group(session, shared, staff[int(np.argmax(which == at))], ids, on=day)
            table[at, places] = [answers[task].level for task in ids]
        yield table[which]


def _limited(session: Session, tasks: Sequence[BoardTask], slots: int, days: Sequence[date]) -> dict[int, Flags]:
    """Staff group -> days x slots: where its cell holds within a limit only; a group that follows another has the other's."""
    shared = book(session)
    slot_of = {task.id: task.slot for task in tasks}
    found: dict[int, Flags] = {}
    for place, day in enumerate(days):
        version = shared.version_on(day)
        for (task, group), terms in shared.cells.get(version.id, {}).items() if version else ():
            if terms.limits and task in slot_of:
                of_group = found.setdefault(group, np.zeros((len(days), slots), dtype=bool))
                of_group[place, slot_of[task]] = True
    for group, (followed, _stage) in shared.follows.items():
        if group not in found and followed in found:
            found[group] = found[followed]
    return found


def _needs(
    session: Session, nodes: Sequence[Node], days: Sequence[date]
) -> Mapping[int, tuple[tuple[Needs, Needs], ...]]:
    """Unit -> for each day what it needs on weekdays, and at weekends; the same object where they are the same."""
    kept = requirements_since(session, days[0], nodes)

    def read(_session: Session) -> dict[int, tuple[tuple[Needs, Needs], ...]]:
        found: dict[int, list[tuple[Needs, Needs]]] = {node.id: [] for node in nodes}
        before: list[Any] | None = None
        for day in days:
            running = [one for one, begins, ends in kept if begins <= day and (ends is None or day < ends)]
            same, before = running == before, running
            stated = {} if same else by_place(running)
            for node in nodes:
                if same:
                    found[node.id].append(found[node.id][-1])
                    continue
                weekday = needs_of(node.place, stated, DayKind.WEEKDAY)
                weekend = needs_of(node.place, stated, DayKind.WEEKEND)
                found[node.id].append((weekday, weekday if weekend == weekday else weekend))
        return {node: tuple(some) for node, some in found.items()}

    return remembered(session, ("units' needs ahead", tuple(node.id for node in nodes), tuple(days)), read)


def _unit(node: Node, here: Sequence[int], crew_of: "_Crews", needs: Sequence[tuple[Needs, Needs]]) -> UnitAhead:
    figures = {shift: np.zeros((3, len(needs)), dtype=np.int64) for shift in Shift}
    by_shift = {}
    for shift in Shift:
        crew = [at for at in here if shift.value in crew_of.staff[at].shifts]
        by_shift[shift] = len({
            crew_of.staff[at].person_id for at in crew
            if not crew_of.staff[at].is_student and crew_of.staff[at].valid_from <= today()
        })  # fmt: skip
        begun = 0
        while begun < len(needs):
            until = begun + 1
            while until < len(needs) and needs[until] is needs[begun]:
                until += 1
            worst: dict[int, Levels] = {}
            weekday, weekend = needs[begun]
            for of_kind in (weekday,) if weekday is weekend else (weekday, weekend):
                for task, stands in crew_of.statuses(of_kind, shift, crew, slice(begun, until)).items():
                    worst[task] = np.maximum(worst[task], stands) if task in worst else stands
            if worst:
                stands = np.stack(list(worst.values()))
                grave = np.array([crew_of.tasks[task].critical for task in worst], dtype=bool)[:, None]
                gaps = stands == GAP
                figures[shift][:, begun:until] = (
                    gaps.sum(axis=0), (gaps & grave).sum(axis=0), (stands == VULNERABLE).sum(axis=0)
                )  # fmt: skip
            begun = until
    return UnitAhead(node, figures, by_shift, crew_of.as_of)


@dataclass(frozen=True)
class _Crews:
    """Everybody in the units, with what they may do on each of the days."""

    staff: Sequence[Any]
    tasks: Mapping[int, BoardTask]
    levels: Levels
    """Days x people x slots."""
    present: Flags
    """Days x people."""
    limited: Mapping[int, Flags]
    as_of: date | None

    def statuses(self, needs: Needs, shift: Shift, crew: Sequence[int], part: slice) -> dict[int, Levels]:
        """Task -> how it stands on each of the days."""
        said = [
            (task, one.need)
            for (task, of), one in needs.items()
            if of is shift and one.need.need and task in self.tasks
        ]
        if not said:
            return {}
        slots = np.array([self.tasks[task].slot for task, _need in said])
        need = np.array([one.need for _task, one in said], dtype=np.int16)
        wanted = np.array([max(1, one.level) for _task, one in said], dtype=np.uint8)
        some = np.array(crew, dtype=np.int64)
        met: Flags = self.levels[part][:, some[:, None], slots] >= wanted
        met &= self.present[part][:, some][:, :, None]
        apart = np.array([self.staff[at].is_student for at in crew], dtype=bool)
        if apart.any():
            met &= ~apart[None, :, None] | np.array([one.students_count for _task, one in said], dtype=bool)
        unstable = np.array([one.also_unstable for _task, one in said], dtype=bool)
        if unstable.any():
            for at, whose in enumerate(crew):
                within = self.limited.get(self.staff[whose].staff_group_id)
                if within is not None:
                    met[:, at] &= ~(within[part][:, slots] & unstable)
        persons = [self.staff[at].person_id for at in crew]
        if len(set(persons)) < len(persons):
            _first, which = np.unique(persons, return_inverse=True)
            met = np.stack([met[:, which == one].any(axis=1) for one in range(which.max() + 1)], axis=1)
        have = met.sum(axis=1, dtype=np.int16)
        stands = standing(have, np.broadcast_to(need, have.shape))
        return {task: stands[:, place] for place, (task, _need) in enumerate(said)}

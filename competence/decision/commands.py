"""Recomputes the stored answers from the facts, by the rule. Nothing else writes them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, bindparam, delete, insert, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from competence.decision.queries import DELEGATIONS, EMPLOYMENTS, TASKS, book, load
from competence.decision.rules import Book, Employment, Interval, for_one, intervals
from competence.delegation.rules import CellRule, Version
from competence.entitlements.queries import GROUP, ROWS, VECTORS, shape
from competence.entitlements.rules import Interval as Span
from competence.entitlements.rules import levels_end, next_change, vector
from competence.foundation.changes import Touched
from competence.foundation.clock import now, today
from competence.foundation.editions import remembered
from competence.foundation.orm import OWN, execute, scoped, several, standing, tenant_id
from competence.signoffs.queries import chunks

BATCH = 500
"""Employments that are recomputed at a time."""


@dataclass(frozen=True)
class Stored:
    """What is stored about one employment: rows of entitlements, and its vector."""

    rows: tuple[dict[str, Any], ...]
    ends: bytes
    next_change: date | None


def recompute(session: Session, touched: Touched) -> None:
    """Nothing; the stored answers of all that was touched say again what the rule says. Wired to `foundation.changes`."""
    shared = book(session)
    slots = slots_of(session)
    if touched.everybody:
        rewrite_groups(session, shared)
        _rewrite(session, true(), shared, slots, None)
        return
    if touched.tasks:
        _rewrite(session, true(), shared, slots, with_dependents(shared, touched.tasks))
    whole = {person for person, changed in touched.persons.items() if changed is None}
    part = {person: changed for person, changed in touched.persons.items() if changed is not None}
    for some in chunks(whole | set(receivers(session, touched.persons))):
        _rewrite(session, EMPLOYMENTS.c.person_id.in_(some), shared, slots, None, few=True)
    by_tasks: dict[frozenset[int], list[int]] = {}
    for person, changed in part.items():
        by_tasks.setdefault(frozenset(changed), []).append(person)
    for tasks, persons in by_tasks.items():
        for some in chunks(persons):
            where = EMPLOYMENTS.c.person_id.in_(some)
            _rewrite(session, where, shared, slots, with_dependents(shared, tasks), few=True)


def recompute_all(session: Session) -> None:
    """Nothing; all stored answers of the municipality are thrown away and made again."""
    recompute(session, Touched(everybody=True))


def refresh(session: Session) -> int:
    """How many vectors were past their date and have been made again. Changes nobody's rights; safe to run twice."""
    past = scoped(session, VECTORS, VECTORS.c.employment_id).where(VECTORS.c.next_change <= today())
    ids = list(session.scalars(past.order_by(VECTORS.c.employment_id)))
    shared, slots = book(session), slots_of(session)
    for some in chunks(ids, BATCH):
        _rewrite(session, EMPLOYMENTS.c.id.in_(some), shared, slots, None)
    return len(ids)


def rewrite_groups(session: Session, shared: Book) -> None:
    """Nothing; what follows from each approved version and staff group alone is stored again."""
    municipality_id = tenant_id(session)
    groups = set(shared.follows) | {group for cells in shared.cells.values() for _, group in cells}
    session.execute(delete(GROUP).where(GROUP.c.municipality_id == municipality_id))
    rows = [
        {
            "municipality_id": municipality_id, "version_id": version.id, "staff_group_id": group, "task_id": task,
            "level": level, "limits": [list(limit) for limit in shared.cell(
                task, group, version=version, stage_from=None, on=today()).limits],
        }
        for version in shared.versions
        for task in {task for task, _ in shared.cells.get(version.id, {})}
        for group in groups
        if (level := _group_level(shared, version, task, group))
    ]  # fmt: skip
    if rows:
        session.execute(insert(GROUP), rows)


def _group_level(shared: Book, version: Version, task: int, group: int) -> int:
    """The level by education from today on; what was followed before is asked of the rule."""
    cell = shared.cell(task, group, version=version, stage_from=None, on=today())
    return cell.education_level if cell.rule is CellRule.CORE and cell.education_level >= cell.minimum_level else 0


def answers_of(employment: Employment, shared: Book, slots: Mapping[int, int], ranks: int, plain: "Plain") -> Stored:
    """All that is stored about the employment, from the rule."""
    tasks = sorted(personal_tasks(employment, shared, slots))
    rows: list[dict[str, Any]] = []
    spans: dict[int, Iterable[Span]] = {}
    for task in tasks:
        found = intervals(employment, task)
        rows += rows_for(employment, shared, task, found)
        spans[slots[task]] = [(start, end, level) for start, end, level, _, _ in found]
    on = today()
    template = plain.vector(employment, on)
    ends = np.frombuffer(template.tobytes(), dtype="<u2").reshape(-1, ranks).copy()
    for slot, some in spans.items():
        ends[slot] = levels_end(some, on=on, ranks=ranks)
    turns = [day for day in (next_change(spans.values(), on=on), plain.next_change(employment, on)) if day is not None]
    return Stored(tuple(rows), ends.tobytes(), min(turns, default=None))


def personal_tasks(employment: Employment, shared: Book, slots: Mapping[int, int]) -> set[int]:
    """The tasks about which the employment has facts of its own, so that the group alone does not say the answer."""
    if _all_personal(employment, shared):
        return set(slots)
    tasks = set(employment.signed) | set(employment.delegations) | set(employment.exempt)
    tasks |= {stop.task_id for stop in shared.stops if employment.unit_path.startswith(stop.unit_path)}
    tasks |= {mask.task_id for mask in shared.masks if employment.unit_path.startswith(mask.unit_path)}
    tasks |= set(shared.sign_again) & set(employment.signed)
    tasks |= {task for task, needs in shared.must_hold.items() if task in slots and needs}
    tasks |= set(shared.must_read)
    return tasks & set(slots)


def _all_personal(employment: Employment, shared: Book) -> bool:
    """Whether the group alone says nothing of what holds from today on: a stage, or an authorisation still to be checked."""
    group = employment.staff_group_id
    staged = group in shared.follows and shared.follows[group][1] is not None
    return staged or (
        group in shared.authorised
        and (employment.authorisation_checked_on is None or employment.authorisation_checked_on > today())
    )


class Plain:
    """Vectors of employments without facts of their own, made once for each staff group and dates."""

    def __init__(self, shared: Book, slots: Mapping[int, int], size: int, ranks: int) -> None:
        self._shared, self._slots, self._size, self._ranks = shared, slots, size, ranks
        self._made: dict[tuple[int, date, date | None], tuple[np.ndarray[Any, Any], date | None]] = {}

    def vector(self, employment: Employment, on: date) -> np.ndarray[Any, Any]:
        """Slots x ranks for the employment's group and dates, as if it had no facts of its own."""
        return self._of(employment, on)[0]

    def next_change(self, employment: Employment, on: date) -> date | None:
        """The first day after `on` on which the group's rights or the employment change."""
        return self._of(employment, on)[1]

    def _of(self, employment: Employment, on: date) -> tuple[np.ndarray[Any, Any], date | None]:
        ended = employment.valid_to is not None and employment.valid_to <= on
        begins = min(employment.valid_from, on) if employment.valid_from <= on else employment.valid_from
        key = (employment.staff_group_id, begins if begins > on else on, employment.valid_to)
        if key not in self._made:
            spans: dict[int, list[Span]] = {}
            bare = replace(
                employment, valid_from=key[1], events=(), delegations={}, exempt={}, absences=(), observed={},
                authorisation_checked_on=date.min, book=replace(self._shared, stops=(), masks=(), must_hold={}, must_read={}),
            )  # fmt: skip
            bare.__dict__["signed"] = {}
            if not ended:
                for task, slot in self._slots.items():
                    found = intervals(bare, task)
                    if any(level for _, _, level, _, _ in found):
                        spans[slot] = [(start, end, level) for start, end, level, _, _ in found]
            made = vector(spans, on=on, slots=self._size, ranks=self._ranks)
            turns = [
                day
                for day in (next_change(spans.values(), on=on), employment.valid_to, employment.valid_from)
                if day and day > on
            ]
            self._made[key] = (
                np.frombuffer(made, dtype="<u2").reshape(self._size, self._ranks),
                min(turns, default=None),
            )
        return self._made[key]


def rows_for(employment: Employment, shared: Book, task: int, found: Sequence[Interval]) -> list[dict[str, Any]]:
    """The entitlement rows of one task: what differs from what the group gives, citizens' own ones included."""
    rows = [
        _row(employment, task, interval, None)
        for interval in found
        if (interval[2] and interval[3] != "education")
        or (not interval[2] and _group_gives(employment, shared, task, interval))
    ]
    for citizen in sorted({s.citizen_id for s in employment.signed.get(task, ()) if s.citizen_id is not None}):
        rows += [_row(employment, task, one, citizen) for one in intervals(employment, task, citizen=citizen) if one[2]]
    for citizen in sorted({d.citizen_id for d in employment.delegations.get(task, ()) if d.citizen_id is not None}):
        rows += [_row(employment, task, one, citizen) for one in for_one(employment, task, citizen) if one[2]]
    return rows


def _row(employment: Employment, task: int, interval: Interval, citizen: int | None) -> dict[str, Any]:
    start, end, level, basis, limits = interval
    return {
        "employment_id": employment.id, "task_id": task, "level": level, "basis": basis or "closed", "citizen_id": citizen,
        "limits": [list(limit) for limit in limits], "valid_from": start, "valid_to": end,
    }  # fmt: skip


def _group_gives(employment: Employment, shared: Book, task: int, interval: Interval) -> bool:
    start, end = interval[0], interval[1] or date.max
    return any(
        _group_level(shared, version, task, employment.staff_group_id)
        for version in shared.versions
        if version.valid_from is not None and version.valid_from < end and start < (version.valid_to or date.max)
    )


def _rewrite(
    session: Session, where: ColumnElement[bool], shared: Book, slots: Mapping[int, int], tasks: set[int] | None, *,
    few: bool = False,
) -> None:  # fmt: skip
    size, ranks = shape(session)
    plain = Plain(shared, slots, size, ranks)
    pieces = [where]
    if not few:
        ids = session.scalars(scoped(session, EMPLOYMENTS, EMPLOYMENTS.c.id).where(where).order_by(EMPLOYMENTS.c.id))
        pieces = [EMPLOYMENTS.c.id.in_(some) for some in chunks(ids, BATCH)]
    for piece in pieces:
        if tasks is None:
            loaded = load(session, piece, shared=shared)
            _store_whole(session, {e.id: answers_of(e, shared, slots, ranks, plain) for e in loaded})
        else:
            _store_tasks(session, piece, shared, slots, ranks, tasks, plain)


def _store_whole(session: Session, stored: Mapping[int, Stored]) -> None:
    municipality_id = tenant_id(session)
    for table in (ROWS, VECTORS):
        session.execute(
            delete(table).where(table.c.municipality_id == municipality_id, table.c.employment_id.in_(list(stored)))
        )
    rows = [row | {"municipality_id": municipality_id} for one in stored.values() for row in one.rows]
    if rows:
        session.execute(insert(ROWS), rows)
    vectors = [
        {
            "municipality_id": municipality_id, "employment_id": employment, "made_for": today(),
            "next_change": one.next_change, "ends": one.ends, "made_at": now(),
        }
        for employment, one in stored.items()
    ]  # fmt: skip
    if vectors:
        session.execute(insert(VECTORS), vectors)


def _put(dialect: Any) -> Any:
    upsert = dialect.insert(VECTORS)
    changed = {name: upsert.excluded[name] for name in ("made_for", "next_change", "ends", "made_at")}
    return upsert.on_conflict_do_update(index_elements=["municipality_id", "employment_id"], set_=changed)


_GONE_ABOUT = delete(ROWS).where(
    ROWS.c.municipality_id == bindparam(OWN), ROWS.c.employment_id.in_(several("employments")),
    ROWS.c.task_id.in_(several("tasks")),
)  # fmt: skip
_BEFORE = standing(VECTORS, VECTORS.c.employment_id, VECTORS.c.ends, VECTORS.c.next_change, VECTORS.c.made_for).where(
    VECTORS.c.employment_id.in_(several("employments"))
)
_ADD = insert(ROWS)
_PUT = {"postgresql": _put(postgresql), "sqlite": _put(sqlite)}


def _store_tasks(
    session: Session, where: ColumnElement[bool], shared: Book, slots: Mapping[int, int], ranks: int, tasks: set[int],
    plain: Plain,
) -> None:  # fmt: skip
    """Nothing; the rows of the tasks and their places in the vectors are made again, the rest stays as it is."""
    municipality_id, on = tenant_id(session), today()
    alone = next(iter(tasks)) if len(tasks) == 1 and not any(shared.must_hold.get(task) for task in tasks) else None
    loaded = load(session, where, shared=shared, task_id=alone)
    ids = [employment.id for employment in loaded]
    here = sorted(tasks & set(slots))
    execute(session, _GONE_ABOUT, employments=ids, tasks=here)
    before = {row.employment_id: row for row in execute(session, _BEFORE, employments=ids)}
    rows: list[dict[str, Any]] = []
    vectors = []
    stale: list[int] = []
    size = len(slots) and (max(slots.values()) + 1) * ranks * 2
    for employment in loaded:
        old = before.get(employment.id)
        if old is None or (old.next_change is not None and old.next_change <= on) or len(old.ends) < size:
            stale.append(employment.id)
            continue
        ends = np.frombuffer(old.ends, dtype="<u2").reshape(-1, ranks).copy()
        turns = [old.next_change] if old.next_change else []
        for task in here:
            found = intervals(employment, task)
            rows += rows_for(employment, shared, task, found)
            spans = [(start, end, level) for start, end, level, _, _ in found]
            ends[slots[task]] = levels_end(spans, on=on, ranks=ranks)
            turn = next_change([spans], on=on)
            turns += [turn] if turn else []
        vectors.append(
            {
                "municipality_id": municipality_id,
                "employment_id": employment.id,
                "made_for": on,
                "next_change": min(turns, default=None),
                "ends": ends.tobytes(),
                "made_at": now(),
            }
        )
    if rows:
        session.execute(_ADD, [row | {"municipality_id": municipality_id} for row in rows])
    if vectors:
        session.execute(_PUT[session.get_bind().dialect.name], vectors)
    for some in chunks(stale, BATCH):
        again = load(session, EMPLOYMENTS.c.id.in_(some), shared=shared)
        _store_whole(session, {e.id: answers_of(e, shared, slots, ranks, plain) for e in again})


def with_dependents(shared: Book, tasks: Iterable[int]) -> set[int]:
    """The tasks and all that ask for one of them to be held."""
    found, news = set(tasks), set(tasks)
    while news:
        news = {task for task, needs in shared.must_hold.items() if news & set(needs)} - found
        found |= news
    return found


_RECEIVERS = standing(DELEGATIONS, DELEGATIONS.c.person_id).where(DELEGATIONS.c.giver_id.in_(several("givers")))


def receivers(session: Session, persons: Iterable[int]) -> list[int]:
    """Whom the persons have delegated to, and those to whom these gave it onward: what they may do rests on what these hold."""
    found: set[int] = set()
    givers = set(persons)
    while givers:
        reached = {one for some in chunks(givers) for one in execute(session, _RECEIVERS, givers=some).scalars()}
        givers = reached - found
        found |= reached
    return sorted(found)


def slots_of(session: Session) -> dict[int, int]:
    """Task id -> its place in the vectors."""
    return remembered(session, "slots", _read_slots)


def _read_slots(session: Session) -> dict[int, int]:
    return {row.id: row.slot for row in session.execute(scoped(session, TASKS, TASKS.c.id, TASKS.c.slot))}


def differences(session: Session) -> list[tuple[int, str]]:
    """(employment, what) for every stored answer that is not what the rule says now; empty when all agree."""
    shared, slots = book(session), slots_of(session)
    size, ranks = shape(session)
    plain = Plain(shared, slots, size, ranks)
    found: list[tuple[int, str]] = []
    ids = list(session.scalars(scoped(session, EMPLOYMENTS, EMPLOYMENTS.c.id).order_by(EMPLOYMENTS.c.id)))
    for some in chunks(ids, BATCH):
        stored_rows: dict[int, set[tuple[Any, ...]]] = {}
        for row in session.execute(scoped(session, ROWS).where(ROWS.c.employment_id.in_(some))):
            stored_rows.setdefault(row.employment_id, set()).add(comparable(dict(row._mapping)))
        vectors = {
            row.employment_id: row
            for row in session.execute(scoped(session, VECTORS).where(VECTORS.c.employment_id.in_(some)))
        }
        for employment in load(session, EMPLOYMENTS.c.id.in_(some), shared=shared):
            right = answers_of(employment, shared, slots, ranks, plain)
            if stored_rows.get(employment.id, set()) != {comparable(row) for row in right.rows}:
                found.append((employment.id, "rows"))
            stored = vectors.get(employment.id)
            past = stored is not None and stored.next_change is not None and stored.next_change <= today()
            if stored is None or (stored.ends != right.ends and not past):
                found.append((employment.id, "vector"))
    return found


def comparable(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a row of entitlements says of its employment: the task first."""
    limits = tuple(tuple(limit) for limit in row["limits"])
    return (row["task_id"], row["level"], row["basis"], row["citizen_id"], limits, row["valid_from"], row["valid_to"])

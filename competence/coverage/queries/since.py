"""Since when gaps have been open or closed: have against need on each day on which one of them may have become another."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from competence.coverage.queries.places import Kept, Node, requirements_since
from competence.coverage.queries.staff import ordered, people_where
from competence.coverage.rules import DayKind, Held, Need, Shift, Status, Worker, by_place, count, needs_of
from competence.decision.queries import EMPLOYMENTS, book, delegations, rare, readings
from competence.decision.rules import Book, Employment, answers_on, boundaries
from competence.foundation.clock import today
from competence.signoffs.queries import events_of, observed_days

LOOK_BACK = timedelta(days=365)
"""Of a gap that is older than this it is not said since when."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A task on a shift in a unit."""

    task_id: int
    shift: Shift
    unit: Node

    @property
    def unit_id(self) -> int:
        """Of the unit."""
        return self.unit.id


def open_since(session: Session, spots: Sequence[Spot], *, days: DayKind) -> dict[Spot, date]:
    """The first day of each gap that is open today, as is known now. Left out: what is no gap, or one of more than a year.

    Earlier days are held against what was needed then, on days of the same kind.
    """
    return _unbroken(session, spots, days, gap=True)


def closed_since(session: Session, spots: Sequence[Spot], *, days: DayKind) -> dict[Spot, date]:
    """The first day of those, without a break until today, on which each spot has been no gap. Left out: of more than a year."""
    return _unbroken(session, spots, days, gap=False)


def _unbroken(session: Session, spots: Sequence[Spot], days: DayKind, *, gap: bool) -> dict[Spot, date]:
    last = today()
    first = last - LOOK_BACK
    shared = book(session)
    units = {spot.unit.id: spot.unit for spot in spots}
    rows = [
        row for row in people_where(session, EMPLOYMENTS.c.unit_id.in_(units), on=first, through=last)
        if any(row.unit_id == spot.unit.id and spot.shift.value in row.shifts for spot in spots)
    ]  # fmt: skip
    facts = _facts(session, rows, shared, {spot.task_id for spot in spots})
    workers = {one.employment_id: one.worker for one in ordered(rows, ())}
    kept = requirements_since(session, first, units.values())
    found = {}
    for spot in spots:
        crew = [
            (workers[row.id], facts[row.id])
            for row in rows
            if row.unit_id == spot.unit.id and spot.shift.value in row.shifts
        ]
        asked = [one for one in kept if one[0].task_id == spot.task_id and one[0].shift is spot.shift]
        since = _since(spot, crew, asked, days, first, last, gap=gap)
        if since is not None:
            found[spot] = since
    return found


Crew = Sequence[tuple[Worker, Employment]]


def _since(
    spot: Spot, crew: Crew, asked: Sequence[Kept], kind: DayKind, first: date, last: date, *, gap: bool
) -> date | None:
    days = _turns(spot.task_id, crew, asked, first, last)
    answers = [answers_on(one, spot.task_id, days) for _worker, one in crew]
    since = None
    for at in range(len(days) - 1, -1, -1):
        present = [
            Held(worker, some[at].level, bool(some[at].limits))
            for (worker, one), some in zip(crew, answers, strict=True)
            if some[at].level and not _away(one, days[at])
        ]
        if (count(present, spot.shift, _need(spot, asked, kind, days[at])).status is Status.GAP) is not gap:
            return since
        since = days[at]
    return None


def _need(spot: Spot, asked: Sequence[Kept], kind: DayKind, day: date) -> Need | None:
    stated = by_place([one for one, begins, ends in asked if begins <= day and (ends is None or day < ends)])
    said = needs_of(spot.unit.place, stated, kind).get((spot.task_id, spot.shift))
    return said.need if said else None


def _turns(task: int, crew: Crew, asked: Sequence[Kept], first: date, last: date) -> list[date]:
    """The days on which have or need may become another, in order, after the first that is looked at."""
    days: set[date | None] = {first}
    for _worker, one in crew:
        days.update(boundaries(one, task))
        for span in one.absences:
            days.update(span)
    for _stated, begins, ends in asked:
        days |= {begins, ends}
    return sorted(day for day in days if day is not None and first <= day <= last)


def _away(facts: Employment, day: date) -> bool:
    return any(start <= day and (end is None or day < end) for start, end in facts.absences)


def _facts(session: Session, rows: Sequence[Any], shared: Book, tasks: Collection[int]) -> dict[int, Employment]:
    """The employments with all evidence about the tasks, also what has been replaced since."""
    persons = {row.person_id for row in rows}
    about = {*tasks, *(needed for task in tasks for needed in shared.must_hold.get(task, ()))}
    events = events_of(session, persons, task_ids=about)
    few = rare(session, persons, [row.id for row in rows])
    receivers = {person for person, task in few.given if task in about}
    given: Mapping[int, Any] = delegations(session, receivers, shared) if receivers else {}
    # Only after a long absence does it matter when somebody was last seen doing it.
    back = {row.person_id for row in rows if any(end is not None for _start, end in few.away.get(row.id, ()))}
    seen: Mapping[int, Any] = observed_days(session, back) if back else {}
    read = readings(session, persons, shared)
    return {
        row.id: Employment(
            id=row.id, person_id=row.person_id, staff_group_id=row.staff_group_id, unit_path=row.path,
            valid_from=row.valid_from, valid_to=row.valid_to, book=shared,
            authorisation_checked_on=row.authorisation_checked_on, stage_from=row.stage_from,
            absences=few.away.get(row.id, ()), exempt=few.exempt.get(row.person_id, {}),
            events=tuple(events.get(row.person_id, ())), delegations=given.get(row.person_id, {}),
            observed=seen.get(row.person_id, {}), read=read.get(row.person_id, {}),
        )
        for row in rows
    }  # fmt: skip

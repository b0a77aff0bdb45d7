"""A unit's roster day by day: who is on each shift, what it needs, which task nobody on it may do, and who could step in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import or_
from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.coverage.queries.board import Board, BoardTask, tasks_on
from competence.coverage.queries.places import Node, Tree, kind_of_day, requirements_since
from competence.coverage.queries.staff import Someone, in_reach_of, ordered, people_where
from competence.coverage.rostered import (
    Hours,
    OnDuty,
    answer_for,
    counted_on,
    free_for,
    hours_of,
    shift_of,
    shift_span,
)
from competence.coverage.rules import NOTHING, Count, Held, Need, Shift, Standing, Status, by_place, needs_of
from competence.decision.queries import EMPLOYMENTS, book, facts_of
from competence.decision.rules import Answer, Employment, answers_on, judge
from competence.foundation.clock import today
from competence.organisation.queries import settings_of
from competence.roster.queries import NONE, duties_in, duties_of, employed, rostered, units_with_duties
from competence.roster.rules import REST, Span, Stored, dates_touched, day_of, employment_for

WEEK = 7
MOST_STAND_INS = 8
"""So many who could step in are shown for a task."""


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody on a shift, and what the rule says of each task that it needs."""

    someone: Someone
    duty: OnDuty
    answers: Mapping[int, Answer]
    """Task -> the answer for all dates that the duty touches; empty for a day that is over."""

    def holds(self, task_id: int) -> Held:
        """As the count sees her."""
        answer = self.answers[task_id]
        return Held(self.duty.worker, answer.level, bool(answer.limits))


@dataclass(frozen=True)
class Manned:
    """A shift of a day."""

    day: date
    shift: Shift
    by_roster: bool
    """False: of those with this fixed shift, as there is no roster for the day."""
    people: tuple[Present, ...]
    needs: Mapping[int, Need]
    counts: Mapping[int, Count]
    """Task -> have and need, for each need; empty for a day that is over."""

    @property
    def on_duty(self) -> int:
        """How many are there, each person once, those away not counted."""
        return len({one.someone.person_id for one in self.people if not one.duty.worker.absent})

    def that_stand(self, status: Status) -> list[int]:
        """The tasks that stand so, those that miss most first, then as the needs have them."""
        return sorted(
            (task for task, count in self.counts.items() if count.status is status),
            key=lambda task: -self.counts[task].missing,
        )


@dataclass(frozen=True)
class UnitRoster:
    """Some days of a unit."""

    unit: Node
    first: date
    days: int
    shifts: Mapping[tuple[date, Shift], Manned]
    rostered: frozenset[date]
    """The days for which there is a roster."""
    imported_at: datetime | None
    tasks: Mapping[int, BoardTask]
    hours: Hours

    @property
    def gaps(self) -> int:
        """On how many shifts how many tasks fewer may do than are needed, added up, on the days with a roster."""
        return sum(len(one.that_stand(Status.GAP)) for one in self.shifts.values() if one.by_roster)


class _Rule:
    """The rule's answers on the coming days for tasks done in the unit, each asked for once."""

    def __init__(self, facts: Mapping[int, Employment], unit: Node, days: Sequence[date]) -> None:
        self._facts, self._unit, self._days = facts, unit, days
        self._known: dict[tuple[int, int], dict[date, Answer]] = {}

    def says(self, employment_id: int, task_id: int, dates: Iterable[date]) -> Answer:
        """Of the dates, the weakest answer."""
        key = employment_id, task_id
        if key not in self._known:
            self._known[key] = dict(zip(self._days, self._asked(self._facts[employment_id], task_id), strict=True))
        return answer_for(dates, self._known[key])

    def _asked(self, facts: Employment, task_id: int) -> list[Answer]:
        """Whoever comes from elsewhere is under the stops and stricter rules of the unit that she helps."""
        if facts.unit_path.startswith(self._unit.path):
            return answers_on(facts, task_id, self._days)
        return [judge(facts, task_id, on=day, unit=self._unit.path) for day in self._days]


def roster_of(session: Session, unit: Node, *, first: date, days: int = WEEK) -> UnitRoster:
    """The unit's shifts of the days by the roster; of those with a fixed shift on days for which there is none.

    A past day says only who was on duty: whether they might is answered by the pages about the past.
    """
    last = first + timedelta(days=days - 1)
    hours = hours_of(settings_of(session))
    there = rostered(session, [unit.id], first=first, through=last).get(unit.id, NONE)
    stored = duties_in(session, [unit.id], first=first, through=last)
    chosen = _employments(session, unit, stored)
    wanted = or_(EMPLOYMENTS.c.unit_id == unit.id, EMPLOYMENTS.c.id.in_(sorted(set(chosen.values()))))
    rows = people_where(session, wanted, on=first, through=last + timedelta(days=1))
    facts = {one.id: one for one in facts_of(session, rows, book(session))}
    everybody = {one.employment_id: one for one in ordered(rows, ())}
    on_duty: dict[tuple[date, Shift], list[tuple[Someone, OnDuty]]] = {}
    for one in stored:
        who = everybody.get(chosen.get(one.id, 0))
        if who is not None:
            span = one.duty.span
            duty = _on_duty(who, span, shift_of(span, hours), facts[who.employment_id])
            on_duty.setdefault((duty.day, duty.shift), []).append((who, duty))
    tasks = {task.id: task for task in tasks_on(session, max(first, today()))}
    coming = [day for ahead in range(days + 2) if (day := first + timedelta(days=ahead)) >= today()]
    rule = _Rule(facts, unit, coming)
    stated = requirements_since(session, first, [unit])
    shifts = {}
    for ahead in range(days):
        day = first + timedelta(days=ahead)
        inside = by_place([one for one, begins, ends in stated if begins <= day and (ends is None or day < ends)])
        needs = needs_of(unit.place, inside, kind_of_day(day))
        for shift in Shift:
            wants = {task: found.need for task in tasks if (found := needs.get((task, shift))) and found.need.need > 0}
            people = (
                on_duty.get((day, shift), [])
                if day in there
                else _fixed(everybody.values(), unit, facts, shift_span(day, shift, hours), shift)
            )
            shifts[day, shift] = _manned(day, shift, day in there, people, wants if day >= today() else {}, rule)
    return UnitRoster(unit, first, days, shifts, there.days, there.imported_at, tasks, hours)


def _employments(session: Session, unit: Node, stored: Sequence[Stored]) -> dict[int, int]:
    """Duty -> the employment under which she is on it now; without those of people who are not employed on the day."""
    hers = employed(session, {one.duty.person_id for one in stored})
    found = {}
    for one in stored:
        on, known = day_of(one.duty.starts_at), one.duty.employment_id
        chosen = employment_for(hers.get(one.duty.person_id, ()), on=on, unit=(unit.id, unit.path), known=known)
        if chosen is not None:
            found[one.id] = chosen.employment_id
    return found


def _on_duty(who: Someone, span: Span, shift: Shift, facts: Employment) -> OnDuty:
    duty = OnDuty(who.worker, span, shift)
    away = any(begins <= day and (ends is None or day < ends) for day in duty.dates for begins, ends in facts.absences)
    return replace(duty, worker=replace(who.worker, absent=away))


def _fixed(
    everybody: Iterable[Someone], unit: Node, facts: Mapping[int, Employment], span: Span, shift: Shift
) -> list[tuple[Someone, OnDuty]]:
    """The unit's own people with the fixed shift, as if each were on duty."""
    day = day_of(span.starts_at)
    return [
        (one, _on_duty(one, span, shift, facts[one.employment_id]))
        for one in everybody
        if one.unit_id == unit.id and one.worker.standing is Standing.FIXED and shift.value in one.worker.shifts
        and facts[one.employment_id].valid_from <= day and (one.valid_to is None or day < one.valid_to)
    ]  # fmt: skip


def _manned(
    day: date, shift: Shift, by_roster: bool, people: Sequence[tuple[Someone, OnDuty]], needs: Mapping[int, Need], rule: _Rule
) -> Manned:  # fmt: skip
    present = tuple(
        Present(
            one, duty, {task: rule.says(one.employment_id, task, duty.dates) for task in needs}
        )
        for one, duty in sorted(people, key=lambda each: (each[1].span.starts_at, each[0].group_position, each[0].name))
    )  # fmt: skip
    counts = {task: counted_on((one.holds(task) for one in present), need) for task, need in needs.items()}
    return Manned(day, shift, by_roster, present, needs, counts)


# Who could step in.


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody who may do the task on each date of the shift, and is not on duty then."""

    someone: Someone
    unit: Node
    answer: Answer
    close: Span | None
    """A duty of hers before or after, to which there would be less than 11 hours of rest."""


def stand_ins(
    session: Session, units: Tree, unit: Node, manned: Manned, tasks: Sequence[int], *, within: Reach, hours: Hours
) -> dict[int, list[StandIn]]:
    """Task -> those who could step in on the shift, of the unit, its floaters and the units next door within reach.

    Those with a full rest first, then the unit's own, then those whose shift it is. Nobody who is away or on a duty that
    overlaps; students only where the need says that they count.
    """
    if not tasks:
        return {}
    span = shift_span(manned.day, manned.shift, hours)
    dates = dates_touched(span.starts_at, span.ends_at)
    beside = [one.id for one in units.siblings(unit) if within.covers(one.path)]
    wanted = in_reach_of(session, unit)
    rows = people_where(session, or_(wanted, EMPLOYMENTS.c.unit_id.in_(beside)) if beside else wanted, on=manned.day)
    there = {one.someone.person_id for one in manned.people if not one.duty.worker.absent}
    rows = [row for row in rows if row.person_id not in there]
    facts = {one.id: one for one in facts_of(session, rows, book(session))}
    theirs = duties_of(session, {row.person_id for row in rows}, begin=span.starts_at - REST, end=span.ends_at + REST)
    rule = _Rule(facts, unit, dates)
    found: dict[int, dict[int, StandIn]] = {task: {} for task in tasks}
    for one in ordered(rows, ()):
        free, close = free_for(span, [each.duty.span for each in theirs.get(one.person_id, ())])
        duty = _on_duty(one, span, manned.shift, facts[one.employment_id])
        if not free or duty.worker.absent:
            continue
        for task in tasks:
            need = manned.needs[task]
            if one.worker.standing is Standing.STUDENT and not need.students_count:
                continue
            answer = rule.says(one.employment_id, task, dates)
            if Held(duty.worker, answer.level, bool(answer.limits)).meets(need):
                at = units.by_id.get(one.unit_id, unit)
                found[task].setdefault(one.person_id, StandIn(one, at, answer, close))
    return {task: sorted(some.values(), key=lambda each: _nearness(each, unit, manned.shift))[:MOST_STAND_INS]
            for task, some in found.items()}  # fmt: skip


def _nearness(one: StandIn, unit: Node, shift: Shift) -> tuple[bool, bool, bool, int, str, int]:
    someone = one.someone
    return (
        one.close is not None, someone.unit_id != unit.id, shift.value not in someone.worker.shifts, -one.answer.level,
        someone.name, someone.employment_id,
    )  # fmt: skip


# The roster elsewhere: on the board, in the finder, in a mail.


def by_roster(session: Session, found: Board) -> Board:
    """The board with the day's roster instead of fixed shifts: have, and the letters under the names."""
    by_place = {place.id: roster_of(session, place, first=found.on, days=1) for place in found.workplaces}
    letters: dict[int, set[Shift]] = {}
    for some in by_place.values():
        for (_day, shift), manned in some.shifts.items():
            for one in manned.people:
                letters.setdefault(one.someone.employment_id, set()).add(shift)
    people = tuple(
        replace(
            one,
            worker=replace(
                one.worker, shifts="".join(shift for shift in Shift if shift in letters.get(one.employment_id, ()))
            ),
        )
        for one in found.people
    )
    counts = {
        (task, shift): tuple(
            by_place[place.id].shifts[found.on, shift].counts.get(task, NOTHING) for place in found.workplaces
        )
        for task, shift in found.counts
    }
    return replace(found, people=people, counts=counts)


def has_roster(session: Session, unit_ids: Iterable[int], *, on: date) -> bool:
    """Whether there is a roster for the day in any of the units."""
    return bool(rostered(session, unit_ids, first=on, through=on))


def on_duty_for(
    session: Session, unit: Node, task_id: int, *, on: date, shift: Shift
) -> list[tuple[Someone, OnDuty, Answer]] | None:
    """Those on duty in the unit on the shift, those away left out, with the rule's answer for the task; None without a roster."""
    if on < today() or not has_roster(session, [unit.id], on=on):
        return None
    hours = hours_of(settings_of(session))
    stored = [
        one for one in duties_in(session, [unit.id], first=on, through=on) if shift_of(one.duty.span, hours) is shift
    ]
    chosen = _employments(session, unit, stored)
    rows = people_where(session, EMPLOYMENTS.c.id.in_(sorted(set(chosen.values()))), on=on)
    facts = {one.id: one for one in facts_of(session, rows, book(session), task_id=task_id)}
    everybody = {one.employment_id: one for one in ordered(rows, ())}
    rule = _Rule(facts, unit, [on + timedelta(days=ahead) for ahead in range(3)])
    found = []
    for one in stored:
        who = everybody.get(chosen.get(one.id, 0))
        duty = _on_duty(who, one.duty.span, shift, facts[who.employment_id]) if who else None
        if who is not None and duty is not None and not duty.worker.absent:
            found.append((who, duty, rule.says(who.employment_id, task_id, duty.dates)))
    return found


@dataclass(frozen=True, slots=True)
class ComingGap:
    """A task that fewer may do than are needed, on a shift of the roster."""

    unit: Node
    day: date
    shift: Shift
    task: BoardTask
    count: Count


def coming_gaps(session: Session, nodes: Sequence[Node], *, first: date, days: int) -> list[ComingGap]:
    """The gaps of the units' rosters on the days, by unit, day and shift."""
    there = units_with_duties(session, first=first, through=first + timedelta(days=days - 1))
    found = []
    for node in nodes:
        if node.id not in there:
            continue
        some = roster_of(session, node, first=first, days=days)
        for manned in some.shifts.values():
            if manned.by_roster:
                found += [
                    ComingGap(node, manned.day, manned.shift, some.tasks[task], manned.counts[task])
                    for task in manned.that_stand(Status.GAP)
                ]
    return found

"""Who may do one task, there and then: in the unit, next door, who nearly may, and how the week stands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import and_
from sqlalchemy.orm import Session

from competence.coverage.queries.board import BoardTask
from competence.coverage.queries.gaps import candidate
from competence.coverage.queries.places import Node, Tree, kind_of_day, requirements_on
from competence.coverage.queries.staff import Someone, in_reach_of, people_of
from competence.coverage.queries.wide import holders_now
from competence.coverage.rules import By, Count, DayKind, Held, Need, Needs, Shift, Standing, count, needs_of
from competence.coverage.statements import Candidate, nearest
from competence.decision.queries import EMPLOYMENTS, GROUPS, book, load, running
from competence.decision.rules import Answer, Book, Employment, State, judge
from competence.delegation.rules import CellTerms
from competence.foundation.clock import today
from competence.foundation.orm import scoped
from competence.organisation.rules import Settings

MOST_NEIGHBOURS = 12
WEEK = 7


@dataclass(frozen=True, slots=True)
class Found:
    """A person with the rule's answer for the duty."""

    someone: Someone
    answer: Answer
    """Of the weakest date that the duty touches."""
    unit: Node


@dataclass(frozen=True)
class Neighbour:
    """A unit next door with those of it who may."""

    unit: Node
    people: tuple[Found, ...]
    spare: int
    """How many it can do without and still have what it needs itself."""
    need: int | None


@dataclass(frozen=True)
class WhoMay:
    """The answer of the finder."""

    task: BoardTask
    unit: Node
    on: date
    shift: Shift
    may: tuple[Found, ...]
    may_when: tuple[Found, ...]
    apart: tuple[Found, ...]
    """Floaters, externals and students who may."""
    near: tuple[tuple[Found, Candidate], ...]
    not_theirs: int
    """On the shift, but the task is not their group's."""
    helper: Found | None
    """Somebody on the shift who may sign the task, to be asked to show it."""
    count: Count
    neighbours: tuple[Neighbour, ...]
    fallback: tuple[str, str] | None
    week: tuple[tuple[date, Mapping[Shift, Count]], ...]
    rule: tuple[tuple[str, CellTerms], ...]
    """(staff group, its terms) of the version in force, in the groups' order."""
    version: int | None
    settings: Settings

    @property
    def neighbours_who_may(self) -> int:
        """How many next door."""
        return sum(len(one.people) for one in self.neighbours)


def dates_of(on: date, shift: Shift) -> tuple[date, ...]:
    """The dates that a duty touches: it belongs to the day it starts, and the night ends on the next."""
    return (on, on + timedelta(days=1)) if shift is Shift.NIGHT else (on,)


def answer_for(facts: Employment, task_id: int, on: date, shift: Shift) -> Answer:
    """The answer of the weakest date that the duty touches: a right must hold on every one of them."""
    return min((judge(facts, task_id, on=day) for day in dates_of(on, shift)), key=lambda answer: answer.level)


def tasks_called(tasks: Sequence[BoardTask], text: str) -> list[BoardTask]:
    """The tasks that the words may mean, the one of exactly that name alone."""
    wanted = " ".join(text.casefold().split())
    exact = [task for task in tasks if task.name.casefold() == wanted]
    if exact or not wanted:
        return exact
    words = wanted.split()
    return [task for task in tasks if all(word in task.name.casefold() for word in words)]


def who_may(session: Session, units: Tree, unit: Node, task: BoardTask, *, on: date, shift: Shift) -> WhoMay:
    """Who may do the task in the unit on that shift, and what else there is to do about it."""
    shared = book(session)
    facts = _facts(session, unit, task, on, shared)
    people = [
        replace(one, worker=replace(one.worker, absent=_away(facts[one.employment_id], on)))
        for one in people_of(session, unit, on=on)
        if one.employment_id in facts
    ]
    stated = requirements_on(session, on, [unit, *units.siblings(unit)])
    need = _need(stated, unit, task, on, shift)
    found = [
        Found(one, answer_for(facts[one.employment_id], task.id, on, shift), units.by_id.get(one.unit_id, unit))
        for one in people
    ]
    there = [one for one in found if not one.someone.worker.absent and one.someone.worker.works(shift)]
    fixed = [one for one in there if one.someone.worker.standing is Standing.FIXED]
    able = _by_name(one for one in there if one.answer.level)
    own = {one.someone.employment_id: one for one in fixed if not one.answer.level}
    near = nearest(candidate(one.someone, one.answer) for one in own.values())
    closed = (State.NOT_ALLOWED, State.NOT_RELEVANT, State.ASSISTS, State.UNDECIDED)
    version = shared.version_on(on)
    return WhoMay(
        task, unit, on, shift,
        tuple(one for one in able if one in fixed and not one.answer.limits),
        tuple(one for one in able if one in fixed and one.answer.limits),
        tuple(one for one in able if one not in fixed),
        tuple((own[one.employment_id], one) for one in near),
        sum(one.answer.state in closed for one in fixed),
        next((one for one in able if one.someone.may_sign or one.someone.is_guide), None),
        count((Held(one.someone.worker, one.answer.level, bool(one.answer.limits)) for one in found), shift, need),
        _neighbours(session, units, unit, task, on, shift, shared, stated),
        units.fallback(unit),
        tuple(_week(people, facts, unit, task, on, stated)),
        _rule(session, shared, task, on),
        version.number if version else None,
        shared.settings,
    )  # fmt: skip


def _facts(session: Session, unit: Node, task: BoardTask, on: date, shared: Book) -> dict[int, Employment]:
    where = and_(in_reach_of(session, unit), running(on))
    return {one.id: one for one in load(session, where, shared=shared, task_id=task.id, evidence=on < today())}


def _away(facts: Employment, on: date) -> bool:
    return any(start <= on and (end is None or on < end) for start, end in facts.absences)


def _by_name(some: Iterable[Found]) -> list[Found]:
    return sorted(some, key=lambda one: (-one.answer.level, one.someone.name, one.someone.employment_id))


def _need(stated: By, unit: Node, task: BoardTask, on: date, shift: Shift) -> Need | None:
    said = needs_of(unit.place, stated, kind_of_day(on)).get((task.id, shift))
    return said.need if said else None


def _neighbours(
    session: Session, units: Tree, unit: Node, task: BoardTask, on: date, shift: Shift, shared: Book, stated: By
) -> tuple[Neighbour, ...]:
    """The units beside this one where somebody may, those that can best do without first."""
    beside = {node.id: node for node in units.siblings(unit)}
    if not beside:
        return ()
    where = and_(EMPLOYMENTS.c.unit_id.in_(list(beside)), running(on))
    if on == today():
        # The vectors know who holds the task today; the rule is asked about those alone.
        holders = holders_now(session, list(beside), task.slot)
        where = and_(EMPLOYMENTS.c.id.in_(holders), running(on))
        if not holders:
            return ()
    facts = {one.id: one for one in load(session, where, shared=shared, task_id=task.id)}
    people = people_in(session, units, unit, list(facts), on=on)
    found: list[Neighbour] = []
    for node in beside.values():
        some = []
        held = []
        for one in people:
            if one.unit_id != node.id:
                continue
            one = replace(one, worker=replace(one.worker, absent=_away(facts[one.employment_id], on)))
            answer = answer_for(facts[one.employment_id], task.id, on, shift)
            held.append(Held(one.worker, answer.level, bool(answer.limits)))
            if (
                answer.level
                and one.worker.standing is Standing.FIXED
                and not one.worker.absent
                and one.worker.works(shift)
            ):
                some.append(Found(one, answer, node))
        if some:
            need = _need(stated, node, task, on, shift)
            counted = count(held, shift, need)
            found.append(Neighbour(node, tuple(_by_name(some)), counted.spare if need else 0, counted.need))
    found.sort(key=lambda neighbour: (-neighbour.spare, neighbour.unit.name))
    shown, left = [], MOST_NEIGHBOURS
    for neighbour in found:
        if left > 0:
            shown.append(replace(neighbour, people=neighbour.people[:left]))
            left -= len(neighbour.people)
    return tuple(shown)


def people_in(session: Session, units: Tree, unit: Node, employment_ids: Sequence[int], *, on: date) -> list[Someone]:
    """The employments by name, wherever they are below the unit's parent."""
    if not employment_ids or unit.parent_id is None:
        return []
    return people_of(session, units.by_id[unit.parent_id], on=on, only=employment_ids)


def _week(
    people: Sequence[Someone], facts: Mapping[int, Employment], unit: Node, task: BoardTask, on: date, stated: By
) -> list[tuple[date, Mapping[Shift, Count]]]:
    """Have and need of the shift's fixed people on the day and the six after it."""
    days: list[tuple[date, Mapping[Shift, Count]]] = []
    # A day's answer serves its three shifts and the night before, so each is asked for once.
    answers = {
        one.employment_id: [
            judge(facts[one.employment_id], task.id, on=on + timedelta(days=ahead)) for ahead in range(WEEK + 1)
        ]
        for one in people
    }
    needs: dict[DayKind, Needs] = {}
    for ahead in range(WEEK):
        day = on + timedelta(days=ahead)
        kind = kind_of_day(day)
        if kind not in needs:
            needs[kind] = needs_of(unit.place, stated, kind)
        workers = [replace(one.worker, absent=_away(facts[one.employment_id], day)) for one in people]
        counts = {}
        for shift in Shift:
            until = ahead + len(dates_of(day, shift))
            held = []
            for worker in workers:
                answer = min(answers[worker.employment_id][ahead:until], key=lambda answer: answer.level)
                held.append(Held(worker, answer.level, bool(answer.limits)))
            said = needs[kind].get((task.id, shift))
            counts[shift] = count(held, shift, said.need if said else None)
        days.append((day, counts))
    return days


def _rule(session: Session, shared: Book, task: BoardTask, on: date) -> tuple[tuple[str, CellTerms], ...]:
    version = shared.version_on(on)
    if version is None:
        return ()
    cells = shared.cells.get(version.id, {})
    rows = session.execute(scoped(session, GROUPS, GROUPS.c.id, GROUPS.c.name).order_by(GROUPS.c.position, GROUPS.c.id))
    return tuple((row.name, cells[task.id, row.id]) for row in rows if (task.id, row.id) in cells)

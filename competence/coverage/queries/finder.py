"""Who may do one task, there and then: in the unit, next door, who nearly may, and how the week stands."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import or_
from sqlalchemy.orm import Session

from competence.coverage.duties import dates_of, over_duty, runs_past_midnight
from competence.coverage.queries.board import BoardTask
from competence.coverage.queries.gaps import candidate
from competence.coverage.queries.places import Node, Tree, kind_of_day, requirements_on
from competence.coverage.queries.rostered import on_duty_for
from competence.coverage.queries.staff import Someone, guides_of, in_reach_of, ordered, people_where
from competence.coverage.queries.wide import Holder, holders_now
from competence.coverage.rules import (
    By,
    Count,
    Crew,
    DayKind,
    Held,
    Need,
    Needs,
    Shift,
    Standing,
    Stated,
    Worker,
    count,
    needs_of,
)
from competence.coverage.statements import Candidate, nearest
from competence.decision.queries import EMPLOYMENTS, GROUPS, book, facts_of
from competence.decision.rules import Answer, Book, Employment, State, answers_on, explain
from competence.delegation.rules import CellTerms
from competence.foundation.clock import today
from competence.foundation.editions import remembered
from competence.foundation.orm import scoped
from competence.organisation.rules import Settings
from competence.roster.rules import Span

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
    for_one: tuple[Found, ...]
    """Those who may for one named citizen only: they count for nobody else."""
    near: tuple[tuple[Found, Candidate], ...]
    not_theirs: tuple[Found, ...]
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
    expiring_days: int
    """From so many days before its last day a right to the task is shown as expiring."""
    on_duty: Mapping[int, Span] | None = None
    """Person -> her duty on the shift, by the roster; None where there is no roster for the day."""

    @property
    def here(self) -> int:
        """How many of the unit may; those on duty alone, where there is a roster."""
        some = (*self.may, *self.may_when)
        return len(some if self.on_duty is None else [one for one in some if one.someone.person_id in self.on_duty])

    @property
    def neighbours_who_may(self) -> int:
        """How many next door."""
        return sum(len(one.people) for one in self.neighbours)


def who_may(
    session: Session, units: Tree, unit: Node, task: BoardTask, *, on: date, shift: Shift, explained: bool = False
) -> WhoMay:
    """Who may do the task in the unit on that shift, and what else there is to do about it.

    `explained`: the answers of those who may carry their reasons.
    """
    shared = book(session)
    stated = requirements_on(session, on, [unit, *units.siblings(unit)])
    beside = _beside(session, units.siblings(unit), task, on, shift, shared, stated)
    helping = [holder.worker.employment_id for neighbour in beside for holder in neighbour.holders]
    wanted = in_reach_of(session, unit)
    wanted = or_(wanted, EMPLOYMENTS.c.id.in_(helping)) if helping else wanted
    rows = people_where(session, wanted, on=on, through=on + timedelta(days=WEEK - 1))
    facts = {one.id: one for one in facts_of(session, rows, shared, task_id=task.id, evidence=on < today())}
    days = [on + timedelta(days=ahead) for ahead in range(WEEK + 1)]
    apart = set(helping)
    touched = dates_of(on, shift, shared.settings)
    answers = {
        one.id: answers_on(one, task.id, touched if one.id in apart else days, unit=done_at(unit, one.unit_path))
        for one in facts.values()
    }
    everybody = [
        replace(one, worker=replace(one.worker, absent=True)) if away(facts[one.employment_id], on) else one
        for one in ordered(rows, guides_of(session, unit, {row.person_id for row in rows}, on=on))
    ]
    people = [one for one in everybody if one.employment_id not in apart]
    need = _need(stated, unit, task, on, shift)

    def found_for(someone: Someone) -> Answer:
        answer = over_duty(answers[someone.employment_id][: len(touched)])
        if not (explained and answer.level):
            return answer
        where = done_at(unit, someone.unit_path)
        reasons = explain(facts[someone.employment_id], task.id, answer, on=on, unit=where)
        return replace(answer, reasons=tuple(reasons))

    found = [
        Found(one, found_for(one), units.by_id.get(one.unit_id, unit))
        for one in people
        if facts[one.employment_id].valid_from <= on
    ]
    there = [one for one in found if not one.someone.worker.absent and one.someone.worker.works(shift)]
    fixed = [one for one in there if is_fixed(one)]
    able = _by_name(one for one in there if one.answer.level)
    own = {one.someone.employment_id: one for one in fixed if not one.answer.level}
    near = nearest(candidate(one.someone, one.answer) for one in own.values())
    closed = (State.NOT_ALLOWED, State.NOT_RELEVANT, State.ASSISTS, State.UNDECIDED)
    version = shared.version_on(on)
    answer = WhoMay(
        task, unit, on, shift,
        tuple(one for one in able if is_fixed(one) and not one.answer.limited),
        tuple(one for one in able if is_fixed(one) and one.answer.limited),
        tuple(one for one in able if not is_fixed(one)),
        tuple(_by_name(one for one in there if one.answer.named_level)),
        tuple((own[one.employment_id], one) for one in near),
        tuple(_by_name(one for one in fixed if one.answer.state in closed)),
        next((one for one in able if one.someone.may_sign or one.someone.is_guide), None),
        count((Held(one.someone.worker, one.answer.level, bool(one.answer.limits)) for one in found), shift, need),
        _neighbours(beside, {one.employment_id: one for one in everybody}, found_for),
        units.fallback(unit),
        tuple(_week(people, facts, answers, unit, task, on, stated, shared.settings)),
        _rule(session, shared, task, on),
        version.number if version else None,
        shared.settings, shared.expiring_days(task.id),
    )  # fmt: skip
    return _on_duty_first(session, answer)


def done_at(unit: Node, path: str) -> str | None:
    """Where the task is done, for the rule: the unit that asks, for whoever works elsewhere; None = in her own unit.

    A floater and a colleague next door come under the stops and stricter rules of the unit that they help.
    """
    return None if path.startswith(unit.path) else unit.path


def away(facts: Employment, on: date) -> bool:
    """Whether an absence of hers covers the day."""
    return any(start <= on and (end is None or on < end) for start, end in facts.absences)


def is_fixed(one: Found) -> bool:
    """Whether she has her place in the unit: no floater, external or student."""
    return one.someone.worker.standing is Standing.FIXED


def _by_name(some: Iterable[Found]) -> list[Found]:
    return sorted(some, key=lambda one: (-one.answer.level, one.someone.name, one.someone.employment_id))


def _need(stated: By, unit: Node, task: BoardTask, on: date, shift: Shift) -> Need | None:
    said = needs_of(unit.place, stated, kind_of_day(on)).get((task.id, shift))
    return said.need if said else None


@dataclass(frozen=True, slots=True)
class _Beside:
    """A unit next door where somebody with this fixed shift may, before the rule is asked who."""

    unit: Node
    holders: tuple[Holder, ...]
    spare: int
    need: int | None


def _beside(
    session: Session, siblings: Sequence[Node], task: BoardTask, on: date, shift: Shift, shared: Book, stated: By
) -> list[_Beside]:
    """The units beside this one where somebody may, those that can best do without first, as many as are shown."""
    ids = [node.id for node in siblings]
    if not ids:
        return []
    last = dates_of(on, shift, shared.settings)[-1]
    if today() in (
        on,
        last,
    ):  # of a night that began yesterday the vectors know the rest; the rule is asked about all of it
        holders = holders_now(session, ids, task.slot, through=last)
    else:
        holders = _holders_on(session, ids, task, on, shift, shared)
    version = shared.version_on(on)
    limited = {
        group: bool(shared.cell(task.id, group, version=version, stage_from=None, on=on).limits)
        for group in {one.staff_group_id for one in holders}
    }
    found = []
    for node in siblings:
        here = [one for one in holders if one.unit_id == node.id]
        some = [
            one for one in here
            if one.worker.standing is Standing.FIXED and not one.worker.absent and one.worker.works(shift)
        ]  # fmt: skip
        if some:
            need = _need(stated, node, task, on, shift)
            counted = count((Held(one.worker, one.level, limited[one.staff_group_id]) for one in here), shift, need)
            found.append(_Beside(node, tuple(some), counted.spare if need else 0, counted.need))
    found.sort(key=lambda one: (-one.spare, one.unit.name))
    shown: list[_Beside] = []
    for one in found:
        if sum(len(before.holders) for before in shown) >= MOST_NEIGHBOURS:
            break
        shown.append(one)
    return shown


def _holders_on(
    session: Session, unit_ids: Sequence[int], task: BoardTask, on: date, shift: Shift, shared: Book
) -> list[Holder]:
    """The same as `holders_now` for a coming day, from the rule."""
    rows = people_where(session, EMPLOYMENTS.c.unit_id.in_(unit_ids), on=on)
    by_id = {one.employment_id: one for one in ordered(rows, ())}
    found = []
    touched = dates_of(on, shift, shared.settings)
    for facts in facts_of(session, rows, shared, task_id=task.id, evidence=on < today()):
        level = over_duty(answers_on(facts, task.id, touched)).level
        if level:
            one = by_id[facts.id]
            worker = replace(one.worker, absent=away(facts, on))
            found.append(Holder(worker, one.unit_id, facts.staff_group_id, level))
    return found


def _neighbours(
    beside: Sequence[_Beside],
    people: Mapping[int, Someone],
    found_for: Callable[[Someone], Answer],
) -> tuple[Neighbour, ...]:
    shown, left = [], MOST_NEIGHBOURS
    for one in beside:
        some = _by_name(
            Found(someone, answer, one.unit)
            for holder in one.holders
            if (someone := people.get(holder.worker.employment_id)) is not None and (answer := found_for(someone)).level
        )[:left]
        if some:
            shown.append(Neighbour(one.unit, tuple(some), one.spare, one.need))
            left -= len(some)
    return tuple(shown)


def _week(
    people: Sequence[Someone],
    facts: Mapping[int, Employment],
    answers: Mapping[int, Sequence[Answer]],
    unit: Node,
    task: BoardTask,
    on: date,
    stated: By,
    settings: Settings,
) -> list[tuple[date, Mapping[Shift, Count]]]:
    """Have and need of the shift's fixed people on the day and the six after it."""
    days: list[tuple[date, Mapping[Shift, Count]]] = []
    needs: dict[DayKind, Needs] = {}
    crews: dict[frozenset[int], Crew] = {}
    known: dict[tuple[int, DayKind, frozenset[int]], Mapping[Shift, Count]] = {}
    nights = {shift: runs_past_midnight(shift, settings) for shift in Shift}
    each = [answers[one.employment_id] for one in people]
    absent = [one.employment_id for one in people if facts[one.employment_id].absences]
    stretch = 0
    """Days of one stretch, and the nights that begin on them, have the same answers."""
    for ahead in range(WEEK):
        day = on + timedelta(days=ahead)
        if ahead and any(some[ahead - 1] is not some[ahead] or some[ahead] is not some[ahead + 1] for some in each):
            stretch += 1
        kind = kind_of_day(day)
        if kind not in needs:
            needs[kind] = needs_of(unit.place, stated, kind)
        gone = frozenset(one for one in absent if away(facts[one], day))
        if gone not in crews:
            crews[gone] = Crew((at, _if_away(one.worker, gone)) for at, one in enumerate(people))
        key = stretch, kind, gone
        if key not in known:
            known[key] = {
                shift: _counted(
                    crews[gone],
                    shift,
                    [over_duty(some[ahead : ahead + 2]) if nights[shift] else some[ahead] for some in each],
                    needs[kind].get((task.id, shift)),
                )
                for shift in Shift
            }
        days.append((day, known[key]))
    return days


def _if_away(worker: Worker, gone: frozenset[int]) -> Worker:
    is_gone = worker.employment_id in gone
    return worker if worker.absent is is_gone else replace(worker, absent=is_gone)


def _counted(crew: Crew, shift: Shift, held: Sequence[Answer], said: Stated | None) -> Count:
    need = said.need if said else None
    return crew.count([answer.level for answer in held], shift, need, [bool(one.limits) for one in held])


def _rule(session: Session, shared: Book, task: BoardTask, on: date) -> tuple[tuple[str, CellTerms], ...]:
    version = shared.version_on(on)
    if version is None:
        return ()
    cells = shared.cells.get(version.id, {})
    groups = remembered(session, "group names", _group_names)
    return tuple((name, cells[task.id, group].at(on)) for group, name in groups if (task.id, group) in cells)


def _group_names(session: Session) -> tuple[tuple[int, str], ...]:
    rows = session.execute(
        scoped(session, GROUPS, GROUPS.c.id, GROUPS.c.short_name).order_by(GROUPS.c.position, GROUPS.c.id)
    )
    return tuple((row.id, row.short_name) for row in rows)


def _on_duty_first(session: Session, found: WhoMay) -> WhoMay:
    """The answer with those on duty by the roster first, also where the shift is not their fixed one; floaters among them."""
    there = on_duty_for(session, found.unit, found.task.id, on=found.on, shift=found.shift)
    if there is None:
        return found
    duties = {one.person_id: duty.span for one, duty, _answer in there}
    able = _by_name(
        {one.person_id: Found(one, answer, found.unit) for one, _duty, answer in there if answer.level}.values()
    )

    def first(some: Iterable[Found], fits: Callable[[Found], bool]) -> tuple[Found, ...]:
        others = [one for one in some if one.someone.person_id not in duties]
        return (*(one for one in able if fits(one)), *others)

    def counts(one: Found) -> bool:
        return one.someone.worker.standing in (Standing.FIXED, Standing.FLOATER)

    return replace(
        found,
        may=first(found.may, lambda one: counts(one) and not one.answer.limited),
        may_when=first(found.may_when, lambda one: counts(one) and one.answer.limited),
        apart=first(found.apart, lambda one: not counts(one)),
        on_duty=duties,
    )

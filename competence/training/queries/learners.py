"""Who in a unit may learn what is short there, what it takes, and who can teach it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.catalogue.models import Task
from competence.catalogue.queries import gates_for, tasks_needed
from competence.catalogue.rules import GateKind
from competence.coverage.many import SHIFTS
from competence.coverage.rules import Standing
from competence.decision.queries import EMPLOYMENTS, book, load
from competence.decision.rules import Answer, Employment, State, judge
from competence.decision.rules.judging import local_minimum
from competence.delegation.rules import CellRule
from competence.foundation.changes import Tell, quiet
from competence.foundation.clock import today
from competence.learning.models import Activity
from competence.learning.rules import Part
from competence.signoffs.queries import chunks, times_needed
from competence.training.queries.classes import Dated, dated_classes, that_fit
from competence.training.queries.known import Known, busy_of, known_of
from competence.training.queries.spots import Found
from competence.training.queries.teachers import Staff, leaving, long_away
from competence.training.rules.problem import Candidate, Pair
from competence.training.rules.rows import Terms, minutes_of, weeks_of
from competence.training.rules.spots import Spot

TRAINED = frozenset({CellRule.CORE, CellRule.MUST, CellRule.MAY_GENERAL, CellRule.DELEGATION_ONLY})
"""The rules under which training lets somebody count; one citizen's alone never does."""
ON_THE_WAY = frozenset({State.LOW, State.LAPSED, State.TRAINING, State.NOT_BEGUN})
FORMAL = frozenset({GateKind.COURSE, GateKind.E_LEARNING, GateKind.OTHER})
GATE_MINUTES = 60
"""What a course, dialogue or check takes where the list of activities says nothing else."""
MOST_DEEP = 4
"""So many tasks that must be held one before the other are followed."""


@dataclass(frozen=True, slots=True)
class Learner:
    """A candidate, with what its proposal says besides."""

    candidate: Candidate
    state: str
    rule: CellRule
    gates: tuple[str, ...]
    near: frozenset[int]
    """Of the teachers those who work one of her shifts in her unit."""
    activity_id: int | None = None
    """The course of the list of activities that she takes."""


@dataclass(frozen=True, slots=True)
class Course:
    """What leads to a task by the list of activities, and what it takes."""

    activity_id: int
    minutes: int
    price: int


Wanted = dict[Pair, dict[int, int]]
"""(employment, task) -> spot's id -> the level it asks for."""


def wanted_of(session: Session, found: Found, begins: date, end: date) -> tuple[Wanted, set[int]]:
    """(whose training would count where: those of the shift who do not hold what is asked for, and neither leave nor are away;
    the spots on whose shift somebody is in a group that may do the task)."""
    crowd, tasks = found.wide.crowd, {task.id: task for task in found.wide.tasks}
    version = book(session).version_on(today())
    places = {node.id: at for at, node in enumerate(found.wide.nodes)}
    gone = leaving(session, end) | long_away(session, begins, end)
    fixed = crowd.of(Standing.FIXED) & ~crowd.absent & ~np.isin(crowd.ids, list(gone))
    students = crowd.of(Standing.STUDENT) & ~crowd.absent & ~np.isin(crowd.ids, list(gone))
    learn: dict[tuple[int, int], bool] = {}
    shared, wanted, some_may = book(session), Wanted(), set()
    for spot in found.spots:
        task = tasks.get(spot.task_id)
        if task is None or not (spot.lacks or spot.seat.spare):
            continue
        first, last = np.searchsorted(crowd.unit, [places[spot.unit_id], places[spot.unit_id] + 1])
        part = slice(int(first), int(last))
        who = (fixed[part] | students[part]) if spot.students else fixed[part]
        on_shift = who & (crowd.shifts[part] >> SHIFTS.index(spot.shift) & 1).astype(bool)
        levels = (crowd.ends[part, task.slot, :] > crowd.since).sum(axis=1)
        holding = set(crowd.person[part][levels >= spot.level].tolist())
        for at in np.flatnonzero(on_shift).tolist():
            row = part.start + at
            group = int(crowd.group[row])
            if (spot.task_id, group) not in learn:
                terms = shared.cell(spot.task_id, group, version=version, stage_from=date.min, on=today())
                learn[spot.task_id, group] = terms.rule in TRAINED and not (spot.unstable and terms.limits)
            if not learn[spot.task_id, group]:
                continue
            some_may.add(spot.id)
            if levels[at] < spot.level and int(crowd.person[row]) not in holding:
                wanted.setdefault((int(crowd.ids[row]), spot.task_id), {})[spot.id] = spot.level
    return wanted, some_may


def courses_of(session: Session) -> dict[int, Course]:
    """Task -> the formal part of learning it, where the list of activities has one; the shortest, then the cheapest."""
    rows = session.execute(
        select(Activity.task_id, Activity.id, Activity.minutes, Activity.price)
        .where(Activity.part == Part.FORMAL, Activity.task_id.is_not(None), Activity.archived_on.is_(None))
        .order_by(Activity.minutes.desc(), Activity.price.desc(), Activity.id.desc())
    )
    return {
        row.task_id: Course(row.id, row.minutes or GATE_MINUTES, row.price) for row in rows if row.task_id is not None
    }


class Learners:
    """Makes the candidates of a unit, chunk by chunk, with what must come first."""

    def __init__(
        self, session: Session, found: Found, staff: Staff, *, begins: date, end: date, observed: int, hour: int, terms: Terms
    ) -> None:  # fmt: skip
        """`observed`: minutes that one observed time takes; `hour`: kroner for an hour's cover of a shift."""
        self._session, self._found, self._staff = session, found, staff
        self._begins, self._end = begins, end
        self._observed, self._hour, self._terms = observed, hour, terms
        self._nodes = {node.id: node for node in found.wide.nodes}
        self._by_path = {node.path: node for node in found.wide.nodes}
        self._slots = {task.id: task.slot for task in found.wide.tasks}
        self._tasks = {task.id: task for task in session.scalars(select(Task))}
        self._courses = courses_of(session)
        self._rows = {int(one): at for at, one in enumerate(found.wide.crowd.ids)}
        self.waiting: dict[int, set[int]] = {}
        """Spot -> the persons whose signature or agreed training is on the way."""
        self.some_may: set[int] = set()
        """The spots on whose shift somebody is in a group that may do the task."""
        self.busy: dict[int, list[int]] = {}
        """Person -> how many trainings she has going on in each week."""
        self.classes = dated_classes(session, begins=begins, end=end)
        """By id, those with a day in the weeks."""

    def made(self, tell: Tell = quiet) -> list[Learner]:
        """All of them. Whoever is on the way already is no candidate, and is noted in `waiting`."""
        wanted, self.some_may = wanted_of(self._session, self._found, self._begins, self._end)
        ids = sorted({employment for employment, _task in wanted})
        by_employment: dict[int, list[int]] = {}
        for employment, task in wanted:
            by_employment.setdefault(employment, []).append(task)
        learners: list[Learner] = []
        for number, some in enumerate(chunks(ids)):
            facts = {one.id: one for one in load(self._session, EMPLOYMENTS.c.id.in_(some))}
            tasks = {task for one in some for task in by_employment[one]}
            needed = {other for task in tasks for other in _all_needed(self._session, task)}
            known = known_of(self._session, facts, tasks | needed, self._end)
            persons = {one.id: one.person_id for one in facts.values()}
            for person, weeks in busy_of(known, persons, begins=self._begins, weeks=self._terms.weeks).items():
                before = self.busy.get(person, [0] * self._terms.weeks)
                self.busy[person] = [one + other for one, other in zip(before, weeks, strict=True)]
            for one in some:
                learners += self._of(facts[one], by_employment[one], wanted, known)
            tell(min((number + 1) * len(some), len(ids)), len(ids))
        return that_fit(self._session, self.classes, learners)

    @property
    def spots(self) -> tuple[Spot, ...]:
        """The spots, each with how many are on the way to it, and whether somebody of the shift may do the task."""
        return tuple(
            replace(spot, waiting=len(self.waiting.get(spot.id, ())), some_may=spot.id in self.some_may)
            for spot in self._found.spots
        )

    def _of(self, facts: Employment, tasks: Sequence[int], wanted: Wanted, known: Known) -> list[Learner]:
        found: dict[int, Learner] = {}
        for task in tasks:
            spots = wanted[facts.id, task]
            if (facts.id, task) in known.underway:
                self._note(spots, facts.person_id)
            elif facts.id in known.paused or (facts.id, task) in known.put_away:
                continue
            else:
                self._add(facts, task, wanted, known, found, MOST_DEEP)
        return list(found.values())

    def _add(
        self, facts: Employment, task: int, wanted: Wanted, known: Known, found: dict[int, Learner], deep: int
    ) -> bool:
        """Whether she can come to hold it; she and what must come first are then among the found."""
        if task in found:
            return True
        spots = wanted.get((facts.id, task), {})
        answer = judge(facts, task, on=today())
        level = max([answer.cell.minimum_level, *spots.values()])
        level = max(level, local_minimum(facts, task, answer.cell, on=today()) or 0)
        if answer.state is State.WAITING:
            self._note(spots, facts.person_id)
            return False
        lifted = answer.state is State.VALID and answer.level < level
        if answer.cell.rule not in TRAINED or not (lifted or answer.state in ON_THE_WAY) or deep == 0:
            return False
        node, row = self._by_path[facts.unit_path], self._rows[facts.id]
        shifts = int(self._found.wide.crowd.shifts[row])
        teachers = self._staff.teachers_of(facts.person_id, node, self._slots[task], level, shifts)
        needs = []
        for other, _name in tasks_needed(self._session, task):
            on_the_way = (facts.id, other) in known.underway
            if other not in self._slots or on_the_way or judge(facts, other, on=today()).level:
                continue
            if not self._add(facts, other, wanted, known, found, deep - 1):
                return False
            needs.append(other)
        found[task] = self._learner(facts, task, level, spots, answer, teachers, tuple(needs), known, lifted=lifted)
        return True

    def _learner(
        self, facts: Employment, task: int, level: int, spots: Mapping[int, int], answer: Answer,
        teachers: Sequence[tuple[int, bool]], needs: tuple[int, ...], known: Known, *, lifted: bool,
    ) -> Learner:  # fmt: skip
        of = times_needed(answer.cell, self._tasks[task], facts.signed.get(task, ()), today())
        done = min(answer.done, of)
        gates = [
            gate for gate in gates_for(self._session, task, facts.staff_group_id)
            if (facts.person_id, gate.code) not in known.passed
        ]  # fmt: skip
        course = self._courses.get(task)
        gated = sum(gate.kind in FORMAL for gate in gates)
        # Whoever has not begun takes the course that the list says leads to the task; for others only a gate asks for one.
        takes = course is not None and (gated or answer.state is State.NOT_BEGUN)
        formal = course.minutes if course is not None and takes else GATE_MINUTES * gated
        dated: list[Dated] = []
        if formal:
            dated = [one for one in self.classes.values() if one.is_for(facts, task, level)]
            formal = max((one.lesson.minutes for one in dated), default=formal)
        talks = GATE_MINUTES * sum(gate.kind not in FORMAL for gate in gates)
        price = (course.price if course is not None and takes else 0) + round(formal * self._hour / 60)
        minutes = minutes_of(of - done, self._observed, talks=talks, formal=formal)
        taught = sum(minutes.get(part, 0) for part in (Part.DAILY, Part.COLLEAGUES))
        a_week = max(
            (
                self._staff.minutes_a_week(one, otherwise=self._terms.teacher_minutes, weeks=self._terms.weeks)
                for one, _near in teachers
                if self._staff.yes.get(one) is not False
            ),
            default=0,
        )
        candidate = Candidate(
            facts.id, facts.person_id, self._by_path[facts.unit_path].id, task, level, tuple(sorted(spots)), minutes,
            taught, price, weeks_of(of - done, formal, taught=taught, a_week=a_week),
            tuple(person for person, _near in teachers), needs, tuple(one.id for one in dated), done, of,
            (facts.id, task) in known.wishes, answer.state is State.LAPSED,
        )  # fmt: skip
        return Learner(
            candidate, "low" if lifted else answer.state.value, answer.cell.rule,
            tuple(gate.name for gate in gates), frozenset(person for person, near in teachers if near),
            course.activity_id if course is not None and takes else None,
        )  # fmt: skip

    def _note(self, spots: Iterable[int], person_id: int) -> None:
        for spot in spots:
            self.waiting.setdefault(spot, set()).add(person_id)


def _all_needed(session: Session, task: int, deep: int = MOST_DEEP) -> set[int]:
    found = {other for other, _name in tasks_needed(session, task)}
    return found.union(*(_all_needed(session, other, deep - 1) for other in found)) if deep else found

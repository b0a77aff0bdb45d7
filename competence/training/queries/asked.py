"""The question of whom to train next in a unit, put together from what is known today; and its answer as it is kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from competence.coverage.queries.places import Node, Tree
from competence.foundation.changes import Tell, quiet
from competence.foundation.clock import today
from competence.organisation.queries import settings_of
from competence.training.queries.learners import Learner, Learners
from competence.training.queries.spots import Found, spots_of
from competence.training.queries.teachers import Staff, staff_of
from competence.training.rules.problem import Course, Limits, Pair, Problem, Proposal, Solution, Teacher
from competence.training.rules.rows import Content, Row, Terms, most_effect_first
from competence.training.rules.spots import Spot
from competence.training.rules.timing import soonest_first


@dataclass(frozen=True)
class Question:
    """What is asked, and what its answer is read by."""

    problem: Problem
    spots: tuple[Spot, ...]
    learners: Mapping[Pair, Learner]
    yes: Mapping[int, bool | None]
    as_of: date | None

    def of(self, pair: Pair) -> Learner | None:
        """The candidate; None when she is none today."""
        return self.learners.get(pair)


def next_monday(on: date) -> date:
    """The Monday after the day: a plan begins in a week that has not begun."""
    return on + timedelta(days=7 - on.weekday())


def question_of(session: Session, units: Tree, node: Node, terms: Terms, *, tell: Tell = quiet) -> Question:
    """All that a proposal for the unit and those below it is asked with. Reads; names nobody."""
    begins = next_monday(today())
    end = begins + timedelta(weeks=terms.weeks)
    found = spots_of(session, units, node, until=end, tell=lambda done, total: tell(done, 2 * total))
    staff = staff_of(session, units, node, begins=begins, end=end)
    making = Learners(
        session, found, staff, begins=begins, end=end, observed=settings_of(session).observed_minutes,
        hour=Limits().hour, terms=terms,
    )  # fmt: skip
    learners = making.made(tell=lambda done, total: tell(total + done, 2 * total))
    return _question(found, making, learners, staff, terms, begins)


def _question(
    found: Found, making: Learners, learners: Iterable[Learner], staff: Staff, terms: Terms, begins: date
) -> Question:
    spots = making.spots
    seats = tuple(seat for spot in spots if (seat := spot.seat).lacks or seat.spare)
    open_ = {seat.id for seat in seats}
    able = [
        replace(one, candidate=replace(one.candidate, seats=tuple(s for s in one.candidate.seats if s in open_)))
        for one in learners
    ]
    able = _useful(able)
    by_pair = {(one.candidate.employment_id, one.candidate.task_id): one for one in able}
    persons = sorted({person for one in able for person in one.candidate.teachers})
    teachers = tuple(
        Teacher(
            person,
            staff.minutes_a_week(person, otherwise=terms.teacher_minutes, weeks=terms.weeks),
            staff.yes.get(person) is not False,
        )
        for person in persons
    )
    classes = {k: making.classes[k] for one in able for k in one.candidate.courses}
    courses = tuple(Course(one.id, one.week, one.seats) for one in classes.values())
    problem = Problem(
        begins, seats, tuple(one.candidate for one in able), teachers, courses, terms.limits, terms.aim,
        frozenset(terms.without), frozenset(pair for pair in terms.must if pair in by_pair), making.busy,
    )  # fmt: skip
    return Question(problem, tuple(spots), by_pair, staff.yes, found.wide.as_of)


def _useful(learners: Sequence[Learner]) -> list[Learner]:
    """Those who count somewhere, and what they must learn first."""
    by_pair = {(one.candidate.employment_id, one.candidate.task_id): one for one in learners}
    keep: set[Pair] = set()
    left = [pair for pair, one in by_pair.items() if one.candidate.seats]
    while left:
        pair = left.pop()
        if pair not in keep:
            keep.add(pair)
            left += [(pair[0], task) for task in by_pair[pair].candidate.needs if (pair[0], task) in by_pair]
    return [one for pair, one in by_pair.items() if pair in keep]


def content_of(question: Question, solution: Solution, terms: Terms, before: Content | None = None) -> Content:
    """The answer as it is kept. `before`: what was kept until now, for the facts of what has been turned off."""
    nearest, proposals = _nearest(question), soonest_first(question.problem, solution.proposals)
    rows = most_effect_first(_row(question, proposal, nearest) for proposal in proposals)
    known = {row.pair: row for row in (*before.off, *before.rows)} if before else {}
    proposed = {row.pair for row in rows}
    off = tuple(
        known[pair] for pair in sorted(terms.without)
        if pair in known and pair not in proposed and question.of(pair) is not None
    )  # fmt: skip
    teaching = {row.teacher_id for row in rows}
    minutes = {one.person_id: one.minutes_a_week for one in question.problem.teachers}
    return Content(
        question.problem.begins, question.spots, rows, off, solution.unclosable, solution.relaxations,
        {person: question.yes.get(person) for person in sorted(teaching)},
        {person: minutes.get(person, 0) * terms.weeks for person in sorted(teaching)},
        solution.cost, solution.price, solution.gap, solution.proven, round(solution.seconds, 3), solution.greedy.open,
        solution.greedy.cost, question.as_of,
    )  # fmt: skip


Nearest = Mapping[tuple[int, int], Sequence[tuple[int, int, int]]]
"""(seat, task) -> (minutes, employment, person) of all who could be trained for it, the shortest way first."""


def _nearest(question: Question) -> Nearest:
    found: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    for learner in question.learners.values():
        one = learner.candidate
        for seat in one.seats:
            found.setdefault((seat, one.task_id), []).append(
                (sum(one.minutes.values()), one.employment_id, one.person_id)
            )
    return {key: sorted(some) for key, some in found.items()}


def _row(question: Question, proposal: Proposal, nearest: Nearest) -> Row:
    """The proposal with the facts that it rests on, and who would be next for the same."""
    learner = question.learners[proposal.pair]
    one = learner.candidate
    others = {
        other: minutes
        for gift in proposal.gives
        for minutes, other, person in nearest.get((gift.seat_id, one.task_id), ())
        if person != one.person_id
    }
    following = min(((minutes, other) for other, minutes in others.items()), default=None)
    return Row(
        one.employment_id, one.person_id, one.unit_id, one.task_id, one.level, proposal.teacher_id, proposal.first_week,
        proposal.last_week, proposal.gives, proposal.for_tasks, one.minutes, one.teacher_minutes, one.price, one.done, one.of,
        learner.state, learner.rule.value, one.wish, one.renewal, proposal.teacher_id in learner.near, learner.gates,
        len(others), following[1] if following else None, following[0] if following else 0,
        learner.activity_id, proposal.course_id,
    )  # fmt: skip

"""What proposals do and whether they pass a limit, counted from the problem alone: the check on every answer. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from competence.training.rules.plan import Plan
from competence.training.rules.prices import own_minutes, training_cost
from competence.training.rules.problem import Candidate, Closed, Pair, Problem, Proposal


@dataclass(frozen=True, slots=True)
class Tally:
    """What is open and vulnerable, and what is spent."""

    open: int
    """People missing, of all seats."""
    vulnerable: int
    """Seats that are covered, and not robust."""
    cost: int
    price: int


def tally(problem: Problem, proposals: Iterable[Proposal]) -> Tally:
    """What is left and spent when all the proposals are carried out."""
    candidates, courses = _candidates(problem), {one.id: one for one in problem.courses}
    have: Counter[int] = Counter()
    cost = price = 0
    for one in proposals:
        candidate = candidates[one.pair]
        have.update(set(candidate.seats))
        course = courses[one.course_id].price if one.course_id is not None else 0
        cost += training_cost(candidate, problem.limits) + course
        price += candidate.price + course
    left = [(seat, have[seat.id]) for seat in problem.seats]
    vulnerable = sum(1 for seat, got in left if max(0, seat.lacks) <= got < max(0, seat.lacks) + max(0, seat.spare))
    return Tally(sum(max(0, seat.lacks - got) for seat, got in left), vulnerable, cost, price)


def proposals_of(plan: Plan) -> tuple[Proposal, ...]:
    """The plan as proposals, those that end first first, each with what it gives and which others ask for it."""
    look = plan.lookup
    order = sorted(plan.placed, key=lambda i: (plan.placed[i].last, plan.placed[i].first, i))
    asked: dict[int, list[int]] = defaultdict(list)
    for i in order:
        for j in look.needs[i]:
            asked[j].append(look.candidates[i].task_id)
    got = [0] * len(look.seats)
    found = []
    for i in order:
        where, candidate, gives = plan.placed[i], look.candidates[i], []
        for s in look.in_seats[i]:
            seat = look.seats[s]
            closes, spares = int(got[s] < seat.lacks), int(max(0, seat.lacks) <= got[s] < seat.lacks + seat.spare)
            got[s] += 1
            if closes or spares:
                late = max(0, where.last + 1 - look.due[s]) if look.due[s] else 0
                gives.append(Closed(seat.id, closes, spares, late))
        found.append(
            Proposal(
                candidate.employment_id, candidate.task_id, where.teacher, where.first, where.last, where.course,
                tuple(gives), tuple(asked[i]), where.teaching,
            )
        )  # fmt: skip
    return tuple(found)


def passed(problem: Problem, proposals: Sequence[Proposal]) -> list[str]:
    """Every limit that the proposals pass, in words for a programmer; none: the plan holds."""
    return [*_each(problem, proposals), *_persons(problem, proposals), *_shared(problem, proposals)]


def _candidates(problem: Problem) -> dict[Pair, Candidate]:
    found: dict[Pair, Candidate] = {}
    for one in problem.candidates:
        found.setdefault((one.employment_id, one.task_id), one)
    return found


def _each(problem: Problem, proposals: Sequence[Proposal]) -> Iterable[str]:
    """What is wrong with each by itself: who it is, from whom, when, and what must come before."""
    candidates = _candidates(problem)
    courses = {one.id: one for one in problem.courses}
    willing = {one.person_id for one in problem.teachers if one.yes}
    last = {one.pair: one.last_week for one in proposals}
    if len(last) < len(proposals):
        yield "the same is proposed twice"
    for one in proposals:
        candidate = candidates.get(one.pair)
        if candidate is None:
            yield f"{one.pair} is no candidate"
            continue
        if one.pair in problem.without:
            yield f"{one.pair} was turned off"
        if one.teacher_id not in candidate.teachers or one.teacher_id not in willing:
            yield f"{one.teacher_id} may not or will not teach {one.pair}"
        if one.teacher_id == candidate.person_id:
            yield f"{one.teacher_id} would teach herself"
        if one.last_week - one.first_week + 1 != max(1, candidate.weeks):
            yield f"{one.pair} does not take its weeks"
        if one.first_week < 0 or one.last_week >= problem.limits.weeks:
            yield f"{one.pair} lies outside the weeks"
        if len(one.teaching) != one.last_week - one.first_week + 1 or sum(one.teaching) != candidate.teacher_minutes:
            yield f"{one.pair} is not taught its minutes"
        for task in candidate.needs:
            if last.get((one.employment_id, task), one.first_week) >= one.first_week:
                yield f"{one.pair} comes before {task}, which it needs"
        if bool(candidate.courses) != (one.course_id is not None):
            yield f"{one.pair} has a course too many or too few"
        if one.course_id is not None:
            course = courses.get(one.course_id)
            if course is None or one.course_id not in candidate.courses:
                yield f"{one.pair} is on another course"
            elif not one.first_week <= course.week <= one.last_week:
                yield f"{one.pair} lies beside its course"


def _persons(problem: Problem, proposals: Sequence[Proposal]) -> Iterable[str]:
    """Whose time is passed, and who has too many trainings at once."""
    candidates = _candidates(problem)
    minutes: Counter[int] = Counter()
    at_once: Counter[tuple[int, int]] = Counter()
    for one in proposals:
        if candidate := candidates.get(one.pair):
            minutes[candidate.person_id] += own_minutes(candidate)
            for week in range(one.first_week, one.last_week + 1):
                at_once[candidate.person_id, week] += 1
    yield from (f"{who} gives {n} minutes" for who, n in minutes.items() if n > problem.limits.person_minutes)
    for (who, week), n in at_once.items():
        going_on = problem.busy.get(who, ())
        if n + (going_on[week] if week < len(going_on) else 0) > problem.limits.at_once:
            yield f"{who} has {n} at once beside what goes on"


def _shared(problem: Problem, proposals: Sequence[Proposal]) -> Iterable[str]:
    """Which teacher, course or budget is used beyond what there is."""
    room = {one.person_id: one.minutes_a_week for one in problem.teachers if one.yes}
    taught: Counter[tuple[int, int]] = Counter()
    taken: Counter[int] = Counter()
    for one in proposals:
        for week, given in enumerate(one.teaching, one.first_week):
            taught[one.teacher_id, week] += given
            if given < 0:
                yield f"{one.pair} is taught less than nothing"
        if one.course_id is not None:
            taken[one.course_id] += 1
    yield from (
        f"{who} teaches {n} minutes in week {week}" for (who, week), n in taught.items() if n > room.get(who, 0)
    )
    seats = {one.id: one.seats for one in problem.courses}
    yield from (f"{n} are on course {course}" for course, n in taken.items() if n > seats.get(course, 0))
    known = _candidates(problem)
    price = tally(problem, [one for one in proposals if one.pair in known]).price
    if problem.limits.budget is not None and price > problem.limits.budget:
        yield f"{price} kroner are spent"

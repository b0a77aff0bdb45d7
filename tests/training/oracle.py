"""The best plan of a small problem by trying them all, and whether a plan can be carried out by counting alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from competence.training.rules import Candidate, Problem
from competence.training.rules.lookup import Lookup
from competence.training.solving.choosing import AtMost

Way = tuple[int, int, int, int | None]
"""(candidate's place, first week, teacher, course)."""


@dataclass(frozen=True)
class Best:
    """The lowest objective of all plans that keep all that must be kept; None when no plan does."""

    objective: float | None
    most_kept: int
    """How many of those that must be kept can be, at most."""


def best(problem: Problem, at_most: Sequence[AtMost]) -> Best:
    """By trying every plan that leaves no more open than that."""
    look, lowest, most = Lookup(problem), None, 0
    ways = [[None, *_ways(problem, i, one)] for i, one in enumerate(problem.candidates)]
    pairs = [(one.employment_id, one.task_id) for one in problem.candidates]
    found: list[tuple[int, float]] = []
    for chosen in product(*ways):
        plan = [way for way in chosen if way is not None]
        if not holds(problem, plan):
            continue
        kept = len(problem.must & {pairs[way[0]] for way in plan})
        most = max(most, kept)
        value = objective(problem, look, plan)
        left = [max(0, look.missing[s] - _have(problem, plan, seat.id)) for s, seat in enumerate(problem.seats)]
        if any(
            sum(left[s] for s in one.seats) > one.open
            or sum(left[s] for s in one.seats if problem.seats[s].critical) > one.critical
            for one in at_most
        ):
            continue
        found.append((kept, value))
    all_ = [value for kept, value in found if kept == len(problem.must)]
    lowest = min(all_, default=None)
    return Best(lowest, most)


def _ways(problem: Problem, i: int, one: Candidate) -> Iterator[Way]:
    willing = {t.person_id for t in problem.teachers if t.yes}
    weeks = {k.id: k.week for k in problem.courses}
    if (one.employment_id, one.task_id) in problem.without:
        return
    for start in range(problem.limits.weeks - one.weeks + 1):
        for teacher in one.teachers:
            if teacher not in willing or teacher == one.person_id:
                continue
            for course in one.courses or (None,):
                if course is None or start <= weeks[course] < start + one.weeks:
                    yield i, start, teacher, course


def holds(problem: Problem, plan: Sequence[Way]) -> bool:
    """Whether the plan passes no limit."""
    limits, people = problem.limits, problem.candidates
    span = {i: (start, start + people[i].weeks) for i, start, _t, _k in plan}
    end = {(people[i].employment_id, people[i].task_id): span[i][1] for i in span}
    for i in span:
        if any(end.get((people[i].employment_id, task), 99) > span[i][0] for task in people[i].needs):
            return False
    for person in {people[i].person_id for i in span}:
        mine = [i for i in span if people[i].person_id == person]
        if sum(sum(people[i].minutes.values()) for i in mine) > limits.person_minutes:
            return False
        for week in range(limits.weeks):
            here = sum(span[i][0] <= week < span[i][1] for i in mine)
            if here and here + problem.busy.get(person, [0] * limits.weeks)[week] > limits.at_once:
                return False
    for teacher in problem.teachers:
        mine = [i for i, _s, t, _k in plan if t == teacher.person_id]
        for first, last in combinations(range(limits.weeks + 1), 2):
            within = sum(people[i].teacher_minutes for i in mine if first <= span[i][0] and span[i][1] <= last)
            if within > teacher.minutes_a_week * (last - first):
                return False
    price = 0
    for i, _s, _t, k in plan:
        price += people[i].price + next((one.price for one in problem.courses if one.id == k), 0)
    if limits.budget is not None and price > limits.budget:
        return False
    return all(sum(k == one.id for _i, _s, _t, k in plan) <= one.seats for one in problem.courses)


def _have(problem: Problem, plan: Sequence[Way], seat: int) -> int:
    return sum(seat in problem.candidates[i].seats for i, _s, _t, _k in plan)


def objective(problem: Problem, look: Lookup, plan: Sequence[Way]) -> float:
    """What `prices` says that the plan weighs, added up seat by seat."""
    prices, total = look.prices, 0.0
    course = {one.id: one.price for one in problem.courses}
    for i, _s, _t, k in plan:
        total += (look.weight[i] + (course[k] if k is not None else 0)) * prices.share
    for s, seat in enumerate(problem.seats):
        ends = sorted(
            start + problem.candidates[i].weeks for i, start, _t, _k in plan if seat.id in problem.candidates[i].seats
        )
        missing, spare = look.missing[s], look.spare[s]
        total += max(0, missing - len(ends)) * prices.open[s]
        total += min(spare, max(0, missing + spare - len(ends))) * prices.spare[s]
        waits = ends[:missing] + [problem.limits.weeks + 1] * max(0, missing - len(ends))
        total += prices.week[s] * sum(max(0, end - look.due[s]) for end in waits)
    return total

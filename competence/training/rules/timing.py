"""The proposals of an answer placed in weeks as a leader would: what gives most for an hour first, with whoever is nearest. Pure.

Where weeks have no price a solver is indifferent to them. Which trainings there are, and what they come to, stays as it was.
"""

from collections.abc import Sequence

from competence.training.rules.counting import proposals_of
from competence.training.rules.lookup import Lookup
from competence.training.rules.plan import Placed, Plan
from competence.training.rules.problem import Problem, Proposal


def soonest_first(problem: Problem, proposals: Sequence[Proposal]) -> Sequence[Proposal]:
    """The same trainings, those that open seats need and that take least time first; unchanged where that would be no better.

    It never passes a limit, is never later than the forecast's days where the answer was not, and never costs more.
    """
    look = Lookup(problem)
    if any(one.pair not in look.by_pair for one in proposals):
        return proposals
    before, after = Plan(look), Plan(look)
    for one in proposals:
        place = Placed(one.first_week, one.last_week, one.teacher_id, one.course_id, one.teaching)
        before.put(look.by_pair[one.pair], place)
    for i in sorted(before.placed, key=lambda i: _rank(look, i)):
        for j in (*look.before[i], i):
            if j in after.placed or j not in before.placed:
                continue
            found = _place(after, j, before.placed[j].course)
            if found is None:
                return proposals
            after.put(j, found)
    if after.objective() > before.objective() + 1e-6:
        return proposals
    better = proposals_of(after)
    return better if _late(better) <= _late(proposals) else proposals


def _place(plan: Plan, i: int, course: int | None) -> Placed | None:
    """Where it can lie soonest, with the nearest teacher who has time as soon as any other."""
    soonest = plan.fits(i, course=course)
    if not isinstance(soonest, Placed):
        return None
    for teacher in plan.lookup.candidates[i].teachers:
        found = plan.fits(i, prefer=teacher, course=course)
        if isinstance(found, Placed) and found.teacher == teacher and found.first <= soonest.first:
            return found
    return soonest


def _rank(look: Lookup, i: int) -> tuple[bool, bool, int, int]:
    seats = look.in_seats[i]
    return (
        not any(look.missing[s] and not look.due[s] for s in seats),
        not any(look.missing[s] for s in seats),
        look.minutes[i] + sum(look.minutes[j] for j in look.before[i]),
        i,
    )


def _late(proposals: Sequence[Proposal]) -> int:
    return sum(gift.weeks_late for one in proposals for gift in one.gives)

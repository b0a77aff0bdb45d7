"""What has been turned on and shall be kept: whether it can be, and if not, which limits stand in the way."""

from dataclasses import dataclass

from competence.training.rules.lookup import Lookup
from competence.training.rules.plan import Plan
from competence.training.rules.problem import Pair, Relaxation, WhyNot
from competence.training.solving.lp import INF
from competence.training.solving.placing import carried_out
from competence.training.solving.timed import Slack, Timed

MOST_WEEKS = 40
"""Weeks more than planned that a way out may ask for."""
A_WEEK = 500
"""Kroner that a week more weighs against other ways out."""
_NEVER = (WhyNot.TURNED_OFF, WhyNot.NOBODY_MAY)


@dataclass(frozen=True)
class Kept:
    """What will be kept, placed."""

    plan: Plan
    relaxations: tuple[Relaxation, ...]
    dropped: tuple[Pair, ...]

    @property
    def ids(self) -> frozenset[int]:
        """The candidates kept, with what they need."""
        return frozenset(self.plan.placed)


def settled(look: Lookup, *, seconds: float) -> Kept:
    """All that must be kept, or as much of it as can be with the cheapest ways to keep the rest."""
    wanted = sorted(look.by_pair[pair] for pair in look.problem.must if pair in look.by_pair)
    lost = [pair for pair in look.problem.must if pair not in look.by_pair]
    lost += [_pair(look, i) for i in wanted if look.why[i] in _NEVER]
    wanted = [i for i in wanted if look.why[i] not in _NEVER]
    able = [i for i in wanted if look.why[i] is None]
    plan = greedy_only(look, able)
    if len(able) == len(wanted) and all(i in plan.placed for i in wanted):
        return Kept(plan, (), tuple(sorted(lost)))
    exact = _most_of(look, able, seconds=seconds / 2)
    if exact is not None and sum(i in exact.placed for i in able) > sum(i in plan.placed for i in able):
        plan = exact
    left = [i for i in wanted if i not in plan.placed]
    relaxations = _ways_out(look, wanted, seconds=seconds / 2) if left else ()
    return Kept(plan, relaxations, tuple(sorted([*lost, *(_pair(look, i) for i in left)])))


def greedy_only(look: Lookup, wanted: list[int]) -> Plan:
    """A plan of nothing but these, and what they need."""
    plan = Plan(look)
    for i in sorted(wanted, key=lambda i: (not look.courses[i], -look.length[i], i)):
        if i not in plan.placed:
            plan.add(i)
    return plan


def _pair(look: Lookup, i: int) -> Pair:
    one = look.candidates[i]
    return one.employment_id, one.task_id


def _with_needs(look: Lookup, wanted: list[int]) -> list[int]:
    return sorted({j for i in wanted for j in (*look.before[i], i)})


def _most_of(look: Lookup, able: list[int], *, seconds: float) -> Plan | None:
    """The plan that keeps most of them; None when none was found in the time."""
    timed = Timed(Plan(look), _with_needs(look, able))
    dearest = sum(look.weight[i] + 1 for i in timed.group) + sum(one.price for one in look.course.values())
    for i in able:
        timed.must(i, price=float(dearest))
    answer = timed.model.solve(seconds=seconds, gap=1e-6)
    plan = Plan(look)
    if answer.values is None or not carried_out(plan, timed.order(answer)):
        return None
    return plan


def _ways_out(look: Lookup, wanted: list[int], *, seconds: float) -> tuple[Relaxation, ...]:
    """The cheapest that must be given up to keep them all, by the elastic model; empty when nothing would help."""
    found, group = [], []
    for i in _with_needs(look, wanted):
        candidate = look.candidates[i]
        if not any(t in look.room and t != look.person[i] for t in candidate.teachers):
            found.append(Relaxation("teacher", None, -(-look.taught[i] // look.length[i])))
        group.append(i)
    longest = max((look.head[i] + look.length[i] for i in group), default=0)
    total: dict[int, int] = {}
    for i in group:
        person = look.person[i]
        total[person] = total.get(person, sum(look.busy.get(person, ()))) + look.length[i]
    course_weeks = max((look.course[k].week + look.length[i] for i in group for k in look.candidates[i].courses
                        if k in look.course), default=0)  # fmt: skip
    asked = max(longest, course_weeks, *total.values()) + 1 - look.weeks if group else 0
    slack = Slack(weeks=max(0, min(MOST_WEEKS, asked)))
    timed = Timed(Plan(look), group, slack=slack)
    for i in group:
        timed.must(i)
    late = timed.model.column(A_WEEK, high=slack.weeks)
    for i in group:
        for start, column in timed.starts[i].items():
            if (more := start + look.length[i] - look.weeks) > 0:
                timed.model.row(-INF, 0, [column, late], [float(more), -1.0])
    answer = timed.model.solve(seconds=seconds, gap=1e-6)
    if answer.values is not None:
        for (limit, who), column in slack.columns.items():
            if (more := round(answer.values[column])) > 0:
                found.append(Relaxation(limit, who, more))
        if (more := round(answer.values[late])) > 0:
            found.append(Relaxation("weeks", None, more))
    return tuple(dict.fromkeys(found))

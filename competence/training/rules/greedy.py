"""The plain way: what has the most effect for an hour comes first. It is what every plan is held against. Pure."""

import heapq
from collections.abc import Collection, Iterable

from competence.training.rules.plan import Plan
from competence.training.rules.problem import Aim


def greedy(plan: Plan) -> Plan:
    """The plan to which is added, one by one, what takes most off the objective for an hour's work."""
    return fill(plan, plan.lookup.of_use(()))


def fill(plan: Plan, among: Iterable[int]) -> Plan:
    """The plan with all of those given added that are worth their weight."""
    queue: list[tuple[float, int]] = []
    for i in among:
        if i not in plan.placed and (effect := _effect(plan, i)) is not None:
            queue.append((-effect, i))
    heapq.heapify(queue)
    while queue:
        _before, i = heapq.heappop(queue)
        effect = None if i in plan.placed else _effect(plan, i)
        if effect is None:
            continue
        if queue and -effect > queue[0][0]:
            heapq.heappush(queue, (-effect, i))  # Others have closed some of what it would have closed.
        else:
            plan.add(i)
    return plan


def _effect(plan: Plan, i: int) -> float | None:
    """What an hour of it takes off the objective; None when it is not worth its weight."""
    gain = plan.gain(i)
    weight, minutes = plan.burden(i)
    return gain / max(1, minutes) if gain > weight else None


def trimmed(plan: Plan, kept: Collection[int]) -> Plan:
    """The plan without what is no longer worth its weight, as others do the same; `kept` stays."""
    look = plan.lookup
    needed = {j for i in plan.placed for j in look.before[i]}
    for i in sorted(plan.placed, key=lambda i: -look.weight[i]):
        if i in kept or i in needed:
            continue
        before, where = plan.objective() if look.aim is Aim.FASTEST else 0.0, plan.take(i)
        gain = plan.objective() - before if look.aim is Aim.FASTEST else plan.gain(i) - plan.burden(i)[0]
        if gain > 0:
            plan.put(i, where)
    return plan

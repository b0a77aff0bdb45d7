"""A plan made better where weeks have a price: each training in turn begun sooner, or given to somebody else, or left out."""

import time
from collections.abc import Collection, Iterator

from competence.training.rules.plan import Placed, Plan

SWEEPS = 6
LEAST = 1.0
"""Of the objective that going through all once more must be worth."""


def nearer(plan: Plan, kept: Collection[int], *, until: float) -> Plan:
    """The plan, no worse than it was; `kept` stays in it. Nothing is tried after `until`, by the monotonic clock."""
    for _sweep in range(SWEEPS):
        if _Sweep(plan, kept).gained(until) < LEAST:
            break
    return plan


class _Sweep:
    def __init__(self, plan: Plan, kept: Collection[int]) -> None:
        self.plan, self.look, self.kept = plan, plan.lookup, kept
        self.ends: list[list[int]] = [[] for _seat in self.look.seats]
        """When each of those who will count in a seat is trained."""
        for i, where in plan.placed.items():
            for s in self.look.in_seats[i]:
                self.ends[s].append(where.last + 1)
        self.first = {j for i in plan.placed for j in self.look.needs[i]}
        """What others need, and which therefore stays where it is."""

    def gained(self, until: float) -> float:
        """What came off the objective; those that end last are moved first."""
        plan, total = self.plan, 0.0
        for i in sorted(plan.placed, key=lambda i: -plan.placed[i].last):
            if time.monotonic() > until:
                break
            if i in plan.placed and i not in self.first:
                total += self._moved(i)
        return total

    def _moved(self, i: int) -> float:
        plan, seats = self.plan, self.look.in_seats[i]
        before = sum(self._open(s, self.ends[s]) for s in seats) + self._price(i, plan.placed[i])
        where = plan.take(i)
        for s in seats:
            self.ends[s].remove(where.last + 1)
        without = sum(self._open(s, self.ends[s]) for s in seats)
        best: tuple[float, int | None, Placed] = (before, i, where)
        if i not in self.kept and without < before - LEAST:
            best = (without, None, where)
        for j in self._instead(i):
            if self.look.weight[j] * self.look.prices.share >= best[0]:
                continue
            found = plan.fits(j)
            if isinstance(found, Placed):
                costs = without + self._price(j, found) + sum(self._adds(s, found) for s in self.look.in_seats[j])
                if costs < best[0] - 1e-6:
                    best = (costs, j, found)
        if best[1] is not None:
            plan.put(best[1], best[2])
            for s in self.look.in_seats[best[1]]:
                self.ends[s].append(best[2].last + 1)
            self.first.update(self.look.needs[best[1]])
        return before - best[0]

    def _instead(self, i: int) -> Iterator[int]:
        """The training itself, and those of others who could close the same instead of her."""
        placed, needs = self.plan.placed, self.look.needs
        yield i
        if i in self.kept:
            return
        for s in self.look.in_seats[i]:
            yield from (
                j for j in self.look.who[s] if j != i and j not in placed and all(k in placed for k in needs[j])
            )

    def _adds(self, s: int, where: Placed) -> float:
        return self._open(s, [*self.ends[s], where.last + 1]) - self._open(s, self.ends[s])

    def _price(self, i: int, where: Placed) -> float:
        course = self.look.course[where.course].price if where.course is not None else 0
        return (self.look.weight[i] + course) * self.look.prices.share

    def _open(self, s: int, ends: list[int]) -> float:
        """What the objective holds of the seat where its people are trained then."""
        look, prices = self.look, self.look.prices
        missing, spare, have = look.missing[s], look.spare[s], len(ends)
        total: float = max(0, missing - have) * prices.open[s]
        if have < missing + spare:
            total += min(spare, missing + spare - have) * prices.spare[s]
        if missing and prices.week[s]:
            found = [*sorted(ends)[:missing], *[look.weeks + 1] * max(0, missing - have)]
            total += prices.week[s] * sum(max(0, end - look.due[s]) for end in found)
        return total

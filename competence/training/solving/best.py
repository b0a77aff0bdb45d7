"""The answer: choose with a bound, place in weeks, join what competes and choose again, and check all that is said."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from competence.training.rules.counting import passed, proposals_of, tally
from competence.training.rules.greedy import fill, greedy, trimmed
from competence.training.rules.lookup import BY_USE, Lookup
from competence.training.rules.plan import Placed, Plan
from competence.training.rules.problem import Aim, Greedy, Problem, Solution, Unclosable, WhyNot
from competence.training.solving.choosing import AtMost, Choosing, Chosen
from competence.training.solving.groups import districts, has_weeks, joined, pieces, taken_by_others
from competence.training.solving.musts import settled
from competence.training.solving.nearer import nearer
from competence.training.solving.placing import TRIES, Hints, by_urgency, carried_out, place
from competence.training.solving.soonest import Soonest, short_of_weeks
from competence.training.solving.timed import Timed

Told = Callable[[int, int], object]
SMALL = 12_000
"""Starts and teachers' weeks that an exact model can have."""
POLISHED = 1.5
"""Seconds that exact models are given where weeks have a price and the bound is not reached."""
ROUNDS = 4
NEARLY = 1e-6
NEARER = 0.8
"""Of the gap that is asked for, what the model is solved to: a little is left for what the weeks take."""


def best(problem: Problem, *, seconds: float, gap: float = 1e-4, told: Told | None = None) -> Solution:
    """The best plan found within the time, and how far from the best it can be. `told(done, of)` hears how it goes."""
    return _Solving(problem, seconds, gap, told).solution()


class _Solving:
    def __init__(self, problem: Problem, seconds: float, gap: float, told: Told | None) -> None:
        self.end = time.monotonic() + seconds
        self.problem, self.gap, self.told = problem, gap, told or (lambda _done, _of: None)
        self.look = Lookup(problem)
        self.solving = 0.0
        self.kept = settled(self.look, seconds=seconds / 4)
        self.plain = greedy(self.kept.plan.copy())
        self.useful = list(self.look.of_use(self.kept.ids))
        self.hints: dict[tuple[int, ...], Chosen] = {}
        self.pieces = pieces(self.look, self.useful)
        self.outside, self.done = 0.0, 0
        self.at: dict[int, tuple[int, ...]] = {}
        """The group that each was last solved in."""

    def left(self) -> float:
        """Seconds that are left."""
        return max(0.05, self.end - time.monotonic())

    def solution(self) -> Solution:
        """All of it."""
        groups = [sorted(piece) for piece in self.pieces]
        plan, bound = self._chosen(groups)
        plan = self._better(plan, groups)
        objective = plan.objective()
        bound = min(bound, objective)
        proposals = proposals_of(plan)
        before, after = tally(self.problem, ()), tally(self.problem, proposals)
        plain = tally(self.problem, proposals_of(self.plain))
        return Solution(
            proposals=proposals,
            open_before=before.open, open_after=after.open,
            vulnerable_before=before.vulnerable, vulnerable_after=after.vulnerable,
            unclosable=self._unclosable(plan),
            cost=after.cost, price=after.price,
            objective=objective, bound=bound,
            proven=objective - bound <= self.gap * max(1.0, abs(objective)) + NEARLY,
            seconds=self.solving,
            greedy=Greedy(plain.open, plain.cost, plain.vulnerable, self.plain.objective()),
            relaxations=self.kept.relaxations, dropped=self.kept.dropped,
        )  # fmt: skip

    # Choosing and placing.

    def _chosen(self, groups: list[list[int]]) -> tuple[Plan, float]:
        """The plan and a bound of the whole."""
        outside = self.outside = self._outside(groups)
        if self.look.aim is Aim.FASTEST:
            plan, bound = self._soon(groups)
            return plan, bound + outside
        plan, failed = self.kept.plan.copy(), list[int]()
        for _round in range(ROUNDS):
            found = self._solved(groups)
            plan, failed = self._place(found, tries=1)
            wanted = [i for one in found for i in one.hints]
            taken = taken_by_others(self.look, plan, {i: hint for one in found for i, hint in one.hints.items()})
            more = joined(self.look, groups, plan, failed, wanted, taken) if failed or taken else groups
            if failed and len(more) == len(groups):
                plan, failed = self._place(found, tries=TRIES)
            if not (failed or taken) or len(more) == len(groups) or time.monotonic() > self.end:
                break
            groups = more
        bounds = {tuple(group): self.hints[tuple(group)].bound for group in groups}
        if failed:
            plan, failed = self._with_less(groups, plan, failed)
        if failed:
            plan = self._exactly(plan, groups, failed, bounds)
        self.told(self.done + 1, self.done + 1)
        return plan, sum(bounds.values()) + outside

    def _solved(self, groups: list[list[int]]) -> list[Chosen]:
        """What is chosen in each group. A group of which several were solved before is no better than they were."""
        before = dict(self.at)
        left = sum(tuple(group) not in self.hints for group in groups)
        for group in groups:
            key = tuple(group)
            if key not in self.hints:
                parts = [self.hints[one] for one in dict.fromkeys(before[i] for i in group if i in before)]
                found = self._solve(group, self.left() * min(1, 3 / left))
                bound = max([found.bound, sum(one.bound for one in parts)])
                hints = found.hints or {i: hint for one in parts for i, hint in one.hints.items()}
                self.hints[key] = Chosen(hints, bound, found.seconds)
                self.at |= dict.fromkeys(group, key)
                left -= 1
                self.done += 1
                self.told(self.done, self.done + left + 1)
        return [self.hints[tuple(group)] for group in groups]

    def _solve(self, group: list[int], seconds: float) -> Chosen:
        model = Choosing(self.look, group, kept=self.kept.ids & set(group), at_most=self._at_most(group))
        found = model.solve(seconds=seconds, gap=self.gap * NEARER)
        self.solving += found.seconds
        return found

    def _soon(self, groups: list[list[int]]) -> tuple[Plan, float]:
        """The plan and its bound where weeks have a price: those that may compete for weeks are chosen together."""
        all_ = districts(self.look, groups, short_of_weeks(self.look, self.useful))
        found: list[Chosen] = []
        for done, group in enumerate(all_):
            model = Soonest(self.look, group, kept=self.kept.ids & set(group))
            found.append(model.solve(seconds=self.left() * min(1, 3 / (len(all_) - done)), gap=self.gap * NEARER))
            self.solving += found[-1].seconds
            self.told(done + 1, len(all_) + 1)
        plans = [self._nearer(plan) for plan, _failed in self._placed_soon(found)]
        plan = min(plans, key=lambda plan: (not self.kept.ids <= plan.placed.keys(), plan.objective()))
        bounds = {tuple(group): one.bound for group, one in zip(all_, found, strict=True)}
        self._polished(plan, all_, bounds)
        return plan, sum(bounds.values())

    def _polished(self, plan: Plan, groups: list[list[int]], bounds: dict[tuple[int, ...], float]) -> None:
        """Nothing; where the bound is not reached, an exact model of each small group has been asked."""
        until = min(self.end, time.monotonic() + POLISHED)
        for group in groups:
            if self._reached(plan, bounds) or time.monotonic() > until:
                return
            if self._size(group) <= SMALL:
                bound = self._again(plan, group, until - time.monotonic())
                if bound is not None and (len(groups) == 1 or self._alone(group)):
                    bounds[tuple(group)] = max(bound, bounds[tuple(group)])

    def _reached(self, plan: Plan, bounds: dict[tuple[int, ...], float]) -> bool:
        return plan.objective() - sum(bounds.values()) - self.outside <= self.gap * max(1.0, plan.objective())

    def _placed_soon(self, found: Sequence[Chosen]) -> Iterator[tuple[Plan, list[int]]]:
        """Plans of what was chosen, placed in the order in which the model begins them, and in that in which it ends them."""
        hints: Hints = {i: hint for one in found for i, hint in one.hints.items()}
        begins = {i: week for one in found for i, week in one.begins.items()}
        length = self.look.length
        for order in (
            sorted(hints, key=lambda i: (begins[i], length[i], i)),
            sorted(hints, key=lambda i: (begins[i] + length[i], begins[i], i)),
        ):
            yield place(self.look, order, hints, base=self.kept.plan, tries=1, until=self.end)

    def _nearer(self, plan: Plan) -> Plan:
        return nearer(fill(plan, self.useful), self.kept.ids, until=self.end)

    def _with_less(self, groups: list[list[int]], plan: Plan, failed: list[int]) -> tuple[Plan, list[int]]:
        """The better of the plan and others chosen as if the teachers who ran out of weeks had a little less time."""
        less = self._shares(groups)
        best_, left = plan, failed
        for _round in range(ROUNDS):
            short = {i for i in left if has_weeks(plan, i)}
            touched = [g for g, group in enumerate(groups) if short.intersection(group) or (less[g] and _round == 0)]
            for g in touched:
                for i in short.intersection(groups[g]):
                    for t in self.look.teachers[i]:
                        less[g][t] = less[g].get(t, 0) + self.look.taught[i]
            spent = sum(self.hints[tuple(groups[g])].seconds for g in touched)
            if not touched or self.left() < 1.5 * spent:
                break
            found = [self.hints[tuple(group)] for group in groups]
            for g in touched:
                kept, at_most = self.kept.ids & set(groups[g]), self._at_most(groups[g])
                model = Choosing(self.look, groups[g], kept=kept, at_most=at_most, less=less[g])
                again = model.solve(seconds=self.left() / 2, gap=self.gap)
                self.solving += again.seconds
                found[g] = again if again.hints else found[g]
            plan, left = self._place(found, tries=TRIES)
            fill(plan, self.useful if left and self.look.aim is not Aim.CHEAPEST else ())
            if (plan.open(), plan.objective()) < (best_.open(), best_.objective()):
                best_, failed = plan, left
            if not left:
                break
        return best_, failed

    def _shares(self, groups: list[list[int]]) -> list[dict[int, int]]:
        """For each group, the minutes of teachers that the other groups need, by what is chosen in each."""
        look = self.look
        asked: list[dict[int, int]] = [defaultdict(int) for _group in groups]
        total: dict[int, int] = defaultdict(int)
        for g, group in enumerate(groups):
            for i in self.hints[tuple(group)].hints:
                for t in look.teachers[i]:
                    asked[g][t] += look.taught[i]
                    total[t] += look.taught[i]
        return [
            {
                t: room * (total[t] - minutes) // total[t]
                for t, minutes in mine.items()
                if minutes < total[t] and total[t] > (room := look.room[t] * look.weeks)
            }
            for mine in asked
        ]

    def _place(self, found: Sequence[Chosen], *, tries: int) -> tuple[Plan, list[int]]:
        hints: Hints = {i: hint for one in found for i, hint in one.hints.items()}
        order = by_urgency(self.look, hints)
        plan, failed = place(self.look, order, hints, tries=tries, until=self.end)
        if failed and self.kept.ids:
            # What must be kept is where it was found to have room, and the rest around it.
            around, missed = place(self.look, order, hints, base=self.kept.plan, tries=tries, until=self.end)
            if len(missed) < len(failed) or not self.kept.ids <= plan.placed.keys():
                return around, missed
        return plan, failed

    def _at_most(self, group: Sequence[int]) -> list[AtMost]:
        """How many the greedy way leaves open in each of the teams, where no more may be and nothing else says so."""
        if self.look.aim is not Aim.CHEAPEST:
            return []
        inside, found = set(group), []
        for piece in self.pieces:
            if inside.issuperset(piece):
                seats = frozenset(s for i in piece for s in self.look.in_seats[i])
                critical = [s for s in seats if self.look.seats[s].critical]
                found.append(AtMost(seats, self.plain.open(seats), self.plain.open(critical)))
        return found

    def _outside(self, groups: Sequence[Sequence[int]]) -> float:
        """What the objective holds of seats that nobody worth training counts in."""
        inside = {s for group in groups for i in group for s in self.look.in_seats[i]}
        prices, spare = self.look.prices, self.look.spare
        return sum(spare[s] * prices.spare[s] for s in range(len(spare)) if s not in inside)

    # Where no placing was found by trying.

    def _exactly(
        self, plan: Plan, groups: list[list[int]], failed: list[int], bounds: dict[tuple[int, ...], float]
    ) -> Plan:
        """The plan with an exact model's answer for each group that something failed in, and its bound where it holds."""
        for group in groups:
            if not set(group) & set(failed):
                continue
            alone = len(groups) == 1 or self._alone(group)
            if self._size(group) <= SMALL:
                bound = self._again(plan, group, self.left() / 2)
                key = tuple(group)
                if alone and bound is not None:
                    bounds[key] = max(bound, bounds[key])
            else:
                for piece in pieces(self.look, group):
                    if set(piece) & set(failed) and self._size(piece) <= SMALL and time.monotonic() < self.end:
                        self._again(plan, piece, self.left() / 2)
        return plan

    def _again(self, plan: Plan, group: list[int], seconds: float) -> float | None:
        """The bound of the exact model of the group beside the rest of the plan, which now has its answer if it is better."""
        fill(plan, group)
        before = plan.objective()
        was, inside = dict(plan.placed), set(group)
        for i in was:
            if i in inside:
                plan.take(i)
        timed = Timed(plan, group)
        for i in self.kept.ids & set(group):
            timed.must(i)
        timed.close(self._at_most(group))
        answer = timed.model.solve(seconds=seconds, gap=self.gap * NEARER)
        self.solving += answer.seconds
        if answer.values is not None and carried_out(plan, timed.order(answer)):
            missed = not self.kept.ids & inside <= was.keys()
            if missed or self.look.aim is Aim.CHEAPEST or plan.objective() <= before:
                return answer.bound
        _put_back(plan, was)
        return answer.bound if answer.bound > 0 else None

    def _alone(self, group: Sequence[int]) -> bool:
        """Whether nobody outside the group could ask its teachers, take its courses or spend its budget."""
        look, inside = self.look, set(group)
        teachers = {t for i in group for t in look.teachers[i]}
        courses = {k for i in group for k in look.courses[i]}
        others = [i for i in self.useful if i not in inside]
        if look.limits.budget is not None and any(look.least_price(i) for i in others):
            return False
        return not any(teachers & set(look.teachers[i]) or courses & set(look.courses[i]) for i in others)

    def _size(self, group: Sequence[int]) -> int:
        weeks = self.look.weeks
        return sum(weeks + len(self.look.teachers[i]) * weeks for i in group)

    # What is told.

    def _better(self, plan: Plan, groups: list[list[int]]) -> Plan:
        """The plan without what does nothing and with all that still fits; the greedy one where that is better."""
        few = self.look.aim is not Aim.CHEAPEST or plan.open() > self.plain.open()
        if few:
            fill(plan, self.useful)
        if plan.open() > self.plain.open():
            self._mended(plan)
        if self.look.aim is not Aim.FASTEST or len(plan.placed) < 200:
            trimmed(plan, self.kept.ids)
        whole = self.kept.ids <= plan.placed.keys() and plan.open() <= self.plain.open()
        if not whole or plan.objective() > self.plain.objective() or passed(self.problem, proposals_of(plan)):
            return self.plain
        return plan

    def _mended(self, plan: Plan) -> None:
        """Nothing; a team in which the greedy way leaves less open is planned that way beside the rest, where that closes more."""
        for piece in self.pieces:
            seats, inside = {s for i in piece for s in self.look.in_seats[i]}, set(piece)
            if (before := plan.open(seats)) <= self.plain.open(seats):
                continue
            was = dict(plan.placed)
            for i in was:
                if i in inside and i not in self.kept.ids:
                    plan.take(i)
            if fill(plan, piece).open(seats) >= before:
                _put_back(plan, was)

    def _unclosable(self, plan: Plan) -> tuple[Unclosable, ...]:
        """What nothing can close, and what nothing more can close beside the plan."""
        found = list(self.look.never)
        for s, missing in enumerate(self.look.missing):
            left = missing - plan.have[s]
            if left <= 0:
                continue
            reasons: set[WhyNot | None] = set()
            for i in self.look.who[s]:
                if i not in plan.placed:
                    reasons.add(self._stops(plan, i))
            if None not in reasons and reasons:
                why = next((one for one in BY_USE if one in reasons), WhyNot.NO_TIME)
                found.append(Unclosable(self.look.seats[s].id, left, why))
        return tuple(found)

    def _stops(self, plan: Plan, i: int) -> WhyNot | None:
        """What stands in the way of it beside the plan, which is as it was."""
        before = set(plan.placed)
        why = plan.add(i)
        for j in [j for j in reversed(list(plan.placed)) if j not in before]:
            plan.take(j)
        return why


def _put_back(plan: Plan, was: Mapping[int, Placed]) -> None:
    """Nothing; all is placed as it was, also the lessons of those who were not taken out."""
    for i in [i for i, where in plan.placed.items() if where is not was.get(i)]:
        plan.take(i)
    for i, where in was.items():
        if i not in plan.placed:
            plan.put(i, where)

"""A problem with all that follows from it alone: who can be trained at all, for what, by whom, and what cannot. Pure.

Candidates and seats are named by their place in a row here, as a solver counts them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from competence.training.rules.prices import Prices, own_minutes, training_cost, weight
from competence.training.rules.problem import Aim, Pair, Problem, Unclosable, WhyNot

BY_USE = (WhyNot.TURNED_OFF, WhyNot.NO_TEACHER, WhyNot.NO_SEAT, WhyNot.BUDGET, WhyNot.NO_TIME)
"""What is told first where several things stand in the way of a seat: what somebody can change soonest."""


class Lookup:
    """The problem, candidate by candidate."""

    def __init__(self, problem: Problem, *, aim: Aim | None = None) -> None:
        self.problem, self.limits = problem, problem.limits
        self.aim = aim or problem.aim
        self.weeks = problem.limits.weeks
        self.candidates = list(
            {(one.employment_id, one.task_id): one for one in reversed(problem.candidates)}.values()
        )[::-1]
        self.by_pair: dict[Pair, int] = {(one.employment_id, one.task_id): i for i, one in enumerate(self.candidates)}
        self.person = [one.person_id for one in self.candidates]
        self.minutes = [own_minutes(one) for one in self.candidates]
        self.length = [max(1, one.weeks) for one in self.candidates]
        self.taught = [one.teacher_minutes for one in self.candidates]
        self.price = [one.price for one in self.candidates]
        kept = problem.must
        self.weight = [
            weight(one, self.limits, kept=pair in kept) for pair, one in zip(self.by_pair, self.candidates, strict=True)
        ]
        self.cost = [training_cost(one, self.limits) for one in self.candidates]
        self.room = {
            one.person_id: one.minutes_a_week for one in problem.teachers if one.yes and one.minutes_a_week >= 0
        }
        """Minutes a week of each who has said yes to teach."""
        self.busy = {
            person: [*some[: self.weeks], *[0] * (self.weeks - len(some))] for person, some in problem.busy.items()
        }
        """How many trainings each has in each week before anything is placed; whoever has none is left out."""
        self.course = {one.id: one for one in problem.courses}
        self._chains()
        self._usable()
        self._seats()
        chains = (self.weight[i] + sum(self.weight[j] for j in self.before[i]) for i in range(len(self.candidates)))
        self.prices = Prices(self.aim, problem.seats, self.due, chains)

    def _chains(self) -> None:
        """What must be trained first, all the way down; a ring of tasks that ask for each other can never begin."""
        self.needs: list[tuple[int, ...]] = []
        self.broken: list[bool] = []
        for one in self.candidates:
            found = [self.by_pair.get((one.employment_id, task)) for task in one.needs]
            self.needs.append(tuple(dict.fromkeys(j for j in found if j is not None)))
            self.broken.append(None in found)
        self.before: list[tuple[int, ...]] = [() for _ in self.candidates]
        """All that must be trained first, in an order in which it can be."""
        self.head = [0] * len(self.candidates)
        """The first week in which it can begin."""
        done: set[int] = {i for i, needs in enumerate(self.needs) if not needs}
        waiting = [i for i, needs in enumerate(self.needs) if needs]
        while waiting:
            ready = [i for i in waiting if all(j in done for j in self.needs[i])]
            if not ready:
                break
            for i in ready:
                self.before[i] = tuple(dict.fromkeys(k for j in self.needs[i] for k in (*self.before[j], j)))
                self.head[i] = max(self.head[j] + self.length[j] for j in self.needs[i])
            done.update(ready)
            waiting = [i for i in waiting if i not in done]
        for i in waiting:
            self.broken[i] = True

    def starts(self, i: int, course: int | None, *, weeks: int | None = None) -> range:
        """The weeks in which a training can begin so that it ends in time and its course lies within it."""
        first, last = self.head[i], (weeks or self.weeks) - self.length[i]
        if course is not None:
            week = self.course[course].week
            first, last = max(first, week - self.length[i] + 1), min(last, week)
        return range(first, last + 1)

    def _begins(self, i: int, course: int | None) -> bool:
        """Whether there is a week in which it can begin beside what the person has going on."""
        busy, length = self.busy.get(self.person[i]), self.length[i]
        return any(
            busy is None or max(busy[start : start + length]) < self.limits.at_once for start in self.starts(i, course)
        )

    def _usable(self) -> None:
        """Each candidate's teachers and courses that are of use, and why those who cannot be trained cannot."""
        reach: dict[int, int] = defaultdict(int)
        for one in self.candidates:
            for teacher in one.teachers:
                reach[teacher] += 1
        self.teachers: list[tuple[int, ...]] = []
        """Those who have said yes and have the time, the ones who can teach fewest first."""
        self.courses: list[tuple[int, ...]] = []
        self.why: list[WhyNot | None] = []
        """Why nobody can train it, whatever else is done; None: it can be."""
        for i, one in enumerate(self.candidates):
            asked = [t for t in dict.fromkeys(one.teachers) if t in self.room and t != one.person_id]
            able = [t for t in asked if self.room[t] * self.length[i] >= self.taught[i]]
            self.teachers.append(tuple(sorted(able, key=lambda t: (reach[t], t))))
            seats = [k for k in dict.fromkeys(one.courses) if k in self.course and self.course[k].seats > 0]
            fits = [k for k in seats if self._begins(i, k)]
            self.courses.append(tuple(sorted(fits, key=lambda k: (self.course[k].price, self.course[k].week, k))))
            self.why.append(self._why(i, asked=asked, seats=seats))
        for i in range(len(self.candidates)):
            if self.why[i] is None and (stops := [self.why[j] for j in self.before[i] if self.why[j]]):
                self.why[i] = stops[0]
            if self.why[i] is None:
                chain = (*self.before[i], i)
                if sum(self.minutes[j] for j in chain) > self.limits.person_minutes:
                    self.why[i] = WhyNot.NO_TIME
                elif self.limits.budget is not None and sum(map(self.least_price, chain)) > self.limits.budget:
                    self.why[i] = WhyNot.BUDGET

    def _why(self, i: int, *, asked: list[int], seats: list[int]) -> WhyNot | None:
        one = self.candidates[i]
        if (one.employment_id, one.task_id) in self.problem.without:
            return WhyNot.TURNED_OFF
        if not asked:
            return WhyNot.NO_TEACHER
        if one.courses and not seats:
            return WhyNot.NO_SEAT
        if self.broken[i]:
            return WhyNot.NOBODY_MAY
        in_time = self._begins(i, None) and (self.courses[i] or not one.courses)
        if not self.teachers[i] or not in_time or self.limits.at_once < 1:
            return WhyNot.NO_TIME
        return None

    def lanes(self, person: int) -> int:
        """Weeks of training that she can take at most, counted once for each at the same time."""
        busy = self.busy.get(person, [0] * self.weeks)
        return sum(max(0, self.limits.at_once - some) for some in busy)

    def least_price(self, i: int) -> int:
        """Kroner besides wages, with the cheapest seat on a course."""
        return self.price[i] + min((self.course[k].price for k in self.courses[i]), default=0)

    def _seats(self) -> None:
        """Each seat's candidates, how much of it training can close, when it opens, and what nothing can close."""
        self.seats = self.problem.seats
        place = {seat.id: s for s, seat in enumerate(self.seats)}
        self.in_seats: list[tuple[int, ...]] = [
            tuple(dict.fromkeys(place[seat] for seat in one.seats if seat in place)) for one in self.candidates
        ]
        self.who: list[list[int]] = [[] for _ in self.seats]
        """The candidates of each seat that can be trained."""
        stopped: list[list[WhyNot]] = [[] for _ in self.seats]
        for i, found in enumerate(self.in_seats):
            why = self.why[i]
            for s in found:
                if why is None:
                    self.who[s].append(i)
                else:
                    stopped[s].append(why)
        self.missing: list[int] = []
        """Of each seat's missing, how many training can close at most."""
        self.spare: list[int] = []
        self.due: list[int] = []
        """The week in which each seat opens; 0: it is open."""
        self.never: list[Unclosable] = []
        for s, seat in enumerate(self.seats):
            able = len(self.who[s])
            self.missing.append(min(max(0, seat.lacks), able))
            self.spare.append(min(max(0, seat.spare), able - self.missing[s]))
            days = (seat.opens_on - self.problem.begins).days if seat.opens_on else 0
            self.due.append(max(0, days // 7))
            if short := max(0, seat.lacks) - self.missing[s]:
                why = next((one for one in BY_USE if one in stopped[s]), seat.if_nobody)
                self.never.append(Unclosable(seat.id, short, why))

    def of_use(self, kept: Iterable[int]) -> Iterator[int]:
        """The candidates that could be worth training: for an open seat, a spare worth its price, what they need, and `kept`."""
        chosen = set(kept)
        for i, why in enumerate(self.why):
            if why is not None:
                continue
            opens = any(self.missing[s] for s in self.in_seats[i])
            worth = sum(self.prices.spare[s] for s in self.in_seats[i] if self.spare[s])
            if opens or worth > self.weight[i] * self.prices.share:
                chosen.add(i)
        for i in tuple(chosen):
            chosen.update(self.before[i])
        yield from sorted(chosen)

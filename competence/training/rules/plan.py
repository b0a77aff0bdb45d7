"""Trainings placed in weeks, one by one, so that no limit is ever passed. Pure.

A training takes whole weeks in a row. Its teacher gives its minutes in any of these weeks, as many as she has left.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from competence.training.rules.lookup import Lookup
from competence.training.rules.problem import WhyNot


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a training lies, who teaches it and on which course it is."""

    first: int
    last: int
    """Its last week."""
    teacher: int
    course: int | None
    teaching: tuple[int, ...]
    """The teacher's minutes in each of its weeks."""


class Plan:
    """What has been placed, and what is left of everybody's time, the courses' seats and the budget."""

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup
        self.placed: dict[int, Placed] = {}
        self.busy = {person: list(some) for person, some in lookup.busy.items()}
        """How many trainings each person has in each week."""
        self.used: dict[int, int] = {}
        """Minutes that each person has given."""
        self.free: dict[int, list[int]] = {}
        """Minutes that each teacher has left in each week."""
        self.seats = {k: one.seats for k, one in lookup.course.items()}
        self.money = lookup.limits.budget
        self.have = [0] * len(lookup.seats)
        """How many will count in each seat."""

    def _free(self, teacher: int) -> list[int]:
        found = self.free.get(teacher)
        if found is None:
            found = self.free[teacher] = [self.lookup.room[teacher]] * self.lookup.weeks
        return found

    def fits(self, i: int, *, prefer: int | None = None, course: int | None = None) -> Placed | WhyNot:
        """Where the training can lie soonest beside what is placed, or what stands in its way.

        What it needs must be placed. With `prefer` if she has time at all, and on `course` if there is room on it: another
        may be sooner and dearer.
        """
        look = self.lookup
        if self.used.get(look.person[i], 0) + look.minutes[i] > look.limits.person_minutes:
            return WhyNot.NO_TIME
        options: tuple[int | None, ...] = (None,)
        if look.candidates[i].courses:
            options = tuple(k for k in look.courses[i] if self.seats[k] > 0)
            if not options:
                return WhyNot.NO_SEAT
        options = tuple(k for k in options if self.affords(i, k))
        if not options:
            return WhyNot.BUDGET
        if course is not None and course in options:
            return self._placed(i, (course,), prefer) or self._placed(i, options, prefer) or WhyNot.NO_TIME
        return self._placed(i, options, prefer) or WhyNot.NO_TIME

    def _placed(self, i: int, options: Sequence[int | None], prefer: int | None) -> Placed | None:
        look = self.lookup
        first = max([look.head[i], *(self.placed[j].last + 1 for j in look.needs[i])])
        teachers = look.teachers[i]
        if prefer in teachers:
            found = self._soonest(i, first, options, (prefer,))
            if found is not None:
                return found
            teachers = tuple(t for t in teachers if t != prefer)
        return self._soonest(i, first, options, teachers)

    def _soonest(self, i: int, first: int, options: Sequence[int | None], teachers: Sequence[int]) -> Placed | None:
        """The first weeks from `first` in which the person, one of the teachers and one of the courses can."""
        look = self.lookup
        length, minutes, busy = look.length[i], look.taught[i], self.busy.get(look.person[i])
        for start in range(first, look.weeks - length + 1):
            end = start + length
            if busy and max(busy[start:end]) >= look.limits.at_once:
                continue
            on = next((k for k in options if k is None or start <= look.course[k].week < end), -1)
            if on == -1:
                continue
            for teacher in teachers:
                free = self._free(teacher)
                if sum(free[start:end]) >= minutes:
                    return Placed(start, end - 1, teacher, on, _poured(free[start:end], minutes))
        return None

    def affords(self, i: int, course: int | None) -> bool:
        """Whether the budget has room for it on that course."""
        return self.money is None or self._price(i, course) <= self.money

    def _price(self, i: int, course: int | None) -> int:
        return self.lookup.price[i] + (self.lookup.course[course].price if course is not None else 0)

    def copy(self) -> "Plan":
        """Another with the same placed."""
        plan = Plan(self.lookup)
        for i, where in self.placed.items():
            plan.put(i, where)
        return plan

    def put(self, i: int, where: Placed) -> None:
        """Nothing; the training is placed there, where `fits` found room for it."""
        self._move(i, where, 1)
        self.placed[i] = where

    def take(self, i: int) -> Placed:
        """Where the training lay; it is placed no longer."""
        where = self.placed.pop(i)
        self._move(i, where, -1)
        return where

    def _move(self, i: int, where: Placed, sign: int) -> None:
        look = self.lookup
        person = look.person[i]
        busy = self.busy.setdefault(person, [0] * look.weeks)
        free = self._free(where.teacher)
        for week, minutes in enumerate(where.teaching, where.first):
            busy[week] += sign
            free[week] -= sign * minutes
        self.used[person] = self.used.get(person, 0) + sign * look.minutes[i]
        if where.course is not None:
            self.seats[where.course] -= sign
        if self.money is not None:
            self.money -= sign * self._price(i, where.course)
        for s in look.in_seats[i]:
            self.have[s] += sign

    def add(self, i: int) -> WhyNot | None:
        """None when the training, and all that it needs first, is placed; else what stands in the way, and nothing is."""
        put: list[int] = []
        for j in (*self.lookup.before[i], i):
            if j in self.placed:
                continue
            found = self.fits(j)
            if not isinstance(found, Placed):
                for k in reversed(put):
                    self.take(k)
                return found
            self.put(j, found)
            put.append(j)
        return None

    def gain(self, i: int) -> float:
        """What the training, with what it needs first, would take off the objective, before its own weight."""
        look = self.lookup
        total = 0.0
        added: dict[int, int] = {}
        for j in (*look.before[i], i):
            if j in self.placed:
                continue
            for s in look.in_seats[j]:
                have = self.have[s] + added.get(s, 0)
                added[s] = added.get(s, 0) + 1
                if have < look.missing[s]:
                    total += look.prices.reach[s]
                elif have < look.missing[s] + look.spare[s]:
                    total += look.prices.spare[s]
        return total

    def burden(self, i: int) -> tuple[float, int]:
        """(what it would add to the objective, minutes of learner and teacher), with what it needs first."""
        look = self.lookup
        chain = [j for j in (*look.before[i], i) if j not in self.placed]
        weight = sum(look.weight[j] + self.least_course(j) for j in chain) * look.prices.share
        return weight, sum(look.minutes[j] + look.taught[j] for j in chain)

    def least_course(self, i: int) -> int:
        """Kroner of the cheapest course that it can be on."""
        return min((self.lookup.course[k].price for k in self.lookup.courses[i]), default=0)

    def open(self, seats: Iterable[int] | None = None) -> int:
        """How many of the missing that training can close stay open, of these seats or of all."""
        look = self.lookup
        rows = range(len(look.seats)) if seats is None else seats
        return sum(max(0, look.missing[s] - self.have[s]) for s in rows)

    def objective(self) -> float:
        """The objective of `prices`, which every bound is a bound of."""
        look, prices = self.lookup, self.lookup.prices
        spent = sum(
            look.weight[i] + (look.course[where.course].price if where.course is not None else 0)
            for i, where in self.placed.items()
        )
        total = spent * prices.share
        for s, have in enumerate(self.have):
            missing, spare = look.missing[s], look.spare[s]
            if have < missing + spare:
                total += max(0, missing - have) * prices.open[s] + min(spare, missing + spare - have) * prices.spare[s]
        return total + sum(prices.week[s] * weeks for s, weeks in self.waited())

    def waited(self) -> Iterable[tuple[int, int]]:
        """(seat, the weeks its missing stand open within those that are planned), where weeks have a price."""
        look = self.lookup
        if not any(look.prices.week):
            return
        ends: dict[int, list[int]] = {}
        for i, where in self.placed.items():
            for s in look.in_seats[i]:
                if look.missing[s]:
                    ends.setdefault(s, []).append(where.last + 1)
        for s, missing in enumerate(look.missing):
            found = sorted(ends.get(s, ()))[:missing]
            found += [look.weeks + 1] * (missing - len(found))
            yield s, sum(max(0, end - look.due[s]) for end in found)


def _poured(free: list[int], minutes: int) -> tuple[int, ...]:
    """The minutes, as early as there is room."""
    given = []
    for room in free:
        given.append(min(room, minutes))
        minutes -= given[-1]
    return tuple(given)

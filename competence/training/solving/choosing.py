"""Who is trained, and roughly by whom: the model without weeks, whose bound is a bound of the whole.

Time is counted over all the weeks and over teachers together, so no plan that can be placed in weeks is left out; whether
a choice can be placed, `placing` finds out.
"""

import time
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from competence.training.rules.lookup import Lookup
from competence.training.solving.lp import INF, Model

TINY = 1e-6


@dataclass(frozen=True, slots=True)
class Chosen:
    """The trainings chosen among a group of candidates."""

    hints: dict[int, tuple[int | None, int | None]]
    """Of each training chosen: the teacher and course the model would take."""
    bound: float
    """No plan has a lower objective, counted over this group alone."""
    seconds: float
    begins: Mapping[int, int] = field(default_factory=dict)
    """The week in which the model would begin each, where weeks have a price."""


@dataclass(frozen=True, slots=True)
class AtMost:
    """How many of some seats may be left open, in all and of the critical ones."""

    seats: frozenset[int]
    open: int
    critical: int

    def rows(self, model: Model, look: Lookup, left: Mapping[int, int]) -> None:
        """Nothing; the model keeps it, where `left` are its columns of what each seat still lacks."""
        mine = [s for s in sorted(self.seats) if s in left]
        model.most(self.open, [left[s] for s in mine])
        model.most(self.critical, [left[s] for s in mine if look.seats[s].critical])


class Choosing:
    """The model of a group: candidates that share no person and no seat with others."""

    def __init__(
        self, look: Lookup, group: Sequence[int], *, kept: Collection[int], at_most: Sequence[AtMost] = (),
        less: Mapping[int, int] | None = None,
    ) -> None:  # fmt: skip
        """`less` takes minutes from teachers; then the bound is none of the whole."""
        self.look, self.group, self.model, self.less = look, group, Model(), less or {}
        share = look.prices.share
        self.x = {i: self.model.column(look.weight[i] * share, low=float(i in kept)) for i in group}
        self.on: dict[tuple[int, int], int] = {}
        self.seats = sorted({s for i in group for s in look.in_seats[i] if look.missing[s] or look.prices.spare[s]})
        self._open(at_most)
        self._persons()
        self._needs()
        self._courses(share)
        self._teachers()

    def _open(self, at_most: Sequence[AtMost]) -> None:
        look, model = self.look, self.model
        open_: dict[int, int] = {}
        for s in self.seats:
            columns = [self.x[i] for i in look.who[s] if i in self.x]
            missing, spare = look.missing[s], look.spare[s]
            if missing:
                left = model.column(look.prices.open[s], high=missing, whole=False)
                model.least(missing, [*columns, left])
                open_[s] = left
                columns = [*columns, left]
            if spare and look.prices.spare[s]:
                thin = model.column(look.prices.spare[s], high=spare, whole=False)
                model.least(missing + spare, [*columns, thin])
        for one in at_most:
            one.rows(model, look, open_)

    def _persons(self) -> None:
        look = self.look
        per: dict[int, list[int]] = defaultdict(list)
        for i in self.group:
            per[look.person[i]].append(i)
        for person, mine in per.items():
            lanes = look.lanes(person)
            columns = [self.x[i] for i in mine]
            if sum(look.minutes[i] for i in mine) > look.limits.person_minutes:
                self.model.most(look.limits.person_minutes, columns, [look.minutes[i] for i in mine])
            if sum(look.length[i] for i in mine) > lanes:
                self.model.most(lanes, columns, [look.length[i] for i in mine])

    def _needs(self) -> None:
        for i in self.group:
            for j in self.look.needs[i]:
                self.model.most(0, [self.x[i], self.x[j]], [1.0, -1.0])

    def _courses(self, share: float) -> None:
        look, model = self.look, self.model
        taken: dict[int, list[int]] = defaultdict(list)
        priced: list[tuple[int, float]] = [(self.x[i], look.price[i]) for i in self.group if look.price[i]]
        for i in self.group:
            if not (options := look.courses[i]):
                continue
            if len(options) == 1 and not look.course[options[0]].price:
                taken[options[0]].append(self.x[i])
                continue
            columns = []
            for k in options:
                price = look.course[k].price
                column = self.on[i, k] = model.column(price * share)
                columns.append(column)
                taken[k].append(column)
                if price:
                    priced.append((column, price))
            model.row(0, 0, [*columns, self.x[i]], [1.0] * len(columns) + [-1.0])
        for k, columns in taken.items():
            if len(columns) > look.course[k].seats:
                model.most(look.course[k].seats, columns)
        budget = look.limits.budget
        if budget is not None and sum(price for _column, price in priced) > budget:
            model.most(budget, [column for column, _price in priced], [price for _column, price in priced])

    def _teachers(self) -> None:
        look = self.look
        self.shared = {(i, t) for t, mine in scarce(look, self.group).items() for i in mine}
        for room, mine in rooms(look, self.group, self.less):
            self.model.most(room, [self.x[i] for i in mine], [look.taught[i] for i in mine])

    def solve(self, *, seconds: float, gap: float) -> Chosen:
        """The trainings chosen, with the bound that was proven."""
        until, spent = time.monotonic() + seconds, 0.0
        if self.shared:
            spent = self._sharpened(seconds / 4)
        answer = self.model.solve(seconds=until - time.monotonic(), gap=gap)
        bound = max(0.0, answer.bound)
        spent += answer.seconds
        while answer.values is not None and self.shared and until - time.monotonic() > 2 * answer.seconds:
            if not self._sharper(answer.values):
                break
            answer = self.model.solve(seconds=until - time.monotonic(), gap=gap)
            bound = max(bound, answer.bound)
            spent += answer.seconds
        if answer.values is None:
            return Chosen({}, bound, spent)
        values, hints = answer.values, dict[int, tuple[int | None, int | None]]()
        courses = {i: k for (i, k), column in self.on.items() if values[column] > 0.5}
        chosen = [i for i, column in self.x.items() if values[column] > 0.5]
        teachers = self._one_each(chosen) if self.shared else {}
        for i in chosen:
            hints[i] = (teachers.get(i), courses.get(i))
        return Chosen(hints, bound, spent)

    def _sharpened(self, seconds: float) -> float:
        """Seconds spent: the model has a row for each set of teachers that its relaxed answer asks for too much of."""
        spent = 0.0
        while spent < seconds:
            answer = self.model.relaxed(seconds=seconds)
            spent += answer.seconds
            if answer.values is None or not self._sharper(answer.values):
                break
        return spent

    def _sharper(self, values: Sequence[float]) -> bool:
        """Whether the values asked some teachers together for more than they have, which now has a row against it."""
        look, model = self.look, Model()
        able: dict[int, list[int]] = defaultdict(list)
        for i, t in sorted(self.shared):
            able[i].append(t)
        given: dict[tuple[int, int], int] = {}
        mine: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for i, teachers in able.items():
            if (amount := values[self.x[i]]) > TINY:
                for t in teachers:
                    given[i, t] = model.column(high=INF, whole=False)
                    mine[t].append((i, given[i, t]))
                model.row(amount, amount, [given[i, t] for t in teachers], [1.0] * len(teachers))
        over: dict[int, int] = {}
        for t, all_ in mine.items():
            over[t] = model.column(1.0, high=INF, whole=False)
            columns = [*(column for _i, column in all_), over[t]]
            model.most(self._minutes(t), columns, [*(look.taught[i] for i, _column in all_), -1.0])
        found = model.solve(seconds=5, gap=0).values
        if found is None:
            return False
        some = {t for t, column in over.items() if found[column] > 0.5}
        queue = list(some)
        while queue:
            # Whoever could take something over from them has no time left either.
            t = queue.pop()
            for i, column in mine[t]:
                if found[column] > TINY:
                    queue += [other for other in able[i] if other not in some]
                    some.update(able[i])
        inside = [i for i, teachers in able.items() if some.issuperset(teachers)]
        room = sum(self._minutes(t) for t in some)
        if sum(look.taught[i] * values[self.x[i]] for i in inside) <= room + 0.5:
            return False
        self.model.most(room, [self.x[i] for i in inside], [look.taught[i] for i in inside])
        return True

    def _minutes(self, teacher: int) -> int:
        return self.look.room[teacher] * self.look.weeks - self.less.get(teacher, 0)

    def _one_each(self, chosen: Sequence[int]) -> dict[int, int]:
        """A teacher for each of those whose teachers are scarce, passing nobody's time where that can be."""
        look, model = self.look, Model()
        mine: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for i in chosen:
            columns = []
            for t in look.teachers[i]:
                if (i, t) in self.shared:
                    columns.append(model.column())
                    mine[t].append((i, columns[-1]))
            if columns:
                model.row(1, 1, columns, [1.0] * len(columns))
        alone: dict[int, int] = defaultdict(int)
        for i in chosen:
            if len(look.teachers[i]) == 1:
                alone[look.teachers[i][0]] += look.taught[i]
        for t, all_ in mine.items():
            over = model.column(1.0, high=INF, whole=False)
            most = self._minutes(t) - alone[t]
            model.most(most, [*(column for _i, column in all_), over], [*(look.taught[i] for i, _c in all_), -1.0])
        values = model.solve(seconds=1, gap=1e-3).values
        if values is None:
            return {}
        return {i: t for t, all_ in mine.items() for i, column in all_ if values[column] > 0.5}


def scarce(look: Lookup, group: Sequence[int]) -> dict[int, set[int]]:
    """The teachers who could be asked for more time than they have, each with those of the group who may need her.

    Whoever has a teacher with time for all who could ask her is taught by that one, and needs nobody else.
    """
    asked: dict[int, set[int]] = defaultdict(set)
    for i in group:
        if look.taught[i]:
            for t in look.teachers[i]:
                asked[t].add(i)
    load = {t: sum(look.taught[i] for i in mine) for t, mine in asked.items()}
    easy = [t for t in asked if load[t] <= look.room[t] * look.weeks]
    settled: set[int] = set()
    while easy:
        free = easy.pop()
        for i in asked.pop(free) - settled:
            settled.add(i)
            for t in look.teachers[i]:
                if t in asked and i in asked[t]:
                    asked[t].discard(i)
                    load[t] -= look.taught[i]
                    if load[t] <= look.room[t] * look.weeks and t not in easy:
                        easy.append(t)
    return asked


def rooms(look: Lookup, group: Sequence[int], less: Mapping[int, int] | None = None) -> list[tuple[int, list[int]]]:
    """(minutes, trainings) of each set of teachers who may have too little time for all that only they can teach."""
    asked = scarce(look, group)
    by_teachers: dict[frozenset[int], list[int]] = defaultdict(list)
    for i in group:
        if able := frozenset(t for t in look.teachers[i] if i in asked.get(t, ())):
            by_teachers[able].append(i)
    found = []
    for some in {*by_teachers, *(frozenset([t]) for t in asked), frozenset(asked)}:
        mine = [i for able, all_ in by_teachers.items() if able <= some for i in all_]
        room = sum(look.room[t] * look.weeks - (less or {}).get(t, 0) for t in some)
        if sum(look.taught[i] for i in mine) > room:
            found.append((room, sorted(mine)))
    return sorted(found)

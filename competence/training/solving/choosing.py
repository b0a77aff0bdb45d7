"""Who is trained, and roughly by whom: the model without weeks, whose bound is a bound of the whole.

Time is counted over all the weeks together and a teacher may be shared out in parts here, so no plan that can be placed
in weeks is left out; whether a choice can be placed, `placing` finds out.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from competence.training.rules.lookup import Lookup
from competence.training.solving.lp import INF, Model


@dataclass(frozen=True, slots=True)
class Chosen:
    """The trainings chosen among a group of candidates."""

    hints: dict[int, tuple[int | None, int | None]]
    """Of each training chosen: the teacher and course the model would take."""
    bound: float | None
    """No plan has a lower objective, counted over this group alone; None: none is known."""
    seconds: float


@dataclass(frozen=True, slots=True)
class AtMost:
    """How many seats of a group may be left open, in all and of the critical ones."""

    open: int
    critical: int


class Choosing:
    """The model of a group: candidates that share no person and no seat with others."""

    def __init__(self, look: Lookup, group: Sequence[int], *, kept: Collection[int], at_most: AtMost | None) -> None:
        self.look, self.group, self.model = look, group, Model()
        share = look.prices.share
        self.x = {i: self.model.column(look.weight[i] * share, low=float(i in kept)) for i in group}
        self.on: dict[tuple[int, int], int] = {}
        self.taught: dict[tuple[int, int], int] = {}
        self.seats = sorted({s for i in group for s in look.in_seats[i] if look.missing[s] or look.prices.spare[s]})
        self._open(at_most)
        self._persons()
        self._needs()
        self._courses(share)
        self._teachers()

    def _open(self, at_most: AtMost | None) -> None:
        look, model = self.look, self.model
        open_, critical = [], []
        for s in self.seats:
            columns = [self.x[i] for i in look.who[s] if i in self.x]
            missing, spare = look.missing[s], look.spare[s]
            if missing:
                left = model.column(look.prices.open[s], high=missing, whole=False)
                model.least(missing, [*columns, left])
                open_.append(left)
                if look.seats[s].critical:
                    critical.append(left)
                columns = [*columns, left]
            if spare and look.prices.spare[s]:
                thin = model.column(look.prices.spare[s], high=spare, whole=False)
                model.least(missing + spare, [*columns, thin])
        if at_most is not None:
            model.most(at_most.open, open_)
            if critical:
                model.most(at_most.critical, critical)

    def _persons(self) -> None:
        look = self.look
        per: dict[int, list[int]] = defaultdict(list)
        for i in self.group:
            per[look.person[i]].append(i)
        lanes = look.limits.at_once * look.weeks
        for mine in per.values():
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
        """A row for each teacher who could be asked for more than she has; who can have one with time to spare gets that."""
        look, model = self.look, self.model
        asked = scarce(look, self.group)
        rows: dict[int, list[tuple[int, float]]] = {t: [] for t in asked}
        for i in self.group:
            teachers = [t for t in look.teachers[i] if t in rows and i in asked[t]]
            if len(teachers) == 1:
                rows[teachers[0]].append((self.x[i], look.taught[i]))
            elif teachers:
                columns = []
                for t in teachers:
                    column = self.taught[i, t] = model.column(0.0, whole=False)
                    columns.append(column)
                    rows[t].append((column, look.taught[i]))
                model.row(0, 0, [*columns, self.x[i]], [1.0] * len(columns) + [-1.0])
        for t, found in rows.items():
            if found:
                model.most(look.room[t] * look.weeks, [column for column, _by in found], [by for _column, by in found])

    def solve(self, *, seconds: float, gap: float) -> Chosen:
        """The trainings chosen, with the bound that was proven."""
        answer = self.model.solve(seconds=seconds, gap=gap)
        bound = answer.bound if answer.bound > -INF else None
        if answer.values is None:
            return Chosen({}, bound, answer.seconds)
        values, hints = answer.values, {}
        shares: dict[int, list[tuple[float, int]]] = defaultdict(list)
        for (i, t), column in self.taught.items():
            shares[i].append((-values[column], t))
        courses = {i: k for (i, k), column in self.on.items() if values[column] > 0.5}
        for i, column in self.x.items():
            if values[column] > 0.5:
                teacher = min(shares[i])[1] if i in shares else None
                hints[i] = (teacher, courses.get(i))
        return Chosen(hints, bound, answer.seconds)


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

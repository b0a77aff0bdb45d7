"""Who is trained and when, where all shall be closed soon: each training has a yes or no for each week it can begin in.

A training that closes what is missing carries the weeks it waits in its own price; one that makes a seat robust has no
week, as nothing waits for it. Teachers' time is counted from the first week up to each, shared as they like: a little
more than can be carried out, so its bound is a bound of every plan. That makes the model so near to whole numbers that
its relaxed answer is nearly always the answer.
"""

import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate
from math import gcd

from competence.training.rules.lookup import Lookup
from competence.training.solving.choosing import Chosen
from competence.training.solving.lp import INF, Model

WHOLE = 1e-6
MANY = 8000
"""Columns of which a model in whole numbers is solved while somebody waits; in a larger one the shares are rounded."""


class Soonest:
    """The model of a group by the prices of the fastest way."""

    def __init__(self, look: Lookup, group: Sequence[int], *, kept: Collection[int] = ()) -> None:
        self.look, self.group, self.model = look, group, Model()
        self.begin: dict[int, dict[int, int]] = {}
        """The column of each week that each can begin in and count."""
        self.robust: dict[int, int] = {}
        """The column of each that is trained without closing what is missing."""
        self.on: dict[tuple[int, int], int] = {}
        self.plain = self._plain()
        for i in group:
            self._columns(i, kept=i in kept)
        self._seats()
        self._persons()
        self._needs()
        self._courses()
        self._teachers()

    def _plain(self) -> set[int]:
        """The seats all of whose people close nothing else: these carry the weeks in their own price."""
        look, many = self.look, set[int]()
        for i in self.group:
            missing = [s for s in look.in_seats[i] if look.missing[s]]
            if len(missing) > 1:
                many.update(missing)
        return {s for i in self.group for s in look.in_seats[i] if look.missing[s]} - many

    def _columns(self, i: int, *, kept: bool) -> None:
        look, model = self.look, self.model
        own, length = look.weight[i] * look.prices.share, look.length[i]
        missing = [s for s in look.in_seats[i] if look.missing[s]]
        weeks = [look.starts(i, k) for k in look.courses[i]] or [look.starts(i, None)]
        carries = [s for s in missing if s in self.plain]
        self.begin[i] = {}
        if missing:
            for start in sorted({start for some in weeks for start in some}):
                waits = sum(look.prices.week[s] * max(0, start + length - look.due[s]) for s in carries)
                self.begin[i][start] = model.column(own + waits)
        if not missing or carries:
            self.robust[i] = model.column(own)
        if kept:
            model.row(1, 1, self.whole(i), [1.0] * len(self.whole(i)))
        elif len(self.whole(i)) > 1:
            model.most(1, self.whole(i))

    def whole(self, i: int) -> list[int]:
        """The columns of which one is 1 when it is trained."""
        found = list(self.begin[i].values())
        return [*found, self.robust[i]] if i in self.robust else found

    def ended(self, i: int, week: int) -> list[int]:
        """The columns of which one is 1 when it counts, and ends before the week."""
        length = self.look.length[i]
        return [column for start, column in self.begin[i].items() if start + length <= week]

    def during(self, i: int, week: int) -> list[int]:
        """The columns of which one is 1 when it counts, and runs in the week."""
        length = self.look.length[i]
        return [column for start, column in self.begin[i].items() if start <= week < start + length]

    def _seats(self) -> None:
        look, model, prices, inside = self.look, self.model, self.look.prices, set(self.group)
        for s in sorted({s for i in self.group for s in look.in_seats[i]}):
            who = [i for i in look.who[s] if i in inside]
            missing, spare, left = look.missing[s], look.spare[s], list[int]()
            if missing:
                never = (look.weeks + 1 - look.due[s]) * prices.week[s] if s in self.plain else 0
                left = [model.column(prices.open[s] + max(0, never), high=missing, whole=False)]
                model.least(missing, [*(column for i in who for column in self.begin[i].values()), *left])
                if s not in self.plain:
                    self._waiting(s, who)
            if spare and prices.spare[s]:
                thin = model.column(prices.spare[s], high=spare, whole=False)
                model.least(missing + spare, [*(column for i in who for column in self.whole(i)), *left, thin])

    def _waiting(self, s: int, who: Sequence[int]) -> None:
        look, model, missing, price = self.look, self.model, self.look.missing[s], self.look.prices.week[s]
        for week in range(look.due[s], look.weeks + 1):
            done = [column for i in who for column in self.ended(i, week)]
            waits = model.column(price, low=0 if done else missing, high=missing, whole=False)
            if done:
                model.least(missing, [*done, waits])

    def _persons(self) -> None:
        look, model, limits = self.look, self.model, self.look.limits
        per: dict[int, list[int]] = defaultdict(list)
        for i in self.group:
            per[look.person[i]].append(i)
        for person, mine in per.items():
            busy, lanes = look.busy.get(person, [0] * look.weeks), look.lanes(person)
            if sum(look.minutes[i] for i in mine) > limits.person_minutes:
                self._sum(limits.person_minutes, [(self.whole(i), look.minutes[i]) for i in mine])
            if sum(look.length[i] for i in mine) > lanes:
                self._sum(lanes, [(self.whole(i), look.length[i]) for i in mine])
            for week in range(look.weeks):
                running = [columns for i in mine if (columns := self.during(i, week))]
                room = max(0, limits.at_once - busy[week])
                if len(running) > room:
                    model.most(room, [column for columns in running for column in columns])

    def _sum(self, most: float, by: Sequence[tuple[Sequence[int], int]]) -> None:
        columns = [column for some, _factor in by for column in some]
        self.model.most(most, columns, [float(factor) for some, factor in by for _column in some])

    def _needs(self) -> None:
        for i in self.group:
            for j in self.look.needs[i]:
                before = self.whole(j)
                self.model.most(0, [*self.whole(i), *before], [1.0] * len(self.whole(i)) + [-1.0] * len(before))
                free = [self.robust[j]] if j in self.robust else []
                for week in self.begin[i]:
                    begun = [column for start, column in self.begin[i].items() if start <= week]
                    done = [*self.ended(j, week), *free]
                    self.model.most(0, begun + done, [1.0] * len(begun) + [-1.0] * len(done))

    def _courses(self) -> None:
        look, model = self.look, self.model
        taken: dict[int, list[int]] = defaultdict(list)
        priced = [(column, look.price[i]) for i in self.group if look.price[i] for column in self.whole(i)]
        for i in self.group:
            columns = []
            for k in look.courses[i]:
                price = look.course[k].price
                column = self.on[i, k] = model.column(price * look.prices.share)
                columns.append(column)
                taken[k].append(column)
                priced += [(column, price)] if price else []
                within = self.during(i, look.course[k].week) + ([self.robust[i]] if i in self.robust else [])
                model.most(0, [column, *within], [1.0] + [-1.0] * len(within))
            if columns:
                model.row(0, 0, columns + self.whole(i), [1.0] * len(columns) + [-1.0] * len(self.whole(i)))
        for k, columns in taken.items():
            if len(columns) > look.course[k].seats:
                model.most(look.course[k].seats, columns)
        if look.limits.budget is not None and sum(price for _column, price in priced) > look.limits.budget:
            model.most(look.limits.budget, [column for column, _price in priced], [price for _column, price in priced])

    def _teachers(self) -> None:
        """Rows that share each one's weeks out among all who can only be taught by those who may have too few."""
        look, model = self.look, self.model
        asked = short_of_weeks(look, self.group)
        by_teachers: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for i in self.group:
            if able := tuple(sorted(t for t in look.teachers[i] if i in asked.get(t, ()))):
                by_teachers[able].append(i)
        given: dict[tuple[int, int], list[int]] = defaultdict(list)
        for able, mine in sorted(by_teachers.items()):
            shared: list[int] = []
            for week in range(1, look.weeks + 1):
                for t in able:
                    shared.append(model.column(high=INF, whole=False))
                    given[t, week].append(shared[-1])
                last = week == look.weeks
                done = [(self.whole(i) if last else self.ended(i, week), float(look.taught[i])) for i in mine]
                columns = [column for some, _by in done for column in some]
                if columns:
                    factors = [by for some, by in done for _column in some]
                    model.most(0, columns + shared, factors + [-1.0] * len(shared))
        for (t, week), columns in sorted(given.items()):
            step = gcd(*(look.taught[i] for i in asked[t]))
            model.most((look.room[t] * week // step - look.room[t] * (week - 1) // step) * step, columns)

    def solve(self, *, seconds: float, gap: float) -> Chosen:
        """The trainings chosen with their weeks, and the bound that was proven. None chosen: nothing was found in time."""
        until = time.monotonic() + seconds
        relaxed = self.model.relaxed(seconds=seconds)
        if relaxed.values is None:
            return Chosen({}, max(0.0, relaxed.bound), relaxed.seconds)
        spent, values, bound = relaxed.seconds, relaxed.values, max(0.0, relaxed.bound)
        if len(self.model.cost) <= MANY and any(WHOLE < values[column] < 1 - WHOLE for column in self._yes()):
            answer = self.model.solve(seconds=until - time.monotonic(), gap=gap)
            spent += answer.seconds
            values = answer.values if answer.values is not None else values
            bound = max(bound, answer.bound)
        return self._chosen(values, bound, spent)

    def _yes(self) -> Iterator[int]:
        for i in self.group:
            yield from self.whole(i)

    def _chosen(self, values: Sequence[float], bound: float, spent: float) -> Chosen:
        """Those of the values that are yes, those that end first first."""
        courses: dict[int, tuple[float, int]] = {}
        for (i, k), column in self.on.items():
            courses[i] = max(courses.get(i, (0.0, k)), (values[column], k))
        begins: dict[int, int] = {}
        for i in self.group:
            if sum(values[column] for column in self.whole(i)) > 0.5:
                share, start = max(((values[c], -start) for start, c in self.begin[i].items()), default=(0.0, 0))
                begins[i] = -start if share > WHOLE else self.look.weeks
        order = sorted(begins, key=lambda i: (begins[i] + self.look.length[i], begins[i], i))
        return Chosen({i: (None, courses[i][1] if i in courses else None) for i in order}, bound, spent, begins)


def short_of_weeks(look: Lookup, group: Sequence[int]) -> dict[int, set[int]]:
    """The teachers who could be asked for more than they have up to some week, each with those of the group who may need her.

    Whoever has a teacher with time for all who could ask her is taught by that one, and needs nobody else.
    """
    asked: dict[int, set[int]] = defaultdict(set)
    load: dict[int, list[int]] = defaultdict(lambda: [0] * (look.weeks + 1))
    for i in group:
        if look.taught[i]:
            for t in look.teachers[i]:
                asked[t].add(i)
                load[t][look.head[i] + look.length[i]] += look.taught[i]

    def has_time(t: int) -> bool:
        return all(sum_ <= look.room[t] * week for week, sum_ in enumerate(accumulate(load[t])))

    easy = [t for t in asked if has_time(t)]
    settled: set[int] = set()
    while easy:
        for i in asked.pop(easy.pop(), set()) - settled:
            settled.add(i)
            for t in look.teachers[i]:
                if t in asked and i in asked[t]:
                    asked[t].discard(i)
                    load[t][look.head[i] + look.length[i]] -= look.taught[i]
                    if t not in easy and has_time(t):
                        easy.append(t)
    return asked

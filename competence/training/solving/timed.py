"""The exact model: a yes or no for each week in which each training can begin, and the teachers' minutes week by week.

Whatever it finds can be carried out.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from competence.training.rules.plan import Plan
from competence.training.solving.choosing import AtMost
from competence.training.solving.lp import INF, Answer, Model


@dataclass
class Slack:
    """What may be passed, at a price: the elastic model. Filled with the columns that say by how much."""

    weeks: int
    """How many weeks more may be taken."""
    columns: dict[tuple[str, int | None], int] = field(default_factory=dict)


class Timed:
    """The model of some candidates beside a plan in which everybody else is placed."""

    def __init__(self, plan: Plan, group: Sequence[int], *, slack: Slack | None = None) -> None:
        self.plan, self.look, self.group, self.slack = plan, plan.lookup, group, slack
        self.model = Model()
        self.weeks = self.look.weeks + (slack.weeks if slack else 0)
        self.starts: dict[int, dict[int, int]] = {}
        """The column of each start of each."""
        self.on: dict[tuple[int, int], int] = {}
        self.taught: dict[tuple[int, int], int] = {}
        self.priced: list[tuple[int, float]] = []
        for i in group:
            self._starts(i)
        self._persons()
        self._needs()
        self._seats_on_courses()
        self._budget()
        self._teachers()

    # What there is of each.

    def _starts(self, i: int) -> None:
        look, options = self.look, self.courses(i)
        weeks = range(look.head[i], self.weeks - look.length[i] + 1)
        if options:
            within = [look.starts(i, k, weeks=self.weeks) for k in options]
            weeks = range(min(one.start for one in within), max(one.stop for one in within))
        cost = look.weight[i] * look.prices.share
        self.starts[i] = {start: self.model.column(cost) for start in weeks}
        self.model.most(1, list(self.starts[i].values()))
        if look.price[i]:
            self.priced += [(column, look.price[i]) for column in self.starts[i].values()]

    def courses(self, i: int) -> tuple[int, ...]:
        """The courses that it can be on; where more seats may be asked for, also those that are full."""
        look = self.look
        if self.slack is None:
            return look.courses[i]
        return tuple(k for k in dict.fromkeys(look.candidates[i].courses) if k in look.course)

    def whole(self, i: int) -> list[int]:
        """The columns of which one is 1 when it is trained."""
        return list(self.starts[i].values())

    def ended(self, i: int, week: int) -> list[int]:
        """The columns of which one is 1 when it is trained before the week."""
        length = self.look.length[i]
        return [column for start, column in self.starts[i].items() if start + length <= week]

    def during(self, i: int, week: int) -> list[int]:
        """The columns of which one is 1 when the training runs in the week."""
        length = self.look.length[i]
        return [column for start, column in self.starts[i].items() if start <= week < start + length]

    def over(self, limit: str, who: int | None, price: float, most: float) -> list[int]:
        """The column by which the limit may be passed at a price, or none where it may not."""
        if self.slack is None:
            return []
        key = (limit, who)
        if key not in self.slack.columns:
            self.slack.columns[key] = self.model.column(price, high=most)
        return [self.slack.columns[key]]

    # What may not be passed.

    def _persons(self) -> None:
        look = self.look
        per: dict[int, list[int]] = defaultdict(list)
        for i in self.group:
            per[look.person[i]].append(i)
        for person, mine in per.items():
            used = self.plan.used.get(person, 0)
            busy = self.plan.busy.get(person, [0] * look.weeks) + [0] * (self.weeks - look.weeks)
            total = sum(look.minutes[i] for i in mine)
            if used + total > look.limits.person_minutes:
                over = self.over("person_minutes", person, look.limits.hour / 60, used + total)
                columns = [column for i in mine for column in self.whole(i)]
                factors = [float(look.minutes[i]) for i in mine for _column in self.whole(i)]
                self.model.most(look.limits.person_minutes - used, columns + over, factors + [-1.0] * len(over))
            for week in range(self.weeks):
                columns = [column for i in mine for column in self.during(i, week)]
                room = max(0, look.limits.at_once - busy[week])
                if columns and len(mine) > room:
                    over = self.over("at_once", person, 1000, len(mine))
                    self.model.most(room, columns + over, [1.0] * len(columns) + [-1.0] * len(over))

    def _needs(self) -> None:
        for i in self.group:
            for j in self.look.needs[i]:
                if j in self.plan.placed:
                    continue
                for week in sorted(self.starts[i]):
                    begun = [column for start, column in self.starts[i].items() if start <= week]
                    done = self.ended(j, week)
                    self.model.most(0, begun + done, [1.0] * len(begun) + [-1.0] * len(done))

    def _seats_on_courses(self) -> None:
        look, model = self.look, self.model
        taken: dict[int, list[int]] = defaultdict(list)
        for i in self.group:
            columns = []
            for k in self.courses(i):
                price = look.course[k].price
                column = self.on[i, k] = model.column(price * look.prices.share)
                columns.append(column)
                taken[k].append(column)
                if price:
                    self.priced.append((column, price))
                within = self.during(i, look.course[k].week)
                model.most(0, [column, *within], [1.0] + [-1.0] * len(within))
            if columns:
                whole = self.whole(i)
                model.row(0, 0, columns + whole, [1.0] * len(columns) + [-1.0] * len(whole))
        for k, columns in taken.items():
            if len(columns) > self.plan.seats[k]:
                over = self.over("course", k, max(1000, look.course[k].price), len(columns))
                model.most(self.plan.seats[k], columns + over, [1.0] * len(columns) + [-1.0] * len(over))

    def _budget(self) -> None:
        money, total = self.plan.money, sum(price for _column, price in self.priced)
        if money is not None and total > money:
            over = self.over("budget", None, 1, total)
            columns = [column for column, _price in self.priced]
            self.model.most(money, columns + over, [price for _column, price in self.priced] + [-1.0] * len(over))

    def _room(self, teacher: int) -> list[int]:
        full = self.look.room[teacher]
        return self.plan.free.get(teacher, [full] * self.look.weeks) + [full] * (self.weeks - self.look.weeks)

    def _able(self, i: int) -> tuple[int, ...]:
        """Whoever can teach it; where more may be asked for, also those who have too little time."""
        look = self.look
        if self.slack is None or look.teachers[i]:
            return look.teachers[i]
        return tuple(t for t in dict.fromkeys(look.candidates[i].teachers) if t in look.room and t != look.person[i])

    def _teachers(self) -> None:
        look, model = self.look, self.model
        asked: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for i in self.group:
            columns = []
            for t in self._able(i):
                column = self.taught[i, t] = model.column()
                columns.append(column)
                asked[t].append((i, column))
            whole = self.whole(i)
            if columns or self.slack is None:
                model.row(0, 0, columns + whole, [1.0] * len(columns) + [-1.0] * len(whole))
        given: dict[tuple[int, int], list[int]] = defaultdict(list)
        """The minutes of each training in each week, whoever gives them."""
        for t, all_ in asked.items():
            room_by_week = self._room(t)
            total = sum(look.taught[i] for i, _column in all_)
            if total > sum(room_by_week):
                over = self.over("teacher", t, look.limits.hour / 60 * self.weeks, total)
                factors = [float(look.taught[i]) for i, _column in all_] + [-float(self.weeks)] * len(over)
                model.most(sum(room_by_week), [column for _i, column in all_] + over, factors)
            self._by_week(t, all_, room_by_week, given)
        for (i, week), columns in given.items():
            running = self.during(i, week)
            model.most(0, columns + running, [1.0] * len(columns) + [-float(look.taught[i])] * len(running))

    def _by_week(
        self, t: int, mine: list[tuple[int, int]], room: list[int], given: dict[tuple[int, int], list[int]]
    ) -> None:
        look, model = self.look, self.model
        weekly: dict[int, list[int]] = defaultdict(list)
        for i, column in mine:
            if not look.taught[i]:
                continue
            minutes = []
            for week in range(self.weeks):
                if self.during(i, week):
                    minutes.append(model.column(high=INF, whole=False))
                    weekly[week].append(minutes[-1])
                    given[i, week].append(minutes[-1])
            model.row(0, 0, [*minutes, column], [1.0] * len(minutes) + [-float(look.taught[i])])
        most = max((look.taught[i] for i, _column in mine), default=0) * len(mine)
        for week, columns in weekly.items():
            over = self.over("teacher", t, look.limits.hour / 60 * self.weeks, most)
            model.most(room[week], columns + over, [1.0] * len(columns) + [-1.0] * len(over))

    # What is wanted.

    def close(self, at_most: Sequence[AtMost] = ()) -> None:
        """Nothing; the model closes seats by the aim's prices. Nobody outside the group may count in them."""
        look, model, prices = self.look, self.model, self.look.prices
        open_: dict[int, int] = {}
        inside = set(self.group)
        for s in sorted({s for i in self.group for s in look.in_seats[i]}):
            who = [i for i in look.who[s] if i in inside]
            missing, spare = look.missing[s], look.spare[s]
            columns = [column for i in who for column in self.whole(i)]
            if missing:
                left = model.column(prices.open[s], high=missing, whole=False)
                model.least(missing, [*columns, left])
                columns.append(left)
                open_[s] = left
                if prices.week[s]:
                    self._waiting(s, who)
            if spare and prices.spare[s]:
                thin = model.column(prices.spare[s], high=spare, whole=False)
                model.least(missing + spare, [*columns, thin])
        for one in at_most:
            one.rows(model, look, open_)

    def _waiting(self, s: int, who: Sequence[int]) -> None:
        look = self.look
        missing, price = look.missing[s], look.prices.week[s]
        for week in range(look.due[s], self.weeks + 1):
            done = [column for i in who for column in self.ended(i, week)]
            waits = self.model.column(price, low=0 if done else missing, high=missing, whole=False)
            if done:
                self.model.least(missing, [*done, waits])

    def must(self, i: int, price: float | None = None) -> int | None:
        """The column that is 1 when it is left out at the price; None: it may not be."""
        if price is None:
            self.model.least(1, self.whole(i))
            return None
        out = self.model.column(price)
        self.model.least(1, [*self.whole(i), out])
        return out

    # What was found.

    def order(self, answer: Answer) -> list[tuple[int, int, int | None, int | None]]:
        """(start, candidate, teacher, course) of each training found, the earliest first; weeks may be passed by slack."""
        values = answer.values
        assert values is not None
        found = []
        teachers: dict[int, list[tuple[float, int]]] = defaultdict(list)
        for (i, t), column in self.taught.items():
            teachers[i].append((-values[column], t))
        courses = {i: k for (i, k), column in self.on.items() if values[column] > 0.5}
        for i, starts in self.starts.items():
            for start, column in starts.items():
                if values[column] > 0.5:
                    teacher = min(teachers[i])[1] if teachers[i] else None
                    found.append((start, i, teacher, courses.get(i)))
        return sorted(found, key=lambda one: one[:2])

"""Which candidates have to be chosen together."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from competence.training.rules.lookup import Lookup
from competence.training.rules.plan import Plan

LARGEST = 9000
"""Candidates that are chosen together at most: a large district, solved in seconds."""
DISTRICT = 5000
"""The same where each has a yes or no for every week."""


class Together:
    """Things joined two by two, and whose set each is in."""

    def __init__(self) -> None:
        self.over: dict[object, object] = {}

    def of(self, one: object) -> object:
        """The name of the set that it is in."""
        found = one
        while (above := self.over.get(found, found)) != found:
            found = above
        while one != found:
            self.over[one], one = found, self.over.get(one, one)
        return found

    def join(self, one: object, other: object) -> None:
        """Nothing; the two are in one set from now on."""
        self.over[self.of(one)] = self.of(other)


def pieces(look: Lookup, useful: Iterable[int]) -> list[list[int]]:
    """The candidates in groups that share no person and no seat: as a rule the teams."""
    sets, all_ = Together(), list(useful)
    for i in all_:
        mine = ("person", look.person[i])
        for s in look.in_seats[i]:
            if look.missing[s] or (look.spare[s] and look.prices.spare[s]):
                sets.join(("seat", s), mine)
    found: dict[object, list[int]] = defaultdict(list)
    for i in all_:
        found[sets.of(("person", look.person[i]))].append(i)
    return list(found.values())


def taken_by_others(look: Lookup, plan: Plan, hints: Mapping[int, tuple[int | None, int | None]]) -> set[int]:
    """The courses that somebody was to be on, who came on a dearer one as another group had the seats."""
    found = set()
    for i, (_teacher, course) in hints.items():
        where = plan.placed.get(i)
        on = where.course if where is not None else None
        if course is not None and on is not None and look.course[on].price > look.course[course].price:
            found.add(course)
    return found


def joined(
    look: Lookup,
    groups: list[list[int]],
    plan: Plan,
    failed: Collection[int],
    wanted: Collection[int],
    taken: Collection[int] = (),
) -> list[list[int]]:
    """The groups, those made one that compete for what the failed lacked: teachers, seats on courses, the budget.

    `taken`: courses that are competed for, though nobody failed.
    """
    at = {i: g for g, group in enumerate(groups) for i in group}
    teachers = {t for i in failed if has_weeks(plan, i) for t in look.teachers[i]}
    courses = {k for i in failed if look.courses[i] and all(plan.seats[k] < 1 for k in look.courses[i])
               for k in look.courses[i]} | set(taken)  # fmt: skip
    poor = plan.money is not None and any(look.least_price(i) > plan.money for i in failed)
    rivals: dict[object, set[int]] = defaultdict(set)
    for i in wanted:
        for t in look.teachers[i]:
            if t in teachers:
                rivals["teacher", t].add(at[i])
        for k in look.courses[i]:
            if k in courses:
                rivals["course", k].add(at[i])
        if poor and look.least_price(i):
            rivals["budget"].add(at[i])
    return _merged(groups, rivals, LARGEST)


def districts(look: Lookup, groups: list[list[int]], short: Mapping[int, Collection[int]]) -> list[list[int]]:
    """The groups, those made one that may compete: for the teachers who are `short` of weeks, for a course or the budget."""
    at = {i: g for g, group in enumerate(groups) for i in group}
    rivals: dict[object, set[int]] = defaultdict(set)
    for t, mine in short.items():
        rivals["teacher", t] = {at[i] for i in mine}
    asked: dict[int, list[int]] = defaultdict(list)
    for i in at:
        for k in look.courses[i]:
            asked[k].append(i)
    for k, mine in asked.items():
        if len(mine) > look.course[k].seats:
            rivals["course", k] = {at[i] for i in mine}
    priced = [i for i in at if look.least_price(i)]
    if look.limits.budget is not None and sum(map(look.least_price, priced)) > look.limits.budget:
        rivals["budget"] = {at[i] for i in priced}
    return _merged(groups, rivals, DISTRICT)


def _merged(groups: list[list[int]], rivals: Mapping[object, set[int]], largest: int) -> list[list[int]]:
    """The groups, rivals made one unless that is too large."""
    sets = Together()
    size: dict[object, int] = {g: len(group) for g, group in enumerate(groups)}
    # Those that few compete for first, so that whoever teaches everywhere does not make one of all districts.
    for _thing, some in sorted(rivals.items(), key=lambda one: (len(one[1]), str(one[0]))):
        tops = {sets.of(g) for g in some}
        total = sum(size[g] for g in tops)
        if tops and total <= largest:
            for g in tops:
                sets.join(g, next(iter(some)))
            size[sets.of(next(iter(some)))] = total
    found: dict[object, list[int]] = defaultdict(list)
    for g, group in enumerate(groups):
        found[sets.of(g)].extend(group)
    return [sorted(group) for group in found.values()]


def has_weeks(plan: Plan, i: int) -> bool:
    """Whether the person has weeks in which it could lie, whoever teaches it."""
    look = plan.lookup
    if any(j not in plan.placed for j in look.needs[i]):
        return False
    busy = plan.busy.get(look.person[i], [0] * look.weeks)
    first = max([look.head[i], *(plan.placed[j].last + 1 for j in look.needs[i])])
    length = look.length[i]
    return any(
        max(busy[start : start + length]) < look.limits.at_once for start in range(first, look.weeks - length + 1)
    )

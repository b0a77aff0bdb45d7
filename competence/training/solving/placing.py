"""What was chosen, placed in weeks: by trying, then by moving what stands in the way, then as an exact model says."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import inf

from competence.training.rules.lookup import Lookup
from competence.training.rules.plan import Placed, Plan

Hints = Mapping[int, tuple[int | None, int | None]]
"""The teacher and the course that each training had in the model."""
TRIES = 10
MANY = 1500
"""Trainings of which all are not placed anew again and again."""
FEW, SOME = 10, 40
"""Trainings for which room is made: where there is another way to go on, and where there is none."""
MOVED = 400
"""Trainings that are moved at most to make room for one."""


def by_urgency(look: Lookup, chosen: Iterable[int]) -> list[int]:
    """The trainings in the order to place them: those bound to a course, what opens first, critical ones, long ones."""

    def urgency(i: int) -> tuple[bool, int, bool, int, int]:
        seats = [s for s in look.in_seats[i] if look.missing[s]]
        due = min((look.due[s] for s in seats), default=look.weeks)
        critical = any(look.seats[s].critical for s in seats)
        return not look.courses[i], due, not critical, -look.length[i], i

    return sorted(chosen, key=urgency)


def place(
    look: Lookup,
    order: Sequence[int],
    hints: Hints,
    *,
    base: Plan | None = None,
    tries: int = TRIES,
    until: float = inf,
) -> tuple[Plan, list[int]]:
    """The plan with as many as can be placed, and those for which no room was found in so many tries.

    After `until`, by the monotonic clock, nothing is tried once more.
    """
    best: tuple[Plan, list[int]] | None = None
    turn = list(order)
    for _try in range(tries if len(turn) <= MANY else min(tries, 2)):
        plan, failed = _in_turn(look, turn, hints, base)
        if len(failed) <= (FEW if tries == 1 else SOME):
            failed = [i for i in failed if time.monotonic() > until or not _make_room(plan, i, hints)]
        if best is None or len(failed) < len(best[1]):
            best = plan, failed
        if not failed or len(failed) > SOME or time.monotonic() > until:
            break
        first = [j for i in failed for j in (*look.before[i], i)]
        turn = list(dict.fromkeys([*first, *turn]))
    assert best is not None
    return best


def _in_turn(look: Lookup, turn: Sequence[int], hints: Hints, base: Plan | None) -> tuple[Plan, list[int]]:
    plan, failed = Plan(look), []
    if base is not None:
        for i, where in base.placed.items():
            plan.put(i, where)
    inside = set(turn)
    for i in turn:
        for j in (*look.before[i], i):
            if j in plan.placed or (j not in inside and j != i):
                continue
            if not _put(plan, j, hints) and j not in failed:
                failed.append(j)
    return plan, [i for i in failed if i not in plan.placed]


def _put(plan: Plan, i: int, hints: Hints) -> bool:
    if any(j not in plan.placed for j in plan.lookup.needs[i]):
        return False
    teacher, course = hints.get(i, (None, None))
    found = plan.fits(i, prefer=teacher, course=course)
    if isinstance(found, Placed):
        plan.put(i, found)
        return True
    return False


def _make_room(plan: Plan, i: int, hints: Hints) -> bool:
    """Whether the training has found a place: beside the others, with their lessons moved, or with one moved elsewhere."""
    look = plan.lookup
    if any(j not in plan.placed for j in look.needs[i]):
        return False
    if _put(plan, i, hints) or _squeezed(plan, i):
        return True
    teachers, person = set(look.teachers[i]), look.person[i]
    needed = {j for k in plan.placed for j in look.needs[k]}
    near = [k for k, where in plan.placed.items() if where.teacher in teachers or look.person[k] == person]
    for k in near[:MOVED]:
        if k in needed:
            continue
        was = plan.take(k)
        if _put(plan, i, hints):
            if _put(plan, k, {}) or _squeezed(plan, k):
                return True
            plan.take(i)
        plan.put(k, was)
    return False


def _squeezed(plan: Plan, i: int) -> bool:
    """Whether the training fits when its teacher's lessons are laid anew in the weeks of each."""
    look = plan.lookup
    busy = plan.busy.get(look.person[i], [0] * look.weeks)
    if plan.used.get(look.person[i], 0) + look.minutes[i] > look.limits.person_minutes:
        return False
    courses: list[int | None] = [k for k in look.courses[i] if plan.seats[k] > 0 and plan.affords(i, k)]
    if not look.candidates[i].courses:
        courses = [None] if plan.affords(i, None) else []
    first = max([look.head[i], *(plan.placed[j].last + 1 for j in look.needs[i])])
    for teacher in look.teachers[i]:
        if sum(plan.free.get(teacher, ())) < look.taught[i]:
            continue
        mine = [(k, where) for k, where in plan.placed.items() if where.teacher == teacher]
        for start in range(first, look.weeks - look.length[i] + 1):
            end = start + look.length[i]
            on = next((k for k in courses if k is None or start <= look.course[k].week < end), -1)
            if on == -1 or max(busy[start:end]) >= look.limits.at_once:
                continue
            spans = [(where.last + 1, where.first, k) for k, where in mine]
            given = _lessons(look, teacher, [*spans, (end, start, i)])
            if given is None:
                continue
            for k, where in mine:
                plan.take(k)
                plan.put(k, replace(where, teaching=given[k]))
            plan.put(i, Placed(start, end - 1, teacher, on, given[i]))
            return True
    return False


def _lessons(look: Lookup, teacher: int, spans: Sequence[tuple[int, int, int]]) -> dict[int, tuple[int, ...]] | None:
    """Each one's minutes by week, all (end, start, training) taught by one; None when she has not the time.

    Whoever ends first is taught first: if there is a way at all, this is one.
    """
    left = {i: look.taught[i] for _end, _start, i in spans}
    given = {i: [0] * (end - start) for end, start, i in spans}
    order = sorted(spans)
    for week in range(look.weeks):
        room = look.room[teacher]
        for end, start, i in order:
            if start <= week < end and left[i] and room:
                minutes = min(room, left[i])
                given[i][week - start] = minutes
                left[i] -= minutes
                room -= minutes
    return None if any(left.values()) else {i: tuple(minutes) for i, minutes in given.items()}


def carried_out(plan: Plan, order: Sequence[tuple[int, int, int | None, int | None]]) -> bool:
    """Whether all (start, training, teacher, course) could be placed just there; if not, nothing has been."""
    look = plan.lookup
    by_teacher: dict[int, list[tuple[int, int, int]]] = {}
    for start, i, teacher, _course in order:
        if teacher is None or start + look.length[i] > look.weeks:
            return False
        by_teacher.setdefault(teacher, []).append((start + look.length[i], start, i))
    lessons: dict[int, tuple[int, ...]] = {}
    moved: list[tuple[int, Placed]] = []
    for teacher, mine in by_teacher.items():
        others = [(k, where) for k, where in plan.placed.items() if where.teacher == teacher]
        given = _lessons(look, teacher, [*((where.last + 1, where.first, k) for k, where in others), *mine])
        if given is None:
            return False
        lessons |= given
        moved += others
    for k, where in moved:
        plan.take(k)
        plan.put(k, replace(where, teaching=lessons[k]))
    for start, i, teacher, course in order:
        assert teacher is not None
        plan.put(i, Placed(start, start + look.length[i] - 1, teacher, course, lessons[i]))
    return True

"""What was chosen, placed in weeks: by trying, then by moving what stands in the way, then as an exact model says."""

from collections.abc import Iterable, Mapping, Sequence

from competence.training.rules.lookup import Lookup
from competence.training.rules.plan import Placed, Plan

Hints = Mapping[int, tuple[int | None, int | None]]
"""The teacher and the course that each training had in the model."""
TRIES = 10
MANY = 1500
"""Trainings of which all are not placed anew again and again."""
MOVED = 80
"""Trainings that are moved at most to make room for one."""


def by_urgency(look: Lookup, chosen: Iterable[int]) -> list[int]:
    """The trainings in the order to place them: what opens first, critical ones, those bound to a course, long ones."""

    def urgency(i: int) -> tuple[int, bool, bool, int, int]:
        seats = [s for s in look.in_seats[i] if look.missing[s]]
        due = min((look.due[s] for s in seats), default=look.weeks)
        critical = any(look.seats[s].critical for s in seats)
        return due, not critical, not look.courses[i], -look.length[i], i

    return sorted(chosen, key=urgency)


def place(look: Lookup, order: Sequence[int], hints: Hints, *, base: Plan | None = None) -> tuple[Plan, list[int]]:
    """The plan with as many as can be placed, and those for which no room was found."""
    best: tuple[Plan, list[int]] | None = None
    turn = list(order)
    for _try in range(TRIES if len(turn) <= MANY else 2):
        plan, failed = _in_turn(look, turn, hints, base)
        failed = [i for i in failed if not _make_room(plan, i, hints)]
        if best is None or len(failed) < len(best[1]):
            best = plan, failed
        if not failed:
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
    """Whether the training has found a place, with one other moved elsewhere for it."""
    look = plan.lookup
    if _put(plan, i, hints):
        return True
    if any(j not in plan.placed for j in look.needs[i]):
        return False
    teachers, person = set(look.teachers[i]), look.person[i]
    needed = {j for k in plan.placed for j in look.needs[k]}
    near = [k for k, where in plan.placed.items() if where.teacher in teachers or look.person[k] == person]
    for k in near[:MOVED]:
        if k in needed:
            continue
        was = plan.take(k)
        if _put(plan, i, hints):
            if _put(plan, k, {}):
                return True
            plan.take(i)
        plan.put(k, was)
    return False


def carried_out(plan: Plan, order: Sequence[tuple[int, int, int | None, int | None]]) -> bool:
    """Whether all (start, training, teacher, course) could be placed just there; if not, nothing has been."""
    look = plan.lookup
    given: dict[int, list[int]] = {i: [0] * look.length[i] for _start, i, _teacher, _course in order}
    left = {i: look.taught[i] for _start, i, _teacher, _course in order}
    by_teacher: dict[int, list[tuple[int, int, int]]] = {}
    for start, i, teacher, _course in order:
        if teacher is None or start + look.length[i] > look.weeks:
            return False
        by_teacher.setdefault(teacher, []).append((start + look.length[i], start, i))
    for teacher, mine in by_teacher.items():
        free = plan.free.get(teacher, [look.room[teacher]] * look.weeks)
        for week, room in enumerate(free):
            # Whoever ends first is taught first: if anything fits, this does.
            for end, start, i in sorted(mine):
                if start <= week < end and left[i]:
                    minutes = min(room, left[i])
                    given[i][week - start] += minutes
                    left[i] -= minutes
                    room -= minutes
    if any(left.values()):
        return False
    for start, i, teacher, course in order:
        assert teacher is not None
        plan.put(i, Placed(start, start + look.length[i] - 1, teacher, course, tuple(given[i])))
    return True

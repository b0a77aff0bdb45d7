"""The answer over time: the dates on which it may change, and the intervals between them."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from competence.decision.rules.facts import Answer, Employment
from competence.decision.rules.judging import judge

Interval = tuple[date, date | None, int, str, tuple[tuple[str, str], ...]]
"""First day, first day no longer, level, basis, limits."""


def boundaries(employment: Employment, task: int) -> tuple[date, ...]:
    """Every date on which level, basis or limits for the task may change, in order. Between two of them they are the same."""
    book, settings = employment.book, employment.book.settings
    days: set[date | None] = {
        employment.valid_from,
        employment.valid_to,
        employment.authorisation_checked_on,
        employment.stage_from,
    }
    days |= set(book.turns(task, employment.staff_group_id))
    days |= set(book.keeping_ends(task, employment.staff_group_id))
    for stop in book.stops:
        if stop.task_id == task:
            days |= {stop.valid_from, stop.valid_to}
    for mask in book.masks:
        if mask.task_id == task:
            days |= {mask.valid_from, mask.valid_to}
    days |= {turn.on for turn in book.scale}
    for one in book.must_read.get(task, ()):
        days |= {one.closes_on, employment.read.get(one.id)}
    days |= {one.closes_on for one in book.sign_again.get(task, ())}
    for signed in employment.signed.get(task, ()):
        days |= {signed.valid_from, signed.accepted_on, signed.ends}
        for pause in signed.pauses:
            days |= set(pause)
    for delegated in employment.delegations.get(task, ()):
        days |= {delegated.valid_from, delegated.accepted_on, delegated.ends(settings.delegation_notice_days)}
    for start, end in employment.exempt.get(task, ()):
        days |= {start, end}
    for start, end in employment.absences:
        days |= {start + timedelta(days=settings.long_absence_days), end}
    if employment.absences:  # after a long one it counts again from the next observed time
        days |= set(employment.observed.get(task, ()))
    for other in book.must_hold.get(task, ()):
        days |= set(boundaries(employment, other))
    return tuple(sorted(day for day in days if day is not None and day < date.max))


def intervals(
    employment: Employment, task: int, *, citizen: int | None = None, judged: Callable[..., Answer] = judge
) -> list[Interval]:
    """The answer as intervals that follow on each other from the employment's first day; equal neighbours are joined."""
    rows: list[Interval] = []
    days = [day for day in boundaries(employment, task) if day >= employment.valid_from]
    for index, day in enumerate(days):
        if employment.valid_to is not None and day >= employment.valid_to:
            break
        answer = judged(employment, task, on=day, citizen=citizen)
        until = days[index + 1] if index + 1 < len(days) else None
        last = rows[-1] if rows else None
        if last is not None and last[1] == day and last[2:] == (answer.level, answer.basis, answer.limits):
            rows[-1] = (last[0], until, *last[2:])
        else:
            rows.append((day, until, answer.level, answer.basis, answer.limits))
    return rows


def answers_on(employment: Employment, task: int, days: Sequence[date], *, unit: str | None = None) -> list[Answer]:
    """The answer on each of the days, which are in order. The rule is asked only where it may say something else.

    `unit` (a path) is where the task is done, her own unit when not named.
    """
    turns = boundaries(employment, task) if len(days) > 1 else ()
    found: list[Answer] = []
    for at, day in enumerate(days):
        same = at > 0 and bisect_right(turns, days[at - 1]) == bisect_right(turns, day)
        found.append(found[-1] if same else judge(employment, task, on=day, unit=unit))
    return found


def held_until(employment: Employment, task: int, *, on: date) -> tuple[bool, date | None]:
    """Whether the employment has given the task by `on`, and the first day on which it no longer does; None = it does not end.

    Where it does not on the day, the day on which it last ended. A level that holds for one citizen only counts too.
    """
    held = [
        (start, end) for start, end, level, _basis, _limits in intervals(employment, task, judged=_for_anybody) if level
    ]
    begun = [(start, end) for start, end in held if start <= on]
    if not begun:
        return False, None
    until = begun[-1][1]
    for start, end in held:
        if start == until:
            until = end
    return True, until


def _for_anybody(employment: Employment, task: int, *, on: date, citizen: int | None = None) -> Answer:
    answer = judge(employment, task, on=on, citizen=citizen)
    return replace(answer, level=answer.level or answer.named_level)


def for_one(employment: Employment, task: int, citizen: int) -> list[Interval]:
    """The answer for one citizen where it is another than for all, as intervals; level 0 elsewhere."""

    def named(employment: Employment, task: int, *, on: date, citizen: int | None = None) -> Answer:
        everybody = judge(employment, task, on=on)
        return replace(everybody, level=0) if everybody.level else judge(employment, task, on=on, citizen=citizen)

    return intervals(employment, task, citizen=citizen, judged=named)

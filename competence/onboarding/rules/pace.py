"""When an item of a programme is due, as the pace was set. Pure.

A programme is counted in days of its own. At 100 per cent one of them is one day; at 150 each week takes a week and a half
from the day on which it was said. What lies behind that day stays where it was. The talks with the leader follow, unless
the two have chosen another day themselves.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, sentence

AS_PLANNED = 100
PACES = (75, 100, 125, 150, 200)
"""Per cent of the planned time: below 100 is faster."""
WEEK = 7


@dataclass(frozen=True)
class PaceSet:
    """From a day on each week takes so many per cent of a week. Several of one day: the last counts."""

    from_day: date
    percent: int


def check_pace(percent: int) -> int:
    """The pace. RuleBroken when it is none of those to choose from."""
    if percent not in PACES:
        raise RuleBroken(sentence(N_("Choose a pace.")), field="percent")
    return percent


def pace_on(paces: Iterable[PaceSet], on: date) -> int:
    """Per cent of the planned time that a week takes on the day."""
    found = AS_PLANNED
    for pace in sorted(paces, key=lambda one: one.from_day):
        if pace.from_day <= on:
            found = pace.percent
    return found


def _stretches(first_day: date, paces: Iterable[PaceSet]) -> list[tuple[int, int]]:
    """(days from the first day, per cent from then on), in order, the first of them at 0."""
    found = {0: AS_PLANNED}
    for pace in sorted(paces, key=lambda one: one.from_day):
        found[max(0, (pace.from_day - first_day).days)] = pace.percent
    return sorted(found.items())


def days_done(on: date, first_day: date, paces: Iterable[PaceSet] = ()) -> Fraction:
    """How many days of the programme lie behind at the beginning of the day; below 0 before the first day."""
    at = (on - first_day).days
    if at <= 0:
        return Fraction(at)
    done = Fraction(0)
    stretches = _stretches(first_day, paces)
    for place, (begins, percent) in enumerate(stretches):
        ends = stretches[place + 1][0] if place + 1 < len(stretches) else at
        if begins < at:
            done += Fraction((min(ends, at) - begins) * 100, percent)
    return done


def day_of(programme_day: int, first_day: date, paces: Iterable[PaceSet] = ()) -> date:
    """The first day on which so many days of the programme lie behind; 0 is the first day."""
    if programme_day <= 0:
        return first_day + timedelta(days=programme_day)
    left, stretches = Fraction(programme_day), _stretches(first_day, paces)
    for place, (begins, percent) in enumerate(stretches):
        ends = stretches[place + 1][0] if place + 1 < len(stretches) else None
        fits = None if ends is None else Fraction((ends - begins) * 100, percent)
        if fits is None or left <= fits:
            return first_day + timedelta(days=begins + -(-left * percent // 100))
        left -= fits
    raise AssertionError("the last stretch has no end")


def begins_on(week: int, first_day: date, paces: Iterable[PaceSet] = ()) -> date:
    """The first day of the programme's week; of week 0, which is the first day, that day."""
    return day_of(WEEK * (week - 1) if week > 0 else WEEK * week, first_day, paces)


def due_on(week: int, first_day: date, paces: Iterable[PaceSet] = ()) -> date:
    """The last day of the programme's week; of week 0 the first day, of weeks before it a day before."""
    if week == 0:
        return first_day
    if week < 0:
        return first_day + timedelta(days=WEEK * (week + 1) - 1)
    return day_of(WEEK * week, first_day, paces) - timedelta(days=1)


def week_on(on: date, first_day: date, paces: Iterable[PaceSet] = ()) -> int:
    """The week of the programme that the day lies in: 1 from the first day, below 0 before it."""
    done = days_done(on, first_day, paces)
    return int(done // WEEK) + 1 if done >= 0 else int(done // WEEK)


def talk_on(week: int, first_day: date, paces: Iterable[PaceSet] = ()) -> date:
    """The day for the talk after so many weeks of the programme, a Monday where that is a weekend."""
    day = day_of(WEEK * week, first_day, paces)
    return day + timedelta(days=WEEK - day.weekday()) if day.weekday() > 4 else day


def weeks_in_all(weeks: int, first_day: date, paces: Iterable[PaceSet] = ()) -> int:
    """How many weeks of the calendar the programme's `weeks` take, a begun one counted as whole."""
    return -(-(due_on(weeks, first_day, paces) - first_day).days // WEEK)

"""Which duty a moment lies in, which dates it touches, and the answer over all of them. Pure; hours are the municipality's."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from competence.coverage.rules import Shift, shift_at
from competence.decision.rules import Answer
from competence.organisation.rules import Settings

MIDNIGHT = time(0, 0)


def spans(settings: Settings) -> Mapping[Shift, tuple[str, str]]:
    """From and to of each shift, as the municipality has set them: ("15:00", "23:00")."""
    return {Shift.DAY: settings.day_hours, Shift.EVENING: settings.evening_hours, Shift.NIGHT: settings.night_hours}


def _times(shift: Shift, settings: Settings) -> tuple[time, time]:
    begins, ends = spans(settings)[shift]
    return time.fromisoformat(begins), time.fromisoformat(ends)


def runs_past_midnight(shift: Shift, settings: Settings) -> bool:
    """Whether the shift ends on the day after the one it begins on; one that ends at midnight does not."""
    begins, ends = _times(shift, settings)
    return MIDNIGHT < ends <= begins


def dates_of(on: date, shift: Shift, settings: Settings) -> tuple[date, ...]:
    """The dates that the duty of the day touches: it belongs to the day it starts, and a right must hold on each of them.

    Source: product.md, "Time".
    """
    return (on, on + timedelta(days=1)) if runs_past_midnight(shift, settings) else (on,)


def duty_at(at: datetime, settings: Settings) -> tuple[date, Shift]:
    """(day, shift) of the duty that runs at the moment (Danish wall time): after midnight it began the day before."""
    shift = shift_at(at.time(), spans(settings))
    began_before = runs_past_midnight(shift, settings) and at.time() < _times(shift, settings)[1]
    return at.date() - timedelta(days=1) if began_before else at.date(), shift


def over_duty(answers: Sequence[Answer]) -> Answer:
    """The answers of the dates that a duty touches as one: it holds only if each does, at the lowest level, within all limits.

    The state and what decided it are those of the weakest date.
    """
    if all(one is answers[0] for one in answers):
        return answers[0]
    weak = min(answers, key=lambda one: (one.level > 0, one.named_level > 0, not one.limited, one.level))
    if not weak.level:
        return weak
    level = min(one.level for one in answers)
    limits = tuple(dict.fromkeys(limit for one in answers for limit in one.limits))
    first, last = answers[0].valid_from, answers[-1].valid_to
    if (weak.level, weak.limits, weak.valid_from, weak.valid_to) == (level, limits, first, last):
        return weak
    return replace(weak, level=level, limits=limits, valid_from=first, valid_to=last)

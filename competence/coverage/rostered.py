"""The roster against what a unit needs: to which shift a duty belongs, who on it counts, and who could step in. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from competence.coverage.rules import Count, Held, Need, Shift, Standing, Status, Worker, shift_at
from competence.decision.rules import Answer
from competence.foundation.clock import COPENHAGEN, local
from competence.organisation.rules import Settings
from competence.roster.rules import Span, dates_touched, day_of, too_close

Hours = Mapping[Shift, tuple[str, str]]
"""From and to of each shift, on the wall: ("15:00", "23:00")."""


def hours_of(settings: Settings) -> Hours:
    """The hours of each shift, as the municipality has set them."""
    return {Shift.DAY: settings.day_hours, Shift.EVENING: settings.evening_hours, Shift.NIGHT: settings.night_hours}


def shift_of(span: Span, hours: Hours) -> Shift:
    """The shift in which most of the duty lies, in real time; of two alike the one in which it begins.

    One from 7 to 19 is a day, though four of its hours lie in the evening; hours in no shift are the night's, as in `shift_at`.
    """
    lengths: dict[Shift, timedelta] = {}
    moments = [span.starts_at, *_turns(span, hours), span.ends_at]
    for begins, ends in pairwise(moments):
        shift = shift_at(local(begins).time(), hours)
        lengths[shift] = lengths.get(shift, timedelta(0)) + (ends - begins)
    first = shift_at(local(span.starts_at).time(), hours)
    return max(lengths, key=lambda one: (lengths[one], one is first))


def _turns(span: Span, hours: Hours) -> list[datetime]:
    """The moments within the duty at which one shift ends or another begins, in order."""
    clocks = {time.fromisoformat(text) for both in hours.values() for text in both}
    found = {_moment(day, clock) for day in dates_touched(span.starts_at, span.ends_at) for clock in clocks}
    return sorted(one for one in found if span.starts_at < one < span.ends_at)


def _moment(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=COPENHAGEN).astimezone(UTC)


def shift_span(day: date, shift: Shift, hours: Hours) -> Span:
    """From when to when the shift of the day runs; one that ends before it begins runs into the next day."""
    begins, ends = (time.fromisoformat(text) for text in hours[shift])
    last = day + timedelta(days=ends <= begins)
    return Span(_moment(day, begins), _moment(last, ends))


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody on duty in a unit."""

    worker: Worker
    """`absent` when she is away on any of the dates, or not employed on the first."""
    span: Span
    shift: Shift

    @property
    def day(self) -> date:
        """The day that the duty belongs to: the one on which it starts."""
        return day_of(self.span.starts_at)

    @property
    def dates(self) -> tuple[date, ...]:
        """The dates that it touches."""
        return dates_touched(self.span.starts_at, self.span.ends_at)


def answer_for(dates: Iterable[date], answers: Mapping[date, Answer]) -> Answer:
    """The answer for a duty that touches the dates: the weakest, as the right must hold on each of them.

    Of answers at one level the one with a limit.
    """
    return min((answers[day] for day in dates), key=lambda one: (one.level, not one.limits))


def counted_on(held: Iterable[Held], need: Need | None) -> Count:
    """How many of those on duty may do a task, against the need; each person once, those away not at all.

    With a roster floaters count like everybody else; externals and students stand apart, students unless the need says that
    they count.
    """
    persons: dict[Standing, set[int]] = {standing: set() for standing in Standing}
    for one in held:
        if not one.worker.absent and one.meets(need):
            persons[one.worker.standing].add(one.worker.person_id)
    have = persons[Standing.FIXED] | persons[Standing.FLOATER]
    if need is not None and need.students_count:
        have |= persons[Standing.STUDENT]
    return Count(
        len(have), need.need if need is not None else None, 0, len(persons[Standing.EXTERNAL] - have),
        len(persons[Standing.STUDENT] - have),
    )  # fmt: skip


def is_gap(count: Count) -> bool:
    """Whether fewer may than are needed."""
    return count.status is Status.GAP


def free_for(span: Span, theirs: Sequence[Span]) -> tuple[bool, Span | None]:
    """(whether no duty of hers overlaps, the duty before or after to which the rest would be shorter than 11 hours)."""
    if any(one.overlaps(span) for one in theirs):
        return False, None
    return True, too_close(span, theirs)

"""What was allowed on each day of a period: as the system knew it then, and as it is known now. Pure.

An inspector asks about a past date. Both answers come from the rule at the centre; between two days on which one of them
may change they are the same, so that a period is told in stretches.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property

from competence.decision.rules import Answer, Book, Employment, State, boundaries, explain, judge
from competence.foundation.clock import local
from competence.signoffs.rules import Event

DAY = timedelta(days=1)
LONGEST = 731
"""Days of the longest period that is told at once: two years."""
Moment = Callable[[date], datetime]
"""The last moment of a day, as far as it has come."""


class About(StrEnum):
    """What an inspector asks about."""

    UNIT = "unit"
    PERSON = "person"
    TASK = "task"


@dataclass(frozen=True)
class Facts:
    """All that is known about an employment, each fact with the moment from which the system knew it."""

    employment: Employment
    """With all the person's evidence, whenever it was recorded, and without observed times."""
    seen: Mapping[int, tuple[tuple[date, datetime], ...]] = field(default_factory=dict)
    """Task -> (day, moment of recording) of each observed time that stands, in the order of days."""

    @cached_property
    def _by_task(self) -> Mapping[int, tuple[Event, ...]]:
        found: dict[int, list[Event]] = {}
        for event in self.employment.events:
            if event.task_id is not None:
                found.setdefault(event.task_id, []).append(event)
        return {task: tuple(some) for task, some in found.items()}

    def about(self, task: int) -> "Facts":
        """The same, as far as it can decide about the task."""
        tasks = _needed(self.employment.book, task)
        given = self.employment.delegations
        return Facts(
            replace(
                self.employment,
                events=tuple(event for one in tasks for event in self._by_task.get(one, ())),
                delegations={one: given[one] for one in tasks if one in given},
            ),
            {one: self.seen[one] for one in tasks if one in self.seen},
        )

    def impersonal(self, task: int) -> bool:
        """Whether nothing that is recorded about the person herself can decide about the task (of `about(task)`)."""
        one = self.employment
        exempt = any(other in one.exempt for other in _needed(one.book, task))
        return not (one.events or one.delegations or exempt or self.seen or one.read)

    def known(self, at: datetime | None, *, book: Book | None = None) -> Employment:
        """The employment as the system knew it at the moment; None: as it is known now."""
        seen = {task: tuple(day for day, told in some if at is None or told <= at) for task, some in self.seen.items()}
        return replace(self.employment, observed=seen).known_by(at, book=book)

    def told_at(self, task: int) -> Iterator[datetime]:
        """When each of the facts was recorded that can decide about the task; in no order."""
        book, tasks = self.employment.book, _needed(self.employment.book, task)
        yield from (event.recorded_at for event in self.employment.events)
        yield from (moment for some in self.seen.values() for _day, moment in some)
        yield from book.approved_at.values()
        yield from (stop.recorded_at for stop in book.stops if stop.task_id in tasks)
        yield from (mask.recorded_at for mask in book.masks if mask.recorded_at is not None and mask.task_id in tasks)
        yield from (turn.at for turn in book.scale)
        yield from (one.recorded_at for some in self.employment.delegations.values() for one in some if one.recorded_at)


def _needed(book: Book, task: int) -> tuple[int, ...]:
    """The task, and all that must be held with it."""
    found = [task]
    for one in found:
        found += [other for other in book.must_hold.get(one, ()) if other not in found]
    return tuple(found)


class Cause(StrEnum):
    """What was recorded later and made the answer another one."""

    EVENT = "event"
    """An event of the person's chain, named by its `seq`."""
    VERSION = "version"
    """A version of the division of tasks was approved; named by its number."""
    STOP = "stop"
    MASK = "mask"
    SCALE = "scale"
    SEEN = "seen"
    """An observed time was recorded."""


@dataclass(frozen=True, slots=True)
class Later:
    """Something that was recorded after the day and changes what is said of it."""

    cause: Cause
    at: datetime
    number: int = 0
    """The `seq` of the event or the number of the version; 0 for the others."""
    kind: str = ""
    """Of the event."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days on end of which the same is said."""

    first: date
    through: date
    then: Answer
    """What the system said at the end of each of the days, with its reasons."""
    now: Answer
    """What is known now of the same days; with its reasons where it differs."""
    later: tuple[Later, ...] = ()
    """What was recorded after the first of the days and makes the difference; empty where there is none."""

    @property
    def differs(self) -> bool:
        """Whether another right is known now than was said then."""
        return right(self.then) != right(self.now)


def right(answer: Answer) -> tuple[object, ...]:
    """What the answer gives a right to; answers that are alike in it differ in their reasons only."""
    return answer.level, answer.named_level, answer.limits, answer.conditions


def _said(answer: Answer) -> tuple[object, ...]:
    """What of an answer is told: the right, and what it rests on."""
    signed = answer.signed.seq if answer.signed is not None else 0
    given = answer.delegated.id if answer.delegated is not None else 0
    return (*right(answer), answer.state, answer.basis, answer.cell.version, answer.cell.rule, signed, given)


class Asking:
    """Asks the rule about many employments over one period, with what they share worked out once."""

    def __init__(self, first: date, last: date, moment: Moment) -> None:
        """About the days from `first` to `last`, both included."""
        if not first <= last:
            raise ValueError("a period begins before it ends")
        self.first, self.last, self._moment = first, last, moment
        self._books: dict[tuple[int, date], Book] = {}
        self._plain: dict[Hashable, tuple[Stretch, ...]] = {}

    def stretches(self, facts: Facts, task: int) -> tuple[Stretch, ...]:
        """What was and is said of the task, from the first day to the last without a hole.

        Of those about whom nothing personal is known in the task the rule is asked once for all who are alike.
        """
        about = facts.about(task)
        one = about.employment
        if one.valid_from > self.first or not about.impersonal(task):
            return self._asked(about, task)
        key = (
            id(one.book), task, one.staff_group_id, one.unit_path, one.valid_to, one.authorisation_checked_on, one.stage_from,
            one.absences,
        )  # fmt: skip
        if key not in self._plain:
            self._plain[key] = self._asked(about, task)
        return tuple(
            replace(some, then=_since(some.then, one.valid_from), now=_since(some.now, one.valid_from))
            for some in self._plain[key]
        )

    def _asked(self, about: Facts, task: int) -> tuple[Stretch, ...]:
        now = about.known(None)
        told = [self.first, *(day for day in self._days_told(about, task) if self.first < day <= self.last)]
        known: dict[date, Employment] = {}
        days: set[date] = {self.first, *self._within(_turns(now, task), self.first, self.last)}
        for at, since in enumerate(told):
            until = told[at + 1] - DAY if at + 1 < len(told) else self.last
            known[since] = self._known(about, since)
            days |= {since, *self._within(_turns(known[since], task), since, until)}
        found: list[Stretch] = []
        since = self.first
        ordered = sorted(days)
        for at, day in enumerate(ordered):
            since = day if day in known else since
            one = Stretch(
                day, ordered[at + 1] - DAY if at + 1 < len(ordered) else self.last,
                judge(known[since], task, on=day), judge(now, task, on=day),
            )  # fmt: skip
            before = found[-1] if found else None
            if before is not None and _said(before.then) == _said(one.then) and _said(before.now) == _said(one.now):
                found[-1] = replace(before, through=one.through)
            else:
                found.append(replace(one, then=_explained(known[since], task, one.then, day)))
        return tuple(
            replace(one, now=_explained(now, task, one.now, one.first), later=self._later(about, task, one))
            if one.differs
            else one
            for one in found
        )

    def _known(self, about: Facts, day: date) -> Employment:
        key = (id(about.employment.book), day)
        if key not in self._books:
            self._books[key] = about.employment.book.known_by(self._moment(day))
        return about.known(self._moment(day), book=self._books[key])

    def _days_told(self, about: Facts, task: int) -> list[date]:
        return sorted({local(at).date() for at in about.told_at(task)})

    @staticmethod
    def _within(days: Iterable[date], first: date, last: date) -> Iterator[date]:
        return (day for day in days if first <= day <= last)

    def _later(self, about: Facts, task: int, one: Stretch) -> tuple[Later, ...]:
        """Goes through what was recorded after the day, in its order, and keeps what made the right another one."""
        before, found = right(one.then), []
        for at, some in sorted(_recorded(about).items()):
            if at <= self._moment(one.first):
                continue
            after = right(judge(about.known(at), task, on=one.first))
            if after != before:
                found += some
            before = after
        return tuple(found)


def _since(answer: Answer, valid_from: date) -> Answer:
    return answer if answer.valid_from is None else replace(answer, valid_from=valid_from)


def _turns(employment: Employment, task: int) -> set[date]:
    """The days on which another right may hold, or the same by another version of the division of tasks."""
    versions = (day for version in employment.book.versions for day in (version.valid_from, version.valid_to))
    return {*boundaries(employment, task), *(day for day in versions if day is not None)}


def _explained(employment: Employment, task: int, answer: Answer, on: date) -> Answer:
    return replace(answer, reasons=tuple(explain(employment, task, answer, on=on)))


def _recorded(about: Facts) -> dict[datetime, list[Later]]:
    found: dict[datetime, list[Later]] = {}
    book = about.employment.book
    listed = [
        *(Later(Cause.EVENT, event.recorded_at, event.seq, str(event.kind)) for event in about.employment.events),
        *(Later(Cause.SEEN, moment) for some in about.seen.values() for _day, moment in some),
        *(Later(Cause.VERSION, book.approved_at[v.id], v.number) for v in book.versions if v.id in book.approved_at),
        *(Later(Cause.STOP, stop.recorded_at) for stop in book.stops),
        *(Later(Cause.MASK, mask.recorded_at) for mask in book.masks if mask.recorded_at is not None),
        *(Later(Cause.SCALE, turn.at) for turn in book.scale),
    ]
    for one in listed:
        found.setdefault(one.at, []).append(one)
    return found


def is_quiet(stretches: Sequence[Stretch]) -> bool:
    """Whether the task was never the staff group's own, nor is now: all such tasks are told of together."""
    return all(
        answer.state in (State.NOT_RELEVANT, State.NOT_ALLOWED, State.UNDECIDED, State.ENDED)
        and not answer.cell.entitles
        for one in stretches
        for answer in (one.then, one.now)
    )

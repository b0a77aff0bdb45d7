"""Who has a seat and who waits, what a class's times may be, and who may plan which. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

from competence.foundation.clock import local
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, sentence
from competence.learning.rules import Part
from competence.roster.rules import Span, moments_of

MOST_SEATS = 200
MOST_TIMES = 12
MOST_WORDS = 200
MOST_ABOUT = 2000
LONGEST = timedelta(hours=12)
FURTHEST = timedelta(days=730)
"""A class that lies further ahead has a wrong year."""
ANSWER_WITHIN = timedelta(days=2)
"""So long a freed seat is kept for the first in line; then it is offered to the next."""
NEWS_FOR = timedelta(days=30)
"""So long a word about a class stands unread; then it is out of date."""

KINDS = (Part.FORMAL, Part.COLLEAGUES)
"""What is planned here. Source: domain.md, section e: a class is of the 10, bedside teaching of the 20."""
KIND_NAMES: Mapping[Part, str] = {Part.FORMAL: N_("Class"), Part.COLLEAGUES: N_("Bedside teaching")}


class Stand(StrEnum):
    """How far somebody is with a class."""

    ASKED = "asked"
    """Signed up by her leader; waits for her own yes, and keeps no seat."""
    QUEUED = "queued"
    """In line for a seat."""
    OFFERED = "offered"
    """A seat has become free and is kept for her for a while."""
    SEATED = "seated"


class News(StrEnum):
    """What somebody is told about a class."""

    ASKED = "asked"
    OFFERED = "offered"
    CANCELLED = "cancelled"
    CHANGED = "changed"
    TEACH = "teach"
    """Asked to teach it."""
    NO_TEACHER = "no_teacher"
    """Whoever planned it: the colleague who was asked to teach it cannot."""


class FeedKind(StrEnum):
    """Whose calendar a link shows."""

    OWN = "own"
    GUIDE = "guide"
    TEAM = "team"


FEED_NAMES: Mapping[FeedKind, str] = {
    FeedKind.OWN: N_("My own calendar"),
    FeedKind.GUIDE: N_("What I teach and lead"),
    FeedKind.TEAM: N_("The team's calendar"),
}


@dataclass(frozen=True)
class Place:
    """Somebody's place at a class."""

    id: int
    stand: Stand
    in_line_since: datetime
    """Decides who is next. When she was signed up; an offer that ran out puts her behind the others."""
    seat: int | None = None
    """Kept for her: 1 is the first. None while she is asked or in line."""
    offered_until: datetime | None = None

    @property
    def order(self) -> tuple[datetime, int]:
        """The earlier first; of two at once whoever was written first."""
        return self.in_line_since, self.id


def settled(places: Iterable[Place], seats: int, *, now: datetime, begins: datetime | None) -> list[Place]:
    """The same places with each seat that is free offered to the next in line, in the order of their ids.

    An offer that has run out goes on to the next, and whoever let it run out waits behind the others. Nothing is offered
    once the class has begun. No two have the same seat, and none has one beyond `seats`.
    """
    found = {one.id: one for one in places}
    for one in sorted(found.values(), key=lambda place: place.order):
        if one.stand is Stand.OFFERED and one.offered_until is not None and one.offered_until <= now:
            found[one.id] = replace(
                one, stand=Stand.QUEUED, seat=None, offered_until=None, in_line_since=one.offered_until
            )
    if begins is not None and begins > now:
        for one in in_line(found.values()):
            seat = free_seat(found.values(), seats)
            if seat is None:
                break
            until = min(now + ANSWER_WITHIN, begins)
            found[one.id] = replace(one, stand=Stand.OFFERED, seat=seat, offered_until=until)
    return [found[id_] for id_ in sorted(found)]


def in_line(places: Iterable[Place]) -> list[Place]:
    """Those who wait for a seat, the next one first."""
    return sorted((one for one in places if one.stand is Stand.QUEUED), key=lambda place: place.order)


def free_seat(places: Iterable[Place], seats: int) -> int | None:
    """The lowest seat that nobody has or is offered; None when all are taken."""
    taken = {one.seat for one in places if one.seat is not None}
    return next((number for number in range(1, seats + 1) if number not in taken), None)


@dataclass(frozen=True)
class WallTime:
    """When a class is, as somebody writes it: by the clock on the wall."""

    day: date
    begins: time
    ends: time


def spans_of(times: Sequence[WallTime], *, now: datetime) -> list[Span]:
    """The times as moments, the earliest first. RuleBroken when there are none, one ends before it begins, or two overlap.

    At least one must lie ahead.
    """
    if not times:
        raise RuleBroken(sentence(N_("Write at least one day with its times.")), field="times")
    if len(times) > MOST_TIMES:
        raise RuleBroken(sentence(N_("A class has at most %(most)s days."), most=MOST_TIMES), field="times")
    spans = sorted((_span(one) for one in times), key=lambda span: (span.starts_at, span.ends_at))
    for one, following in pairwise(spans):
        if one.overlaps(following):
            raise RuleBroken(
                sentence(N_("Two of the times on %(day)s overlap."), day=local(following.starts_at).date()),
                field="times",
            )
    if spans[-1].ends_at <= now:
        raise RuleBroken(sentence(N_("The class lies in the past. Write a day that is to come.")), field="times")
    if spans[-1].starts_at > now + FURTHEST:
        raise RuleBroken(sentence(N_("Is the year right? The class lies far ahead.")), field="times")
    return spans


def _span(one: WallTime) -> Span:
    if one.ends <= one.begins:
        raise RuleBroken(sentence(N_("On %(day)s the class ends before it begins."), day=one.day), field="times")
    begins = moments_of(datetime.combine(one.day, one.begins))
    ends = moments_of(datetime.combine(one.day, one.ends))
    if not begins or not ends:
        raise RuleBroken(
            sentence(N_("The clock is put forward on %(day)s, and that hour does not exist. Write another time."), day=one.day),
            field="times",
        )  # fmt: skip
    # Of an hour that comes twice in October the class takes both: from the first time it is shown until the last.
    span = Span(begins[0], ends[-1])
    if span.ends_at - span.starts_at > LONGEST:
        raise RuleBroken(sentence(N_("One day of a class is at most 12 hours.")), field="times")
    return span


def minutes_of(spans: Iterable[Span]) -> int:
    """How long it takes in all."""
    return sum(round((one.ends_at - one.starts_at).total_seconds()) // 60 for one in spans)


def check_seats(seats: int) -> int:
    """The seats. RuleBroken when there is none, or more than a class can have."""
    if not 1 <= seats <= MOST_SEATS:
        raise RuleBroken(
            sentence(N_("Write how many seats there are, from 1 to %(most)s."), most=MOST_SEATS), field="seats"
        )
    return seats


def clashing(spans: Iterable[Span], others: Iterable[Span]) -> Span | None:
    """The first of the others that runs at the same time as one of the spans; None when none does."""
    mine = list(spans)
    return next((one for one in others if any(one.overlaps(own) for own in mine)), None)


def days_of(spans: Iterable[Span]) -> list[date]:
    """The Danish days on which there is something, in order."""
    return sorted({local(one.starts_at).date() for one in spans})


def concerns(paths: Iterable[str], roots: Iterable[str]) -> bool:
    """Whether a class for the units at `paths` concerns whoever reaches `roots`: some unit lies within, or holds, one of them."""
    return any(path.startswith(root) or root.startswith(path) for path in paths for root in roots)

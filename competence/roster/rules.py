"""What a duty is by the clock: the dates it touches, overlaps, the rest between two, and what an import changes."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from competence.foundation.clock import COPENHAGEN, local

LONGEST = timedelta(hours=24)
"""By the clock on the wall: a duty from 8 to 8 is 25 hours long in the night when the clock is put back."""
REST = timedelta(hours=11)
"""The rest between two duties. Source: arbejdsmiljøloven § 50, 11 hours together in every period of 24."""
KEPT_DAYS = 183
"""So long after its end a duty is kept: six months."""
FURTHEST = timedelta(days=366)
"""A duty that lies further ahead has a wrong year."""


@lru_cache(maxsize=8192)
def moments_of(wall: datetime) -> tuple[datetime, ...]:
    """The moments (UTC, the earlier first) at which clocks in Denmark show the time; `wall` has no zone.

    One; two in the hour that comes twice in October; none in the hour that is left out in March.
    """
    found = []
    for fold in (0, 1):
        moment = wall.replace(tzinfo=COPENHAGEN, fold=fold).astimezone(UTC)
        if local(moment).replace(tzinfo=None) == wall and moment not in found:
            found.append(moment)
    return tuple(found)


def is_summer(moment: datetime) -> bool:
    """Whether clocks in Denmark show summer time at the moment."""
    return bool(local(moment).dst())


@lru_cache(maxsize=8192)
def wall_of(moment: datetime) -> datetime:
    """What clocks in Denmark show at the moment, without a zone."""
    return local(moment).replace(tzinfo=None)


def day_of(starts_at: datetime) -> date:
    """The day that a duty belongs to: the Danish date on which it starts."""
    return local(starts_at).date()


def dates_touched(starts_at: datetime, ends_at: datetime) -> tuple[date, ...]:
    """The Danish dates on which some of the duty lies, in order; one that ends at midnight does not touch the day that begins."""
    first, last = day_of(starts_at), local(ends_at - timedelta(milliseconds=1)).date()
    return tuple(first + timedelta(days=ahead) for ahead in range((last - first).days + 1))


@dataclass(frozen=True, slots=True)
class Span:
    """A time at work: from a moment until, and without, another; both in UTC."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Span") -> bool:
        """Whether both run at some moment; one that begins when the other ends does not."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def rest_to(self, other: "Span") -> timedelta:
        """The time between the two; nothing or less where they overlap."""
        return max(self.starts_at - other.ends_at, other.starts_at - self.ends_at)


def too_close(span: Span, others: Iterable[Span]) -> Span | None:
    """The duty nearest before or after, where the rest between would be under 11 hours; what overlaps is no matter of rest."""
    near = [one for one in others if timedelta(0) <= span.rest_to(one) < REST]
    return min(near, key=lambda one: (span.rest_to(one), one.starts_at), default=None)


# What an import changes.


@dataclass(frozen=True, slots=True)
class Planned:
    """A duty as a roster has it."""

    person_id: int
    employment_id: int
    unit_id: int
    starts_at: datetime
    ends_at: datetime
    roster: str = ""
    """The roster that it belongs to; "" for the municipality's common one."""
    key: str = ""
    """By which the system that made the file knows it; "" when it does not say."""

    @property
    def span(self) -> Span:
        """Its time."""
        return Span(self.starts_at, self.ends_at)


@dataclass(frozen=True, slots=True)
class Covered:
    """Somebody of whom a roster says all duties of some days."""

    person_id: int
    roster: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A duty that is kept."""

    id: int
    duty: Planned


@dataclass(frozen=True)
class Changes:
    """What becomes of the duties that a file speaks about."""

    added: tuple[Planned, ...] = ()
    changed: tuple[tuple[Stored, Planned], ...] = ()
    removed: tuple[Stored, ...] = ()
    unchanged: int = 0

    @property
    def writes(self) -> bool:
        """Whether anything is written."""
        return bool(self.added or self.changed or self.removed)


def compare(new: Iterable[Planned], stored: Iterable[Stored]) -> Changes:
    """What it takes to make the stored duties the new ones, whatever the order of either.

    A duty is changed, not removed and added, when the file's own key says that it is the same, or the person and the start.
    """
    left = sorted(stored, key=lambda one: (_order(one.duty), one.id))
    wanted = sorted(new, key=_order)
    same, wanted, left = _paired(wanted, left, lambda one: replace(one, key=""))
    changed: list[tuple[Stored, Planned]] = [(was, one) for was, one in same if one.key and one.key != was.duty.key]
    by_key, wanted, left = _paired(wanted, left, lambda one: (one.person_id, one.roster, one.key) if one.key else None)
    by_start, wanted, left = _paired(wanted, left, lambda one: (one.person_id, one.roster, one.starts_at))
    changed += [*by_key, *by_start]
    changed.sort(key=lambda pair: _order(pair[1]))
    return Changes(
        tuple(wanted), tuple(changed), tuple(left), sum(not one.key or one.key == was.duty.key for was, one in same)
    )


def _order(one: Planned) -> tuple[object, ...]:
    return one.starts_at, one.ends_at, one.person_id, one.employment_id, one.unit_id, one.roster, one.key


def _paired(
    wanted: Sequence[Planned], left: Sequence[Stored], same: Callable[[Planned], Hashable]
) -> tuple[list[tuple[Stored, Planned]], list[Planned], list[Stored]]:
    """Those that are one by what `same` says of them (None: of no other), and what is left of both."""
    waiting: dict[Hashable, list[Stored]] = {}
    for one in reversed(left):
        waiting.setdefault(same(one.duty), []).append(one)
    waiting.pop(None, None)
    pairs, alone = [], []
    for duty in wanted:
        found = waiting.get(same(duty))
        if found:
            pairs.append((found.pop(), duty))
        else:
            alone.append(duty)
    taken = {was.id for was, _duty in pairs}
    return pairs, alone, [one for one in left if one.id not in taken]


def overlaps(duties: Sequence[Planned]) -> list[tuple[int, int]]:
    """(place, place of an earlier one) of the duties during which their person is on another; at most one pair for each."""
    by_person: dict[int, list[int]] = {}
    for at, duty in enumerate(duties):
        by_person.setdefault(duty.person_id, []).append(at)
    found = []
    for places in by_person.values():
        places.sort(key=lambda at: (duties[at].starts_at, duties[at].ends_at, at))
        latest: int | None = None
        for at in places:
            if latest is not None and duties[at].starts_at < duties[latest].ends_at:
                found.append((max(at, latest), min(at, latest)))
            if latest is None or duties[at].ends_at > duties[latest].ends_at:
                latest = at
    return sorted(set(found))


# Under which employment somebody is on duty.


@dataclass(frozen=True, slots=True)
class Employed:
    """An employment, as far as a roster is concerned."""

    employment_id: int
    person_id: int
    unit_id: int
    unit_path: str
    valid_from: date
    valid_to: date | None
    """First day it no longer runs."""
    is_floater: bool = False

    def runs(self, on: date) -> bool:
        """Whether it runs on the day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


def employment_for(
    hers: Iterable[Employed], *, on: date, unit: tuple[int, str] | None, known: int | None = None
) -> Employed | None:
    """The employment under which somebody is on duty in the unit (id, path) on the day; None when none runs.

    The one that is known already while it runs; else one in the unit, one of a floater above it, and the one nearest in the
    tree. Of several alike the first. Without a unit also None where employments in several units run: nobody can tell.
    """
    running = sorted((one for one in hers if one.runs(on)), key=lambda one: one.employment_id)
    if unit is None:
        return running[0] if len({one.unit_id for one in running}) == 1 else None
    unit_id, path = unit

    def order(one: Employed) -> tuple[bool, bool, bool, int, int]:
        floats = one.is_floater and path.startswith(one.unit_path)
        return (
            one.employment_id != known,
            one.unit_id != unit_id,
            not floats,
            -_shared(one.unit_path, path),
            one.employment_id,
        )

    return min(running, key=order, default=None)


def _shared(one: str, other: str) -> int:
    """How many units the two paths have in common."""
    count = 0
    for a, b in zip(one.split("/"), other.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count

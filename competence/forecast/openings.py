"""What opens on the days ahead, and how many spots stand open at once. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from competence.coverage.rules import DayKind, Shift, Status, day_kind, public_holidays
from competence.forecast.rules import GAP, STATUSES, VULNERABLE, Ahead, Levels, Spot


@dataclass(frozen=True, slots=True)
class Opening:
    """A spot that becomes a gap, or vulnerable, on a day on which it was neither the day before."""

    row: int
    """The spot's place."""
    spot: Spot
    stretch: int
    day: date
    """The first day, of the spot's kind of days."""
    until: date | None
    """The first day on which it no longer is; None: as far as is looked."""
    before: tuple[int, int]
    """(have, need) until then."""
    after: tuple[int, int]
    status: Status


def openings(ahead: Ahead, *, at_least: int = GAP) -> list[Opening]:
    """What becomes a gap (or with VULNERABLE, vulnerable too) after the first day, by day; what is already is none of it."""
    found = []
    bad = ahead.status >= at_least
    worse = bad[:, 1:] & (ahead.status[:, 1:] > ahead.status[:, :-1])
    for row, before in zip(*np.nonzero(worse), strict=True):
        spot, stretch = ahead.spots[row], int(before) + 1
        reached = ahead.status[row, stretch]
        ends = next(
            (later for later in range(stretch + 1, len(ahead.days)) if ahead.status[row, later] < reached), None
        )
        until = None if ends is None else ahead.days[ends]
        day = first_of_kind(ahead.days[stretch], until or ahead.ground.end, spot.days)
        if day is not None:
            found.append(
                Opening(
                    int(row), spot, stretch, day, until, (int(ahead.have[row, stretch - 1]), int(ahead.need[row, stretch - 1])),
                    (int(ahead.have[row, stretch]), int(ahead.need[row, stretch])), STATUSES[int(reached)],
                )
            )  # fmt: skip
    shifts = list(Shift)
    return sorted(
        found, key=lambda one: (one.day, -one.after[1] + one.after[0], one.spot.task, shifts.index(one.spot.shift))
    )


def first_of_kind(begins: date, end: date, kind: DayKind) -> date | None:
    """The first day of the kind from the one day to before the other; None when there is none."""
    if kind is DayKind.EVERY:
        return begins
    day = begins
    while day < end:
        if day_kind(day, public_holidays(day.year)) is kind:
            return day
        day += timedelta(days=1)
    return None


@dataclass(frozen=True, slots=True)
class Standings:
    """How many spots stand how in one stretch; one that differs by kind of day is counted once, at its worst."""

    begins: date
    gaps: int
    critical: int
    """Of the gaps, those in critical tasks."""
    vulnerable: int


def standings(ahead: Ahead, spots: Iterable[int], critical: Iterable[int] = ()) -> list[Standings]:
    """For each stretch how the spots (by their places) stand; `critical` are places of tasks."""
    rows = list(spots)
    keys = [(ahead.spots[row].task, ahead.spots[row].shift) for row in rows]
    places = {key: at for at, key in enumerate(dict.fromkeys(keys))}
    worst: Levels = np.zeros((len(places), len(ahead.days)), dtype=np.uint8)
    for row, key in zip(rows, keys, strict=True):
        np.maximum(worst[places[key]], ahead.status[row], out=worst[places[key]])
    serious = set(critical)
    marked = np.array([task in serious for task, _shift in places], dtype=bool).reshape(-1, 1)
    gaps = worst == GAP
    return [
        Standings(day, int(gap), int(grave), int(thin))
        for day, gap, grave, thin in zip(
            ahead.days, gaps.sum(axis=0), (gaps & marked).sum(axis=0), (worst == VULNERABLE).sum(axis=0), strict=True
        )
    ]


def months_of(found: Sequence[Standings], first: date, end: date) -> Iterator[tuple[date, Standings]]:
    """For each month that is looked at its first day there, and the most that stood open on one of its days."""
    day = first
    while day < end:
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        running = [
            one for at, one in enumerate(found)
            if one.begins < following and (at + 1 == len(found) or found[at + 1].begins > day)
        ]  # fmt: skip
        yield day, Standings(
            day, max(one.gaps for one in running), max(one.critical for one in running), max(one.vulnerable for one in running)
        )  # fmt: skip
        day = following

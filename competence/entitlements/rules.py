"""How the compact vector is laid out: one uint16 per (task slot, level rank), the first day it no longer counts."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

EPOCH = date(2000, 1, 1)
OPEN = 65535
NOT_NOW = 0
Interval = tuple[date, date | None, int]
"""First day, first day no longer, level."""


def day_number(day: date | None) -> int:
    """Days since 2000-01-01, as a vector holds a date; None (open) is 65535."""
    return OPEN if day is None else min(max((day - EPOCH).days, 1), OPEN - 1)


def vector(intervals: Mapping[int, Iterable[Interval]], *, on: date, slots: int, ranks: int) -> bytes:
    """The vector for the day: slot -> its intervals in order; `slots` x `ranks` uint16, little endian."""
    ends = np.zeros((slots, ranks), dtype="<u2")
    for slot, spans in intervals.items():
        ends[slot] = levels_end(spans, on=on, ranks=ranks)
    return ends.tobytes()


def levels_end(spans: Iterable[Interval], *, on: date, ranks: int) -> list[int]:
    """For each level rank the day number on which it no longer counts without a break from the day on; 0 = not now."""
    ends = [NOT_NOW] * ranks
    reach = [True] * ranks
    expected: date | None = None
    for start, end, level in spans:
        if end is not None and end <= on:
            continue
        if expected is None:
            if start > on:
                break
        elif start != expected:
            break
        for rank in range(ranks):
            reach[rank] = reach[rank] and level > rank
            if reach[rank]:
                ends[rank] = day_number(end)
        if end is None or not any(reach):
            break
        expected = end
    return ends


def next_change(intervals: Iterable[Iterable[Interval]], *, on: date) -> date | None:
    """The first day after `on` on which any of them says something else; None when none ever does."""
    days = [
        day
        for spans in intervals
        for start, end, _level in spans
        for day in (start, end)
        if day is not None and day > on
    ]
    return min(days, default=None)


def holds_now(vectors: Iterable[bytes], *, slots: int, ranks: int, on: date) -> NDArray[np.uint8]:
    """People x slots: the level each may do each task at on the day (0 = may not). Valid while no vector is past its change."""
    stacked = np.frombuffer(b"".join(vectors), dtype="<u2").reshape(-1, slots, ranks)
    levels: NDArray[np.uint8] = (stacked > (on - EPOCH).days).sum(axis=2, dtype=np.uint8)
    return levels


def last_day_of(end: int) -> date | None:
    """The last day that counts for a vector's number; None = open."""
    return None if end == OPEN else EPOCH + timedelta(days=end - 1)

"""Have against need of many units at once, over arrays: what `rules` says of one unit, for a whole municipality. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from competence.coverage.rules import Needs, Shift, Standing, Stated

Ints = NDArray[np.intp]
Flags = NDArray[np.bool_]

SHIFTS = tuple(Shift)
BITS: Mapping[str, int] = {
    letters: sum(1 << at for at, shift in enumerate(SHIFTS) if shift.value in letters)
    for letters in ("", "D", "A", "N", "DA", "AN", "DN", "DAN")
}
STANDINGS = tuple(Standing)


def bits(letters: str) -> int:
    """The fixed shifts as a set of bits, in the order of `Shift`."""
    found = BITS.get(letters)
    return sum(1 << at for at, shift in enumerate(SHIFTS) if shift.value in letters) if found is None else found


def letters(set_of_bits: int) -> str:
    """The same as letters again."""
    return "".join(shift.value for at, shift in enumerate(SHIFTS) if set_of_bits >> at & 1)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What many units need: one element of each array for each unit, task and shift about which something is said."""

    stated: tuple[Stated, ...]
    unit: Ints
    """Index of the unit in the list that was asked about."""
    task: Ints
    """Index of the task in the catalogue of the day."""
    slot: Ints
    shift: Ints
    """Index in `Shift`."""
    need: Ints
    level: Ints
    """1 = any level."""
    unstable: Flags
    students: Flags

    @property
    def counts(self) -> Flags:
        """Where somebody is needed: a need of nobody is never a gap."""
        return self.need > 0


def asked_of(needs: Sequence[Needs], tasks: Mapping[int, tuple[int, int]]) -> Asked:
    """The needs of units, in their order, as arrays. `tasks`: task id -> (index, slot); others are left out."""
    order = {shift: at for at, shift in enumerate(SHIFTS)}
    found = [
        (stated, at, *tasks[task], order[shift], stated.need)
        for at, one in enumerate(needs)
        for (task, shift), stated in one.items()
        if task in tasks
    ]

    def column(values: Sequence[int]) -> Ints:
        return np.array(values, dtype=np.intp)

    return Asked(
        tuple(row[0] for row in found),
        column([row[1] for row in found]),
        column([row[2] for row in found]),
        column([row[3] for row in found]),
        column([row[4] for row in found]),
        column([row[5].need for row in found]),
        column([max(1, row[5].level) for row in found]),
        np.array([row[5].also_unstable for row in found], dtype=bool),
        np.array([row[5].students_count for row in found], dtype=bool),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """Employments as arrays, sorted by unit and person, with when each right ends."""

    ids: Ints
    person: Ints
    unit: Ints
    """Index of the unit in the list that was asked about."""
    group: Ints
    """Id of the staff group."""
    shifts: Ints
    """Bits, see `bits`."""
    standing: Ints
    """Index in `Standing`."""
    absent: Flags
    ends: NDArray[np.uint16]
    """People x slots x ranks, as a vector holds it: the day number on which it no longer counts; 0 = not now."""
    since: int
    """The day as a number: what ends later counts."""

    def __len__(self) -> int:
        return len(self.ids)

    def of(self, *standings: Standing) -> Flags:
        """Who stands so."""
        return np.isin(self.standing, [STANDINGS.index(one) for one in standings])

    def levels(self, slot: int) -> Ints:
        """The level at which each may do the task of the slot; 0 = may not."""
        found: Ints = (self.ends[:, slot, :] > self.since).sum(axis=1)
        return found


def have(asked: Asked, crowd: Crowd, limited: Mapping[int, Iterable[int]]) -> Ints:
    """For each need how many of the shift's fixed people hold the task at its level, each person of a unit once.

    `limited`: staff group -> slots that it may only within a limit, which do not count where unstable courses do.
    """
    found = np.zeros(len(asked.need), dtype=np.intp)
    if not len(crowd) or not len(found):
        return found
    fixed = crowd.of(Standing.FIXED) & ~crowd.absent
    ranks = crowd.ends.shape[2]
    holds = crowd.ends > crowd.since
    kinds = asked.level * 4 + asked.unstable * 2 + asked.students
    for kind in np.unique(kinds).tolist():
        level, unstable, students = kind >> 2, bool(kind & 2), bool(kind & 1)
        if level > ranks:
            continue
        met = np.ascontiguousarray(holds[:, :, level - 1])
        if unstable:
            met = met & ~_closed(crowd, limited, met.shape[1])
        who = fixed | (crowd.of(Standing.STUDENT) & ~crowd.absent) if students else fixed
        for shift in range(len(SHIFTS)):
            at = np.flatnonzero(who & (crowd.shifts >> shift & 1).astype(bool))
            wanted = np.flatnonzero((kinds == kind) & (asked.shift == shift))
            if not len(at) or not len(wanted):
                continue
            sums, units = _by_unit(met[at], crowd.unit[at], crowd.person[at])
            place = np.searchsorted(units, asked.unit[wanted])
            there = np.minimum(place, len(units) - 1)
            works = units[there] == asked.unit[wanted]
            found[wanted] = np.where(works, sums[there, asked.slot[wanted]], 0)
    return found


def _by_unit(met: Flags, units: Ints, persons: Ints) -> tuple[NDArray[np.unsignedinteger], Ints]:
    """(units x slots: how many, the units); rows come sorted by unit and person."""
    again = np.flatnonzero((units[1:] == units[:-1]) & (persons[1:] == persons[:-1])) + 1
    for row in again.tolist():  # a second employment of the same person counts with the first
        met[row] |= met[row - 1]
        met[row - 1] = False
    starts = np.flatnonzero(np.r_[True, units[1:] != units[:-1]])
    # A byte holds the sum of up to 255 people, and adding bytes to bytes is several times as quick.
    most = int(np.diff(np.r_[starts, len(units)]).max())
    return np.add.reduceat(met.view(np.uint8), starts, axis=0, dtype=np.uint8 if most < 256 else np.uint16), units[
        starts
    ]


def _closed(crowd: Crowd, limited: Mapping[int, Iterable[int]], slots: int) -> Flags:
    groups, at = np.unique(crowd.group, return_inverse=True)
    closed = np.zeros((len(groups), slots), dtype=bool)
    for row, group in enumerate(groups.tolist()):
        closed[row, [slot for slot in limited.get(group, ()) if slot < slots]] = True
    found: Flags = closed[at.reshape(-1)]
    return found


def gaps(asked: Asked, have_: Ints) -> Flags:
    """Which needs are not met, as `rules.status` says of one."""
    found: Flags = asked.counts & (have_ < asked.need)
    return found


def vulnerable(asked: Asked, have_: Ints) -> Flags:
    """Which are met with nobody to spare, or by one person alone."""
    found: Flags = asked.counts & (have_ >= asked.need) & ((have_ == asked.need) | (have_ == 1))
    return found

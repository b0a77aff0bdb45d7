"""What a unit needs, who counts, and how have stands against need. Words for a gap lie in `statements`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from competence.foundation.text import N_


class Shift(StrEnum):
    """The three shifts, by the letter that stands under a name."""

    DAY = "D"
    EVENING = "A"
    NIGHT = "N"


SHIFT_NAMES: Mapping[Shift, str] = {Shift.DAY: N_("Day"), Shift.EVENING: N_("Evening"), Shift.NIGHT: N_("Night")}


def shift_at(at: time, hours: Mapping[Shift, tuple[str, str]]) -> Shift:
    """The shift that runs at the time of day; the night where the hours ("07:00", "15:00") leave a hole.

    One that ends before it begins runs past midnight.
    """
    for shift, (begins, ends) in hours.items():
        first, last = time.fromisoformat(begins), time.fromisoformat(ends)
        if first <= at < last or (last < first and (at >= first or at < last)):
            return shift
    return Shift.NIGHT


class DayKind(StrEnum):
    """Which days a need is for."""

    EVERY = "every"
    WEEKDAY = "weekday"
    WEEKEND = "weekend"


DAY_KIND_NAMES: Mapping[DayKind, str] = {
    DayKind.EVERY: N_("Every day"),
    DayKind.WEEKDAY: N_("Weekday"),
    DayKind.WEEKEND: N_("Weekend and public holiday"),
}


class Status(StrEnum):
    """How a task stands on a shift."""

    GAP = "gap"
    VULNERABLE = "vulnerable"
    COVERED = "covered"
    NO_NEED = "no_need"


STATUS_NAMES: Mapping[Status, str] = {
    Status.GAP: N_("gap"),
    Status.VULNERABLE: N_("vulnerable"),
    Status.COVERED: N_("covered"),
    Status.NO_NEED: N_("no requirement"),
}
_WORST_FIRST = (Status.GAP, Status.VULNERABLE, Status.COVERED, Status.NO_NEED)


@dataclass(frozen=True, slots=True)
class Need:
    """What is asked for on a shift."""

    need: int
    level: int = 1
    also_unstable: bool = False
    students_count: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """Have against need for one task and shift."""

    have: int
    need: int | None
    """None: nothing is asked for."""
    floaters: int = 0
    externals: int = 0
    students: int = 0

    @property
    def status(self) -> Status:
        """Gap: fewer than needed. Vulnerable: one absence from a gap, or only one person."""
        return status(self.have, self.need)

    @property
    def missing(self) -> int:
        """How many more it takes."""
        return max(0, (self.need or 0) - self.have)

    @property
    def spare(self) -> int:
        """How many could help elsewhere without a gap here."""
        return max(0, self.have - (self.need or 0))


NOTHING = Count(0, None)


def status(have: int, need: int | None) -> Status:
    """How `have` stands against `need`; a need of nobody is never a gap and never vulnerable."""
    if not need:
        return Status.NO_NEED
    if have < need:
        return Status.GAP
    return Status.VULNERABLE if have == need or have == 1 else Status.COVERED


def worst(statuses: Iterable[Status]) -> Status:
    """The one that asks most for attention: several units together stand no better than their weakest."""
    return min(statuses, key=_WORST_FIRST.index, default=Status.NO_NEED)


def day_kind(day: date, holidays: Iterable[date] = ()) -> DayKind:
    """Weekday, or weekend and public holiday."""
    return DayKind.WEEKEND if day.weekday() >= 5 or day in set(holidays) else DayKind.WEEKDAY


def public_holidays(year: int) -> frozenset[date]:
    """The Danish public holidays of the year, as the law has them since 2024 (without Great Prayer Day), and 24 December."""
    easter = _easter(year)
    return frozenset(
        {date(year, 1, 1), date(year, 12, 24), date(year, 12, 25), date(year, 12, 26)}
        | {easter + timedelta(days=after) for after in (-3, -2, 0, 1, 39, 49, 50)}
    )


def _easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (the anonymous algorithm, Nature, 20 April 1876)."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    leaps, rest = divmod(century, 4)
    moon = (19 * golden + century - leaps - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    quarters, odd = divmod(of_century, 4)
    week = (32 + 2 * rest + 2 * quarters - moon - odd) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


# What a unit needs: its own word, else the nearest above it.


@dataclass(frozen=True, slots=True)
class Stated:
    """A requirement as somebody has set it, for a unit (`unit_kind` empty) or for every unit of a kind below one."""

    id: int
    unit_id: int
    unit_kind: str
    task_id: int
    shift: Shift
    day_kind: DayKind
    need: Need


@dataclass(frozen=True, slots=True)
class Place:
    """A unit, by its kind and its path from the root."""

    id: int
    kind: str
    path: str

    @property
    def chain(self) -> tuple[int, ...]:
        """The ids from the root down to itself."""
        return tuple(int(part) for part in self.path.split("/") if part)


By = Mapping[tuple[int, str], Sequence[Stated]]
Needs = Mapping[tuple[int, Shift], Stated]
"""(task id, shift) -> the requirement that holds, with the unit that it comes from."""


def by_place(stated: Iterable[Stated]) -> By:
    """The requirements by (unit, kind), as `needs_of` looks them up."""
    found: dict[tuple[int, str], list[Stated]] = {}
    for one in stated:
        found.setdefault((one.unit_id, one.unit_kind), []).append(one)
    return found


def needs_of(place: Place, stated: By, days: DayKind) -> Needs:
    """What the unit needs on days of the kind: (task, shift) -> the requirement that decides.

    The unit's own comes first; then, from the nearest unit above: what it says for units of this kind, and what it says
    for itself and all below. In one place, a requirement for the kind of day comes before one for every day.
    """
    found: dict[tuple[int, Shift], Stated] = {}
    for unit_id in place.chain:
        own = unit_id == place.id
        for kind in (place.kind, "") if own else ("", place.kind):
            for wanted in (DayKind.EVERY, days):
                for one in stated.get((unit_id, kind), ()):
                    if one.day_kind is wanted:
                        found[one.task_id, one.shift] = one
            if not place.kind:
                break
    return found


# Who counts.


class Standing(StrEnum):
    """How a person is seen by the unit's count."""

    FIXED = "fixed"
    FLOATER = "floater"
    EXTERNAL = "external"
    STUDENT = "student"


STANDING_NAMES: Mapping[Standing, str] = {
    Standing.FIXED: N_("Fixed shift"),
    Standing.FLOATER: N_("Floaters"),
    Standing.EXTERNAL: N_("Externals"),
    Standing.STUDENT: N_("Students"),
}


def standing_of(*, is_floater: bool, is_external: bool, is_student: bool) -> Standing:
    """How the employment counts: an external is one also when a student, a floater also with a fixed shift."""
    if is_external:
        return Standing.EXTERNAL
    if is_floater:
        return Standing.FLOATER
    return Standing.STUDENT if is_student else Standing.FIXED


@dataclass(frozen=True, slots=True)
class Worker:
    """An employment as a unit's count sees it on a day."""

    employment_id: int
    person_id: int
    shifts: str = ""
    """The fixed shifts as letters; empty = none fixed."""
    standing: Standing = Standing.FIXED
    absent: bool = False

    def works(self, shift: Shift) -> bool:
        """Whether the shift is one of hers: those who stand apart and have none fixed may be asked for any."""
        if self.standing in (Standing.FLOATER, Standing.EXTERNAL) and not self.shifts:
            return True
        return shift.value in self.shifts


@dataclass(frozen=True, slots=True)
class Held:
    """That a worker may do a task: at a level, and whether only within a limit."""

    worker: Worker
    level: int
    limited: bool = False

    def meets(self, need: Need | None) -> bool:
        """Whether it is what is asked for; with nothing asked for, any level is."""
        if need is None:
            return self.level >= 1
        return self.level >= max(1, need.level) and not (need.also_unstable and self.limited)


@lru_cache(maxsize=4096)
def _plain_count(have: int, need: int | None) -> Count:
    return Count(have, need)


class Crew:
    """The workers of a unit, sorted once into who counts on which shift, so that many tasks can be counted."""

    def __init__(self, workers: Iterable[tuple[int, Worker]]) -> None:
        """`workers` come with their places in the lists of levels that are counted."""
        self._fixed: dict[Shift, list[tuple[int, int]]] = {shift: [] for shift in Shift}
        self._apart: dict[Shift, list[tuple[int, int, Standing]]] = {shift: [] for shift in Shift}
        for at, worker in workers:
            if worker.absent:
                continue
            for shift in Shift:
                if not worker.works(shift):
                    continue
                if worker.standing is Standing.FIXED:
                    self._fixed[shift].append((at, worker.person_id))
                else:
                    self._apart[shift].append((at, worker.person_id, worker.standing))

    def count(self, levels: Sequence[int], shift: Shift, need: Need | None, limited: Sequence[bool] = ()) -> Count:
        """How many of the shift's fixed people hold the task, against the need; each person once, those away not at all.

        Floaters, externals and students stand apart and are never in `have`; students are only where the need says that
        they count. `limited` says who may only within a limit.
        """
        wanted = need.level if need is not None and need.level > 1 else 1
        if need is not None and need.also_unstable and limited:
            levels = [0 if limited[at] else level for at, level in enumerate(levels)]
        fixed = {person for at, person in self._fixed[shift] if levels[at] >= wanted}
        if not self._apart[shift]:
            return _plain_count(len(fixed), need.need if need is not None else None)
        apart: dict[Standing, set[int]] = {Standing.FLOATER: set(), Standing.EXTERNAL: set(), Standing.STUDENT: set()}
        for at, person, stands in self._apart[shift]:
            if levels[at] >= wanted:
                apart[stands].add(person)
        if need is not None and need.students_count:
            fixed |= apart[Standing.STUDENT]
        return Count(
            len(fixed),
            need.need if need is not None else None,
            len(apart[Standing.FLOATER] - fixed),
            len(apart[Standing.EXTERNAL] - fixed),
            len(apart[Standing.STUDENT] - fixed),
        )

    def counts(
        self, levels: NDArray[np.uint8], shift: Shift, needs: Sequence[Need | None], limited: NDArray[np.bool_]
    ) -> list[Count]:
        """`count` for many tasks at once: `levels` and `limited` are tasks x workers, `needs` one for each task."""
        fixed, apart = self._fixed[shift], self._apart[shift]
        if len({person for _at, person, *_stands in (*fixed, *apart)}) < len(fixed) + len(apart):
            rows = zip(levels.tolist(), needs, limited.tolist(), strict=True)
            return [self.count(some, shift, need, within) for some, need, within in rows]
        wanted = np.array([need.level if need is not None and need.level > 1 else 1 for need in needs], dtype=np.uint8)
        strict = np.array([need is not None and need.also_unstable for need in needs], dtype=bool)
        met = (levels >= wanted[:, None]) & ~(limited & strict[:, None])
        have = _met_by(met, [at for at, _person in fixed])
        asked = [need.need if need is not None else None for need in needs]
        if not apart:
            return [_plain_count(some, need) for some, need in zip(have, asked, strict=True)]
        floaters, externals, students = (
            _met_by(met, [at for at, _person, stands in apart if stands is one])
            for one in (Standing.FLOATER, Standing.EXTERNAL, Standing.STUDENT)
        )
        return [
            Count(some + learning, number, floating, outside, 0)
            if need is not None and need.students_count
            else Count(some, number, floating, outside, learning)
            for some, number, floating, outside, learning, need in zip(
                have, asked, floaters, externals, students, needs, strict=True
            )
        ]


def _met_by(met: NDArray[np.bool_], some: Sequence[int]) -> list[int]:
    sums: list[int] = met[:, list(some)].sum(axis=1).tolist()
    return sums


def count(held: Iterable[Held], shift: Shift, need: Need | None) -> Count:
    """The same for one task, from what each worker holds."""
    some = list(held)
    crew = Crew((at, one.worker) for at, one in enumerate(some))
    return crew.count([one.level for one in some], shift, need, [one.limited for one in some])


@dataclass(frozen=True, slots=True)
class Joined:
    """The count of several units together: figures added up, status the weakest unit's."""

    have: int
    need: int | None
    status: Status
    gaps: int = 0
    vulnerable: int = 0
    floaters: int = 0
    externals: int = 0
    students: int = 0


def join(counts: Sequence[Count]) -> Joined:
    """Several units' counts as one: a surplus in one unit never hides the gap of another."""
    asked = [one for one in counts if one.need]
    return Joined(
        sum(one.have for one in (asked or counts)),
        sum(one.need or 0 for one in asked) if asked else None,
        worst(one.status for one in counts),
        sum(one.status is Status.GAP for one in counts),
        sum(one.status is Status.VULNERABLE for one in counts),
        max((one.floaters for one in counts), default=0),
        sum(one.externals for one in counts),
        sum(one.students for one in counts),
    )


# Figures for those who see numbers only.

SMALLEST_GROUP = 5
"""A figure about fewer people is not shown to whoever sees numbers only."""

"""Coverage on the days to come, from plain data: who counts when, have against need, and what opens on which day.

Between two days on which anything changes all is the same, so it is counted once for each such stretch, for all tasks
together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from competence.coverage.rules import DayKind, Need, Needs, Shift, Standing, Status, Worker

Span = tuple[date, date | None]
"""First day, and first day no longer; None = open."""

Levels = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Figures = NDArray[np.int16]

COVERED, VULNERABLE, GAP = 1, 2, 3
"""How a spot stands, as the arrays hold it; 0: nothing is asked for."""
STATUSES: Mapping[int, Status] = {
    0: Status.NO_NEED,
    COVERED: Status.COVERED,
    VULNERABLE: Status.VULNERABLE,
    GAP: Status.GAP,
}


@dataclass(frozen=True, slots=True)
class Hand:
    """An employment of the unit, from its first day there to its last."""

    worker: Worker
    group_id: int
    begins: date
    ends: date | None
    """First day on which it no longer runs."""
    away: tuple[Span, ...] = ()
    """Absences, from and to only."""


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody's staff group alone gives from a day on: the level in each task, and whether within a limit only."""

    begins: date
    levels: Levels
    limited: Flags


@dataclass(frozen=True, slots=True)
class Right:
    """At which level somebody may do a task for a time, whatever her group gives; 0: may not."""

    hand: int
    task: int
    """Both are places in the lists."""
    level: int
    begins: date
    ends: date | None
    limited: bool = False
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the unit needs from a day on, by kind of day."""

    begins: date
    weekday: Needs
    weekend: Needs


@dataclass(frozen=True)
class Ground:
    """All that the days ahead are counted from."""

    first: date
    """Today."""
    end: date
    """First day that is no longer looked at."""
    tasks: tuple[int, ...]
    """The tasks that are asked for on some day."""
    hands: tuple[Hand, ...]
    given: tuple[tuple[Given, ...], ...]
    """For each hand, in the order of days."""
    rights: tuple[Right, ...]
    """A later one comes before an earlier one that it overlaps."""
    asked: tuple[Asked, ...]
    """In the order of days; the first begins on `first` at the latest."""

    def days(self) -> set[date]:
        """The days from `first` to before `end` on which anything may change, the first among them."""
        found: set[date | None] = {self.first}
        for hand in self.hands:
            found |= {hand.begins, hand.ends}
            for span in hand.away:
                found |= set(span)
        for pieces in {id(some): some for some in self.given}.values():
            found |= {piece.begins for piece in pieces}
        for right in self.rights:
            found.add(right.begins)
            found.add(right.ends)
        found |= {asked.begins for asked in self.asked}
        return {day for day in found if day is not None and self.first <= day < self.end}


@dataclass(frozen=True, slots=True)
class Spot:
    """A task on a shift, on days of a kind: what has one figure a day."""

    task: int
    """Its place among the tasks."""
    shift: Shift
    days: DayKind
    """EVERY where the same is asked for on all days."""


@dataclass(frozen=True)
class Ahead:
    """Have against need over the days ahead."""

    ground: Ground
    days: tuple[date, ...]
    """The first day of each stretch."""
    spots: tuple[Spot, ...]
    have: Figures
    """Spots x stretches."""
    need: Figures
    status: Levels
    levels: Levels = field(repr=False)
    """Hands x tasks x stretches."""
    limited: Flags | None = field(repr=False)
    present: Flags = field(repr=False)
    """Hands x stretches: employed and not away."""

    def stretch_of(self, day: date) -> int:
        """The stretch in which the day lies."""
        return int(np.searchsorted(np.array([one.toordinal() for one in self.days]), day.toordinal(), "right")) - 1

    def until(self, stretch: int) -> date:
        """The first day after the stretch."""
        return self.days[stretch + 1] if stretch + 1 < len(self.days) else self.ground.end

    def need_on(self, spot: Spot, stretch: int) -> tuple[int, bool, bool]:
        """(level, also unstable, students count) as it is asked for of the spot in the stretch."""
        asked = _asked_in(self.ground.asked, self.days[stretch])
        needs = asked.weekend if spot.days is DayKind.WEEKEND else asked.weekday
        stated = needs.get((self.ground.tasks[spot.task], spot.shift))
        if stated is None:
            return 1, False, False
        return max(1, stated.need.level), stated.need.also_unstable, stated.need.students_count

    def counting(self, spot: Spot, stretch: int, *, asked_in: int | None = None) -> set[int]:
        """The hands who count for the spot in the stretch, by the terms of that stretch or of another one."""
        level, unstable, students = self.need_on(spot, stretch if asked_in is None else asked_in)
        found = set()
        for at, hand in enumerate(self.ground.hands):
            if not _on_shift(hand, spot.shift, students) or not self.present[at, stretch]:
                continue
            limited = unstable and self.limited is not None and self.limited[at, spot.task, stretch]
            if self.levels[at, spot.task, stretch] >= level and not limited:
                found.add(at)
        return found


def count_ahead(ground: Ground, days: Iterable[date] = ()) -> Ahead:
    """Have against need of every spot that is asked for, for each stretch; `days` cut the time into more stretches."""
    turns = tuple(sorted(ground.days().union(day for day in days if ground.first <= day < ground.end)))
    place = _Places(turns, ground.end)
    wants_limits = any(
        stated.need.also_unstable
        for asked in ground.asked
        for needs in (asked.weekday, asked.weekend)
        for stated in needs.values()
    )
    levels, limited = _levels(ground, place, wants_limits)
    present = _present(ground, place)
    spots: list[Spot] = []
    have: list[Figures] = []
    need: list[Figures] = []
    for shift in Shift:
        weekday = _counted(ground, place, shift, levels, limited, present, weekend=False)
        weekend = weekday
        if any(one.weekday is not one.weekend for one in ground.asked):
            weekend = _counted(ground, place, shift, levels, limited, present, weekend=True)
        for task, number in enumerate(ground.tasks):
            alike = all(_need(one.weekday, number, shift) == _need(one.weekend, number, shift) for one in ground.asked)
            both = (DayKind.EVERY,) if alike else (DayKind.WEEKDAY, DayKind.WEEKEND)
            for kind in both:
                of_kind = weekend if kind is DayKind.WEEKEND else weekday
                if of_kind[1][task].any():
                    spots.append(Spot(task, shift, kind))
                    have.append(of_kind[0][task])
                    need.append(of_kind[1][task])
    width = len(turns)
    has = np.array(have, dtype=np.int16).reshape(len(spots), width)
    needs = np.array(need, dtype=np.int16).reshape(len(spots), width)
    return Ahead(ground, turns, tuple(spots), has, needs, standing(has, needs), levels, limited, present)


def standing(have: Figures, need: Figures) -> Levels:
    """How each figure stands, as the page with the board says it: gap, vulnerable, covered, or 0 where nothing is asked."""
    found: Levels = np.full(have.shape, COVERED, dtype=np.uint8)
    found[(have == need) | (have == 1)] = VULNERABLE
    found[have < need] = GAP
    found[need == 0] = 0
    return found


class _Places:
    """Where a day stands among the stretches."""

    def __init__(self, turns: Sequence[date], end: date) -> None:
        self.of = {day: at for at, day in enumerate(turns)}
        self.turns, self.end, self.width = turns, end, len(turns)

    def part(self, begins: date, ends: date | None) -> slice:
        """The stretches from the one day to before the other; both are turns, or lie outside."""
        first = 0 if begins <= self.turns[0] else self.of.get(begins, self.width)
        last = self.width if ends is None or ends >= self.end else self.of.get(ends, 0)
        return slice(first, last)


def _levels(ground: Ground, place: _Places, wants_limits: bool) -> tuple[Levels, Flags | None]:
    levels: Levels = np.zeros((len(ground.hands), len(ground.tasks), place.width), dtype=np.uint8)
    limited: Flags | None = np.zeros(levels.shape, dtype=bool) if wants_limits else None
    for at, pieces in enumerate(ground.given):
        for number, piece in enumerate(pieces):
            ends = pieces[number + 1].begins if number + 1 < len(pieces) else None
            part = place.part(piece.begins, ends)
            levels[at, :, part] = piece.levels[:, None]
            if limited is not None:
                limited[at, :, part] = piece.limited[:, None]
    for right in ground.rights:
        part = place.part(right.begins, right.ends)
        levels[right.hand, right.task, part] = right.level
        if limited is not None:
            limited[right.hand, right.task, part] = right.limited
    return levels, limited


def _present(ground: Ground, place: _Places) -> Flags:
    present: Flags = np.zeros((len(ground.hands), place.width), dtype=bool)
    for at, hand in enumerate(ground.hands):
        present[at, place.part(hand.begins, hand.ends)] = True
        for begins, ends in hand.away:
            if begins < ground.end and (ends is None or ends > ground.first):
                present[at, place.part(begins, ends)] = False
    return present


def _on_shift(hand: Hand, shift: Shift, students: bool) -> bool:
    counts = hand.worker.standing is Standing.FIXED or (students and hand.worker.standing is Standing.STUDENT)
    return counts and hand.worker.works(shift)


def _counted(
    ground: Ground, place: _Places, shift: Shift, levels: Levels, limited: Flags | None, present: Flags, *, weekend: bool
) -> tuple[Figures, Figures]:  # fmt: skip
    """(have, need) of each task on the shift, tasks x stretches."""
    have: Figures = np.zeros((len(ground.tasks), place.width), dtype=np.int16)
    need: Figures = np.zeros_like(have)
    persons: dict[int, list[int]] = {}
    for at, hand in enumerate(ground.hands):
        if _on_shift(hand, shift, True):
            persons.setdefault(hand.worker.person_id, []).append(at)
    for number, asked in enumerate(ground.asked):
        later = ground.asked[number + 1].begins if number + 1 < len(ground.asked) else None
        part = place.part(asked.begins, later)
        needs = asked.weekend if weekend else asked.weekday
        stated = [(row, needs.get((task, shift))) for row, task in enumerate(ground.tasks)]
        said = [(row, one.need) for row, one in stated if one is not None and one.need.need]
        if not said:
            continue
        rows = np.array([row for row, _need in said])
        need[rows, part] = np.array([one.need for _row, one in said], dtype=np.int16)[:, None]
        wanted = np.array([max(1, one.level) for _row, one in said], dtype=np.uint8)[:, None]
        unstable = np.array([one.also_unstable for _row, one in said], dtype=bool)[:, None]
        students = np.array([one.students_count for _row, one in said], dtype=bool)[:, None]
        sums: Figures = np.zeros((len(said), len(place.turns[part])), dtype=np.int16)
        for some in persons.values():
            met = None
            for at in some:
                one = levels[at][rows, part] >= wanted
                one &= present[at, part]
                if limited is not None:
                    one &= ~(limited[at][rows, part] & unstable)
                if ground.hands[at].worker.standing is Standing.STUDENT:
                    one &= students
                met = one if met is None else met | one
            if met is not None:
                sums += met
        have[rows, part] = sums
    return have, need


def _need(needs: Needs, task: int, shift: Shift) -> Need | None:
    stated = needs.get((task, shift))
    return stated.need if stated is not None else None


def _asked_in(asked: Sequence[Asked], day: date) -> Asked:
    return next(one for one in reversed(asked) if one.begins <= day)

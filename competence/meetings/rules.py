"""What stands on the wall of a team's room: tasks and numbers, never anybody's gaps (DESIGN.md section 11). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from competence.coverage.rules import SMALLEST_GROUP, Shift, Status, status
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, Sentence, sentence


class Figure(StrEnum):
    """A figure that a leader can choose for the board, and that an improvement action can aim at."""

    GAPS = "gaps"
    CRITICAL = "critical_gaps"
    VULNERABLE = "vulnerable"
    MET = "met"


FIGURE_NAMES: Mapping[Figure, str] = {
    Figure.GAPS: N_("Gaps in coverage"),
    Figure.CRITICAL: N_("Gaps in critical tasks"),
    Figure.VULNERABLE: N_("Vulnerable requirements"),
    Figure.MET: N_("Requirements met, per cent"),
}
HIGHER_IS_BETTER = frozenset({Figure.MET})
LEAST_FIGURES, MOST_FIGURES = 2, 3
USUAL_FIGURES = (Figure.GAPS, Figure.MET)
"""Shown until a leader has chosen."""
MOST_GOALS = 6
MOST_WORDS = 120
MOST_NOTE = 500


def chosen(codes: Iterable[str]) -> tuple[Figure, ...]:
    """The figures by their codes, each once. RuleBroken when there are not two or three of them."""
    known = {one.value for one in Figure}
    found = tuple(dict.fromkeys(Figure(code) for code in codes if code in known))
    if not LEAST_FIGURES <= len(found) <= MOST_FIGURES:
        raise RuleBroken(sentence(N_("Choose two or three figures.")), field="figures")
    return found


def reached(figure: Figure, value: float, target: float) -> bool:
    """Whether the value is as good as the target, or better."""
    return value >= target if figure in HIGHER_IS_BETTER else value <= target


# Coverage as tiles.


@dataclass(frozen=True, slots=True)
class Tile:
    """A subject area on a shift."""

    gaps: int = 0
    vulnerable: int = 0
    needs: int = 0

    def __add__(self, other: "Tile") -> "Tile":
        """Both together."""
        return Tile(self.gaps + other.gaps, self.vulnerable + other.vulnerable, self.needs + other.needs)

    @property
    def status(self) -> Status:
        """The weakest of its requirements."""
        if not self.needs:
            return Status.NO_NEED
        if self.gaps:
            return Status.GAP
        return Status.VULNERABLE if self.vulnerable else Status.COVERED

    @property
    def is_calm(self) -> bool:
        """Whether there is nothing to see to."""
        return not self.gaps and not self.vulnerable


def tiles(
    have: Mapping[tuple[int, Shift], int], need: Mapping[tuple[int, Shift], int], areas: Mapping[int, int]
) -> dict[tuple[int, Shift], Tile]:
    """(area, shift) -> its tile, of those in which something is needed. `areas`: task -> its area."""
    sums: dict[tuple[int, Shift], list[int]] = {}
    for (task, shift), asked in need.items():
        stands = status(have.get((task, shift), 0), asked)
        if stands is Status.NO_NEED:
            continue
        one = sums.setdefault((areas[task], shift), [0, 0, 0])
        one[0] += stands is Status.GAP
        one[1] += stands is Status.VULNERABLE
        one[2] += 1
    return {key: Tile(*one) for key, one in sums.items()}


# The week's goals.


def week_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True)
class Goal:
    """A gap that the team wants to close this week."""

    task_id: int
    shift: Shift
    planned_on: date | None = None
    planned_at: time | None = None


_DAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))


def when(goal: Goal, *, on: date, closed_on: date | None, is_closed: bool, on_shift: int) -> Sentence:
    """What stands beside the goal: since when it is closed, or when the training is.

    No day and no time of a training where fewer than five work the shift: they would tell who it is.
    """
    if is_closed:
        if closed_on is None or closed_on < on - timedelta(days=6):
            return sentence(N_("closed"))
        if closed_on >= on:
            return sentence(N_("closed today"))
        if closed_on == on - timedelta(days=1):
            return sentence(N_("closed yesterday"))
        return sentence(N_("closed on %(weekday)s"), weekday=sentence(_DAYS[closed_on.weekday()]))
    if goal.planned_on is None or goal.planned_on < on or on_shift < SMALLEST_GROUP:
        return sentence(N_("this week"))
    if goal.planned_on == on:
        if goal.planned_at is None:
            return sentence(N_("today"))
        return sentence(N_("today at %(time)s"), time=_clock(goal.planned_at))
    name = sentence(_DAYS[goal.planned_on.weekday()])
    if goal.planned_at is None:
        return name
    return sentence(N_("%(weekday)s at %(time)s"), weekday=name, time=_clock(goal.planned_at))


def _clock(at: time) -> str:
    return f"{at.hour}.{at:%M}"


# Who to ask today.


@dataclass(frozen=True, slots=True)
class Offer:
    """Somebody who has said yes to stand on the board as one to ask about an area, and is at work today."""

    person_id: int
    name: str
    area_id: int
    shifts: str
    is_guide: bool = False


MOST_ASKED = 1
"""So many names stand at an area, as on a wall there is little room."""


def who_to_ask(offers: Iterable[Offer], areas: Sequence[int]) -> list[tuple[int, list[str]]]:
    """(area, first names) of the areas that somebody can be asked about, in their order; guides first, then by name."""
    by_area: dict[int, list[Offer]] = {}
    for one in offers:
        by_area.setdefault(one.area_id, []).append(one)
    called = _called(one for some in by_area.values() for one in some)
    return [
        (area, [called[one.person_id] for one in sorted(by_area[area], key=_order)[:MOST_ASKED]])
        for area in areas
        if area in by_area
    ]


def who_at(offers: Iterable[Offer], shift: Shift) -> str | None:
    """The first name of one who can be asked on the shift, a guide where there is one; None when nobody can."""
    some = list(offers)
    called = _called(some)
    at_work = sorted((one for one in some if shift.value in one.shifts), key=_order)
    return called[at_work[0].person_id] if at_work else None


def _order(one: Offer) -> tuple[bool, str, int]:
    return (not one.is_guide, one.name, one.person_id)


def _called(offers: Iterable[Offer]) -> dict[int, str]:
    """Person -> her first name, with the letter of the last name where two would be called the same."""
    names = {one.person_id: one.name.split(" ") for one in offers}
    firsts = [parts[0] for parts in names.values()]
    return {
        person: f"{parts[0]} {parts[-1][:1]}." if firsts.count(parts[0]) > 1 and len(parts) > 1 else parts[0]
        for person, parts in names.items()
    }


# Improvement actions.


class Ended(StrEnum):
    """How an improvement action came to an end."""

    DONE = "done"
    DROPPED = "dropped"


ENDED_NAMES: Mapping[Ended, str] = {Ended.DONE: N_("done"), Ended.DROPPED: N_("stopped")}


def check_days(due_on: date, follow_up_on: date | None, *, on: date) -> None:
    """Nothing. RuleBroken when the last day lies in the past, or the follow-up does or comes after it by more than a year."""
    if due_on < on:
        raise RuleBroken(sentence(N_("The date must be today or later.")), field="due_on")
    if follow_up_on is not None and follow_up_on < on:
        raise RuleBroken(sentence(N_("The follow-up must be today or later.")), field="follow_up_on")


def check_target(figure: Figure, target: float) -> None:
    """Nothing. RuleBroken when no such figure can be."""
    most = 100 if figure is Figure.MET else 9999
    if not 0 <= target <= most:
        raise RuleBroken(
            sentence(N_("Write a target from 0 to %(most)s."), most=most),
            field="target",
        )

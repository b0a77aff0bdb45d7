"""What an open seat, a vulnerable one, a week of waiting and a training weigh against each other: the objective. Pure.

GAPS      open seats at a price no training reaches, then kroner, with vulnerable seats worth about one training each.
CHEAPEST  kroner alone; no team is left with more open seats than the greedy way leaves it, in all and of the critical ones.
FASTEST   open seats at the same price, then each week that a seat stands open, then a tenth of the kroner.

A critical seat weighs 1.4 times another, and one that opens in a year 0.8 times one that is open now: together less than
twice, so that one seat is never bought with two others. The wish and 70-20-10 only choose between trainings that are
about as dear.
"""

from collections.abc import Iterable, Mapping, Sequence

from competence.learning.rules import Part
from competence.training.rules.problem import Aim, Candidate, Limits, Seat

OPEN = 100_000
"""Kroner for a seat left open, at least; more where a training costs more than half of it."""
SPARE = 3_000
"""Kroner for a person short of robust: about one training."""
WEEK = 1_000
"""Kroner for a week that a seat stands open, where the fastest way is wanted."""
CRITICAL, LATE = 1.4, 0.2
A_YEAR = 52
NOT_ASKED_FOR = 0.05
"""How much dearer a training weighs that she has not asked for herself."""
OFF_GUIDE = 0.02
"""Of an hour's price, for each hour that lies elsewhere than 70-20-10 has it: a guide, never a target."""
GUIDE: Mapping[Part, int] = {Part.DAILY: 70, Part.COLLEAGUES: 20, Part.FORMAL: 10}


def own_minutes(candidate: Candidate) -> int:
    """Her own time, of all parts."""
    return sum(candidate.minutes.values())


def training_cost(candidate: Candidate, limits: Limits) -> int:
    """Kroner: hers and the teacher's time, and what it costs besides wages; without a seat on a course."""
    minutes = own_minutes(candidate) + candidate.teacher_minutes
    return candidate.price + (minutes * limits.hour + 30) // 60


def weight(candidate: Candidate, limits: Limits, *, kept: bool) -> int:
    """What a training adds to the objective: its cost, a little more unless she asked for it, and 1 for being proposed."""
    cost, total = training_cost(candidate, limits), own_minutes(candidate)
    off = sum(abs(candidate.minutes.get(part, 0) * 100 - share * total) for part, share in GUIDE.items())
    guide = off * limits.hour * OFF_GUIDE / 6000
    asked = 0.0 if candidate.wish or kept else cost * NOT_ASKED_FOR
    return cost + round(guide + asked) + 1


class Prices:
    """The prices by one aim, for seats in the order given."""

    def __init__(self, aim: Aim, seats: Sequence[Seat], due: Sequence[int], dearest: Iterable[int]) -> None:
        base = max(OPEN, 2 * max(dearest, default=0))
        self.aim = aim
        self.share = 0.1 if aim is Aim.FASTEST else 1.0
        """Of a kroner that counts."""
        urgency = [
            (CRITICAL if seat.critical else 1) * (1 - LATE * min(week, A_YEAR) / A_YEAR)
            for seat, week in zip(seats, due, strict=True)
        ]
        self.reach: list[int] = [round(base * one) for one in urgency]
        """What closing each seat is worth to the greedy way, whatever the aim."""
        self.open: list[int] = [0 if aim is Aim.CHEAPEST else price for price in self.reach]
        spare = 0 if aim is Aim.CHEAPEST else SPARE * self.share
        self.spare: list[float] = [round(spare * one, 2) for one in urgency]
        self.week: list[float] = [round(WEEK * one, 2) if aim is Aim.FASTEST else 0.0 for one in urgency]

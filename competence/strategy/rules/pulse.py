"""The pulse: one question, five answers, and what may be shown of them without telling who said what. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from competence.coverage.rules import SMALLEST_GROUP
from competence.figures.rules import Group, hidden
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, sentence


class Answer(StrEnum):
    """An answer to "I can develop in my work"."""

    FULLY = "fully"
    AGREE = "agree"
    NEITHER = "neither"
    DISAGREE = "disagree"
    NOT_AT_ALL = "not_at_all"


QUESTION = N_("I can develop in my work")
ANSWER_NAMES: Mapping[Answer, str] = {
    Answer.FULLY: N_("Fully agree"),
    Answer.AGREE: N_("Agree"),
    Answer.NEITHER: N_("Neither nor"),
    Answer.DISAGREE: N_("Disagree"),
    Answer.NOT_AT_ALL: N_("Fully disagree"),
}
CAN = frozenset({Answer.FULLY, Answer.AGREE})
"""Those who say that they can develop."""

LEAST_DAYS, MOST_DAYS = 3, 31
REST = timedelta(days=28)
"""Between two rounds that ask the same people: else the difference between them would tell what one person said."""

Tally = Mapping[Answer, int]


@dataclass(frozen=True)
class Counted:
    """What may be shown of some answers."""

    tally: Tally

    @property
    def answered(self) -> int:
        """How many answered."""
        return sum(self.tally.values())

    @property
    def can(self) -> float | None:
        """Per cent with one decimal who say that they can develop; None when nobody answered."""
        if not self.answered:
            return None
        return round(100 * sum(self.tally.get(answer, 0) for answer in CAN) / self.answered, 1)


@dataclass(frozen=True)
class Place:
    """A unit of a round, with those right below it."""

    unit_id: int
    below: tuple["Place", ...] = ()


def counted(places: Sequence[Place], own: Mapping[int, Tally]) -> dict[int, Tally]:
    """Unit -> the answers of all who work in it and below it. `own`: those who work in the unit itself."""
    found: dict[int, Tally] = {}

    def add(place: Place) -> Tally:
        sums = {answer: own.get(place.unit_id, {}).get(answer, 0) for answer in Answer}
        for one in place.below:
            for answer, number in add(one).items():
                sums[answer] += number
        found[place.unit_id] = sums
        return sums

    for place in places:
        add(place)
    return found


def shown(places: Sequence[Place], own: Mapping[int, Tally]) -> dict[int, Counted]:
    """Unit -> its answers, of the units of which something may be shown.

    Left out is who has fewer than five answers, and beside her whom subtraction from the unit above would find; the rule is
    that of the key figures, by how many answered. A unit without any answer is left out too.
    """
    sums = counted(places, own)
    sizes = {unit: sum(tally.values()) for unit, tally in sums.items()}

    def group(place: Place) -> Group:
        alone = sum(own.get(place.unit_id, {}).values()) if place.below else 0
        return Group(place.unit_id, sizes[place.unit_id], tuple(group(one) for one in place.below), alone)

    apart: Collection[int] = hidden([group(place) for place in places])
    return {unit: Counted(tally) for unit, tally in sums.items() if unit not in apart and sizes[unit] >= SMALLEST_GROUP}


def check_round(begins: date, last: date, *, on: date) -> tuple[date, date]:
    """(first day, first day after). RuleBroken when a round cannot run so."""
    if begins < on:
        raise RuleBroken(sentence(N_("The round begins today or later.")), field="begins")
    days = (last - begins).days + 1
    if not LEAST_DAYS <= days <= MOST_DAYS:
        raise RuleBroken(
            sentence(N_("A round runs for %(least)s to %(most)s days."), least=LEAST_DAYS, most=MOST_DAYS), field="last"
        )
    return begins, last + timedelta(days=1)


@dataclass(frozen=True)
class Ran:
    """Another round."""

    begins: date
    ends: date
    units: frozenset[int]


def check_rest(begins: date, ends: date, units: Collection[int], others: Sequence[Ran]) -> None:
    """Nothing. RuleBroken when another round asks some of the same units at the same time, or too near to it."""
    for one in others:
        if one.units & set(units) and begins < one.ends + REST and one.begins < ends + REST:
            raise RuleBroken(
                sentence(
                    N_("Some of the units are asked from %(first)s through %(last)s. Leave four weeks between two rounds."),
                    first=one.begins, last=one.ends - timedelta(days=1),
                ),
                field="begins",
            )  # fmt: skip

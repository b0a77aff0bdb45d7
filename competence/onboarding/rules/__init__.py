"""What an introduction programme is made of, who ticks what, and which sets of gates are refused. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, sentence
from competence.learning.rules import TalkKind

WEEKS = 12
"""So long a programme is at the pace it was planned for; what lies later follows after the introduction."""
FIRST_WEEK, LAST_WEEK = -8, 60
TALKS: Mapping[int, TalkKind] = {4: TalkKind.WEEK_4, 8: TalkKind.WEEK_8, 12: TalkKind.WEEK_12}
"""The talks with the nearest leader, by the week after which they are held (domain.md, section f)."""
MOST_ITEM = 300
MOST_WORDS = 120
MOST_TEXT = 2000
MOST_ITEMS = 120


class ItemKind(StrEnum):
    """What an item of a programme is."""

    INFORMATION = "information"
    PRACTICAL = "practical"
    CONTROL = "control"
    TALK = "talk"
    E_LEARNING = "e_learning"
    DIALOGUE = "dialogue"
    SHADOWING = "shadowing"
    PRACTICE_CHECK = "practice_check"
    TEACHING = "teaching"
    BESIDE = "beside"
    SIGN_OFF = "sign_off"


KIND_NAMES: Mapping[ItemKind, str] = {
    ItemKind.INFORMATION: N_("Information"),
    ItemKind.PRACTICAL: N_("Practical matter"),
    ItemKind.CONTROL: N_("Check of papers"),
    ItemKind.TALK: N_("Talk"),
    ItemKind.E_LEARNING: N_("E-learning"),
    ItemKind.DIALOGUE: N_("Dialogue"),
    ItemKind.SHADOWING: N_("Shadowing shift"),
    ItemKind.PRACTICE_CHECK: N_("Practice check"),
    ItemKind.TEACHING: N_("Teaching"),
    ItemKind.BESIDE: N_("Training beside a colleague"),
    ItemKind.SIGN_OFF: N_("Signature"),
}


class Ticks(StrEnum):
    """Who ticks an item off."""

    BOTH = "both"
    RESPONSIBLE = "responsible"
    NEWCOMER = "newcomer"


TICK_NAMES: Mapping[Ticks, str] = {
    Ticks.BOTH: N_("The newcomer and the one who is responsible"),
    Ticks.RESPONSIBLE: N_("The one who is responsible"),
    Ticks.NEWCOMER: N_("The newcomer"),
}


class Side(StrEnum):
    """From which side somebody ticks."""

    NEWCOMER = "newcomer"
    RESPONSIBLE = "responsible"


def asked_of(ticks: Ticks) -> frozenset[Side]:
    """The sides whose ticks the item needs."""
    if ticks == Ticks.BOTH:
        return frozenset(Side)
    return frozenset({Side.NEWCOMER if ticks == Ticks.NEWCOMER else Side.RESPONSIBLE})


@dataclass(frozen=True)
class Line:
    """What a template, or a leader, says of one item."""

    name: str
    week: int
    """1 and on: the week; 0: the first day; below 0: so many weeks before it."""
    kind: ItemKind
    responsible: str
    """Who sees to it, in words."""
    ticks: Ticks = Ticks.BOTH
    gate: bool = False
    """It must be in place before the newcomer goes on."""
    gate_code: str = ""
    """The course, dialogue or check of the catalogue that it is; "" for none."""
    first_shift: bool = False
    """It belongs to the smallest safe set before a first shift."""

    @property
    def talk(self) -> TalkKind | None:
        """The talk that it is, None for any other item."""
        return TALKS.get(self.week) if self.kind == ItemKind.TALK else None


def check_line(line: Line) -> Line:
    """The line. RuleBroken with the field that does not fit."""
    if not line.name:
        raise RuleBroken(sentence(N_("Write what the item is.")), field="name")
    if not FIRST_WEEK <= line.week <= LAST_WEEK:
        raise RuleBroken(
            sentence(
                N_("Write a week from %(first)s to %(last)s. 0 is the first day."), first=FIRST_WEEK, last=LAST_WEEK
            ),
            field="week",
        )
    if line.gate_code and line.ticks != Ticks.BOTH:
        raise RuleBroken(
            sentence(N_("What opens tasks is ticked by the newcomer and by the one who is responsible.")), field="ticks"
        )
    if line.gate_code and line.week < 0:
        raise RuleBroken(sentence(N_("What opens tasks lies on the first day or later.")), field="week")
    return line


Named = tuple[bool, Iterable[int]]
"""(whether it is e-learning, the tasks that it opens together with others)."""


def by_e_learning_alone(gates: Iterable[Named]) -> list[int]:
    """The tasks, lowest id first, that the gates name by e-learning and by nothing else.

    E-learning alone never opens anything: what has been learned there is talked over, or shown (domain.md, section f).
    """
    kinds: dict[int, set[bool]] = {}
    for is_e_learning, tasks in gates:
        for task in tasks:
            kinds.setdefault(task, set()).add(is_e_learning)
    return sorted(task for task, found in kinds.items() if found == {True})


@dataclass(frozen=True)
class Ticked:
    """How far an item has come."""

    ticks: Ticks
    newcomer_on: date | None = None
    responsible_on: date | None = None
    passed_on: date | None = None
    """When the catalogue's gate was passed, here or elsewhere."""
    held_on: date | None = None
    """When the talk that it is was held."""

    @property
    def missing(self) -> frozenset[Side]:
        """The sides that have not ticked yet; none when it is done."""
        if self.passed_on is not None or self.held_on is not None:
            return frozenset()
        there = {Side.NEWCOMER: self.newcomer_on, Side.RESPONSIBLE: self.responsible_on}
        return frozenset(side for side in asked_of(self.ticks) if there[side] is None)

    @property
    def done_on(self) -> date | None:
        """The day on which the last of it came in place; None while something is missing."""
        if self.missing:
            return None
        days = [day for day in (self.newcomer_on, self.responsible_on) if day is not None]
        return self.passed_on or self.held_on or max(days, default=None)


def needs_yes(*, external: bool, unskilled: bool) -> bool:
    """Whether the leader's written yes is asked for before a first shift: of temps, and of the unskilled."""
    return external or unskilled


def nearest(
    path: Sequence[int], groups: Sequence[int | None], there: Mapping[tuple[int, int | None], int]
) -> int | None:
    """The template that holds in a place: `there` is (unit, staff group) -> template.

    `path` has the unit ids from the top down; `groups` the staff groups to look for, the closest first: a group's own
    template anywhere above counts before that of the group it follows. None when there is none.
    """
    for group in groups:
        for unit in reversed(path):
            if (unit, group) in there:
                return there[unit, group]
    return None

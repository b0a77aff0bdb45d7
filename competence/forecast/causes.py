"""Why a spot opens: whose right ends, who leaves or is away, a new version, a stop, or a need that rises. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from competence.decision.rules import Book, Span
from competence.forecast.openings import Opening
from competence.forecast.rules import Ahead, Hand, Right
from competence.foundation.text import N_, Sentence, sentence


class Why(StrEnum):
    """Why somebody who counts the day before does not on the day; in the order in which they are told."""

    LEAVES = "leaves"
    AWAY = "away"
    SIGNATURE = "signature"
    DELEGATION = "delegation"
    VERSION = "version"
    INSTRUCTION = "instruction"
    STOP = "stop"
    LOCAL = "local"
    PAUSE = "pause"
    LOWER = "lower"
    PREREQUISITE = "prerequisite"


RENEWED = frozenset({Why.SIGNATURE, Why.INSTRUCTION, Why.LOWER})
"""What a new signature puts right."""
OF_ALL = frozenset({Why.VERSION, Why.STOP, Why.LOCAL, Why.INSTRUCTION})
"""What is about nobody in particular, so that whoever sees numbers only may read it too."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A hand that no longer counts."""

    hand: int
    why: Why


@dataclass(frozen=True, slots=True)
class Because:
    """All that makes a spot open."""

    lost: tuple[Lost, ...]
    need: tuple[int, int] | None
    """(before, after) where more is asked for, or at a higher level; None: the need stays."""
    version: int | None
    """The number of the matrix version that begins on the day; None: none does."""

    def how_many(self) -> Mapping[Why, int]:
        """How many are lost by each."""
        return Counter(one.why for one in self.lost)


@dataclass(frozen=True)
class Facts:
    """What the reasons are read from."""

    ahead: Ahead
    book: Book
    path: str
    """Of the unit."""
    exempt: Mapping[int, Mapping[int, Sequence[Span]]]
    """Person -> task -> times of exemption; from and to only."""
    ending: Mapping[tuple[int, int, date], Right]
    """(hand, place of the task, first day no longer) -> the right that ends."""
    delegated: Mapping[tuple[int, int], Collection[date]]
    """(person, task) -> the days from which a personal delegation of hers no longer counts."""


def because(facts: Facts, opening: Opening) -> Because:
    """Why the spot opens, on the day on which its stretch begins."""
    ahead, stretch = facts.ahead, opening.stretch
    day = ahead.days[stretch]
    spot = opening.spot
    lost = [Lost(at, _why(facts, at, spot.task, stretch, day)) for at in sorted(lost_in(ahead, opening))]
    asks_more = opening.after[1] > opening.before[1]
    higher = ahead.need_on(spot, stretch) != ahead.need_on(spot, stretch - 1)
    need = (opening.before[1], opening.after[1]) if asks_more or higher else None
    version = facts.book.version_on(day)
    begins = version is not None and version.valid_from == day
    lost.sort(key=lambda one: list(Why).index(one.why))
    return Because(tuple(lost), need, version.number if version is not None and begins else None)


def _why(facts: Facts, at: int, place: int, stretch: int, day: date) -> Why:
    ground, book = facts.ahead.ground, facts.book
    hand, task = ground.hands[at], ground.tasks[place]
    if hand.ends == day:
        return Why.LEAVES
    if any(begins == day for begins, _ends in hand.away):
        return Why.AWAY
    if any(one.valid_from == day and _reaches(facts, one, hand, task) for one in book.stops):
        return Why.STOP
    if any(one.valid_from == day and _reaches(facts, one, hand, task) for one in book.masks):
        return Why.LOCAL
    if day in book.turns(task, hand.group_id) or day in book.keeping_ends(task, hand.group_id):
        return Why.VERSION
    closing = {one.closes_on for one in book.sign_again.get(task, ())} | {
        one.closes_on for one in book.must_read.get(task, ())
    }
    if day in closing:
        return Why.INSTRUCTION
    if any(begins == day for begins, _ends in facts.exempt.get(hand.worker.person_id, {}).get(task, ())):
        return Why.PAUSE
    if facts.ahead.levels[at, place, stretch]:
        return Why.LOWER
    if day in facts.delegated.get((hand.worker.person_id, task), ()):
        return Why.DELEGATION
    if (at, place, day) not in facts.ending or any(
        _ends(facts, at, other, day) for other in book.must_hold.get(task, ())
    ):
        return Why.PREREQUISITE
    return Why.SIGNATURE


def ending(rights: Iterable[Right]) -> dict[tuple[int, int, date], Right]:
    """(hand, place of the task, first day no longer) -> the right that ends, of all that do."""
    return {(one.hand, one.task, one.ends): one for one in rights if one.ends is not None and one.level}


def lost_in(ahead: Ahead, opening: Opening) -> set[int]:
    """The hands who count for the spot the day before, by the terms of the day, and no longer on it."""
    before = ahead.counting(opening.spot, opening.stretch - 1, asked_in=opening.stretch)
    return before - ahead.counting(opening.spot, opening.stretch)


def _ends(facts: Facts, at: int, task: int, day: date) -> bool:
    tasks = facts.ahead.ground.tasks
    return task in tasks and (at, tasks.index(task), day) in facts.ending


def _reaches(facts: Facts, rule: object, hand: Hand, task: int) -> bool:
    said_for, groups, path = (getattr(rule, name) for name in ("task_id", "staff_group_id", "unit_path"))
    return said_for == task and groups in (None, hand.group_id) and facts.path.startswith(path)


_NAMED: Mapping[Why, str] = {
    Why.LEAVES: N_("%(names)s no longer works here."),
    Why.AWAY: N_("%(names)s is away."),
    Why.SIGNATURE: N_("The signature lapses: %(names)s."),
    Why.DELEGATION: N_("The delegation ends: %(names)s."),
    Why.VERSION: N_("The division of tasks changes it for %(names)s."),
    Why.INSTRUCTION: N_("A new instruction asks %(names)s for a new signature or a reading."),
    Why.STOP: N_("The task is stopped for %(names)s."),
    Why.LOCAL: N_("A local rule closes it for %(names)s."),
    Why.PAUSE: N_("On pause: %(names)s."),
    Why.LOWER: N_("The level falls: %(names)s."),
    Why.PREREQUISITE: N_("A prerequisite ends: %(names)s."),
}
_COUNTED: Mapping[Why, tuple[str, str]] = {
    Why.LEAVES: (N_("One no longer works here."), N_("%(num)s no longer work here.")),
    Why.AWAY: (N_("One is away."), N_("%(num)s are away.")),
    Why.SIGNATURE: (N_("One signature lapses."), N_("%(num)s signatures lapse.")),
    Why.DELEGATION: (N_("One delegation ends."), N_("%(num)s delegations end.")),
    Why.VERSION: (N_("The division of tasks changes it for one."), N_("The division of tasks changes it for %(num)s.")),
    Why.INSTRUCTION: (N_("A new instruction closes it for one."), N_("A new instruction closes it for %(num)s.")),
    Why.STOP: (N_("The task is stopped for one."), N_("The task is stopped for %(num)s.")),
    Why.LOCAL: (N_("A local rule closes it for one."), N_("A local rule closes it for %(num)s.")),
    Why.PAUSE: (N_("One is on pause."), N_("%(num)s are on pause.")),
    Why.LOWER: (N_("The level falls for one."), N_("The level falls for %(num)s.")),
    Why.PREREQUISITE: (N_("A prerequisite ends for one."), N_("A prerequisite ends for %(num)s.")),
}


def in_words(found: Because, names: Sequence[str] | None, *, apart: bool = False) -> list[Sentence]:
    """The reasons as short sentences: with the hands' names, or (None) by number.

    `apart`: for those who see numbers only, so that nothing is told of a person: only what is about all, and how many
    no longer count.
    """
    said: list[Sentence] = []
    if found.version is not None and any(one.why is Why.VERSION for one in found.lost):
        said.append(sentence(N_("Version %(number)s of the division of tasks begins."), number=found.version))
    if found.need is not None:
        before, after = found.need
        if after > before:
            said.append(sentence(N_("The requirement rises from %(before)s to %(after)s."), before=before, after=after))
        else:
            said.append(sentence(N_("The requirement asks for more.")))
    for why, number in found.how_many().items():
        if names is not None:
            of_these = [names[one.hand] for one in found.lost if one.why is why]
            said.append(sentence(_NAMED[why], names=of_these))
        elif not apart or why in OF_ALL:
            said.append(_counted(why, number))
    rest = sum(number for why, number in found.how_many().items() if why not in OF_ALL)
    if apart and names is None and rest:
        said.append(sentence(N_("%(number)s of those who count until then no longer do."), number=rest))
    return said


def _counted(why: Why, number: int) -> Sentence:
    one, many = _COUNTED[why]
    return sentence(one) if number == 1 else sentence(many, num=number)

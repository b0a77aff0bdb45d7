"""What a scenario makes of the days ahead: which spots fall below what is needed, when, and which are helped. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from competence.coverage.rules import DayKind, Shift, Status
from competence.forecast.openings import first_of_kind
from competence.forecast.rules import GAP, STATUSES, VULNERABLE, Ahead
from competence.foundation.text import N_, Sentence, sentence


@dataclass(frozen=True, slots=True)
class Difference:
    """A spot that stands otherwise for a time."""

    task: int
    """Its place among the tasks."""
    shift: Shift
    days: DayKind
    first: date
    until: date | None
    """First day on which it is as without the scenario again; None: as far as is looked."""
    before: tuple[int, int]
    """(have, need) on the first day without the scenario."""
    after: tuple[int, int]
    stood: Status
    stands: Status
    times: int
    """In so many separate times it happens; the first is told."""

    @property
    def opens(self) -> bool:
        """Whether it becomes a gap."""
        return self.stands is Status.GAP and self.stood is not Status.GAP

    @property
    def closes(self) -> bool:
        """Whether it is no gap any more."""
        return self.stood is Status.GAP and self.stands is not Status.GAP


def differences(before: Ahead, after: Ahead) -> list[Difference]:
    """The spots that a scenario opens, closes, deepens or makes vulnerable; each kind of change at its first time.

    ValueError when the two are not about the same spots, cut into the same stretches.
    """
    if before.spots != after.spots or before.days != after.days:
        raise ValueError("not about the same days")
    found = []
    for row in np.flatnonzero((before.have != after.have).any(axis=1)).tolist():
        spot = before.spots[row]
        for stretches in _told(before, after, row).values():
            first, last = stretches[0]
            until = before.days[last] if last < len(before.days) else None
            day = first_of_kind(before.days[first], until or before.ground.end, spot.days)
            if day is not None:
                found.append(
                    Difference(
                        spot.task, spot.shift, spot.days, day, until,
                        (int(before.have[row, first]), int(before.need[row, first])),
                        (int(after.have[row, first]), int(after.need[row, first])),
                        STATUSES[int(before.status[row, first])], STATUSES[int(after.status[row, first])], len(stretches),
                    )
                )  # fmt: skip
    return sorted(found, key=worst_first)


def _told(before: Ahead, after: Ahead, row: int) -> dict[str, list[tuple[int, int]]]:
    """What happens to the spot -> the stretches (first, first no longer) in which it does."""
    found: dict[str, list[tuple[int, int]]] = {}
    running, begun = "", 0
    rows = (before.status[row], after.status[row], before.have[row], after.have[row])
    kinds = [_kind(*one) for one in zip(*(some.tolist() for some in rows), strict=True)]
    for place, kind in enumerate([*kinds, ""]):
        if kind != running:
            if running:
                found.setdefault(running, []).append((begun, place))
            running, begun = kind, place
    return found


def _kind(was: int, will: int, had: int, has: int) -> str:
    if will == GAP and was != GAP:
        return "opens"
    if was == GAP and will != GAP:
        return "closes"
    if was == GAP and will == GAP:
        return "deeper" if has < had else "less deep" if has > had else ""
    if will == VULNERABLE and was != VULNERABLE:
        return "vulnerable"
    return "" if was == will else "stronger"


def worst_first(one: Difference) -> tuple[bool, bool, date, int, str]:
    """What differences are ordered by: what opens, then what else is worse, then what closes."""
    return (not one.opens, one.closes, one.first, one.task, one.shift.value)


@dataclass(frozen=True, slots=True)
class Summed:
    """What a scenario does to a unit in figures; a spot that differs by kind of day is counted once."""

    opens: int
    closes: int
    vulnerable: int
    """Spots that were covered, and are one absence from a gap."""
    first: date | None
    """When the first gap opens; None: none does."""

    @property
    def nothing(self) -> bool:
        """Whether all of them are 0."""
        return not (self.opens or self.closes or self.vulnerable)


def summed(found: Sequence[Difference]) -> Summed:
    """How many spots the unit's differences open, close and make vulnerable."""
    return Summed(
        _spots(one for one in found if one.opens), _spots(one for one in found if one.closes),
        _spots(one for one in found if one.stands is Status.VULNERABLE and one.stood is Status.COVERED),
        min((one.first for one in found if one.opens), default=None),
    )  # fmt: skip


def _spots(found: Iterable[Difference]) -> int:
    return len({(one.task, one.shift) for one in found})


def in_words(parts: Sequence[tuple[str, Sequence[Difference], Sequence[str]]], last: date) -> list[Sentence]:
    """What the scenario does in one to three sentences.

    `parts`: of each unit its name, empty where there is only the one, its differences, and the names of its tasks.
    """
    sums = [summed(found) for _unit, found, _names in parts]
    spots, closes, thin = (sum(getattr(one, what) for one in sums) for what in ("opens", "closes", "vulnerable"))
    opens = [
        (one, f"{unit}: {names[one.task]}" if unit else names[one.task])
        for unit, found, names in parts
        for one in found
        if one.opens
    ]
    said = []
    if opens:
        first, name = min(opens, key=lambda one: one[0].first)
        text = (
            N_("One gap opens: %(task)s, %(shift)s, from %(day)s.")
            if spots == 1
            else N_("%(num)s gaps open. The first: %(task)s, %(shift)s, from %(day)s.")
        )
        said.append(sentence(text, num=spots, task=name, shift=sentence(_WORDS[first.shift]), day=first.first))
    else:
        said.append(sentence(N_("No gap opens because of it through %(day)s."), day=last))
    if closes:
        said.append(sentence(N_("One gap closes.")) if closes == 1 else sentence(N_("%(num)s gaps close."), num=closes))
    if thin:
        said.append(
            sentence(N_("One spot becomes vulnerable: one absence from a gap."))
            if thin == 1
            else sentence(N_("%(num)s spots become vulnerable: one absence from a gap."), num=thin)
        )
    return said


_WORDS: Mapping[Shift, str] = {Shift.DAY: N_("daytime"), Shift.EVENING: N_("evening"), Shift.NIGHT: N_("night")}


def last_of(one: Difference) -> date | None:
    """The last day on which it is so; None: as far as is looked."""
    return one.until - timedelta(days=1) if one.until else None

"""A gap in plain sentences: what nobody or too few may do, and who is nearest. About shift and task, never about a fault."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from competence.coverage.rules import SHIFT_NAMES, Count, Shift, Status
from competence.decision.rules import Answer, State
from competence.delegation.rules import CellRule
from competence.foundation.text import N_, Sentence, sentence

_NOBODY: Mapping[Shift, str] = {
    Shift.DAY: N_("Nobody may in the daytime: %(task)s"),
    Shift.EVENING: N_("Nobody may in the evening: %(task)s"),
    Shift.NIGHT: N_("Nobody may at night: %(task)s"),
}
_ONLY: Mapping[Shift, str] = {
    Shift.DAY: N_("Only %(names)s may in the daytime: %(task)s"),
    Shift.EVENING: N_("Only %(names)s may in the evening: %(task)s"),
    Shift.NIGHT: N_("Only %(names)s may at night: %(task)s"),
}
_FEW: Mapping[Shift, str] = {
    Shift.DAY: N_("Only %(have)s of %(need)s may in the daytime: %(task)s"),
    Shift.EVENING: N_("Only %(have)s of %(need)s may in the evening: %(task)s"),
    Shift.NIGHT: N_("Only %(have)s of %(need)s may at night: %(task)s"),
}
_NOBODY_TO_TRAIN: Mapping[Shift, str] = {
    Shift.DAY: N_("Nobody with fixed day shifts can be trained under the division of tasks."),
    Shift.EVENING: N_("Nobody with fixed evening shifts can be trained under the division of tasks."),
    Shift.NIGHT: N_("Nobody with fixed night shifts can be trained under the division of tasks."),
}
_WORDS: Mapping[Shift, str] = {Shift.DAY: N_("daytime"), Shift.EVENING: N_("evening"), Shift.NIGHT: N_("night")}
NAMED_HOLDERS = 2
"""So many who may today are named in the heading; of more, only the figure is said."""

_NEARNESS: Mapping[State, int] = {
    State.WAITING: 0,
    State.TRAINING: 1,
    State.LOW: 2,
    State.LAPSED: 3,
    State.MISSING: 4,
    State.NOT_BEGUN: 5,
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody on the shift, with what the rule says of her and the task."""

    employment_id: int
    person_id: int
    name: str
    """As the sentence names her: the first name."""
    answer: Answer
    level_is_low: bool = False
    """She may do it, but below the level that the requirement asks for."""

    @property
    def times_missing(self) -> int:
        """Observed times that are still to come."""
        return max(0, self.answer.needed - self.answer.done)


@dataclass(frozen=True, slots=True)
class Gap:
    """A task on a shift that fewer may do than are needed, or just enough."""

    task_id: int
    task: str
    critical: bool
    shift: Shift
    count: Count
    unit_id: int
    unit: str
    position: int = 0
    holders: tuple[Candidate, ...] = ()
    near: tuple[Candidate, ...] = ()
    """Those on the shift who may not yet, the nearest first."""
    elsewhere: tuple[tuple[Shift, Status], ...] = ()
    """How the task stands on the other shifts, where that is not covered."""


def in_order(gaps: Iterable[Gap]) -> list[Gap]:
    """Gaps before what is vulnerable, critical tasks first, then the largest gap, then as the board lists them."""
    shifts = list(Shift)
    return sorted(
        gaps,
        key=lambda gap: (
            gap.count.status is not Status.GAP,
            not gap.critical,
            -gap.count.missing,
            gap.position,
            shifts.index(gap.shift),
            gap.unit,
        ),
    )


def nearest(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those who can come to do it for all citizens, the shortest way first; on pause or not their task are not among them."""
    able = [
        one
        for one in candidates
        if (one.level_is_low or one.answer.state in _NEARNESS) and one.answer.cell.rule is not CellRule.MAY_CITIZEN
    ]
    return sorted(able, key=_nearness)


def _nearness(one: Candidate) -> tuple[int, int, bool, str]:
    by_delegation = one.answer.cell.rule is CellRule.DELEGATION_ONLY
    rank = _NEARNESS[State.LOW] if one.level_is_low else _NEARNESS[one.answer.state]
    return rank, one.times_missing, by_delegation, one.name


def heading(gap: Gap) -> Sentence:
    """The gap as a statement: "Nobody may at night: Skylning af blærekateter"."""
    if gap.count.have == 0:
        return sentence(_NOBODY[gap.shift], task=gap.task)
    if 0 < len(gap.holders) <= NAMED_HOLDERS and len(gap.holders) == gap.count.have:
        return sentence(_ONLY[gap.shift], names=[one.name for one in gap.holders], task=gap.task)
    return sentence(_FEW[gap.shift], have=gap.count.have, need=gap.count.need, task=gap.task)


def reasons(gap: Gap, *, on: date, soon: int) -> list[Sentence]:
    """Who is nearest and what is left, whose signature lapses within `soon` days; at most four short sentences."""
    said: list[Sentence] = []
    for one in gap.holders:
        left = one.answer.days_left(on)
        if left is not None and left <= soon and one.answer.basis != "education":
            said.append(_lapses(one.name, left))
    begun = [one for one in gap.near if one.answer.state is not State.NOT_BEGUN][:2]
    said += [way_left(one, nearest_of_all=not place) for place, one in enumerate(begun)]
    fresh = [one for one in gap.near if one.answer.state is State.NOT_BEGUN and not one.level_is_low]
    if fresh and len(said) < 3:
        said.append(can_be_trained(fresh))
    if not gap.near:
        said.append(sentence(_NOBODY_TO_TRAIN[gap.shift]))
    return said[:4]


def _lapses(name: str, days: int) -> Sentence:
    if days <= 0:
        return sentence(N_("The signature of %(name)s lapses after today."), name=name)
    if days == 1:
        return sentence(N_("The signature of %(name)s lapses in one day."), name=name)
    return sentence(N_("The signature of %(name)s lapses in %(days)s days."), name=name, days=days)


def way_left(one: Candidate, *, nearest_of_all: bool = False) -> Sentence:
    """What stands between the person and the task, and it alone."""
    answer, name = one.answer, one.name
    if one.level_is_low:
        return sentence(N_("%(name)s may do it at level %(level)s and can be lifted."), name=name, level=answer.level)
    match answer.state:
        case State.WAITING if answer.waiting is not None and answer.waiting.lacks_second:
            return sentence(N_("%(name)s is signed and needs a second approval."), name=name)
        case State.WAITING:
            return sentence(N_("%(name)s only needs to say yes to the signature."), name=name)
        case State.TRAINING if one.times_missing:
            text = (
                N_("%(name)s is nearest: %(missing)s of %(needed)s times and a signature are missing.")
                if nearest_of_all
                else N_("%(name)s is on the way: %(missing)s of %(needed)s times are missing.")
            )
            return sentence(text, name=name, missing=one.times_missing, needed=answer.needed)
        case State.TRAINING:
            return sentence(N_("%(name)s only needs a signature."), name=name)
        case State.LOW:
            return sentence(
                N_("%(name)s can be lifted to level %(level)s."), name=name, level=answer.cell.minimum_level
            )
        case State.LAPSED:
            return sentence(N_("The signature of %(name)s has lapsed and can be renewed."), name=name)
        case State.MISSING:
            return sentence(N_("%(name)s lacks something that must come first."), name=name)
        case _:
            return can_be_trained([one])


def can_be_trained(some: Sequence[Candidate], *, named: bool = True) -> Sentence:
    """That those who have not begun can come to do it; at most two are named."""
    by_delegation = all(one.answer.cell.rule is CellRule.DELEGATION_ONLY for one in some)
    if not named:
        return sentence(N_("Can get a delegation after training.") if by_delegation else N_("Can be trained."))
    names = [one.name for one in some[:2]]
    if by_delegation:
        return sentence(N_("%(names)s can get a delegation after training."), names=names)
    trainable = [one.name for one in some if one.answer.cell.rule is not CellRule.DELEGATION_ONLY][:2]
    return sentence(N_("%(names)s can be trained."), names=trainable)


def notes(gap: Gap) -> list[Sentence]:
    """What stands beside the figures: a critical task, and the other shifts where it is short too."""
    said = [sentence(N_("critical task"))] if gap.critical else []
    for status, text in (
        (Status.GAP, N_("also a gap: %(shifts)s")),
        (Status.VULNERABLE, N_("also vulnerable: %(shifts)s")),
    ):
        shifts = [sentence(_WORDS[shift]) for shift, stands in gap.elsewhere if stands is status]
        if shifts:
            said.append(sentence(text, shifts=shifts))
    return said


def spoken_count(shift: Shift, count: Count) -> Sentence:
    """As "Night: gap. 0 of 1. Missing 1."."""
    name = sentence(SHIFT_NAMES[shift])
    if count.status is Status.NO_NEED:
        return sentence(N_("%(shift)s: no requirement."), shift=name)
    text = {
        Status.GAP: N_("%(shift)s: gap. %(have)s of %(need)s. Missing %(missing)s."),
        Status.VULNERABLE: N_("%(shift)s: vulnerable. %(have)s of %(need)s."),
        Status.COVERED: N_("%(shift)s: covered. %(have)s of %(need)s."),
    }[count.status]
    params = {"shift": name, "have": count.have, "need": count.need or 0}
    if count.status is Status.GAP:
        params["missing"] = count.missing
    return sentence(text, **params)


def spoken_apart(count: Count) -> list[Sentence]:
    """Floaters, externals and students who may do it too, each in its own words."""
    said = []
    if count.floaters:
        said.append(sentence(N_("Floaters: +%(number)s."), number=count.floaters))
    if count.externals:
        said.append(sentence(N_("Externals: +%(number)s."), number=count.externals))
    if count.students:
        said.append(sentence(N_("Students: +%(number)s."), number=count.students))
    return said

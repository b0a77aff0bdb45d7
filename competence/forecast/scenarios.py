"""A scenario: what is taken to happen to a unit. Its steps are written as short codes, in an address and when it is kept. Pure.

People are named by the id of their employment, and somebody who is away by the days alone: why is written nowhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from competence.coverage.rules import Shift
from competence.forecast.rules import Ground, Hand, Right, Span
from competence.foundation.clock import last_day

MOST_STEPS = 40
MOST_HIRED = 20
"""So many people in one step."""
MOST_NAME = 80


class Shared(StrEnum):
    """Who sees a scenario besides the one who made it."""

    NOBODY = "nobody"
    LEADERS = "leaders"
    """Whoever leads the unit, or develops it: all who may make scenarios of it."""


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody who is not there from a day to a day."""

    employment_id: int
    begins: date
    ends: date | None
    """First day she is back; None: she does not come back."""


@dataclass(frozen=True, slots=True)
class Trained:
    """Somebody who is signed off for a task from a day on."""

    employment_id: int
    task_id: int
    level: int
    begins: date


@dataclass(frozen=True, slots=True)
class Hired:
    """So many new people alike: what their education gives, and some tasks besides."""

    group_id: int
    shifts: str
    begins: date
    number: int
    tasks: tuple[int, ...] = ()
    unit_id: int | None = None
    """Where below the scenario's unit they work; None: in the unit itself."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """That a draft of the division of tasks is approved from a day on."""

    number: int
    begins: date


Step = Away | Trained | Hired | Drafted
_BETWEEN = "~"


def code(step: Step) -> str:
    """The step in an address: "away~12~2026-12-01~2026-12-31" with the last day that she is away."""
    parts: list[object]
    match step:
        case Away():
            parts = ["away", step.employment_id, step.begins, last_day(step.ends) or ""]
        case Trained():
            parts = ["trained", step.employment_id, step.task_id, step.level, step.begins]
        case Hired():
            parts = ["hired", step.group_id, step.shifts, step.begins, step.number, "-".join(map(str, step.tasks))]
            parts += [step.unit_id] if step.unit_id else []
        case Drafted():
            parts = ["draft", step.number, step.begins]
    return _BETWEEN.join(map(str, parts))


def read_step(text: str) -> Step | None:
    """What `code` has written; None when it is nothing of the kind."""
    kind, *parts = text.split(_BETWEEN)
    try:
        match kind, parts:
            case "away", [who, begins, through]:
                first = date.fromisoformat(begins)
                ends = date.fromisoformat(through) + timedelta(days=1) if through else None
                return Away(_id(who), first, ends) if ends is None or first < ends else None
            case "trained", [who, task, level, begins]:
                return Trained(_id(who), _id(task), min(_id(level), 9), date.fromisoformat(begins))
            case "hired", [group, shifts, begins, number, tasks, *where] if len(where) < 2:
                known = "".join(shift.value for shift in Shift if shift.value in shifts)
                chosen = tuple(_id(one) for one in tasks.split("-")) if tasks else ()
                unit = _id(where[0]) if where else None
                hired = Hired(_id(group), known, date.fromisoformat(begins), min(_id(number), MOST_HIRED), chosen, unit)
                return hired if known else None
            case "draft", [number, begins]:
                return Drafted(_id(number), date.fromisoformat(begins))
    except (ValueError, OverflowError):
        return None
    return None


def _id(text: str) -> int:
    """The number. ValueError when it is none, or none that a row could have."""
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text[:12]) < 2**31 or len(text) > 12:
        raise ValueError(text)
    return int(text)


def read_steps(texts: Iterable[str]) -> tuple[Step, ...]:
    """The steps that can be read, each once, in their order; at most so many as a scenario may have."""
    found = dict.fromkeys(step for text in texts if (step := read_step(text)) is not None)
    return tuple(found)[:MOST_STEPS]


def people_in(steps: Iterable[Step]) -> set[int]:
    """The employments that are named."""
    return {step.employment_id for step in steps if isinstance(step, Away | Trained)}


@dataclass(frozen=True, slots=True)
class Home:
    """Whose employment it is, and in which unit."""

    person_id: int
    unit_id: int


def for_unit(
    steps: Iterable[Step], unit_id: int, top_id: int, homes: Mapping[int, Home], here: Mapping[int, int]
) -> dict[Step, Step]:
    """Of a scenario of `top_id`, the steps that touch the unit, each with what it is there.

    `homes`: of the employments that are named; `here`: person -> her employment in the unit. Whoever is trained is
    trained wherever she works, since a signature is hers; whoever is away is away from the one employment.
    """
    found: dict[Step, Step] = {}
    for step in steps:
        match step:
            case Drafted():
                found[step] = step
            case Hired():
                if (step.unit_id or top_id) == unit_id:
                    found[step] = replace(step, unit_id=None)
            case Away() | Trained():
                home = homes[step.employment_id]
                if home.unit_id == unit_id:
                    found[step] = step
                elif isinstance(step, Trained) and home.person_id in here:
                    found[step] = replace(step, employment_id=here[home.person_id])
    return found


# What it does to the days ahead.


def without_those_away(ground: Ground, steps: Iterable[Step]) -> Ground:
    """The same with everybody away who is taken to be."""
    away: dict[int, list[Span]] = {}
    for step in steps:
        if isinstance(step, Away):
            away.setdefault(step.employment_id, []).append((step.begins, step.ends))
    hands = tuple(replace(hand, away=(*hand.away, *away.get(hand.worker.employment_id, ()))) for hand in ground.hands)
    return replace(ground, hands=hands)


def with_rights(ground: Ground, rights: Sequence[Right]) -> Ground:
    """The same where these rights say all of the tasks and people that they are about."""
    about = {(right.hand, right.task) for right in rights}
    kept = tuple(right for right in ground.rights if (right.hand, right.task) not in about)
    return replace(ground, rights=kept + tuple(rights))


def with_hands(ground: Ground, more: Sequence[tuple[Hand, Sequence[Right]]]) -> Ground:
    """The same with more people: each with rights that say all of her tasks, for a hand 0 that she is yet to be."""
    if not more:
        return ground
    first = len(ground.hands)
    rights = [replace(right, hand=first + at) for at, (_hand, some) in enumerate(more) for right in some]
    return replace(
        ground, hands=ground.hands + tuple(hand for hand, _some in more), given=ground.given + ((),) * len(more),
        rights=ground.rights + tuple(rights),
    )  # fmt: skip

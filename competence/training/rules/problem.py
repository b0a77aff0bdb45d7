"""Seats that are open, people who may learn, colleagues who can teach, and what limits them; and the answer.

All plain numbers and dates, so that it can be sent to the process that solves. Minutes are whole, money is whole kroner,
weeks count from 0 = the week of `Problem.begins`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from competence.coverage.rules import DayKind, Shift
from competence.learning.rules import Part

Pair = tuple[int, int]
"""(employment, task)."""


class Aim(StrEnum):
    """What is wanted most. No aim ever leaves more seats open than the greedy way does."""

    GAPS = "gaps"
    CHEAPEST = "cheapest"
    FASTEST = "fastest"


class WhyNot(StrEnum):
    """Why no training can close a seat."""

    NOBODY_MAY = "nobody_may"
    """No one on the shift is in a group that may do the task."""
    ALL_HOLD = "all_hold"
    """All on the shift who may do it do so already: people are missing, not competence."""
    NO_TEACHER = "no_teacher"
    NO_TIME = "no_time"
    """Those who may learn it, or teach it, have no more time within the weeks."""
    NO_SEAT = "no_seat"
    """The course it takes has no free seat."""
    TURNED_OFF = "turned_off"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class Seat:
    """A spot of coverage that is open or vulnerable: a task on a shift and kind of day in one unit."""

    id: int
    unit_id: int
    task_id: int
    shift: Shift
    days: DayKind
    lacks: int
    """How many people are missing against the need, today or on `opens_on`; 0: it is covered but vulnerable."""
    spare: int
    """How many more make it robust once it is covered."""
    critical: bool = False
    opens_on: date | None = None
    """When the forecast says that it opens; None: it is open now. Whoever closes it should be trained by then."""
    if_nobody: WhyNot = WhyNot.NOBODY_MAY
    """Why there are no more candidates for it than there are: nobody may learn it, or all who may hold it already."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An employment whose group may do a task that it lacks at the level the seats ask for."""

    employment_id: int
    person_id: int
    unit_id: int
    task_id: int
    level: int
    """The rank to be signed."""
    seats: tuple[int, ...]
    """The seats that she counts in once she is signed."""
    minutes: Mapping[Part, int]
    """Her own time, by where the learning comes from."""
    teacher_minutes: int
    price: int
    """Kroner besides wages: cover for the shift, course."""
    weeks: int
    """How many weeks it takes at an ordinary pace, at least 1."""
    teachers: tuple[int, ...]
    """Persons who may sign it for her at that level."""
    needs: tuple[int, ...] = ()
    """Tasks that must be held first and that she lacks; each is a candidate of the same employment."""
    courses: tuple[int, ...] = ()
    """The courses or classes one of which she must have a seat in; none: no course is needed."""
    done: int = 0
    of: int = 0
    """Observed times that she has, and needs."""
    wish: bool = False
    """Whether she has asked for it herself, or has it as a goal with her own yes."""
    renewal: bool = False


@dataclass(frozen=True, slots=True)
class Teacher:
    """A colleague who may sign, with the time she has for it."""

    person_id: int
    minutes_a_week: int
    yes: bool = True
    """Whether she has said yes to teach; a no is never counted against anybody, and nobody is proposed for her."""


@dataclass(frozen=True, slots=True)
class Course:
    """A class or course that is planned, with its free seats."""

    id: int
    week: int
    seats: int
    price: int = 0
    """Kroner for one seat, on top of the candidate's own price."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What may not be passed."""

    weeks: int = 12
    """How far ahead is planned."""
    at_once: int = 2
    """Trainings that one person has at the same time, at most."""
    person_minutes: int = 40 * 60
    """Time of one person over all the weeks, at most."""
    budget: int | None = None
    """Kroner besides wages in all; None: no limit."""
    hour: int = 250
    """Kroner for an hour of anybody's time, to weigh hours against each other."""


@dataclass(frozen=True)
class Problem:
    """What is asked."""

    begins: date
    """Monday of week 0."""
    seats: tuple[Seat, ...]
    candidates: tuple[Candidate, ...]
    teachers: tuple[Teacher, ...]
    courses: tuple[Course, ...] = ()
    limits: Limits = field(default_factory=Limits)
    aim: Aim = Aim.GAPS
    without: frozenset[Pair] = frozenset()
    """Proposals that have been turned off."""
    must: frozenset[Pair] = frozenset()
    """Proposals that have been turned on and shall be kept."""
    busy: Mapping[int, Sequence[int]] = field(default_factory=dict)
    """Person -> how many trainings she has going on in each week already; whoever is not named has none."""


@dataclass(frozen=True, slots=True)
class Closed:
    """What a proposal does for a seat."""

    seat_id: int
    closes: int
    """How many of the missing it closes: 0 or 1."""
    spares: int
    """How many of the spare it gives: 0 or 1."""
    weeks_late: int = 0
    """Weeks from the day the seat opens until somebody is trained; 0: in time, or the seat is open already."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody learns a task from somebody in some weeks."""

    employment_id: int
    task_id: int
    teacher_id: int
    first_week: int
    last_week: int
    course_id: int | None = None
    gives: tuple[Closed, ...] = ()
    for_tasks: tuple[int, ...] = ()
    """Tasks of the same person that ask for this one first; it may give nothing by itself."""
    teaching: tuple[int, ...] = ()
    """The teacher's minutes in each week from `first_week` to `last_week`, as they fit beside all else that she teaches."""

    @property
    def pair(self) -> Pair:
        """(employment, task)."""
        return self.employment_id, self.task_id


@dataclass(frozen=True, slots=True)
class Unclosable:
    """How many of a seat's missing stay open, and why."""

    seat_id: int
    lacks: int
    why: WhyNot


@dataclass(frozen=True, slots=True)
class Greedy:
    """What the plain way gives, which takes the most effect for an hour first."""

    open: int
    cost: int
    vulnerable: int = 0
    objective: float = 0.0
    """By the same aim as the solution's own."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A limit that makes what was asked for impossible, and how much more of it the cheapest way out takes."""

    limit: str
    """"budget", "at_once", "person_minutes", "teacher", "course" or "weeks"."""
    who: int | None
    """The person or course that it limits; None: everybody, and for a teacher: nobody who may sign has said yes."""
    more: int
    """Kroner, trainings, minutes, minutes a week, seats or weeks."""


@dataclass(frozen=True)
class Solution:
    """What is proposed, what it does, and how far from the best it can be."""

    proposals: tuple[Proposal, ...]
    open_before: int
    open_after: int
    vulnerable_before: int
    vulnerable_after: int
    """Counted as coverage counts them: a gap just closed is vulnerable."""
    unclosable: tuple[Unclosable, ...]
    cost: int
    """Kroner: wages of learners and teachers by `Limits.hour`, and prices."""
    price: int
    """Of it, kroner besides wages."""
    objective: float
    bound: float
    """No plan has a lower objective; `gap` follows from the two."""
    proven: bool
    """Whether the distance to the bound is within what was asked (0.01 %)."""
    seconds: float
    """Of solving alone."""
    greedy: Greedy
    relaxations: tuple[Relaxation, ...] = ()
    """Not empty: what must be kept cannot be, and this would be needed. Then `proposals` is what can be done without it."""
    dropped: tuple[Pair, ...] = ()
    """What must be kept and is not: no limit allows it, or it is no candidate at all (any more)."""

    @property
    def gap(self) -> float:
        """How far above the bound the objective can be, as a share; 0: proven best."""
        return max(0.0, (self.objective - self.bound) / max(1.0, abs(self.objective)))

"""A proposal with the facts that it rests on, as it is kept and shown: numbers only, no names. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from competence.coverage.rules import DayKind, Shift
from competence.learning.rules import Balance, Part, balance
from competence.training.rules.problem import Aim, Closed, Limits, Pair, Relaxation, Unclosable, WhyNot
from competence.training.rules.spots import Spot

QUARTER = 15
TALK_SHARE = 4
"""Of what an observed time takes, one part in so many is the talk before and after (Settings.observed_minutes has both)."""


def minutes_of(times: int, observed: int, *, talks: int = 0, formal: int = 0) -> dict[Part, int]:
    """Her own minutes by where the learning comes from, in quarters of an hour.

    `times`: observed times to come, of `observed` minutes each with their talk; `talks` and `formal`: minutes of
    dialogues and of courses that must be passed first. Somebody with nothing left but the signature has one talk.
    """
    talk = _quarters(observed / TALK_SHARE)
    found = {
        Part.DAILY: times * (observed - talk),
        Part.COLLEAGUES: max(times, 1) * talk + talks,
        Part.FORMAL: formal,
    }
    return {part: _quarters(minutes) for part, minutes in found.items() if minutes}


def _quarters(minutes: float) -> int:
    return max(QUARTER, round(minutes / QUARTER) * QUARTER)


def weeks_of(times: int, formal: int, *, taught: int = 0, a_week: int = 0) -> int:
    """How many weeks it takes at an ordinary pace: two times a week, a course in a week of its own.

    More where the one with most time to teach has fewer minutes `a_week` than that takes of her; `taught`: minutes in all.
    """
    pace = max(1, -(-times // 2))
    return max(pace, -(-taught // a_week) if a_week else 1) + bool(formal)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked of a unit's proposal: kept until somebody says otherwise."""

    aim: Aim = Aim.GAPS
    weeks: int = 12
    at_once: int = 2
    person_hours: int = 40
    budget: int | None = None
    teacher_minutes: int = 120
    """A week, of each colleague of whom nobody has said how much time she has to teach."""
    without: frozenset[Pair] = frozenset()
    must: frozenset[Pair] = frozenset()

    @property
    def limits(self) -> Limits:
        """As the question has them."""
        return Limits(self.weeks, self.at_once, self.person_hours * 60, self.budget)

    def switched(self, pair: Pair, *, on: bool) -> "Terms":
        """The same with the proposal turned on (it is kept then) or off."""
        if on:
            return replace(self, without=self.without - {pair}, must=self.must | {pair})
        return replace(self, without=self.without | {pair}, must=self.must - {pair})

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self) | {"without": sorted(self.without), "must": sorted(self.must)}


def terms_from(stored: Mapping[str, Any]) -> Terms:
    """The terms again; what is not said has its default."""
    known = {key: value for key, value in stored.items() if key in Terms.__slots__}
    known["aim"] = Aim(known.get("aim", Aim.GAPS))
    for name in ("without", "must"):
        known[name] = frozenset((int(one), int(other)) for one, other in known.get(name, ()))
    return Terms(**known)


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody learns a task from somebody in some weeks, with what that rests on."""

    employment_id: int
    person_id: int
    unit_id: int
    task_id: int
    level: int
    teacher_id: int
    first_week: int
    last_week: int
    """Weeks from 0 = the week in which the plan begins."""
    gives: tuple[Closed, ...]
    for_tasks: tuple[int, ...]
    minutes: Mapping[Part, int]
    teacher_minutes: int
    price: int
    done: int
    of: int
    state: str
    """How she stands today, as coverage names it; "low": she may do it at a lower level."""
    rule: str = ""
    """The rule of her cell, for the sign that stands beside her name."""
    wish: bool = False
    renewal: bool = False
    same_shift: bool = False
    """Whether the teacher works one of her shifts, in the same unit."""
    gates: tuple[str, ...] = ()
    """Names of the courses and dialogues that must be passed first."""
    others: int = 0
    """How many besides her could be trained for the same."""
    next_employment: int | None = None
    next_minutes: int = 0
    """Who of them would be next, and her minutes."""
    activity_id: int | None = None
    """The course of the list of activities that is in it."""
    course_id: int | None = None
    """The class, with its days and seats, that she is asked to take part in."""

    @property
    def pair(self) -> Pair:
        """(employment, task)."""
        return self.employment_id, self.task_id

    @property
    def total(self) -> int:
        """Her minutes."""
        return sum(self.minutes.values())

    @property
    def closes(self) -> int:
        """How many of the missing it closes."""
        return sum(one.closes for one in self.gives)

    @property
    def spares(self) -> int:
        """How many of the spare it gives."""
        return sum(one.spares for one in self.gives)

    @property
    def facts(self) -> tuple[Any, ...]:
        """What must be as it was when the proposal was made, for it to be agreed to."""
        return self.level, self.done, self.of, self.total


@dataclass(frozen=True)
class Content:
    """A proposal for a unit and what it came from, as it is kept."""

    begins: date
    """Monday of week 0."""
    spots: tuple[Spot, ...]
    rows: tuple[Row, ...]
    """Most effect for an hour first; whoever must learn something else first comes after that."""
    off: tuple[Row, ...] = ()
    """Those that have been turned off, as they were proposed."""
    unclosable: tuple[Unclosable, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    yes: Mapping[int, bool | None] = field(default_factory=dict)
    """Teacher -> whether she has said yes; None: not asked, or not answered."""
    capacity: Mapping[int, int] = field(default_factory=dict)
    """Teacher -> minutes she has over all the weeks."""
    cost: int = 0
    price: int = 0
    gap: float = 0.0
    proven: bool = True
    seconds: float = 0.0
    greedy_open: int = 0
    greedy_cost: int = 0
    as_of: date | None = None
    """The day the figures were made for, when that is another than the day of asking."""

    def of_unit(self, unit_ids: Iterable[int]) -> "Content":
        """The part of it that is about some of the units."""
        some = frozenset(unit_ids)
        spots = tuple(spot for spot in self.spots if spot.unit_id in some)
        ids = {spot.id for spot in spots}
        return replace(
            self, spots=spots,
            rows=tuple(row for row in self.rows if row.unit_id in some),
            off=tuple(row for row in self.off if row.unit_id in some),
            unclosable=tuple(one for one in self.unclosable if one.seat_id in ids),
        )  # fmt: skip

    @property
    def more(self) -> dict[int, int]:
        """Spot -> how many more hold it after the plan."""
        found: dict[int, int] = {}
        for row in self.rows:
            for one in row.gives:
                found[one.seat_id] = found.get(one.seat_id, 0) + one.closes + one.spares
        return found

    @property
    def balance(self) -> Balance:
        """The learners' minutes by part."""
        return balance((part, minutes) for row in self.rows for part, minutes in row.minutes.items())

    @property
    def teachers(self) -> dict[int, int]:
        """Teacher -> minutes, most first."""
        found: dict[int, int] = {}
        for row in self.rows:
            found[row.teacher_id] = found.get(row.teacher_id, 0) + row.teacher_minutes
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def monday(self, week: int) -> date:
        """The first day of the week."""
        return self.begins + timedelta(weeks=week)

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "begins": self.begins.isoformat(),
            "spots": [_plain(spot) for spot in self.spots],
            "rows": [_plain(row) for row in self.rows],
            "off": [_plain(row) for row in self.off],
            "unclosable": [_plain(one) for one in self.unclosable],
            "relaxations": [_plain(one) for one in self.relaxations],
            "yes": {str(key): value for key, value in self.yes.items()},
            "capacity": {str(key): value for key, value in self.capacity.items()},
            "cost": self.cost, "price": self.price, "gap": self.gap, "proven": self.proven, "seconds": self.seconds,
            "greedy_open": self.greedy_open, "greedy_cost": self.greedy_cost,
            "as_of": self.as_of.isoformat() if self.as_of else None,
        }  # fmt: skip


def _plain(one: Any) -> dict[str, Any]:
    found = asdict(one)
    if found.get("opens_on"):
        found["opens_on"] = found["opens_on"].isoformat()
    if "minutes" in found:
        found["minutes"] = {part.value: minutes for part, minutes in found["minutes"].items()}
    return found


def content_from(stored: Mapping[str, Any]) -> Content:
    """The content again."""
    day = stored["as_of"]
    return Content(
        date.fromisoformat(stored["begins"]),
        tuple(_spot(one) for one in stored["spots"]),
        tuple(_row(one) for one in stored["rows"]),
        tuple(_row(one) for one in stored["off"]),
        tuple(Unclosable(one["seat_id"], one["lacks"], WhyNot(one["why"])) for one in stored["unclosable"]),
        tuple(Relaxation(**one) for one in stored["relaxations"]),
        {int(key): value for key, value in stored["yes"].items()},
        {int(key): value for key, value in stored["capacity"].items()},
        stored["cost"], stored["price"], stored["gap"], stored["proven"], stored["seconds"], stored["greedy_open"],
        stored["greedy_cost"], date.fromisoformat(day) if day else None,
    )  # fmt: skip


def _spot(stored: Mapping[str, Any]) -> Spot:
    day = stored["opens_on"]
    return Spot(
        **{
            **stored,
            "shift": Shift(stored["shift"]),
            "days": DayKind(stored["days"]),
            "opens_on": date.fromisoformat(day) if day else None,
        }
    )


def _row(stored: Mapping[str, Any]) -> Row:
    return Row(
        **{
            **stored,
            "gives": tuple(Closed(**one) for one in stored["gives"]),
            "for_tasks": tuple(stored["for_tasks"]),
            "gates": tuple(stored["gates"]),
            "minutes": {Part(part): minutes for part, minutes in stored["minutes"].items()},
        }
    )


def most_effect_first(rows: Iterable[Row]) -> tuple[Row, ...]:
    """What closes gaps before what makes robust, the most for an hour first; what must come first right before that."""
    some = list(rows)
    by_pair = {row.pair: row for row in some}
    needed: dict[Pair, list[Row]] = {}
    for row in some:
        for task in row.for_tasks:
            needed.setdefault((row.employment_id, task), []).append(row)
    ordered: list[Row] = []
    seen: set[Pair] = set()

    def put(row: Row) -> None:
        if row.pair in seen:
            return
        seen.add(row.pair)
        for first in needed.get(row.pair, ()):
            put(first)
        ordered.append(row)

    for row in sorted(some, key=_effect):
        if (row.closes or row.spares) or not any((row.employment_id, task) in by_pair for task in row.for_tasks):
            put(row)
    for row in some:
        put(row)
    return tuple(ordered)


def _effect(row: Row) -> tuple[bool, float, bool, int, int]:
    effect = row.closes or row.spares
    return not row.closes, -effect / max(row.total, QUARTER), not row.wish, row.employment_id, row.task_id


@dataclass(frozen=True, slots=True)
class Tread:
    """A step of the staircase: after so many minutes so many gaps are left."""

    row: Row
    minutes: int
    gaps: int


def staircase(spots: Sequence[Spot], rows: Iterable[Row]) -> list[Tread]:
    """The gaps that are left after each of the rows, with all the minutes until then."""
    lacks = {spot.id: spot.need - spot.have for spot in spots if spot.today and spot.have < spot.need}
    minutes, found = 0, []
    for row in rows:
        minutes += row.total
        for one in row.gives:
            if one.seat_id in lacks:
                lacks[one.seat_id] -= one.closes + one.spares
        found.append(Tread(row, minutes, sum(left > 0 for left in lacks.values())))
    return found

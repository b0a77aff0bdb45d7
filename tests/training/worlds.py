"""Problems to solve: by hand, small ones of every kind, and made-up teams as many as are asked for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import strategies as st

from competence.coverage.rules import DayKind, Shift
from competence.learning.rules import Part
from competence.training.rules.problem import Aim, Candidate, Course, Limits, Problem, Seat, Teacher

MONDAY = date(2026, 11, 23)
GUIDE, NURSE = 901, 902


def seat(id_: int = 1, *, lacks: int = 1, spare: int = 0, **more: Any) -> Seat:
    """A seat of unit 1, on day shifts all days, for the task of the same number."""
    fields = {"unit_id": 1, "task_id": id_, "shift": Shift.DAY, "days": DayKind.EVERY, **more}
    return Seat(id_, lacks=lacks, spare=spare, **fields)


def candidate(
    person: int, task: int = 1, *, seats: Sequence[int] | None = None, minutes: int = 240, teacher_minutes: int = 60,
    teachers: Sequence[int] = (GUIDE,), weeks: int = 2, price: int = 0, **more: Any,
) -> Candidate:  # fmt: skip
    """Somebody who may learn the task, which counts in the seat of the same number."""
    return Candidate(
        employment_id=person, person_id=more.pop("person_id", person), unit_id=1, task_id=task, level=3,
        seats=tuple([task] if seats is None else seats), minutes={Part.DAILY: minutes}, teacher_minutes=teacher_minutes,
        price=price, weeks=weeks, teachers=tuple(teachers), **more,
    )  # fmt: skip


def problem(
    seats: Sequence[Seat], candidates: Sequence[Candidate], *, teachers: Sequence[Teacher] | None = None, **more: Any
) -> Problem:
    """The problem, with one guide who has two hours a week unless others are given."""
    found = (Teacher(GUIDE, 120),) if teachers is None else tuple(teachers)
    return Problem(MONDAY, tuple(seats), tuple(candidates), found, **more)


@st.composite
def small_problems(draw: st.DrawFn) -> Problem:
    """A few people, tasks and weeks, with every kind of limit, sometimes too tight."""
    tasks = draw(st.integers(1, 3))
    seats = [
        seat(
            t, lacks=draw(st.integers(0, 2)), spare=draw(st.integers(0, 1)), critical=draw(st.booleans()),
            opens_on=draw(st.sampled_from([None, None, MONDAY + timedelta(days=9), MONDAY - timedelta(days=3)])),
        )
        for t in range(1, tasks + 1)
    ]  # fmt: skip
    courses = tuple(
        Course(k, draw(st.integers(0, 3)), draw(st.integers(0, 2)), draw(st.sampled_from([0, 900])))
        for k in range(1, draw(st.integers(0, 2)) + 1)
    )
    pairs = sorted(draw(st.sets(st.tuples(st.integers(1, 3), st.integers(1, tasks)), min_size=1, max_size=5)))
    candidates = []
    for person, task in pairs:
        needs = (task - 1,) if (person, task - 1) in pairs and draw(st.booleans()) else ()
        on = tuple(one.id for one in courses) if courses and draw(st.integers(0, 2)) == 0 else ()
        candidates.append(
            candidate(
                person, task, seats=draw(st.sampled_from([(task,), (task, tasks), (task, 99)])),
                minutes=draw(st.sampled_from([60, 240, 600])), teacher_minutes=draw(st.sampled_from([0, 40, 60, 100])),
                teachers=draw(st.sampled_from([(GUIDE,), (GUIDE, NURSE), (NURSE,), (person,)])),
                weeks=draw(st.integers(1, 3)), price=draw(st.sampled_from([0, 0, 700])), needs=needs, courses=on,
                wish=draw(st.booleans()),
            )
        )  # fmt: skip
    limits = Limits(
        weeks=draw(st.integers(2, 4)), at_once=draw(st.integers(1, 2)), person_minutes=draw(st.sampled_from([700, 2400])),
        budget=draw(st.sampled_from([None, None, 1000])),
    )  # fmt: skip
    teachers = (Teacher(GUIDE, draw(st.sampled_from([20, 60]))), Teacher(NURSE, 50, yes=draw(st.booleans())))
    busy = draw(st.dictionaries(st.integers(1, 3), st.lists(st.integers(0, 2), min_size=4, max_size=4), max_size=1))
    every = st.sets(st.sampled_from(pairs), max_size=1)
    return Problem(
        MONDAY, tuple(seats), tuple(candidates), teachers, courses, limits, draw(st.sampled_from(list(Aim))),
        without=frozenset(draw(every)), must=frozenset(draw(every)), busy=busy,
    )  # fmt: skip


TASKS, TEAM, DISTRICT, NURSES = 150, 25, 40, 4
SHARES = (0.12, 0.38, 0.38, 0.12)
MIX = ((50, 90), (30, 95), (20, 85), (10, 75))
"""Of the tasks, how many each staff group may do at once, and how many once they are signed."""


def municipality(
    teams: int,
    *,
    seed: int = 7,
    guide_minutes: int = 100,
    nurse_minutes: int = 2400,
    aim: Aim = Aim.GAPS,
    **limits: Any,
) -> Problem:
    """Made-up teams of 25 with 150 tasks, forty to a district: the same shares as a large municipality has.

    A team has three guides, a district four nurses who teach everywhere in it, and two specialists teach in all districts.
    """
    rng = np.random.default_rng(seed)
    rule = np.zeros((4, TASKS), np.int8)
    for group, (at_once, signed) in enumerate(MIX):
        order = rng.permutation(TASKS)
        rule[group, order[:at_once]] = 1
        rule[group, order[at_once : at_once + signed]] = 2
    hours, guided = rng.integers(2, 13, TASKS), rng.integers(1, 5, TASKS)
    common = 1 - np.exp(-4 * (rng.beta(1.1, 0.8, TASKS) * 0.97 + 0.03))
    critical = rng.random(TASKS) < 0.2
    dear = set(rng.permutation(TASKS)[:10].tolist())
    world = _World(rng, rule, hours, guided, common, critical, dear, guide_minutes, nurse_minutes)
    for team in range(teams):
        world.team(team)
    return replace(world.problem(), aim=aim, limits=Limits(**limits))


class _World:
    def __init__(self, rng: Any, rule: Any, hours: Any, guided: Any, common: Any, critical: Any, dear: set[int],
                 guide_minutes: int, nurse_minutes: int) -> None:  # fmt: skip
        self.rng, self.rule, self.hours, self.guided, self.common = rng, rule, hours, guided, common
        self.critical, self.dear = critical, dear
        self.guide_minutes, self.nurse_minutes = guide_minutes, nurse_minutes
        self.seats: list[Seat] = []
        self.candidates: list[Candidate] = []
        self.teachers = {10_000_001: Teacher(10_000_001, 600), 10_000_002: Teacher(10_000_002, 600)}
        self.courses: dict[int, Course] = {}

    def team(self, team: int) -> None:
        """Nothing; a team more."""
        rng, district = self.rng, team // DISTRICT
        groups = rng.choice(4, size=TEAM, p=SHARES)
        rules = self.rule[groups]
        signed = (rng.random((TEAM, TASKS)) < self.common) & (rules == 2)
        lapsed = signed & (rng.random((TEAM, TASKS)) < 0.2)
        valid = signed & ~lapsed
        may, could = (rules == 1) | valid, (rules == 2) & ~valid
        have, least = may.sum(axis=0), rng.integers(2, 8, TASKS)
        guides = [team * TEAM + int(one) for one in rng.permutation(TEAM)[:3]]
        nurses = [9_000_000 + district * NURSES + n for n in range(NURSES)]
        for one in guides:
            self.teachers[one] = Teacher(one, self.guide_minutes, yes=bool(rng.random() < 0.95))
        for one in nurses:
            self.teachers[one] = Teacher(one, self.nurse_minutes)
        wanted = {t for t in range(TASKS) if have[t] <= least[t]}
        for t in sorted(wanted):
            opens = MONDAY + timedelta(days=int(rng.integers(7, 140))) if rng.random() < 0.15 else None
            self.seats.append(
                Seat(
                    team * TASKS + t, team, t, Shift.DAY, DayKind.EVERY, lacks=int(max(0, least[t] - have[t])), spare=1,
                    critical=bool(self.critical[t]), opens_on=opens,
                )
            )  # fmt: skip
        before = {t - 1 for t in wanted if t % 10 == 9}
        for t in sorted(wanted | before):
            for e in np.flatnonzero(could[:, t]).tolist():
                self._candidate(team, e, t, bool(lapsed[e, t]), could, may, guides, nurses, in_seat=t in wanted)

    def _candidate(self, team: int, e: int, t: int, renewal: bool, could: Any, may: Any, guides: list[int],
                   nurses: list[int], *, in_seat: bool) -> None:  # fmt: skip
        person, district = team * TEAM + e, team // DISTRICT
        minutes = int(self.hours[t]) * (24 if renewal else 60)
        teachers = [one for one in guides if may[one - team * TEAM, t] and one != person]
        teachers += [nurses[t % NURSES], nurses[(t + 1) % NURSES]] + ([10_000_001 + t % 2] if t % 7 == 0 else [])
        courses: tuple[int, ...] = ()
        if t in self.dear and not renewal:
            courses = tuple((district * TASKS + t) * 2 + k for k in range(2))
            for k in courses:
                self.courses.setdefault(k, Course(k, 3 + 5 * (k % 2), 12, 1500))
        parts = {Part.DAILY: minutes * 7 // 10, Part.COLLEAGUES: minutes * 2 // 10}
        parts[Part.FORMAL] = minutes - sum(parts.values())
        self.candidates.append(
            Candidate(
                person, person, team, t, 3, (team * TASKS + t,) if in_seat else (), parts,
                int(self.guided[t]) * (30 if renewal else 60), int(self.rng.integers(0, 4)) * 100,
                1 + minutes // 240, tuple(teachers),
                needs=(t - 1,) if t % 10 == 9 and could[e, t - 1] else (), courses=courses,
                wish=bool(self.rng.random() < 0.1), renewal=renewal,
            )
        )  # fmt: skip

    def problem(self) -> Problem:
        """All the teams."""
        return Problem(
            MONDAY,
            tuple(self.seats),
            tuple(self.candidates),
            tuple(self.teachers.values()),
            tuple(self.courses.values()),
        )

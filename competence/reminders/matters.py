"""What ends soon, and who is to be reminded of it: read from the facts, judged by the rule."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import Table, and_, or_
from sqlalchemy.orm import Session

from competence.access.rules import Role
from competence.accounts.models import RoleAssignment
from competence.catalogue.models import InstructionVersion
from competence.catalogue.rules import Asks
from competence.decision.queries import book, load
from competence.decision.rules import Employment as Facts
from competence.decision.rules import judge
from competence.foundation.orm import scoped
from competence.organisation.queries import settings_of
from competence.organisation.rules import ladder_from
from competence.reminders.courses import due_courses
from competence.reminders.queries import (
    ABSENCES,
    CURRENT,
    DELEGATIONS,
    EMPLOYMENTS,
    EXEMPTIONS,
    FRAMEWORKS,
    REMINDERS,
    TASKS,
    UNITS,
    away_on,
    delegated_longer,
    framework_renewed,
    renewed,
)
from competence.reminders.returning import pack_of
from competence.reminders.rules import BACK_AFTER, BACK_AHEAD, Kind, Part, last_day_of, nearest, rung_on

ASSIGNMENTS = cast(Table, RoleAssignment.__table__)
INSTRUCTIONS = cast(Table, InstructionVersion.__table__)
Place = tuple[int, Kind, int, date]
"""(who is reminded, kind, subject, the day as the fact has it)."""
SOME = 400


@dataclass(frozen=True)
class Matter:
    """Something about a person that ends, at the rung it has reached."""

    kind: Kind
    subject_id: int
    due_on: date
    rung: int
    about_id: int | None
    employment_id: int | None
    path: str
    task_id: int | None
    named: Mapping[Part, int | None]
    """Persons whom the fact itself names, by their part."""


@dataclass(frozen=True)
class Due:
    """One person to be reminded of one matter."""

    person_id: int
    part: Part
    matter: Matter

    @property
    def place(self) -> Place:
        """What it is about, at whatever rung."""
        return (self.person_id, self.matter.kind, self.matter.subject_id, self.matter.due_on)


@dataclass(frozen=True)
class _Runs:
    """An employment that runs, of nobody from outside."""

    id: int
    person_id: int
    path: str


class _Reading:
    """What one look at a municipality needs to know once."""

    def __init__(self, session: Session, on: date) -> None:
        self.session, self.on = session, on
        self.away = away_on(session, on)
        self.default = settings_of(session).reminder_days
        self.own = {
            row.id: ladder_from(row.reminder_days, "reminder_days")
            for row in session.execute(
                scoped(session, TASKS, TASKS.c.id, TASKS.c.reminder_days).where(TASKS.c.reminder_days != "")
            )
        }
        self.longest = timedelta(days=max([self.default[0], *(ladder[0] for ladder in self.own.values())]))
        self.jobs: dict[int, list[_Runs]] = {}
        rows = session.execute(
            scoped(session, EMPLOYMENTS, EMPLOYMENTS.c.id, EMPLOYMENTS.c.person_id, UNITS.c.path)
            .join(
                UNITS, (UNITS.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (UNITS.c.id == EMPLOYMENTS.c.unit_id)
            )
            .where(
                EMPLOYMENTS.c.valid_from <= on, or_(EMPLOYMENTS.c.valid_to.is_(None), EMPLOYMENTS.c.valid_to > on),
                ~EMPLOYMENTS.c.is_external,
            )
            .order_by(EMPLOYMENTS.c.id)
        )  # fmt: skip
        for row in rows:
            self.jobs.setdefault(row.person_id, []).append(_Runs(row.id, row.person_id, row.path))
        self.given = _roles(session, on, here=set(self.jobs) - self.away, away=self.away)

    def rung(self, kind: Kind, due_on: date, task_id: int | None) -> int | None:
        ladder = self.own.get(task_id or 0, self.default)
        return rung_on(ladder, (last_day_of(kind, due_on) - self.on).days)

    def is_here(self, person_id: int) -> bool:
        return person_id in self.jobs and person_id not in self.away


def _roles(session: Session, on: date, *, here: set[int], away: frozenset[int]) -> dict[Role, dict[str, list[int]]]:
    """Role -> path of the unit it is given over -> who has it on the day and is at work."""
    worked = set(session.scalars(scoped(session, EMPLOYMENTS, EMPLOYMENTS.c.person_id).distinct()))
    rows = session.execute(
        scoped(session, ASSIGNMENTS, ASSIGNMENTS.c.person_id, ASSIGNMENTS.c.role, UNITS.c.path)
        .join(UNITS, (UNITS.c.municipality_id == ASSIGNMENTS.c.municipality_id) & (UNITS.c.id == ASSIGNMENTS.c.unit_id))
        .where(
            ASSIGNMENTS.c.valid_from <= on, or_(ASSIGNMENTS.c.valid_to.is_(None), ASSIGNMENTS.c.valid_to > on),
            ASSIGNMENTS.c.role.in_((Role.LEADER.value, Role.GUIDE.value, Role.DEVELOPMENT_NURSE.value)),
        )
        .order_by(ASSIGNMENTS.c.id)
    )  # fmt: skip
    found: dict[Role, dict[str, list[int]]] = {}
    for row in rows:
        if row.person_id not in away and (row.person_id in here or row.person_id not in worked):
            found.setdefault(Role(row.role), {}).setdefault(row.path, []).append(row.person_id)
    return found


def find(session: Session, *, on: date) -> list[Due]:
    """Everybody to be reminded today who has not been at this rung or a later one, each matter once for a person."""
    reading = _Reading(session, on)
    matters = [
        *_signoffs(reading), *_again(reading), *_delegations(reading), *_supervisions(reading), *_frameworks(reading),
        *_exemptions(reading), *_returns(reading), *_courses(reading),
    ]  # fmt: skip
    known = reached(session)
    due = [one for matter in matters for one in _whom(reading, matter) if is_new(one, known)]
    return _judged(session, due, on)


def reached(session: Session) -> dict[Place, int]:
    """The lowest rung at which each person has been reminded of each matter."""
    found: dict[Place, int] = {}
    c = REMINDERS.c
    for row in session.execute(scoped(session, REMINDERS, c.person_id, c.kind, c.subject_id, c.due_on, c.rung)):
        place = (row.person_id, Kind(row.kind), row.subject_id, row.due_on)
        found[place] = min(row.rung, found.get(place, row.rung))
    return found


def is_new(due: Due, known: Mapping[Place, int]) -> bool:
    """Whether the person has not been reminded at this rung or a later one: a clock that goes back reminds of nothing anew.

    Of a return a person is told once.
    """
    before = known.get(due.place)
    return before is None or (due.matter.rung < before and due.matter.kind is not Kind.RETURN)


def _whom(reading: _Reading, matter: Matter) -> list[Due]:
    """Those whom it concerns: herself, those the fact names, and the nearest leaders and guides who are at work."""
    found: dict[int, Part] = {}
    about = matter.about_id
    if about is not None and Part.OWN in matter.named and reading.is_here(about):
        found[about] = Part.OWN
    for part in (Part.SUPERVISOR, Part.GIVER):
        person = matter.named.get(part)
        if person is not None and person != about and reading.is_here(person):
            found.setdefault(person, part)
    for part, role in ((Part.LEADER, Role.LEADER), (Part.GUIDE, Role.GUIDE), (Part.KEEPER, Role.DEVELOPMENT_NURSE)):
        if part not in matter.named:
            continue
        for person in nearest(matter.path, reading.given.get(role, {}), but=about or 0):
            found.setdefault(person, part)
    return [Due(person, part, matter) for person, part in sorted(found.items())]


def _job(reading: _Reading, person_id: int) -> _Runs | None:
    """The first employment of somebody who is at work."""
    return reading.jobs[person_id][0] if reading.is_here(person_id) else None


def _made(
    reading: _Reading, kind: Kind, row: Any, due_on: date, named: Mapping[Part, int | None], *, subject_id: int
) -> list[Matter]:
    rung = reading.rung(kind, due_on, row.task_id)
    job = _job(reading, row.person_id)
    if rung is None or job is None:
        return []
    return [Matter(kind, subject_id, due_on, rung, row.person_id, job.id, job.path, row.task_id, named)]


ALL_THREE: Mapping[Part, int | None] = {Part.OWN: None, Part.LEADER: None, Part.GUIDE: None}


def _signoffs(reading: _Reading) -> list[Matter]:
    c, on = CURRENT.c, reading.on
    rows = reading.session.execute(
        scoped(reading.session, CURRENT, c.person_id, c.task_id, c.event_id, c.valid_to).where(
            c.valid_to > on, c.valid_to <= on + reading.longest + timedelta(days=1), c.ended_on.is_(None),
            c.accepted_on.is_not(None), ~renewed(c.valid_to),
        )
        .order_by(c.id)
    )  # fmt: skip
    return [
        one
        for row in rows
        for one in _made(reading, Kind.SIGNOFF, row, row.valid_to, ALL_THREE, subject_id=row.event_id)
    ]


def _again(reading: _Reading) -> list[Matter]:
    c, i, on = CURRENT.c, INSTRUCTIONS.c, reading.on
    rows = reading.session.execute(
        scoped(reading.session, CURRENT, c.person_id, c.task_id, c.event_id, i.closes_on)
        .join(INSTRUCTIONS, (i.municipality_id == c.municipality_id) & (i.task_id == c.task_id))
        .where(
            i.asks == Asks.SIGN_AGAIN, i.closes_on > on, i.closes_on <= on + reading.longest + timedelta(days=1),
            c.valid_from < i.valid_from, c.ended_on.is_(None), c.accepted_on.is_not(None),
            or_(c.valid_to.is_(None), c.valid_to > i.closes_on), ~renewed(i.closes_on),
        )
        .order_by(c.id, i.id)
    )  # fmt: skip
    return [
        one
        for row in rows
        for one in _made(reading, Kind.SIGN_AGAIN, row, row.closes_on, ALL_THREE, subject_id=row.event_id)
    ]


def _delegations(reading: _Reading) -> list[Matter]:
    d, on = DELEGATIONS.c, reading.on
    rows = reading.session.execute(
        scoped(reading.session, DELEGATIONS).where(
            d.valid_to > on, d.valid_to <= on + reading.longest + timedelta(days=1), d.ended_on.is_(None),
            d.accepted_on.is_not(None), ~delegated_longer(),
        )
        .order_by(d.id)
    )  # fmt: skip
    return [
        one
        for row in rows
        for one in _made(
            reading, Kind.DELEGATION, row, row.valid_to,
            {Part.OWN: None, Part.GIVER: row.giver_id, Part.LEADER: None}, subject_id=row.id,
        )
    ]  # fmt: skip


def _supervisions(reading: _Reading) -> list[Matter]:
    d, on = DELEGATIONS.c, reading.on
    rows = reading.session.execute(
        scoped(reading.session, DELEGATIONS).where(
            d.supervise_on >= on, d.supervise_on <= on + reading.longest, d.ended_on.is_(None),
            d.accepted_on.is_not(None), or_(d.valid_to.is_(None), d.valid_to > on),
        )
        .order_by(d.id)
    )  # fmt: skip
    return [
        one
        for row in rows
        for one in _made(
            reading, Kind.SUPERVISION, row, row.supervise_on,
            {Part.OWN: None, Part.SUPERVISOR: row.supervisor_id, Part.GIVER: row.giver_id, Part.LEADER: None},
            subject_id=row.id,
        )
    ]  # fmt: skip


def _frameworks(reading: _Reading) -> list[Matter]:
    f, on = FRAMEWORKS.c, reading.on
    rows = reading.session.execute(
        scoped(reading.session, FRAMEWORKS).where(
            f.valid_to > on, f.valid_to <= on + reading.longest + timedelta(days=1), f.ended_at.is_(None),
            ~framework_renewed(),
        )
        .order_by(f.id)
    )  # fmt: skip
    found = []
    # Only who has the role over all of the municipality can renew one.
    top = next((path for path in reading.given.get(Role.DEVELOPMENT_NURSE, {}) if path.count("/") == 2), "")
    for row in rows:
        rung = reading.rung(Kind.FRAMEWORK, row.valid_to, row.task_id)
        if rung is not None:
            named: Mapping[Part, int | None] = {Part.GIVER: row.giver_id, Part.KEEPER: None}
            found.append(Matter(Kind.FRAMEWORK, row.id, row.valid_to, rung, None, None, top, row.task_id, named))
    return found


def _exemptions(reading: _Reading) -> list[Matter]:
    e, on = EXEMPTIONS.c, reading.on
    rows = reading.session.execute(
        scoped(reading.session, EXEMPTIONS).where(
            e.valid_from <= on, e.valid_to > on, e.valid_to <= on + reading.longest + timedelta(days=1)
        )
        .order_by(e.id)
    )  # fmt: skip
    return [
        one
        for row in rows
        for one in _made(
            reading, Kind.EXEMPTION, row, row.valid_to, {Part.OWN: None, Part.LEADER: None}, subject_id=row.id
        )
    ]


def _returns(reading: _Reading) -> list[Matter]:
    """Those who are back soon, for their leader, or have come back, for themselves too; if there is something to do again."""
    a, on = ABSENCES.c, reading.on
    runs = {job.id: job for some in reading.jobs.values() for job in some}
    rows = reading.session.execute(
        scoped(reading.session, ABSENCES)
        .where(a.valid_to <= on + timedelta(days=BACK_AHEAD), a.valid_to > on - timedelta(days=BACK_AFTER))
        .order_by(a.id)
    )
    found = []
    for row in rows:
        job = runs.get(row.employment_id)
        if job is None:
            continue
        pack = pack_of(reading.session, job.person_id, on=on)
        if pack is None or not pack.lines or pack.absence_id != row.id:
            continue
        back = row.valid_to <= on
        named: Mapping[Part, int | None] = {Part.OWN: None, Part.LEADER: None} if back else {Part.LEADER: None}
        rung = 0 if back else BACK_AHEAD
        found.append(Matter(Kind.RETURN, row.id, row.valid_to, rung, job.person_id, job.id, job.path, None, named))
    return found


def _courses(reading: _Reading) -> list[Matter]:
    """Courses whose *after* is still to be written, for whoever was there; and those to be followed up, for both."""
    runs = {job.id: job for some in reading.jobs.values() for job in some}
    found = []
    for one in due_courses(reading.session, on=reading.on):
        job = runs.get(one.employment_id)
        if job is None:
            continue
        named: Mapping[Part, int | None] = {Part.OWN: None} | (
            {Part.LEADER: None} if one.kind is Kind.FOLLOW_UP else {}
        )
        found.append(Matter(one.kind, one.planned_id, one.due_on, 0, job.person_id, job.id, job.path, None, named))
    return found


def _judged(session: Session, due: Iterable[Due], on: date) -> list[Due]:
    """Without the signatures that let nobody do anything: education is enough, or the cell has changed."""
    every = list(due)
    signed = (Kind.SIGNOFF, Kind.SIGN_AGAIN)
    persons = sorted({one.matter.about_id for one in every if one.matter.kind in signed and one.matter.about_id})
    facts: dict[int, list[Facts]] = {}
    shared = book(session)
    for start in range(0, len(persons), SOME):
        some = persons[start : start + SOME]
        works = and_(
            EMPLOYMENTS.c.person_id.in_(some), EMPLOYMENTS.c.valid_from <= on,
            or_(EMPLOYMENTS.c.valid_to.is_(None), EMPLOYMENTS.c.valid_to > on), ~EMPLOYMENTS.c.is_external,
        )  # fmt: skip
        for one in load(session, works, shared=shared):
            facts.setdefault(one.person_id, []).append(one)
    kept: dict[tuple[int, int], bool] = {}

    def rests_on_it(person_id: int, task_id: int) -> bool:
        place = (person_id, task_id)
        if place not in kept:
            answers = [judge(one, task_id, on=on) for one in facts.get(person_id, ())]
            kept[place] = any((a.level or a.named_level) and a.basis != "education" for a in answers)
        return kept[place]

    return [
        one
        for one in every
        if one.matter.kind not in signed or rests_on_it(one.matter.about_id or 0, one.matter.task_id or 0)
    ]

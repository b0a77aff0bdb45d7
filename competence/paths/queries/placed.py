"""Who walks which path and how far she is, computed from what is held and done; and who would like to be seen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, Reach
from competence.decision.queries import EMPLOYMENTS, book, load, running
from competence.decision.rules import judge
from competence.foundation.clock import today
from competence.foundation.orm import execute, standing
from competence.learning.models import PlannedActivity
from competence.organisation.models import Unit
from competence.paths.models import PathPlacing, PathWish
from competence.paths.queries.paths import Route, paths_by_id
from competence.paths.rules import Known, Step, StepKind, Walked, walked
from competence.people.models import Employment, PersonIdentity, StaffGroup
from competence.profiles.queries import asked_in, profile_on
from competence.profiles.rules import Asked, profile_level
from competence.roster.queries import chunks
from competence.signoffs.models import Observation

PLACINGS = cast(Table, PathPlacing.__table__)
MOST = 200


def known_of(session: Session, person_ids: Iterable[int], steps: Sequence[Step]) -> dict[int, Known]:
    """Person -> what is known of her today, as far as the steps ask for it."""
    persons, on = sorted(set(person_ids)), today()
    profiles = _profiles(session, steps, on)
    tasks = {step.task_id for step in steps if step.kind is StepKind.TASK and step.task_id is not None}
    tasks |= {asked.task_id for some in profiles.values() for asked in some}
    held = _held(session, persons, tasks, on)
    done: dict[int, set[int]] = {}
    passed: dict[int, set[str]] = {}
    activities = {step.activity_id for step in steps if step.activity_id is not None}
    gates = {step.gate for step in steps if step.gate}
    for some in chunks(persons):
        if activities:
            learnt = session.execute(
                select(Employment.person_id, PlannedActivity.activity_id)
                .join(PlannedActivity, PlannedActivity.employment_id == Employment.id)
                .where(
                    Employment.person_id.in_(some), PlannedActivity.activity_id.in_(sorted(activities)),
                    PlannedActivity.done_on.is_not(None),
                )
            )  # fmt: skip
            for one in learnt:
                done.setdefault(one.person_id, set()).add(one.activity_id or 0)
        if gates:
            seen = session.execute(
                select(Observation.person_id, Observation.gate_code).where(
                    Observation.person_id.in_(some), Observation.gate_code.in_(sorted(gates)),
                    Observation.withdrawn_at.is_(None),
                )
            )  # fmt: skip
            for row in seen:
                passed.setdefault(row.person_id, set()).add(row.gate_code)
    return {
        person: Known(
            held.get(person, {}),
            {place: profile_level(some, held.get(person, {})).level for place, some in profiles.items() if some},
            frozenset(done.get(person, ())), frozenset(passed.get(person, ())),
        )
        for person in persons
    }  # fmt: skip


def _profiles(session: Session, steps: Sequence[Step], on: date) -> dict[tuple[int, str], list[Asked]]:
    """(staff group, area) -> what its profile asks for there; empty where there is none, so that no level is reached."""
    places = {
        (step.staff_group_id, step.area)
        for step in steps
        if step.kind is StepKind.LEVEL and step.staff_group_id is not None
    }
    found: dict[tuple[int, str], list[Asked]] = {}
    for group in sorted({group for group, _area in places}):
        profile = profile_on(session, group, on)
        asked = list(asked_in(session, profile.id)) if profile is not None else []
        for place in places:
            if place[0] == group:
                found[place] = [one for one in asked if place[1] in ("", one.area)]
    return found


def _held(session: Session, persons: Sequence[int], tasks: set[int], on: date) -> dict[int, dict[int, int]]:
    """Person -> task -> the highest level at which she may do it today, under any of her employments."""
    found: dict[int, dict[int, int]] = {}
    if not tasks:
        return found
    shared = book(session)
    for some in chunks(persons):
        for facts in load(session, EMPLOYMENTS.c.person_id.in_(some) & running(on), shared=shared):
            mine = found.setdefault(facts.person_id, {})
            for task in tasks:
                level = judge(facts, task, on=on).level
                if level > mine.get(task, 0):
                    mine[task] = level
    return found


@dataclass(frozen=True)
class Walker:
    """Somebody on a path, or asked to be."""

    placing: PathPlacing
    route: Route
    walked: Walked
    person_id: int
    name: str
    unit: str
    path: str
    """Of her unit."""
    group: str

    @property
    def runs(self) -> bool:
        """Whether both have said yes."""
        return self.placing.employee_yes_on is not None and self.placing.leader_yes_on is not None

    @property
    def waits_for_her(self) -> bool:
        """Whether her own yes is waited for."""
        return self.placing.employee_yes_on is None

    @property
    def waits_for_leader(self) -> bool:
        """Whether her leader's yes is waited for."""
        return self.placing.leader_yes_on is None


def walkers_of(session: Session, person_id: int) -> list[Walker]:
    """Her own paths, those that wait for her answer first."""
    return _walkers(session, person_id=person_id, within=None)


def walkers_within(session: Session, within: Reach, *, but: int) -> list[Walker]:
    """Those within reach on a path, those that wait for the leader's answer first; `but`: without herself."""
    return [one for one in _walkers(session, person_id=None, within=within) if one.person_id != but]


def _walkers(session: Session, *, person_id: int | None, within: Reach | None) -> list[Walker]:
    on = today()
    wanted = (
        select(PathPlacing, Employment.person_id, PersonIdentity.name, Unit, StaffGroup.short_name)
        .join(Employment, Employment.id == PathPlacing.employment_id)
        .join(Unit, Unit.id == Employment.unit_id)
        .join(StaffGroup, StaffGroup.id == Employment.staff_group_id)
        .outerjoin(PersonIdentity, PersonIdentity.person_id == Employment.person_id)
        .where(PathPlacing.ended_on.is_(None), or_(Employment.valid_to.is_(None), Employment.valid_to > on))
        .order_by(PersonIdentity.name, PathPlacing.id)
    )
    if person_id is not None:
        wanted = wanted.where(Employment.person_id == person_id)
    if within is not None:
        if not within.roots:
            return []
        wanted = wanted.where(or_(*(Unit.path.startswith(root, autoescape=True) for root in within.roots)))
    rows = session.execute(wanted.limit(MOST)).all()
    by_id = paths_by_id(session, {row[0].path_id for row in rows})
    steps = [step for route in by_id.values() for step in route.steps]
    known = known_of(session, {row.person_id for row in rows}, steps) if rows else {}
    found = [
        Walker(
            row[0], by_id[row[0].path_id], walked(by_id[row[0].path_id].steps, known[row.person_id]), row.person_id,
            row.name or "", row[3].name, row[3].path, row.short_name,
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.runs)


def is_walked(session: Session, route: Route, person_id: int) -> bool:
    """Whether all of the path is in place for the person."""
    return bool(route.steps) and walked(route.steps, known_of(session, [person_id], route.steps)[person_id]).complete


@dataclass(frozen=True)
class Wished:
    """Somebody who has said that she would like to be seen."""

    person_id: int
    name: str
    unit: str
    path: str
    group: str
    aims: tuple[str, ...]
    far: Mapping[int, Walked]
    """How far she is on each path that she named, by its id."""


def wishes_of(session: Session, person_id: int) -> set[str]:
    """What she has said that she would like to be seen for."""
    return set(session.scalars(select(PathWish.aim).where(PathWish.person_id == person_id)))


def wishes_within(session: Session, within: Reach, *, but: int) -> list[Wished]:
    """Those within reach who have said yes to be seen, by name; `but`: without herself."""
    if not within.roots:
        return []
    on = today()
    rows = session.execute(
        select(
            PathWish.aim, PathWish.path_id, PathWish.person_id, PersonIdentity.name, Unit.name.label("unit"), Unit.path,
            StaffGroup.short_name,
        )
        .join(Employment, Employment.person_id == PathWish.person_id)
        .join(Unit, Unit.id == Employment.unit_id)
        .join(StaffGroup, StaffGroup.id == Employment.staff_group_id)
        .join(PersonIdentity, PersonIdentity.person_id == PathWish.person_id)
        .where(
            Employment.valid_from <= on, or_(Employment.valid_to.is_(None), Employment.valid_to > on),
            or_(*(Unit.path.startswith(root, autoescape=True) for root in within.roots)), PathWish.person_id != but,
        )
        .order_by(PersonIdentity.name, PathWish.person_id, PathWish.aim)
    ).all()  # fmt: skip
    by_person: dict[int, list[str]] = {}
    first: dict[int, Any] = {}
    for row in rows:
        first.setdefault(row.person_id, row)
        if row.aim not in by_person.setdefault(row.person_id, []):
            by_person[row.person_id].append(row.aim)
    by_id = paths_by_id(session, {row.path_id for row in rows if row.path_id is not None})
    known = known_of(session, by_person, [step for route in by_id.values() for step in route.steps]) if by_id else {}
    return [
        Wished(
            id_, one.name, one.unit, one.path, one.short_name, tuple(by_person[id_]),
            {
                route.id: walked(route.steps, known[id_])
                for route in by_id.values() if f"path:{route.id}" in by_person[id_] and route.steps
            },
        )
        for id_, one in first.items()
    ]  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """Somebody whom a leader can put on a path."""

    employment_id: int
    person_id: int
    name: str
    unit: str
    group: str
    there: bool
    """Whether she is on it, or has been asked."""
    walked: Walked


def candidates(session: Session, route: Route, within: Reach, *, but: int) -> list[Candidate]:
    """The employees within reach for whom the path is, those nearest its end first; at most 200."""
    if not within.roots:
        return []
    on = today()
    wanted = (
        select(Employment.id, Employment.person_id, PersonIdentity.name, Unit.name.label("unit"), StaffGroup.short_name)
        .join(Unit, Unit.id == Employment.unit_id)
        .join(StaffGroup, StaffGroup.id == Employment.staff_group_id)
        .join(PersonIdentity, PersonIdentity.person_id == Employment.person_id)
        .where(
            or_(*(Unit.path.startswith(root, autoescape=True) for root in within.roots)), Employment.valid_from <= on,
            or_(Employment.valid_to.is_(None), Employment.valid_to > on), Employment.is_external.is_(False),
            Employment.person_id != but,
        )
        .order_by(PersonIdentity.name, Employment.id)
    )  # fmt: skip
    if route.from_groups:
        wanted = wanted.where(Employment.staff_group_id.in_(sorted(route.from_groups)))
    rows = session.execute(wanted.limit(MOST)).all()
    known = known_of(session, {row.person_id for row in rows}, route.steps)
    there = set(
        session.scalars(
            select(PathPlacing.employment_id).where(PathPlacing.path_id == route.id, PathPlacing.ended_on.is_(None))
        )
    )
    found = [
        Candidate(
            row.id, row.person_id, row.name, row.unit, row.short_name, row.id in there,
            walked(route.steps, known[row.person_id]),
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: -one.walked.done)


_P, _E, _U = PLACINGS.c, EMPLOYMENTS.c, cast(Table, Unit.__table__).c
_OWN = (
    standing(PLACINGS, func.count())
    .join(EMPLOYMENTS, (_E.municipality_id == _P.municipality_id) & (_E.id == _P.employment_id))
    .where(_E.person_id == bindparam("person"), _P.ended_on.is_(None), _P.employee_yes_on.is_(None))
)
_THEIRS = (
    standing(PLACINGS, _U.path)
    .join(EMPLOYMENTS, (_E.municipality_id == _P.municipality_id) & (_E.id == _P.employment_id))
    .join(cast(Table, Unit.__table__), (_U.municipality_id == _E.municipality_id) & (_U.id == _E.unit_id))
    .where(_P.ended_on.is_(None), _P.leader_yes_on.is_(None), _E.person_id != bindparam("person"))
)


def waiting_count(session: Session, actor: Actor) -> int:
    """How many paths wait for her answer, her own and those that her employees have asked for: for the bell."""
    own = int(execute(session, _OWN, person=actor.person_id).scalar_one())
    return own + asked_of(session, actor)


def asked_of(session: Session, actor: Actor) -> int:
    """How many of her employees have asked to be put on a path, and wait for her yes."""
    within = actor.reach(Permission.PATH_PLACE)
    if not within.roots:
        return 0
    return sum(within.covers(row.path) for row in execute(session, _THEIRS, person=actor.person_id))


def own_jobs(session: Session, person_id: int) -> Mapping[int, Employment]:
    """The person's employments that run today, by id, the first of them first."""
    on = today()
    rows = session.scalars(
        select(Employment)
        .where(
            Employment.person_id == person_id, Employment.valid_from <= on,
            or_(Employment.valid_to.is_(None), Employment.valid_to > on),
        )
        .order_by(Employment.valid_from, Employment.id)
    )  # fmt: skip
    return {row.id: row for row in rows}

"""Reads for the employee's own pages: every task of hers with the rule's answer, the path, and who can help."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from competence.access.rules import Role
from competence.accounts.models import RoleAssignment
from competence.audit.models import AccessEntry
from competence.catalogue.models import Task
from competence.catalogue.queries import LevelName, by_rank
from competence.decision.queries import EMPLOYMENTS, book, load, running, within_unit
from competence.decision.rules import Answer, Book, judge
from competence.decision.rules import Employment as Facts
from competence.development.rules import Pile, best, pile
from competence.foundation.clock import today
from competence.organisation.models import Unit
from competence.people.models import Employment, PersonIdentity
from competence.profiles.models import CompetenceProfile
from competence.profiles.queries import asked_in, in_force, profile_on
from competence.profiles.rules import Asked, Standing, by_area, profile_level
from competence.signoffs.models import SignOffRequest
from competence.signoffs.queries import names_of, projected
from competence.signoffs.rules import Origin, Signed


@dataclass(frozen=True)
class Job:
    """One of the person's employments that run or begin later, with its facts."""

    employment: Employment
    facts: Facts

    @property
    def label(self) -> str:
        """As it stands behind a line when there are several: staff group and unit."""
        return f"{self.employment.staff_group.short_name}, {self.employment.unit.name}"


@dataclass(frozen=True)
class Line:
    """A task under one employment, with the rule's answer."""

    job: Job
    task: Task
    answer: Answer
    area_position: int = 0

    @property
    def pile(self) -> Pile:
        """The list in which it stands."""
        return pile(self.answer)


@dataclass(frozen=True)
class Mine:
    """All of a person's tasks on the day, under each employment."""

    person_id: int
    on: date
    jobs: Sequence[Job]
    lines: Sequence[Line]
    book: Book
    waits: Sequence[Signed] = ()
    """Signatures that wait for her yes, the newest first."""
    levels: Mapping[int, LevelName] = field(default_factory=dict)

    @property
    def expiring_days(self) -> int:
        """From so many days before the last day something is said to end soon."""
        return self.book.settings.expiring_days

    @property
    def in_force(self) -> bool:
        """Whether the municipality has a division of tasks in force; before the first one it decides nothing."""
        return self.book.version_on(self.on) is not None

    @property
    def in_force_from(self) -> date | None:
        """The first day of the approved division of tasks that is to come; None while none is approved."""
        coming = self.book.coming(self.on)
        return coming.valid_from if coming else None

    @cached_property
    def best(self) -> Mapping[int, Line]:
        """Task -> the line that lets most, for counting each task once."""
        by_task: dict[int, list[Line]] = {}
        for line in self.lines:
            by_task.setdefault(line.task.id, []).append(line)
        found = {}
        for task, some in by_task.items():
            chosen = best(line.answer for line in some)
            found[task] = next(line for line in some if line.answer is chosen)
        return found

    def soon(self, line: Line) -> bool:
        """Whether the right ends within the days that count as soon, for a reason that can be renewed."""
        left = line.answer.days_left(self.on)
        return (
            line.pile is Pile.NOW
            and line.answer.basis != "education"
            and left is not None
            and left <= self.book.expiring_days(line.task.id)
        )

    def in_pile(self, wanted: str) -> list[Line]:
        """The lines of a list, each task once under each employment where it stands in that list."""
        if wanted == "soon":
            return [line for line in self.lines if self.soon(line)]
        return [line for line in self.lines if line.pile.value == wanted]

    def count(self, wanted: str) -> int:
        """How many different tasks stand in the list."""
        return len({line.task.id for line in self.in_pile(wanted)})

    @property
    def held(self) -> dict[int, int]:
        """Task -> the highest practice level at which she may do it."""
        return {task: line.answer.level for task, line in self.best.items() if line.answer.level}


def employments_of(session: Session, person_id: int) -> Sequence[Employment]:
    """The person's employments, ended ones too, the newest first, with unit, group and identity."""
    return session.scalars(
        select(Employment)
        .where(Employment.person_id == person_id)
        .options(selectinload(Employment.unit), selectinload(Employment.staff_group), selectinload(Employment.identity))
        .order_by(Employment.valid_from.desc(), Employment.id.desc())
    ).all()


def tasks(session: Session, *, on: date) -> Sequence[Task]:
    """The tasks of the catalogue in their order, with their areas."""
    listed = session.scalars(
        select(Task)
        .where(or_(Task.archived_on.is_(None), Task.archived_on > on))
        .options(selectinload(Task.area))
        .order_by(Task.position, Task.id)
    ).all()
    return sorted(listed, key=lambda task: (task.area.position, task.area.id, task.position, task.id))


def mine(session: Session, person_id: int) -> Mine:
    """All of the person's tasks today, under each employment that runs."""
    on = today()
    shared = book(session)
    rows = [
        row
        for row in employments_of(session, person_id)
        if row.valid_from <= on and (row.valid_to is None or on < row.valid_to)
    ]
    facts = {one.id: one for one in load(session, EMPLOYMENTS.c.person_id == person_id, shared=shared)}
    jobs = [Job(row, facts[row.id]) for row in rows]
    listed = tasks(session, on=on)
    lines = [Line(job, task, judge(job.facts, task.id, on=on)) for task in listed for job in jobs]
    return Mine(person_id, on, jobs, lines, shared, waiting_for(session, person_id, on), by_rank(session))


def waiting_for(session: Session, person_id: int, on: date) -> list[Signed]:
    """The signatures that wait for the person's yes, the newest first; those from paper last."""
    found = projected(session, [person_id]).get(person_id, {})
    waits = [signed for some in found.values() for signed in some if signed.waits(on) and not signed.lacks_second]
    return sorted(waits, key=lambda s: (s.origin is Origin.TRANSFERRED, -s.seq))


@dataclass(frozen=True)
class Path:
    """The way to the next profile level of one employment."""

    job: Job
    standing: Standing
    areas: Mapping[str, Standing]
    steps: Sequence[tuple[Asked, Line | None]]
    """What the next level asks for: what is held first, then what has been begun, then the rest."""
    is_draft: bool


def path_of(session: Session, own: Mine, job: Job) -> Path | None:
    """The path of the employment; None when its staff group has no profile."""
    profile = profile_of(session, own, job)
    if profile is None:
        return None
    asked = asked_in(session, profile.id)
    standing = profile_level(asked, own.held)
    by_task = {line.task.id: line for line in own.lines if line.job.employment.id == job.employment.id}
    steps = [(one, by_task.get(one.task_id)) for one in standing.steps]
    missing = set(standing.missing)
    steps += [(one, by_task.get(one.task_id)) for one in standing.missing if one not in set(standing.steps)]
    begun = [Pile.TRAINING, Pile.NOW, Pile.LEARN, Pile.PAUSED, Pile.NONE]
    steps.sort(key=lambda s: (s[0] in missing, begun.index(s[1].pile) if s[1] else len(begun)))
    return Path(job, standing, by_area(asked, own.held), steps, profile.approved_at is None)


def profile_of(session: Session, own: Mine, job: Job) -> CompetenceProfile | None:
    """The profile of the employment's staff group, else of the one it follows: one in force before one to come or a draft."""
    group = job.employment.staff_group_id
    own_profile = profile_on(session, group, own.on)
    if group not in own.book.follows or (own_profile is not None and in_force(own_profile, own.on)):
        return own_profile
    followed = profile_on(session, own.book.follows[group][0], own.on)
    if followed is not None and in_force(followed, own.on):
        return followed
    return own_profile or followed


def requests_of(session: Session, employment_ids: Iterable[int]) -> dict[tuple[int, int], SignOffRequest]:
    """(employment, task) -> the open request."""
    rows = session.scalars(
        select(SignOffRequest)
        .where(SignOffRequest.employment_id.in_(list(employment_ids)), SignOffRequest.closed_at.is_(None))
        .order_by(SignOffRequest.id)
    )
    return {(row.employment_id, row.task_id): row for row in rows}


def guides_for(session: Session, unit: Unit, task_ids: Iterable[int], *, on: date, but: int) -> dict[int, list[str]]:
    """Task -> names of the guides over the unit who hold it themselves, without the person `but`."""
    found = guides_by_task(session, unit, task_ids, on=on, but=but)
    return {task: list(dict.fromkeys(name for _person, name in some)) for task, some in found.items()}


def guides_by_task(
    session: Session, unit: Unit, task_ids: Iterable[int], *, on: date, but: int
) -> dict[int, list[tuple[int, str]]]:
    """The same, as (person, name)."""
    wanted = sorted(set(task_ids))
    rows = session.execute(
        select(RoleAssignment.person_id, Unit.path)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .where(
            RoleAssignment.role == Role.GUIDE,
            RoleAssignment.valid_from <= on,
            or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > on),
            RoleAssignment.person_id != but,
        )
        .order_by(RoleAssignment.id)
    ).all()
    guides = sorted({row.person_id for row in rows if unit.path.startswith(row.path)})
    if not guides or not wanted:
        return {}
    names = names_of(session, guides)
    found: dict[int, list[tuple[int, str]]] = {}
    for facts in load(session, EMPLOYMENTS.c.person_id.in_(guides) & running(on)):
        one = (facts.person_id, names.get(facts.person_id, ""))
        for task in wanted:
            if one[1] and one not in found.get(task, ()) and judge(facts, task, on=on).level:
                found.setdefault(task, []).append(one)
    return found


def colleagues_who_may(session: Session, unit: Unit, task_id: int, *, on: date, but: int) -> list[str]:
    """Names of those in the unit who may do the task, without levels or dates: whom to ask."""
    facts = load(session, within_unit(session, unit.path) & running(on), task_id=task_id)
    able = [one.person_id for one in facts if one.person_id != but and judge(one, task_id, on=on).level]
    return sorted(names_of(session, able).values())


def looks_at(session: Session, person_id: int, *, limit: int = 200) -> Sequence[tuple[AccessEntry, str]]:
    """Who has looked at the person's data, the newest first, with the name of who looked."""
    rows = session.execute(
        select(AccessEntry, PersonIdentity.name)
        .outerjoin(PersonIdentity, PersonIdentity.person_id == AccessEntry.by_person_id)
        .where(AccessEntry.person_id == person_id)
        .order_by(AccessEntry.looked_at.desc(), AccessEntry.id.desc())
        .limit(limit)
    ).all()
    return [(row[0], row[1] or "") for row in rows]

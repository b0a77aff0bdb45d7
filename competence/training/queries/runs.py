"""What is kept of proposals, and who says yes to teach."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission
from competence.catalogue.models import Task
from competence.foundation.clock import today
from competence.foundation.orm import scoped
from competence.learning.models import Activity, PlannedActivity
from competence.people.models import Employment, PersonIdentity
from competence.signoffs.queries import chunks
from competence.teaching.models import TeachingClass
from competence.teaching.queries.classes import lessons_of
from competence.training.models import TeachingYes, TrainingRun
from competence.training.rules.rows import Content

YES = cast(Table, TeachingYes.__table__)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a proposal before it is read."""

    terms: Mapping[str, Any]
    agreed: bool
    revision: int
    made_at: datetime


def open_run(session: Session, unit_id: int, *, lock: bool = False) -> TrainingRun | None:
    """The unit's proposal as it stands; None before the first."""
    wanted = select(TrainingRun).where(TrainingRun.unit_id == unit_id, TrainingRun.closed_at.is_(None))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return session.scalars(wanted).first()


def open_runs(session: Session) -> Mapping[int, Kept]:
    """Unit -> its proposal as it stands, without what is in it."""
    t = TrainingRun
    rows = session.execute(select(t.unit_id, t.terms, t.agreed, t.revision, t.made_at).where(t.closed_at.is_(None)))
    return {row.unit_id: Kept(row.terms, bool(row.agreed), row.revision, row.made_at) for row in rows}


def teaching_of(session: Session, person_id: int, *, lock: bool = False) -> TeachingYes | None:
    """What she has said about teaching; None: she was not asked and has said nothing."""
    wanted = select(TeachingYes).where(TeachingYes.person_id == person_id)
    return session.scalars(wanted.with_for_update() if lock else wanted).first()


def waiting_count(session: Session, actor: Actor) -> int:
    """How many questions about teaching wait for her answer: for the bell."""
    if not actor.may(Permission.SIGNOFF_SIGN):
        return 0
    wanted = scoped(session, YES, func.count()).where(YES.c.person_id == actor.person_id, YES.c.yes.is_(None))
    return int(session.execute(wanted).scalar() or 0)


def task_names(session: Session, task_ids: Iterable[int]) -> Mapping[int, str]:
    """Task -> name."""
    wanted = set(task_ids)
    return {row.id: row.name for row in session.execute(select(Task.id, Task.name).where(Task.id.in_(wanted)))}


def persons_of(session: Session, employment_ids: Iterable[int]) -> Mapping[int, int]:
    """Employment -> person."""
    found: dict[int, int] = {}
    for some in chunks(employment_ids):
        rows = session.execute(select(Employment.id, Employment.person_id).where(Employment.id.in_(some)))
        found |= {row.id: row.person_id for row in rows}
    return found


@dataclass(frozen=True, slots=True)
class Named:
    """A course of the list of activities."""

    name: str
    place: str


def courses_in(session: Session, content: Content) -> Mapping[int, Named]:
    """Activity -> the course, for those that are in the proposals and still on the list."""
    wanted = {row.activity_id for row in content.rows if row.activity_id is not None}
    rows = session.execute(select(Activity.id, Activity.name, Activity.place).where(Activity.id.in_(wanted)))
    return {row.id: Named(row.name, row.place) for row in rows}


@dataclass(frozen=True, slots=True)
class Day:
    """A class with its first day."""

    name: str
    place: str
    begins: date


def classes_in(session: Session, content: Content) -> Mapping[int, Day]:
    """Class -> the class, for those that are in the proposals."""
    wanted = {row.course_id for row in content.rows if row.course_id is not None}
    if not wanted:
        return {}
    lessons = lessons_of(session, session.scalars(select(TeachingClass).where(TeachingClass.id.in_(wanted))))
    return {one.id: Day(one.row.name, one.row.place, one.days[0]) for one in lessons}


@dataclass(frozen=True, slots=True)
class Led:
    """A training that she is planned to lead."""

    name: str
    learner: str
    begins: date
    last_day: date
    minutes: int


def led_by(session: Session, person_id: int) -> Sequence[Led]:
    """What she is planned to lead from today on, the first first; what belongs to one task is one line."""
    p = PlannedActivity
    rows = session.execute(
        select(
            p.employment_id, p.task_id, p.name, Task.name.label("task"), PersonIdentity.name.label("learner"), p.begins,
            p.ends, p.minutes,
        )
        .join(Employment, Employment.id == p.employment_id)
        .outerjoin(Task, Task.id == p.task_id)
        .outerjoin(PersonIdentity, PersonIdentity.person_id == Employment.person_id)
        .where(
            p.led_by == person_id, p.done_on.is_(None), p.dropped_on.is_(None), p.begins.is_not(None), p.ends > today()
        )
        .order_by(p.begins, p.id)
    )  # fmt: skip
    found: dict[tuple[int, int | str, date, date], Led] = {}
    for row in rows:
        if row.begins is None or row.ends is None:
            continue
        key = row.employment_id, row.task_id or row.name, row.begins, row.ends
        before = found[key].minutes if key in found else 0
        last = date.fromordinal(row.ends.toordinal() - 1)
        found[key] = Led(row.task or row.name, row.learner or "", row.begins, last, before + row.minutes)
    return list(found.values())

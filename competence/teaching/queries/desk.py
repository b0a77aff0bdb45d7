"""The development nurse's desk: needs across units, and how much each trainer has planned."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Reach, Role
from competence.accounts.models import RoleAssignment
from competence.coverage.queries.board import tasks_on
from competence.coverage.queries.places import Node, Tree, tree
from competence.coverage.queries.wide import wide
from competence.foundation.clock import midnight, today
from competence.learning.models import PlannedActivity
from competence.organisation.models import Unit
from competence.people.models import PersonIdentity
from competence.teaching.models import ClassTime, TeachingClass
from competence.teaching.queries.classes import Lesson

WEEKS_AHEAD = 4


@dataclass(frozen=True)
class Need:
    """A task that units are short of."""

    task_id: int
    task: str
    critical: bool
    gaps: int
    """Shifts of units in which it is missing today."""
    vulnerable: int
    units: tuple[str, ...]
    """Those with a gap."""
    classes: int
    """Classes about it that are to come."""


def places_within(units: Tree, within: Reach) -> list[Node]:
    """The units below which there are none, within reach."""
    return [node for node in units.reached(within) if units.is_leaf(node)]


def needs(session: Session, within: Reach, coming: Sequence[Lesson]) -> list[Need]:
    """The tasks with a gap today over all units within reach, from the stored counts; critical ones first, then most gaps."""
    units = tree(session, on=today())
    nodes = places_within(units, within)
    if not nodes:
        return []
    found = wide(session, nodes)
    tasks = {task.id: task for task in tasks_on(session, today())}
    gaps: dict[int, int] = {}
    weak: dict[int, int] = {}
    where: dict[int, dict[str, None]] = {}
    for at in np.flatnonzero(found.gaps | found.vulnerable).tolist():
        task = found.asked.stated[at].task_id
        if found.gaps[at]:
            gaps[task] = gaps.get(task, 0) + 1
            where.setdefault(task, {})[nodes[int(found.asked.unit[at])].name] = None
        else:
            weak[task] = weak.get(task, 0) + 1
    planned: dict[int, int] = {}
    for lesson in coming:
        if lesson.row.task_id is not None:
            planned[lesson.row.task_id] = planned.get(lesson.row.task_id, 0) + 1
    listed = [
        Need(
            task, tasks[task].name, tasks[task].critical, gaps[task], weak.get(task, 0), tuple(where[task]),
            planned.get(task, 0),
        )
        for task in gaps
        if task in tasks
    ]  # fmt: skip
    return sorted(listed, key=lambda one: (not one.critical, -one.gaps, one.task))


@dataclass(frozen=True)
class Load:
    """What a trainer has planned in the coming weeks."""

    name: str
    minutes: int
    """Of classes and of activities that she leads."""
    given: int
    """Minutes that are set aside for her as a guide in the same weeks; 0: none."""

    @property
    def counts(self) -> bool:
        """Whether there is anything to show of her."""
        return bool(self.minutes or self.given)


def loads(session: Session, within: Reach) -> list[Load]:
    """Hours planned of each guide and development nurse within reach, by name. Planning data: for those who plan."""
    on = today()
    through = on + timedelta(weeks=WEEKS_AHEAD)
    rows = session.execute(
        select(RoleAssignment.person_id, RoleAssignment.minutes_a_week, PersonIdentity.name, Unit.path)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .join(PersonIdentity, PersonIdentity.person_id == RoleAssignment.person_id)
        .where(
            RoleAssignment.role.in_((Role.GUIDE.value, Role.DEVELOPMENT_NURSE.value)), RoleAssignment.valid_from <= on,
            or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > on),
        )
        .order_by(PersonIdentity.name, RoleAssignment.id)
    ).all()  # fmt: skip
    mine = [row for row in rows if within.covers(row.path)]
    minutes = _planned(session, {row.person_id for row in mine}, on, through)
    given: dict[int, int] = {}
    for row in mine:
        given[row.person_id] = given.get(row.person_id, 0) + WEEKS_AHEAD * (row.minutes_a_week or 0)
    return [
        Load(name, minutes.get(id_, 0), given[id_]) for id_, name in {row.person_id: row.name for row in mine}.items()
    ]


def _planned(session: Session, persons: Iterable[int], on: date, through: date) -> dict[int, int]:
    ids = sorted(persons)
    found: dict[int, int] = {}
    classes = session.execute(
        select(TeachingClass.teacher_id, ClassTime.starts_at, ClassTime.ends_at)
        .join(ClassTime, ClassTime.class_id == TeachingClass.id)
        .where(
            TeachingClass.teacher_id.in_(ids), TeachingClass.cancelled_at.is_(None), ClassTime.dropped_at.is_(None),
            ClassTime.starts_at >= midnight(on), ClassTime.starts_at < midnight(through),
        )
    )  # fmt: skip
    for row in classes:
        if row.teacher_id is not None:
            length = round((row.ends_at - row.starts_at).total_seconds()) // 60
            found[row.teacher_id] = found.get(row.teacher_id, 0) + length
    # An activity that is a class's is led by whoever teaches it: that hour is counted above.
    activities = session.execute(
        select(PlannedActivity.led_by, PlannedActivity.minutes).where(
            PlannedActivity.led_by.in_(ids), PlannedActivity.dropped_on.is_(None), PlannedActivity.done_on.is_(None),
            PlannedActivity.origin != "teaching", PlannedActivity.begins >= on, PlannedActivity.begins < through,
        )
    )  # fmt: skip
    for one in activities:
        if one.led_by is not None:
            found[one.led_by] = found.get(one.led_by, 0) + one.minutes
    return found

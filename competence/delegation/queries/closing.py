"""Stops as a list reads them, and who is told of one."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select, true
from sqlalchemy.orm import Session, aliased

from competence.access.rules import Reach, Role
from competence.accounts.models import RoleAssignment
from competence.catalogue.models import Task
from competence.delegation.agreements import Told
from competence.delegation.models import Stop, StopNotice
from competence.delegation.queries.giving import working
from competence.delegation.queries.terms import version_in_force
from competence.entitlements.queries import GROUP, ROWS
from competence.foundation.clock import last_day, local, now, today
from competence.foundation.orm import scoped
from competence.organisation.models import Unit
from competence.people.models import Employment, PersonIdentity, StaffGroup


@dataclass(frozen=True)
class StopLine:
    """A stop with the words around its ids."""

    id: int
    task_id: int
    task: str
    unit: str
    unit_path: str
    group: str
    """"" for all staff groups."""
    begins_at: datetime
    valid_to: date
    lifted_at: datetime | None
    reason: str
    stopped_by: str
    lifted_by: str

    @property
    def last_day(self) -> date:
        """The last day it closes the task, if nobody lifts it before."""
        day = last_day(self.valid_to)
        assert day is not None
        return day

    def in_force(self, now: datetime) -> bool:
        """Whether the task is closed by it at that moment."""
        lifted = self.lifted_at is not None and self.lifted_at <= now
        return not lifted and self.begins_at <= now and local(now).date() < self.valid_to


def stops_listed(session: Session, *, within: Reach) -> list[StopLine]:
    """The stops of units within reach and of the units above them, newest first: both close the task there."""
    stopper, lifter = aliased(PersonIdentity), aliased(PersonIdentity)
    rows = session.execute(
        select(
            Stop, Task.name, Unit.name.label("unit_name"), Unit.path, StaffGroup.name.label("group_name"),
            stopper.name.label("stopper_name"), lifter.name.label("lifter_name"),
        )
        .join(Task, Task.id == Stop.task_id)
        .join(Unit, Unit.id == Stop.unit_id)
        .outerjoin(StaffGroup, StaffGroup.id == Stop.staff_group_id)
        .outerjoin(stopper, stopper.person_id == Stop.stopped_by)
        .outerjoin(lifter, lifter.person_id == Stop.lifted_by)
        .order_by(Stop.begins_at.desc(), Stop.id.desc())
    )  # fmt: skip
    return [
        StopLine(
            row.Stop.id, row.Stop.task_id, row.name, row.unit_name, row.path, row.group_name or "", row.Stop.begins_at,
            row.Stop.valid_to, row.Stop.lifted_at, row.Stop.reason, row.stopper_name or "", row.lifter_name or "",
        )
        for row in rows
        if within.covers(row.path) or any(root.startswith(row.path) for root in within.roots)
    ]  # fmt: skip


@dataclass(frozen=True)
class ToldLine:
    """Somebody who was told of a stop."""

    name: str
    part: Told
    told_at: datetime
    seen_at: datetime | None


def told_of(session: Session, *, task_id: int, unit: Unit, staff_group_id: int | None) -> dict[int, Told]:
    """Person -> why she is told: leaders and guides of the unit, those above and below, and who may do the task there now."""
    on = today()
    found = dict.fromkeys(_may_do(session, task_id, unit, staff_group_id, on), Told.HOLDER)
    given = session.execute(
        select(RoleAssignment.person_id, RoleAssignment.role, Unit.path)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .where(RoleAssignment.role.in_([Role.LEADER, Role.GUIDE]), RoleAssignment.valid_from <= on)
        .where(or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > on))
        .order_by(RoleAssignment.role, RoleAssignment.id)
    )
    for person, role, path in given:  # guides come before leaders, so that who is both is told as a leader
        if path.startswith(unit.path) or unit.path.startswith(path):
            found[person] = Told.LEADER if role == Role.LEADER else Told.GUIDE
    return found


def _may_do(session: Session, task_id: int, unit: Unit, staff_group_id: int | None, on: date) -> set[int]:
    version = version_in_force(session, on)
    rows = scoped(session, ROWS, ROWS.c.employment_id, ROWS.c.level, ROWS.c.citizen_id).where(
        ROWS.c.task_id == task_id, ROWS.c.valid_from <= on, or_(ROWS.c.valid_to.is_(None), ROWS.c.valid_to > on)
    )
    able: set[int] = set()
    closed: set[int] = set()
    for row in session.execute(rows):
        (able if row.level else closed).add(row.employment_id)
    by_education = {
        row.staff_group_id
        for row in session.execute(
            scoped(session, GROUP, GROUP.c.staff_group_id).where(
                GROUP.c.version_id == (version.id if version else 0), GROUP.c.task_id == task_id, GROUP.c.level > 0
            )
        )
    }
    working = session.execute(
        select(Employment.id, Employment.person_id, Employment.staff_group_id)
        .join(Unit, Unit.id == Employment.unit_id)
        .where(Unit.path.startswith(unit.path, autoescape=True), Employment.valid_from <= on)
        .where(or_(Employment.valid_to.is_(None), Employment.valid_to > on))
    )
    return {
        person for employment, person, group in working
        if staff_group_id in (None, group)
        and (employment in able or (group in by_education and employment not in closed))
    }  # fmt: skip


def told_listed(session: Session, stop_id: int, *, within: Reach | None = None) -> list[ToldLine]:
    """Who was told of the stop, those first who have not seen it, then by part and name. `within`: of those who work there."""
    rows = session.execute(
        select(StopNotice, PersonIdentity.name)
        .outerjoin(PersonIdentity, PersonIdentity.person_id == StopNotice.person_id)
        .where(StopNotice.stop_id == stop_id)
        .where(true() if within is None else StopNotice.person_id.in_(working(within)))
        .order_by(StopNotice.id)
    )
    parts = list(Told)
    lines = [ToldLine(name or "", Told(row.part), row.told_at, row.seen_at) for row, name in rows]
    return sorted(lines, key=lambda line: (line.seen_at is not None, parts.index(line.part), line.name))


def stops_unseen(session: Session, person_id: int) -> list[tuple[int, str, str]]:
    """(stop, task, reason) of the stops in force that she was told of and has not opened, newest first."""
    moment = now()
    rows = session.execute(
        select(Stop.id, Task.name, Stop.reason)
        .join(StopNotice, StopNotice.stop_id == Stop.id)
        .join(Task, Task.id == Stop.task_id)
        .where(StopNotice.person_id == person_id, StopNotice.seen_at.is_(None), Stop.valid_to > today())
        .where(or_(Stop.lifted_at.is_(None), Stop.lifted_at > moment))
        .order_by(Stop.begins_at.desc(), Stop.id.desc())
    )
    return [(row.id, row.name, row.reason) for row in rows]

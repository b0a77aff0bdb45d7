"""Stops as a list reads them, and personal delegations: those that wait for a yes, and those of a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from competence.access.rules import Reach
from competence.catalogue.models import Task
from competence.delegation.models import Delegation, Stop
from competence.delegation.queries.terms import cells_of, follows, version_in_force
from competence.delegation.rules import CellRule
from competence.foundation.clock import last_day, local, today
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
class DelegationLine:
    """A personal delegation with the words around its ids."""

    id: int
    person_id: int
    person: str
    giver_id: int
    giver: str
    task_id: int
    task: str
    valid_from: date
    valid_to: date | None
    accepted_on: date | None

    @property
    def last_day(self) -> date | None:
        """The last day it counts; None: until somebody ends it."""
        return last_day(self.valid_to)

    def has_ended(self, on: date) -> bool:
        """Whether it no longer counts on the day."""
        return self.valid_to is not None and self.valid_to <= on


def delegations_waiting(session: Session, person_id: int) -> Sequence[DelegationLine]:
    """The delegations that wait for the person's own yes, oldest first."""
    return [
        line for line in delegations_of(session, person_id) if line.accepted_on is None and not line.has_ended(today())
    ]


def delegations_of(session: Session, person_id: int) -> Sequence[DelegationLine]:
    """All delegations that the person was given, ended ones too, oldest first."""
    receiver, giver = aliased(PersonIdentity), aliased(PersonIdentity)
    rows = session.execute(
        select(Delegation, Task.name, receiver.name.label("person_name"), giver.name.label("giver_name"))
        .join(Task, Task.id == Delegation.task_id)
        .outerjoin(receiver, receiver.person_id == Delegation.person_id)
        .outerjoin(giver, giver.person_id == Delegation.giver_id)
        .where(Delegation.person_id == person_id)
        .order_by(Delegation.valid_from, Delegation.id)
    )
    return [
        DelegationLine(
            row.Delegation.id, row.Delegation.person_id, row.person_name or "", row.Delegation.giver_id,
            row.giver_name or "", row.Delegation.task_id, row.name, row.Delegation.valid_from, row.Delegation.valid_to,
            row.Delegation.accepted_on,
        )
        for row in rows
    ]  # fmt: skip


def delegable_tasks(session: Session, employment_id: int, *, on: date) -> list[tuple[int, str]]:
    """(id, name) of the tasks that the version in force lets the employment's group do by a personal delegation."""
    employment = session.scalar(select(Employment).where(Employment.id == employment_id))
    version = version_in_force(session, on)
    if employment is None or version is None:
        return []
    cells = cells_of(session, version.id, version.number)
    group, own = employment.staff_group_id, {group for _task, group in cells}
    if group not in own:
        group = follows(session).get(group, (group, None))[0]
    wanted = {
        task for (task, whose), terms in cells.items() if whose == group and terms.rule is CellRule.DELEGATION_ONLY
    }
    rows = session.execute(select(Task.id, Task.name).where(Task.id.in_(wanted)).order_by(Task.name, Task.id))
    return [(row.id, row.name) for row in rows]

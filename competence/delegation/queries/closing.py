"""Stops as a list reads them."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from competence.access.rules import Reach
from competence.catalogue.models import Task
from competence.delegation.models import Stop
from competence.foundation.clock import last_day, local
from competence.organisation.models import Unit
from competence.people.models import PersonIdentity, StaffGroup


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

"""Framework delegations to staff groups, and the cells in force that rest on one that has ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from competence.catalogue.models import Task
from competence.catalogue.rules import Reserved
from competence.delegation.models import FrameworkDelegation
from competence.delegation.queries.terms import cells_of, version_in_force
from competence.delegation.rules import Ground
from competence.foundation.clock import last_day
from competence.foundation.errors import NotFound
from competence.people.models import PersonIdentity, StaffGroup


@dataclass(frozen=True)
class FrameworkLine:
    """A framework delegation with the words around its ids."""

    id: int
    task_id: int
    task: str
    staff_group_id: int
    group: str
    giver: str
    instruction: str
    instruction_version: str
    valid_from: date
    valid_to: date | None
    renews_id: int | None
    ended_at: datetime | None
    ended_by: str
    end_reason: str
    recorded_at: datetime
    recorded_by: str

    @property
    def last_day(self) -> date | None:
        """The last day it counts; None: until somebody ends it."""
        return last_day(self.valid_to)

    def runs(self, on: date) -> bool:
        """Whether it has not ended on the day."""
        return self.valid_to is None or on < self.valid_to


@dataclass(frozen=True)
class BareCell:
    """A cell in force whose ground is a framework delegation that does not hold on the day."""

    task_id: int
    task: str
    staff_group_id: int
    group: str
    ended: date | None
    """The last day of the one it rested on; None: there never was one."""


def frameworks(session: Session) -> Sequence[FrameworkLine]:
    """All framework delegations, by task and group, the latest first."""
    ender, recorder, giver = aliased(PersonIdentity), aliased(PersonIdentity), aliased(PersonIdentity)
    rows = session.execute(
        select(
            FrameworkDelegation, Task.name, StaffGroup.name.label("group"), ender.name.label("ender"),
            recorder.name.label("recorder"), giver.name.label("giver"),
        )
        .join(Task, Task.id == FrameworkDelegation.task_id)
        .join(StaffGroup, StaffGroup.id == FrameworkDelegation.staff_group_id)
        .outerjoin(ender, ender.person_id == FrameworkDelegation.ended_by)
        .outerjoin(recorder, recorder.person_id == FrameworkDelegation.recorded_by)
        .outerjoin(giver, giver.person_id == FrameworkDelegation.giver_id)
        .order_by(Task.name, StaffGroup.name, FrameworkDelegation.valid_from.desc(), FrameworkDelegation.id.desc())
    )  # fmt: skip
    return [
        FrameworkLine(
            it.id, it.task_id, task, it.staff_group_id, group, it.giver_text or by or "", it.instruction,
            it.instruction_version, it.valid_from, it.valid_to, it.renews_id, it.ended_at, ended or "", it.end_reason,
            it.recorded_at, recorded or "",
        )
        for it, task, group, ended, recorded, by in rows
    ]  # fmt: skip


def get_framework(session: Session, framework_id: int) -> FrameworkLine:
    """One of them. NotFound when there is none by that id."""
    found = next((line for line in frameworks(session) if line.id == framework_id), None)
    if found is None:
        raise NotFound
    return found


def bare_cells(session: Session, *, on: date) -> list[BareCell]:
    """The cells in force that name a framework delegation as their ground while none holds on the day, by task."""
    version = version_in_force(session, on)
    if version is None:
        return []
    wanted = {
        place for place, terms in cells_of(session, version.id, version.number).items()
        if terms.entitles and terms.ground is Ground.FRAMEWORK
    }  # fmt: skip
    ended: dict[tuple[int, int], date | None] = {}
    for row in session.scalars(
        select(FrameworkDelegation).order_by(FrameworkDelegation.valid_from, FrameworkDelegation.id)
    ):
        place = (row.task_id, row.staff_group_id)
        if row.valid_from <= on and (row.valid_to is None or on < row.valid_to):
            wanted.discard(place)
        elif row.valid_to is not None and row.valid_to <= on:
            ended[place] = last_day(row.valid_to)
    tasks = {row.id: row.name for row in session.execute(select(Task.id, Task.name))}
    groups = {row.id: row.name for row in session.execute(select(StaffGroup.id, StaffGroup.name))}
    found = [BareCell(task, tasks[task], group, groups[group], ended.get((task, group))) for task, group in wanted]
    return sorted(found, key=lambda cell: (cell.task, cell.group))


def reserved_tasks(session: Session) -> list[tuple[int, str]]:
    """(id, name) of the tasks that the law reserves and that can be delegated at all."""
    rows = session.execute(
        select(Task.id, Task.name)
        .where(Task.archived_on.is_(None), Task.reserved != Reserved.NO.value, Task.never_delegated == "")
        .order_by(Task.name, Task.id)
    )
    return [(row.id, row.name) for row in rows]

"""The catalogue as its own pages read it: the list, a task with all that belongs to it, and what it was before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.accounts.queries import names_of, root_paths
from competence.catalogue.models import (
    Area,
    Task,
    TaskCriterion,
    TaskGate,
    TaskPicture,
    TaskPrerequisite,
    TaskRevision,
    TaskValidity,
)
from competence.catalogue.rules import FOR_GOOD, GateKind, Reserved, TaskKind, validity_of
from competence.catalogue.rules.tasks import GateFacts, Needed, TaskFacts, changed_parts
from competence.foundation.errors import NotFound
from competence.foundation.orm import scoped
from competence.people.models import StaffGroup


def root_path(session: Session) -> str:
    """The path of the top of the organisation: the catalogue belongs to all of it. NotFound while there is none."""
    paths = root_paths(session)
    if not paths:
        raise NotFound
    return paths[0]


@dataclass(frozen=True)
class Wanted:
    """What the list of tasks is narrowed to. Empty or None: everything."""

    text: str = ""
    area_id: int | None = None
    kind: TaskKind | None = None
    critical: bool = False
    reserved: bool = False
    archived: bool = False
    """Those out of the catalogue, instead of those in it."""


@dataclass(frozen=True)
class ListedTask:
    """A task as a line of the list."""

    id: int
    name: str
    plain_text: str
    critical: bool
    reserved: Reserved
    kind: TaskKind
    fsiii_code: str | None
    archived_on: date | None


def areas(session: Session, *, on: date | None = None) -> Sequence[Area]:
    """The areas in the municipality's order; with `on` without those that are archived then."""
    found = session.scalars(select(Area).order_by(Area.position, Area.name, Area.id)).all()
    return [area for area in found if on is None or area.archived_on is None or area.archived_on > on]


def groups(session: Session) -> dict[int, str]:
    """Staff group -> its name, in the municipality's order."""
    rows = scoped(session, StaffGroup, StaffGroup.__table__.c.id, StaffGroup.__table__.c.name)
    c = StaffGroup.__table__.c
    return {row.id: row.name for row in session.execute(rows.order_by(c.position, c.name, c.id))}


def listed(session: Session, wanted: Wanted, *, on: date) -> list[tuple[Area, list[ListedTask]]]:
    """The tasks that are wanted, by area; areas without one are left out."""
    c = Task.__table__.c
    rows = session.execute(
        scoped(
            session, Task, c.id, c.name, c.plain_text, c.critical, c.reserved, c.kind, c.fsiii_code, c.archived_on,
            c.area_id, c.code, c.also_called,
        ).order_by(c.position, c.name, c.id)
    ).all()  # fmt: skip
    by_area: dict[int, list[ListedTask]] = {}
    for row in rows:
        if _is_wanted(row, wanted, on):
            task = ListedTask(
                row.id, row.name, row.plain_text, row.critical, Reserved(row.reserved), TaskKind(row.kind), row.fsiii_code,
                row.archived_on,
            )  # fmt: skip
            by_area.setdefault(row.area_id, []).append(task)
    return [(area, by_area[area.id]) for area in areas(session) if area.id in by_area]


def _is_wanted(row: Any, wanted: Wanted, on: date) -> bool:
    gone = row.archived_on is not None and row.archived_on <= on
    text = wanted.text.strip().casefold()
    said = " ".join((row.name, row.plain_text, row.also_called, row.fsiii_code or "", row.code)).casefold()
    return (
        gone == wanted.archived
        and (wanted.area_id is None or row.area_id == wanted.area_id)
        and (wanted.kind is None or row.kind == wanted.kind)
        and (not wanted.critical or row.critical)
        and (not wanted.reserved or row.reserved != Reserved.NO)
        and all(word in said for word in text.split())
    )


def get_task(session: Session, task_id: int, *, lock: bool = False) -> Task:
    """The task. NotFound when there is none; `lock` keeps others from changing it until the transaction ends."""
    statement = select(Task).where(Task.id == task_id).execution_options(populate_existing=True)
    task = session.scalars(statement.with_for_update() if lock else statement).first()
    if task is None:
        raise NotFound
    return task


def get_area(session: Session, area_id: int, *, lock: bool = False) -> Area:
    """The area. NotFound when there is none."""
    statement = select(Area).where(Area.id == area_id).execution_options(populate_existing=True)
    area = session.scalars(statement.with_for_update() if lock else statement).first()
    if area is None:
        raise NotFound
    return area


def facts_of(session: Session, task: Task) -> TaskFacts:
    """All that the page of the task can change, as it is now."""
    criteria = session.scalars(select(TaskCriterion).where(TaskCriterion.task_id == task.id)).all()
    needs = session.scalars(
        select(TaskPrerequisite).where(TaskPrerequisite.task_id == task.id).order_by(TaskPrerequisite.id)
    ).all()
    validities = session.scalars(
        select(TaskValidity).where(TaskValidity.task_id == task.id).order_by(TaskValidity.staff_group_id)
    ).all()
    return TaskFacts(
        area_id=task.area_id, name=task.name, kind=TaskKind(task.kind), plain_text=task.plain_text,
        also_called=task.also_called, description=task.description, critical=task.critical, fsiii_code=task.fsiii_code or "",
        legal_basis=task.legal_basis, reserved=Reserved(task.reserved), reserved_basis=task.reserved_basis,
        never_delegated=task.never_delegated,
        people_needed=task.people_needed, observed_times=task.observed_times,
        renewal_observed_times=task.renewal_observed_times, counts_simulated=task.counts_simulated,
        counts_oral=task.counts_oral, counts_test=task.counts_test, second_approval=task.second_approval,
        expiring_days=task.expiring_days, refresh_months=task.refresh_months, reminder_days=task.reminder_days,
        criteria=tuple(one.text for one in sorted(criteria, key=in_place)),
        needs=tuple(Needed(one.needs_task_id, one.must_hold) for one in needs),
        gates=gates_of_task(session, task.id),
        validity=validity_of(task.validity_months, task.validity_date) or FOR_GOOD,
        group_validity=tuple(
            (one.staff_group_id, validity_of(one.validity_months, one.validity_date) or FOR_GOOD) for one in validities
        ),
    )  # fmt: skip


def in_place(criterion: TaskCriterion) -> tuple[int, int]:
    """Where the criterion stands among the task's."""
    return criterion.place if criterion.place is not None else criterion.position, criterion.position


def gates_of_task(session: Session, task_id: int) -> tuple[GateFacts, ...]:
    """The courses, dialogues and checks of the task, each with the groups that must pass it, by code."""
    rows = session.scalars(
        select(TaskGate).where(TaskGate.task_id == task_id).order_by(TaskGate.code, TaskGate.staff_group_id)
    ).all()
    found: dict[str, list[TaskGate]] = {}
    for row in rows:
        found.setdefault(row.code, []).append(row)
    return tuple(
        GateFacts(code, GateKind(some[0].kind), some[0].name, tuple(one.staff_group_id for one in some))
        for code, some in found.items()
    )


def gate_names(session: Session) -> dict[str, tuple[GateKind, str]]:
    """Code -> (kind, name) of every course, dialogue and check in the catalogue, by code."""
    c = TaskGate.__table__.c
    rows = scoped(session, TaskGate, c.code, c.kind, c.name).distinct().order_by(c.code, c.name.desc())
    return {code: (GateKind(kind), name) for code, kind, name in session.execute(rows)}


def needs_by_task(session: Session) -> Mapping[int, Sequence[int]]:
    """Task -> the tasks that come first."""
    c = TaskPrerequisite.__table__.c
    found: dict[int, list[int]] = {}
    for task, needs in session.execute(scoped(session, TaskPrerequisite, c.task_id, c.needs_task_id)):
        found.setdefault(task, []).append(needs)
    return found


def task_names(session: Session, *, on: date | None = None) -> dict[int, str]:
    """Task -> its name, by name; with `on` without those that are out of the catalogue then."""
    c = Task.__table__.c
    rows = session.execute(scoped(session, Task, c.id, c.name, c.archived_on).order_by(c.name, c.id))
    return {id_: name for id_, name, gone in rows if on is None or gone is None or gone > on}


def needed_by(session: Session, task_id: int, *, on: date) -> list[str]:
    """The names of the tasks in the catalogue that need this one first."""
    names = task_names(session, on=on)
    return [names[task] for task, needs in needs_by_task(session).items() if task_id in needs and task in names]


def picture_of(session: Session, task_id: int) -> TaskPicture | None:
    """The task's picture without its content, None when it has none."""
    return session.scalars(select(TaskPicture).where(TaskPicture.task_id == task_id)).first()


@dataclass(frozen=True)
class Change:
    """One change of a task: who, when, why, and what."""

    revision: int
    at: datetime
    by: str
    """The name as it is known now; "" for nobody, or somebody who has been forgotten."""
    why: str
    before: Mapping[str, Any]
    """Empty for the first that is known."""
    after: Mapping[str, Any]

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that it changed; none for the first."""
        return changed_parts(self.before, self.after) if self.before else ()


def history_of(session: Session, task_id: int) -> list[Change]:
    """The task's changes, the latest first."""
    rows = session.scalars(
        select(TaskRevision).where(TaskRevision.task_id == task_id).order_by(TaskRevision.revision)
    ).all()
    names = names_of(session, [row.recorded_by for row in rows if row.recorded_by is not None])
    found: list[Change] = []
    before: Mapping[str, Any] = {}
    for row in rows:
        by = names.get(row.recorded_by, "") if row.recorded_by is not None else ""
        found.append(Change(row.revision, row.recorded_at, by, row.why, before, row.document))
        before = row.document
    return found[::-1]


def revision_on(session: Session, task_id: int, moment: datetime) -> Change | None:
    """What the catalogue said of the task then; None before the first that is known."""
    return next((change for change in history_of(session, task_id) if change.at <= moment), None)

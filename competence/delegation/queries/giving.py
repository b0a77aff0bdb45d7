"""Personal delegations and task transfers: those that wait, those of a person, one with its history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, aliased

from competence.access.rules import Actor, Permission, Reach
from competence.audit.models import EventText, EvidenceEvent
from competence.catalogue.models import Task
from competence.delegation.agreements import (
    Agreement,
    DelegationKind,
    Happening,
    Scope,
    Status,
    Step,
    Supervision,
    supervision_state,
)
from competence.delegation.models import Delegation
from competence.delegation.queries.terms import cells_of, follows, version_in_force
from competence.delegation.rules import CellRule
from competence.foundation.clock import last_day, today
from competence.foundation.errors import NotFound
from competence.organisation.models import Unit
from competence.people.models import Employment, PersonIdentity, StaffGroup


@dataclass(frozen=True)
class DelegationLine:
    """A personal delegation with the words around its ids."""

    id: int
    event_id: int
    person_id: int
    person: str
    giver_id: int
    giver: str
    task_id: int
    task: str
    kind: DelegationKind
    scope: Scope
    citizen_id: int | None
    valid_from: date
    valid_to: date | None
    accepted_on: date | None
    declined_on: date | None
    supervisor_id: int | None
    supervisor: str
    supervision: Supervision | None
    supervise_on: date | None
    instructor: str
    """A person's name; "" where it stands among the texts, or nobody is named."""
    instructed_on: date | None
    onward: bool
    rests_on_id: int | None
    has_conditions: bool

    @property
    def last_day(self) -> date | None:
        """The last day it counts; None: until somebody ends it."""
        return last_day(self.valid_to)

    @property
    def never_counted(self) -> bool:
        """Whether it was declined, or ended before it had counted on any day."""
        return self.declined_on is not None or (self.valid_to is not None and self.valid_to <= self.valid_from)

    def status(self, on: date) -> Status:
        """How it stands on the day."""
        return Agreement(
            self.giver_id, self.valid_from, self.valid_to, accepted_on=self.accepted_on, declined_on=self.declined_on
        ).status(on)

    def has_ended(self, on: date) -> bool:
        """Whether it no longer counts on the day, or never came into force."""
        return self.status(on) in (Status.ENDED, Status.DECLINED)

    def supervision_state(self, on: date) -> str:
        """ "overdue", "near", "planned" or ""."""
        return "" if self.has_ended(on) else supervision_state(self.supervise_on, on)


_RECEIVER, _GIVER, _SUPERVISOR, _INSTRUCTOR = (aliased(PersonIdentity) for _ in range(4))


def _lines() -> Select[Delegation, str, str, str, str, str]:
    return (
        select(
            Delegation, Task.name, _RECEIVER.name.label("receiver"), _GIVER.name.label("giver"),
            _SUPERVISOR.name.label("supervisor"), _INSTRUCTOR.name.label("instructor"),
        )
        .join(Task, Task.id == Delegation.task_id)
        .outerjoin(_RECEIVER, _RECEIVER.person_id == Delegation.person_id)
        .outerjoin(_GIVER, _GIVER.person_id == Delegation.giver_id)
        .outerjoin(_SUPERVISOR, _SUPERVISOR.person_id == Delegation.supervisor_id)
        .outerjoin(_INSTRUCTOR, _INSTRUCTOR.person_id == Delegation.instructor_id)
        .order_by(Delegation.valid_from, Delegation.id)
    )  # fmt: skip


def _read(session: Session, *where: ColumnElement[bool]) -> list[DelegationLine]:
    return [_line(row) for row in session.execute(_lines().where(*where))]


def _line(row: Any) -> DelegationLine:
    it: Delegation = row.Delegation
    return DelegationLine(
        it.id, it.event_id, it.person_id, row.receiver or "", it.giver_id, row.giver or "", it.task_id, row.name,
        DelegationKind(it.kind), Scope(it.scope), it.citizen_id, it.valid_from, it.valid_to, it.accepted_on, it.declined_on,
        it.supervisor_id, row.supervisor or "", Supervision(it.supervision) if it.supervision else None, it.supervise_on,
        row.instructor or "", it.instructed_on, it.onward, it.rests_on_id, it.has_conditions,
    )  # fmt: skip


def delegations_waiting(session: Session, person_id: int) -> Sequence[DelegationLine]:
    """The delegations that wait for the person's own yes, oldest first."""
    on = today()
    return [line for line in delegations_of(session, person_id) if line.status(on) is Status.WAITING]


def delegations_of(session: Session, person_id: int) -> Sequence[DelegationLine]:
    """All delegations that the person was given, ended ones too, oldest first."""
    return _read(session, Delegation.person_id == person_id)


def delegations_given(session: Session, person_id: int) -> Sequence[DelegationLine]:
    """All delegations that the person has given or looks after, ended ones too, oldest first."""
    return _read(session, or_(Delegation.giver_id == person_id, Delegation.supervisor_id == person_id))


def supervisions_due(session: Session, person_id: int, *, on: date) -> Sequence[DelegationLine]:
    """The delegations in force that the person is to supervise soon, or should have, those due first on top."""
    lines = [
        line for line in _read(session, Delegation.supervisor_id == person_id, Delegation.supervise_on.is_not(None))
        if line.status(on) is Status.IN_FORCE and line.supervision_state(on) in ("overdue", "near")
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (line.supervise_on or on, line.id))


def supervisions_overdue(session: Session, *, within: Reach, on: date) -> int:
    """How many delegations of those who work within reach should have been supervised before the day."""
    if not within:
        return 0
    return sum(1 for line in delegations_within(session, within=within) if line.supervision_state(on) == "overdue")


def delegations_for(session: Session, citizen_id: int, *, within: Reach) -> Sequence[DelegationLine]:
    """The delegations that name the citizen and whose receiver works within reach, oldest first."""
    return _read(session, Delegation.citizen_id == citizen_id, Delegation.person_id.in_(working(within)))


def delegations_within(session: Session, *, within: Reach) -> Sequence[DelegationLine]:
    """The delegations that have not ended of those who work within reach, oldest first."""
    open_ = or_(Delegation.valid_to.is_(None), Delegation.valid_to > today())
    return _read(session, open_, Delegation.declined_on.is_(None), Delegation.person_id.in_(working(within)))


def working(within: Reach) -> Select[Any]:
    """The ids of the persons who have an employment within reach that has not ended."""
    reached = or_(*(Unit.path.startswith(root, autoescape=True) for root in within.roots or ("-",)))
    on = today()
    runs = or_(Employment.valid_to.is_(None), Employment.valid_to > on)
    return select(Employment.person_id).join(Unit, Unit.id == Employment.unit_id).where(reached, runs)


def works_within(session: Session, person_id: int, *, within: Reach) -> bool:
    """Whether one of the person's employments that have not ended lies within reach."""
    return session.scalar(working(within).where(Employment.person_id == person_id).limit(1)) is not None


def get_delegation(session: Session, delegation_id: int, *, actor: Actor) -> DelegationLine:
    """The delegation, for its receiver, giver and supervisor, and for who may read it of her. NotFound otherwise."""
    found = _read(session, Delegation.id == delegation_id)
    if not found:
        raise NotFound
    line = found[0]
    if actor.person_id in (line.person_id, line.giver_id, line.supervisor_id):
        return line
    if works_within(session, line.person_id, within=actor.reach(Permission.DELEGATION_READ)):
        return line
    raise NotFound


def happenings(session: Session, line: DelegationLine | Delegation) -> list[Happening]:
    """The events of the delegation in the order of the chain."""
    first = session.scalar(select(EvidenceEvent.seq).where(EvidenceEvent.id == line.event_id))
    rows = session.scalars(
        select(EvidenceEvent)
        .where(EvidenceEvent.person_id == line.person_id, EvidenceEvent.kind.in_(list(Step)))
        .where(or_(EvidenceEvent.id == line.event_id, EvidenceEvent.refers_to == first))
        .order_by(EvidenceEvent.seq)
    )
    return [Happening(Step(row.kind), row.recorded_at, row.by_person_id, row.fields, row.id) for row in rows]


def texts_of(session: Session, event_ids: Iterable[int]) -> Mapping[int, Mapping[str, str]]:
    """Event -> what was written with it, by name; absent once it is erased."""
    found: dict[int, dict[str, str]] = {}
    for row in session.scalars(select(EventText).where(EventText.event_id.in_(sorted(set(event_ids))))):
        found.setdefault(row.event_id, {})[row.name] = row.text
    return found


def conditions_of(session: Session, event_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """First event of a delegation -> its conditions, and whom its group is, in words; absent once they are erased."""
    wanted = sorted(set(event_ids))
    found: dict[int, tuple[str, ...]] = {}
    for start in range(0, len(wanted), 500):
        for event, said in texts_of(session, wanted[start : start + 500]).items():
            found[event] = tuple(said[name].rstrip(". ") for name in ("conditions", "group") if said.get(name))
    return found


@dataclass(frozen=True)
class Told:
    """A line of a delegation's history."""

    step: Step
    at: datetime
    by: str
    fields: Mapping[str, Any]
    reason: str


def history(session: Session, line: DelegationLine, *, actor: Actor) -> list[Told]:
    """Who did what with the delegation, when and why, newest first. Why somebody declined goes to the giver only."""
    events = happenings(session, line)
    texts = texts_of(session, [event.id for event in events])
    names = names_of(session, {event.by for event in events if event.by})
    told = []
    for event in events:
        said = texts.get(event.id, {})
        private = event.step is Step.DECLINED and actor.person_id not in (line.giver_id, line.person_id)
        reason = "" if private else said.get("reason") or said.get("note") or ""
        told.append(Told(event.step, event.at, names.get(event.by or 0, ""), event.fields, reason))
    return told[::-1]


def names_of(session: Session, person_ids: Iterable[int]) -> dict[int, str]:
    """Person -> her name, absent once it is erased."""
    rows = session.execute(
        select(PersonIdentity.person_id, PersonIdentity.name).where(
            PersonIdentity.person_id.in_(sorted(set(person_ids)))
        )
    )
    return {row.person_id: row.name for row in rows}


@dataclass(frozen=True)
class DelegableTask:
    """A task that the version in force lets the group do by a personal delegation or transfer."""

    id: int
    name: str
    reserved: bool
    never: str
    """On what ground it can never be delegated."""
    instruction: str
    instruction_version: str


def delegable_tasks(session: Session, employment_id: int, *, on: date) -> list[DelegableTask]:
    """The tasks that the version in force lets the employment's group do by a personal delegation, by name."""
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
    rows = session.scalars(select(Task).where(Task.id.in_(wanted)).order_by(Task.name, Task.id))
    return [
        DelegableTask(
            row.id, row.name, row.reserved != "no", row.never_delegated, row.instruction_name or "",
            row.instruction_version or "",
        )
        for row in rows
    ]  # fmt: skip


def supervisors(session: Session, employment_id: int) -> list[tuple[int, str]]:
    """(person, name) of the authorised colleagues in the employment's unit and the units above, but herself."""
    row = session.execute(
        select(Employment.person_id, Unit.path)
        .join(Unit, Unit.id == Employment.unit_id)
        .where(Employment.id == employment_id)
    ).one_or_none()
    if row is None:
        return []
    on = today()
    found = session.execute(
        select(PersonIdentity.person_id, PersonIdentity.name, Unit.path)
        .join(Employment, Employment.person_id == PersonIdentity.person_id)
        .join(StaffGroup, StaffGroup.id == Employment.staff_group_id)
        .join(Unit, Unit.id == Employment.unit_id)
        .where(StaffGroup.authorised, Employment.authorisation_checked_on <= on, Employment.valid_from <= on)
        .where(or_(Employment.valid_to.is_(None), Employment.valid_to > on), Employment.person_id != row.person_id)
        .order_by(PersonIdentity.name, PersonIdentity.person_id)
    )
    return list({one.person_id: (one.person_id, one.name) for one in found if row.path.startswith(one.path)}.values())

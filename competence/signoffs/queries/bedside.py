"""What a signer must see: the terms, the times, the criteria, what is missing, and on what her own right to sign rests."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import cast

from sqlalchemy import Table, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from competence.access.rules import Actor, Permission
from competence.accounts.models import RoleAssignment
from competence.audit.models import CitizenReference, EventText
from competence.catalogue.models import Task
from competence.catalogue.queries import Gate, criteria_of, gates_for, tasks_needed
from competence.catalogue.queries.scales import turns
from competence.delegation.models import Delegation
from competence.delegation.queries import cell_for, cells_of, follows, versions
from competence.delegation.queries.hearing import hearings_waiting
from competence.delegation.rules import CellRule, CellTerms
from competence.entitlements.queries import holds
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.foundation.orm import execute, scoped, standing, written_once
from competence.organisation.models import Unit
from competence.people.models import Employment, PersonIdentity, StaffGroup
from competence.signoffs.models import LeaderAgreement, Observation, ObservationDraft, SignOffRequest, WaitingSignOff
from competence.signoffs.queries.evidence import EVENTS, event_of, events_of
from competence.signoffs.rules import (
    TIMES,
    Event,
    EventKind,
    How,
    ObservationKind,
    Readiness,
    Seen,
    Signed,
    Where,
    current,
    history,
    latest,
    times_counted,
)

EMPLOYMENTS = cast(Table, Employment.__table__)
GROUPS = cast(Table, StaffGroup.__table__)
ROLES = cast(Table, RoleAssignment.__table__)
UNITS = cast(Table, Unit.__table__)


_EMPLOYMENT = written_once(
    select(Employment)
    .where(Employment.id == bindparam("id"))
    .options(joinedload(Employment.identity), joinedload(Employment.unit), joinedload(Employment.staff_group))
)
_TASK = written_once(select(Task).where(Task.id == bindparam("id")).options(joinedload(Task.area)))


def get_employment(session: Session, employment_id: int) -> tuple[Employment, Unit]:
    """The employment, with identity, unit and group loaded, and its unit. NotFound when there is none by that id."""
    employment = session.scalars(_EMPLOYMENT, {"id": employment_id}).first()
    if employment is None:
        raise NotFound
    return employment, employment.unit


def get_task(session: Session, task_id: int) -> Task:
    """The task with its area. NotFound when there is none by that id."""
    task = session.scalars(_TASK, {"id": task_id}).first()
    if task is None:
        raise NotFound
    return task


def name_of(session: Session, person_id: int | None) -> str | None:
    """The person's name; None when there is nobody or it has been erased."""
    return (
        session.scalars(select(PersonIdentity.name).where(PersonIdentity.person_id == person_id)).first()
        if person_id
        else None
    )


def terms_to_sign(session: Session, employment: Employment, task_id: int, *, on: date) -> tuple[CellTerms, date | None]:
    """The cell under which a signature is given, and the first day it counts when that lies ahead.

    A cell that does not entitle today may be signed under a coming version from that version's approval.
    """
    cell = cell_for(session, task_id, employment.staff_group_id, stage_from=employment.stage_from, on=on)
    if cell.entitles:
        return cell, None
    listed, _approved = versions(session)
    ahead = sorted(
        (v for v in listed if v.approved and v.valid_from and v.valid_from > on), key=lambda v: v.valid_from or on
    )
    followed, stage = follows(session).get(employment.staff_group_id, (None, None))
    for version in ahead:
        cells = cells_of(session, version.id, version.number)
        coming = cells.get((task_id, employment.staff_group_id))
        if coming is None and followed is not None:
            first = version.valid_from or on
            reached = stage is None or (employment.stage_from is not None and employment.stage_from <= first)
            coming = cells.get((task_id, followed)) if reached else None
        if coming is not None and coming.entitles:
            return coming, version.valid_from
    return cell, None


def state_of(session: Session, person_id: int, task_id: int, *, citizen_id: int | None = None) -> tuple[Signed, ...]:
    """The person's sign-offs of the task (for the citizen) in the order of signing, from the chain."""
    events = events_of(session, [person_id], task_ids=[task_id]).get(person_id, [])
    return tuple(s for s in history(events, turns(session)) if s.citizen_id == citizen_id)


_OBSERVED = written_once(
    select(Observation)
    .where(
        Observation.person_id == bindparam("person"), Observation.task_id == bindparam("task"),
        Observation.withdrawn_at.is_(None), Observation.kind.in_(TIMES),
    )
    .order_by(Observation.observed_on, Observation.id)
)  # fmt: skip


def observations_of(session: Session, person_id: int, task_id: int) -> Sequence[Observation]:
    """The times somebody has seen the person do the task that stand, oldest first."""
    return session.scalars(_OBSERVED, {"person": person_id, "task": task_id}).all()


def gates_of(
    session: Session, person_id: int, task_id: int, staff_group_id: int
) -> Sequence[tuple[Gate, Observation | None]]:
    """Each course, dialogue and check that the group must have passed for the task, with how the person passed it."""
    gates = gates_for(session, task_id, staff_group_id)
    if not gates:
        return []
    passed = session.scalars(
        select(Observation)
        .where(
            Observation.person_id == person_id,
            Observation.gate_code.in_([gate.code for gate in gates]),
            Observation.withdrawn_at.is_(None),
        )
        .order_by(Observation.observed_on, Observation.id)
    ).all()
    by_code = {one.gate_code: one for one in reversed(passed)}
    return [(gate, by_code.get(gate.code)) for gate in gates]


def draft_of(session: Session, guide_id: int, employment_id: int, task_id: int) -> ObservationDraft | None:
    """The guide's own ticks, None before the first."""
    return session.scalars(
        select(ObservationDraft).where(
            ObservationDraft.guide_id == guide_id,
            ObservationDraft.employment_id == employment_id,
            ObservationDraft.task_id == task_id,
        )
    ).first()


def last_request(session: Session, employment_id: int, task_id: int) -> SignOffRequest | None:
    """The newest request for a sign-off of the task, open or closed; None when nobody ever asked."""
    return session.scalars(
        select(SignOffRequest)
        .where(SignOffRequest.employment_id == employment_id, SignOffRequest.task_id == task_id)
        .order_by(SignOffRequest.id.desc())
        .limit(1)
    ).first()


def agreement(session: Session, employment_id: int, task_id: int) -> LeaderAgreement | None:
    """The leader's latest agreement about the employment and the task, None when there is none."""
    return session.scalars(
        select(LeaderAgreement)
        .where(LeaderAgreement.employment_id == employment_id, LeaderAgreement.task_id == task_id)
        .order_by(LeaderAgreement.agreed_at.desc(), LeaderAgreement.id.desc())
    ).first()


def times_needed(cell: CellTerms, task: Task, signed: Iterable[Signed], on: date) -> int:
    """How many observed times the next signature asks for: fewer when it renews one that is in force, one when the
    education already gives the right."""
    held = current(signed, on=on)
    needed = cell.observed_times
    if held is not None and held.level >= cell.minimum_level and task.renewal_observed_times is not None:
        needed = min(needed, task.renewal_observed_times)
    return min(needed, 1) if cell.rule is CellRule.CORE else needed


def readiness(
    session: Session,
    employment: Employment,
    task: Task,
    cell: CellTerms,
    signed: Sequence[Signed],
    *,
    ticked: Iterable[int],
    on: date,
) -> Readiness:
    """What is there and what is missing before the task can be signed for the person."""
    last = latest(signed, on=on)
    seen = observations_of(session, employment.person_id, task.id)
    days = [one.observed_on for one in seen if task.counts(one.how)]
    gates = gates_of(session, employment.person_id, task.id, employment.staff_group_id)
    return Readiness(
        done=times_counted(days, since=last.recorded_on if last else None),
        needed=times_needed(cell, task, signed, on),
        wanted=frozenset(criterion.position for criterion in criteria_of(session, task.id)),
        ticked=frozenset(ticked),
        gates=tuple(gate.name for gate, passed in gates if passed is None),
        tasks=tuple(_tasks_missing(session, employment, task, on)),
        seen=seen_times(seen),
    )


def seen_times(observations: Iterable[Observation]) -> tuple[Seen, ...]:
    """The observed times as a signature freezes them."""
    return tuple(
        Seen(
            ObservationKind(one.kind),
            one.observed_on,
            one.observer_id,
            How(one.how),
            one.unit_id,
            Where(one.place) if one.place else None,
        )
        for one in observations
    )


def _tasks_missing(session: Session, employment: Employment, task: Task, on: date) -> Iterable[str]:
    needs = tasks_needed(session, task.id)
    version = next((v for v in versions(session)[0] if v.in_force(on)), None) if needs else None
    for needed, name in needs:
        if holds(session, employment.id, needed, on=on, version_id=version.id if version else None) == 0:
            yield name


_WAITING = cast(Table, WaitingSignOff.__table__).c
_GIVEN = cast(Table, Delegation.__table__).c
_HERS = (
    standing(WaitingSignOff, func.count()).where(
        _WAITING.person_id == bindparam("person"),
        _WAITING.accepted_on.is_(None),
        _WAITING.lacks_second.is_(False),
        or_(_WAITING.answer_before.is_(None), _WAITING.answer_before > bindparam("day")),
        or_(_WAITING.valid_to.is_(None), _WAITING.valid_to > bindparam("day")),
    ),
    standing(Delegation, func.count()).where(
        _GIVEN.person_id == bindparam("person"),
        _GIVEN.accepted_on.is_(None),
        _GIVEN.declined_on.is_(None),
        _GIVEN.ended_on.is_(None),
        or_(_GIVEN.valid_to.is_(None), _GIVEN.valid_to > bindparam("day")),
    ),
)
_WAITING_COUNT = select(_HERS[0].scalar_subquery() + _HERS[1].scalar_subquery())


def waiting_count(session: Session, actor: Actor) -> int:
    """How many signatures and delegations wait for the person's own yes, and hearings for her comment: for the bell."""
    on = today()
    hearings = hearings_waiting(session, actor, on=on) if actor.may(Permission.MATRIX_COMMENT) else ()
    return (execute(session, _WAITING_COUNT, person=actor.person_id, day=on).scalar() or 0) + len(hearings)


def names_of(session: Session, person_ids: Iterable[int]) -> dict[int, str]:
    """Person -> name, for those whose name has not been erased."""
    wanted = sorted(set(person_ids))
    if not wanted:
        return {}
    rows = session.execute(
        select(PersonIdentity.person_id, PersonIdentity.name).where(PersonIdentity.person_id.in_(wanted))
    )
    return {row.person_id: row.name for row in rows}


def signed_event(session: Session, person_id: int, seq: int) -> Event | None:
    """The event by which somebody signed at that place in the person's chain; None when it is none."""
    row = session.execute(
        scoped(session, EVENTS).where(EVENTS.c.person_id == person_id, EVENTS.c.seq == seq)
    ).one_or_none()
    return event_of(row) if row is not None and row.kind == EventKind.SIGNED else None


def any_employment(session: Session, person_id: int) -> int:
    """The person's newest employment. NotFound when she has none."""
    found = session.scalars(
        select(Employment.id)
        .where(Employment.person_id == person_id)
        .order_by(Employment.valid_from.desc(), Employment.id.desc())
    ).first()
    if found is None:
        raise NotFound
    return found


def text_of(session: Session, event_id: int, name: str) -> str:
    """A free text of the event; empty when there is none or it has been erased."""
    found = session.scalars(
        select(EventText.text).where(EventText.event_id == event_id, EventText.name == name)
    ).first()
    return found or ""


def sealed_of(session: Session, citizen_id: int | None) -> bytes | None:
    """The sealed reference of a citizen; None when there is none or it has been erased."""
    if citizen_id is None:
        return None
    return session.scalars(select(CitizenReference.sealed).where(CitizenReference.id == citizen_id)).first()

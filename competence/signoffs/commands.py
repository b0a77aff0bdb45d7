"""The user's verbs about sign-offs: each authorises, asks the rule, appends to the chain, and leaves an audit entry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from sqlalchemy import Table, delete, select, update
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, Role, authorise
from competence.accounts.models import RoleAssignment
from competence.audit.chain import Appended, NewEvent, append, lock_chains
from competence.audit.commands import record
from competence.audit.models import EvidenceEvent
from competence.catalogue.models import Level, Task, TaskCriterion, TaskGate, TaskPrerequisite
from competence.catalogue.rules import ScaleKind
from competence.delegation.queries import cell_for, cells_of, versions
from competence.delegation.rules import CellRule, CellTerms
from competence.entitlements.queries import holds
from competence.foundation.changes import command, touched
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.orm import scoped, tenant_id
from competence.foundation.text import N_, Sentence, looks_like_cpr, sentence, squeeze
from competence.organisation.models import Municipality, Unit
from competence.organisation.rules import Settings, settings_from
from competence.people.models import Employment, PersonIdentity, StaffGroup
from competence.signoffs import projection
from competence.signoffs.models import LeaderAgreement, Observation, ObservationDraft, SignOffRequest
from competence.signoffs.queries import event_of, events_of
from competence.signoffs.rules import (
    TIMES,
    Event,
    EventKind,
    ObservationKind,
    Origin,
    Signed,
    current,
    history,
    last_valid_day,
    latest,
    times_counted,
    too_late_to_undo,
    waiting,
)

EVENTS = cast(Table, EvidenceEvent.__table__)
OBSERVATIONS = cast(Table, Observation.__table__)


@dataclass(frozen=True)
class NewObservation:
    """One time, or a dialogue, course or check, to be recorded."""

    kind: ObservationKind
    observed_on: date
    gate_code: str | None = None


@dataclass(frozen=True)
class ExternalInstructor:
    """The first holder's signer: somebody from outside whom the development nurse records."""

    name: str
    profession: str
    organisation: str
    taught_on: date
    certificate: str


@dataclass(frozen=True)
class NewSignOff:
    """What the signer vouches for. `valid_to` is half-open; None: as the cell says."""

    task_id: int
    level: int
    valid_from: date
    valid_to: date | None = None
    ticked: tuple[int, ...] = ()
    """Positions of the criteria that were shown."""
    note: str = ""
    lower_reason: str = ""
    """Why the level is lower than the one in force; asked for only then."""
    citizen_id: int | None = None
    external: ExternalInstructor | None = None
    expects: int | None = None
    """The seq of the last sign-off that the signer saw on her page; another one means somebody was first. 0 = none."""


@dataclass(frozen=True)
class Signer:
    """On what the signer's right to sign rests that day. Frozen in the event and never judged again."""

    person_id: int
    level: int
    """The level at which she holds the task herself; 0 = she does not."""
    appointed: Role | None
    group_code: str
    group_may_sign: bool


def municipality_settings(session: Session) -> Settings:
    """The municipality's own settings."""
    municipality = session.get(Municipality, tenant_id(session))
    return settings_from(municipality.settings if municipality else {})


def get_employment(session: Session, employment_id: int) -> tuple[Employment, Unit]:
    """The employment and its unit. NotFound when there is none by that id."""
    employment = session.scalars(select(Employment).where(Employment.id == employment_id)).first()
    if employment is None:
        raise NotFound
    unit = session.scalars(select(Unit).where(Unit.id == employment.unit_id)).one()
    return employment, unit


def get_task(session: Session, task_id: int) -> Task:
    """The task. NotFound when there is none by that id."""
    task = session.scalars(select(Task).where(Task.id == task_id)).first()
    if task is None:
        raise NotFound
    return task


def terms_to_sign(session: Session, employment: Employment, task_id: int, *, on: date) -> tuple[CellTerms, date | None]:
    """The cell under which a signature is given, and the first day it counts when that lies ahead.

    A cell that does not entitle today may be signed under a coming version from that version's approval.
    """
    cell = cell_for(session, task_id, employment.staff_group_id, stage_from=employment.stage_from, on=on)
    if cell.entitles:
        return cell, None
    listed, approved = versions(session)
    ahead = sorted(
        (v for v in listed if v.approved and v.valid_from and v.valid_from > on), key=lambda v: v.valid_from or on
    )
    for version in ahead:
        coming = cells_of(session, version.id, version.number, approved.get(version.id)).get(
            (task_id, employment.staff_group_id)
        )
        if coming is not None and coming.entitles:
            return coming, version.valid_from
    return cell, None


def signer_on(session: Session, by: Actor, task_id: int, *, unit: Unit, on: date) -> Signer:
    """What the actor has to sign with, over the unit, on the day: the best of her own employments."""
    version = next((v for v in versions(session)[0] if v.in_force(on)), None)
    best = Signer(by.person_id, 0, None, "", False)
    rows = session.execute(
        select(Employment, StaffGroup)
        .join(StaffGroup, StaffGroup.id == Employment.staff_group_id)
        .where(Employment.person_id == by.person_id, Employment.valid_from <= on)
        .order_by(Employment.id)
    ).all()
    for employment, group in rows:
        level = holds(session, employment.id, task_id, on=on, version_id=version.id if version else None)
        found = Signer(by.person_id, level, None, group.code, group.may_sign)
        if (found.level, found.group_may_sign) > (best.level, best.group_may_sign):
            best = found
    return Signer(
        best.person_id,
        best.level,
        appointment(session, by.person_id, unit, on=on),
        best.group_code,
        best.group_may_sign,
    )


def appointment(session: Session, person_id: int, unit: Unit, *, on: date) -> Role | None:
    """The appointment as guide or development nurse over the unit on the day, None when there is none."""
    rows = session.execute(
        select(RoleAssignment, Unit)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .where(
            RoleAssignment.person_id == person_id,
            RoleAssignment.role.in_([Role.GUIDE, Role.DEVELOPMENT_NURSE]),
            RoleAssignment.valid_from <= on,
        )
        .order_by(RoleAssignment.id)
    ).all()
    for assignment, root in rows:
        if unit.path.startswith(root.path) and (assignment.valid_to is None or on < assignment.valid_to):
            return Role(assignment.role)
    return None


def ground_to_sign(signer: Signer, *, level: int, person_id: int) -> Mapping[str, str | int]:
    """The signer's ground as the event freezes it. RuleBroken when she may not sign this (product.md, the rule, point 5)."""
    if signer.person_id == person_id:
        raise RuleBroken(
            sentence(N_("You cannot sign for yourself. Ask a learning guide or a colleague who may sign."))
        )
    if signer.appointed is None and not signer.group_may_sign:
        raise RuleBroken(
            sentence(
                N_(
                    "Only learning guides, development nurses and the staff groups that the municipality has chosen can sign."
                )
            )
        )
    if signer.level == 0:
        raise RuleBroken(
            sentence(N_("You can only sign for tasks that you may do yourself. Ask a colleague who holds the task."))
        )
    if signer.level < level:
        raise RuleBroken(
            sentence(N_("You hold the task at level %(own)s and can sign up to that level."), own=signer.level),
            field="level",
        )
    return {
        "as": signer.appointed.value if signer.appointed else "staff_group", "group": signer.group_code, "own_level": signer.level,
    }  # fmt: skip


@command
def observe(session: Session, employment_id: int, task_id: int, new: NewObservation, *, by: Actor) -> Observation:
    """The observed time (or gate passed), recorded. RuleBroken when the rule, the date or the observer forbids it."""
    employment, unit = get_employment(session, employment_id)
    authorise(by, Permission.SIGNOFF_OBSERVE, unit.path)
    task = get_task(session, task_id)
    if by.person_id == employment.person_id:
        raise RuleBroken(sentence(N_("You cannot observe yourself.")))
    _check_dates(employment, new.observed_on, field="observed_on", backwards=True)
    cell, _ = terms_to_sign(session, employment, task.id, on=today())
    if not cell.entitles and cell.rule is not CellRule.ASSISTS:
        raise RuleBroken(_refused(cell))
    observation = Observation(
        person_id=employment.person_id, task_id=None if new.gate_code else task.id, gate_code=new.gate_code, kind=new.kind,
        observed_on=new.observed_on, observer_id=by.person_id, recorded_at=now(), recorded_by=by.person_id,
    )  # fmt: skip
    session.add(observation)
    session.flush()
    record(
        session, by=by.person_id, action="observe", subject="observation", subject_id=observation.id,
        person_id=employment.person_id, detail={"task": task.id, "kind": new.kind.value},
    )  # fmt: skip
    touched(session, person_id=employment.person_id, task_id=task.id)
    return observation


@command
def withdraw_observation(session: Session, observation_id: int, *, by: Actor) -> None:
    """Nothing; an observed time that was recorded by mistake no longer counts. Only its observer can do that, the same day."""
    observation = session.scalars(select(Observation).where(Observation.id == observation_id)).first()
    if observation is None or observation.observer_id != by.person_id or observation.withdrawn_at is not None:
        raise NotFound
    if observation.recorded_at < now() - timedelta(days=1):
        raise RuleBroken(sentence(N_("An observed time can be taken back for one day only.")))
    observation.withdrawn_at = now()
    record(
        session, by=by.person_id, action="withdraw_observation", subject="observation", subject_id=observation.id,
        person_id=observation.person_id,
    )  # fmt: skip
    touched(session, person_id=observation.person_id, task_id=observation.task_id)


@command
def save_draft(
    session: Session, employment_id: int, task_id: int, ticked: Iterable[int], *, by: Actor
) -> ObservationDraft:
    """The guide's ticks as they now are, free to change until she signs."""
    employment, unit = get_employment(session, employment_id)
    authorise(by, Permission.SIGNOFF_OBSERVE, unit.path)
    task = get_task(session, task_id)
    draft = session.scalars(
        select(ObservationDraft).where(
            ObservationDraft.guide_id == by.person_id,
            ObservationDraft.employment_id == employment.id,
            ObservationDraft.task_id == task.id,
        )  # fmt: skip
    ).first()
    if draft is None:
        draft = ObservationDraft(
            guide_id=by.person_id, employment_id=employment.id, task_id=task.id, ticked=[], saved_at=now()
        )
        session.add(draft)
    draft.ticked = sorted(set(ticked))
    draft.saved_at = now()
    session.flush()
    return draft


@command
def sign_off(session: Session, employment_id: int, new: NewSignOff, *, by: Actor) -> Appended:
    """The event by which `by` vouches for the person. RuleBroken says why not, Overtaken that somebody was first."""
    employment, unit = get_employment(session, employment_id)
    authorise(by, Permission.EXTERNAL_INSTRUCTOR_RECORD if new.external else Permission.SIGNOFF_SIGN, unit.path)
    task = get_task(session, new.task_id)
    lock_chains(session, [employment.person_id])
    on = today()
    _check_dates(employment, new.valid_from, field="valid_from")
    cell, first_day = terms_to_sign(session, employment, task.id, on=on)
    if not cell.entitles:
        raise RuleBroken(_refused(cell), field="task")
    if task.archived_on is not None and task.archived_on <= on:
        raise RuleBroken(sentence(N_("The task is no longer in the catalogue.")), field="task")
    events = events_of(session, [employment.person_id], task_ids=[task.id]).get(employment.person_id, [])
    signed = [s for s in history(events) if s.citizen_id == new.citizen_id]
    _first_come(session, signed, new, on)
    _check_level(session, new, cell, signed, on)
    if cell.rule is CellRule.MAY_CITIZEN and new.citizen_id is None:
        raise RuleBroken(
            sentence(N_("This task is signed for one certain citizen. Write the care system's reference.")),
            field="citizen",
        )
    if cell.rule is not CellRule.MAY_CITIZEN and new.citizen_id is not None:
        raise RuleBroken(
            sentence(N_("This task is signed for all citizens. Leave the reference empty.")), field="citizen"
        )
    ground: Mapping[str, str | int]
    if new.external is not None:
        ground = {"as": "external_instructor", "recorded_by": by.person_id}
        if by.person_id == employment.person_id:
            raise RuleBroken(
                sentence(N_("You cannot sign for yourself. Ask a learning guide or a colleague who may sign."))
            )
    else:
        ground = ground_to_sign(
            signer_on(session, by, task.id, unit=unit, on=on), level=new.level, person_id=employment.person_id
        )
        _check_training(session, employment, task, cell, new, signed, on)
    _check_prerequisites(session, employment, task, on)
    if looks_like_cpr(new.note) or looks_like_cpr(new.lower_reason):
        raise RuleBroken(sentence(N_("Never write a citizen's name or CPR number. Take the number out.")), field="note")
    valid_from = max(new.valid_from, first_day or new.valid_from)
    last = last_valid_day(valid_from, cell.validity_months)
    limit_day = last + timedelta(days=1) if last else None
    valid_to = new.valid_to or limit_day
    if limit_day is not None and (valid_to is None or valid_to > limit_day):
        raise RuleBroken(
            sentence(N_("The division of tasks lets it count through %(day)s at most."), day=last),
            field="valid_through",
        )
    if valid_to is not None and valid_to <= valid_from:
        raise RuleBroken(sentence(N_("The last day must lie after the first.")), field="valid_through")
    settings = municipality_settings(session)
    texts = {
        name: squeeze(text) for name, text in (("note", new.note), ("lower_reason", new.lower_reason)) if text.strip()
    }
    fields = {
        "level": new.level, "valid_from": valid_from.isoformat(), "valid_to": valid_to.isoformat() if valid_to else None,
        "answer_before": (on + timedelta(days=settings.accept_within_days)).isoformat(), "employment": employment.id,
        "origin": (Origin.EXTERNAL_INSTRUCTOR if new.external else Origin.SIGNED_HERE).value, "ground": dict(ground),
        "matrix_version": cell.version, "rule": cell.rule.value, "criteria": sorted(new.ticked),
        "observed": _observed(session, employment.person_id, task.id), "instruction": task.instruction_version,
    }  # fmt: skip
    if new.external is not None:
        outside = new.external
        _no_cpr(outside)
        fields["signer_text"] = f"{outside.name}, {outside.profession}, {outside.organisation}"
        fields["taught_on"] = outside.taught_on.isoformat()
        fields["certificate"] = outside.certificate
    event = append(
        session,
        NewEvent(
            employment.person_id,
            EventKind.SIGNED,
            by.person_id,
            task.id,
            citizen_id=new.citizen_id,
            fields=fields,
            texts=texts,
        ),
    )
    projection.rebuild(session, [employment.person_id], on=on, task_id=task.id)
    _close_requests(session, employment.person_id, task.id)
    session.execute(
        delete(ObservationDraft).where(
            ObservationDraft.employment_id == employment.id,
            ObservationDraft.task_id == task.id,
            ObservationDraft.guide_id == by.person_id,
        )  # fmt: skip
    )
    record(
        session, by=by.person_id, action="sign_off", subject="evidence_event", subject_id=event.id,
        person_id=employment.person_id, detail={"task": task.id, "level": new.level},
    )  # fmt: skip
    touched(session, person_id=employment.person_id, task_id=task.id)
    return event


def _refused(cell: CellTerms) -> Sentence:
    texts = {
        CellRule.ASSISTS: N_("The group assists with this task and cannot be signed off for it (division of tasks, version %(version)s)."),
        CellRule.NOT_ALLOWED: N_("This is not the staff group's task (division of tasks, version %(version)s). It cannot be signed."),
        CellRule.NOT_RELEVANT: N_("The task is not relevant for the staff group (division of tasks, version %(version)s). It cannot be signed."),
        CellRule.UNDECIDED: N_("It is not decided whether the staff group may do this. It cannot be signed before that."),
    }  # fmt: skip
    return sentence(texts[cell.rule], version=cell.version)


def _check_dates(employment: Employment, day: date, *, field: str, backwards: bool = False) -> None:
    if day < employment.valid_from:
        raise RuleBroken(
            sentence(N_("The date lies before the employment, which began on %(day)s."), day=employment.valid_from),
            field=field,
        )
    if employment.valid_to is not None and max(day, today()) >= employment.valid_to:
        raise RuleBroken(sentence(N_("The employment has ended.")), field=field)
    if backwards and day > today():
        raise RuleBroken(sentence(N_("The date lies ahead. Write the day it was seen.")), field=field)
    if not backwards and day < today():
        raise RuleBroken(
            sentence(N_("A right is not given back in time. The first day can be today or later.")), field=field
        )


def _first_come(session: Session, signed: list[Signed], new: NewSignOff, on: date) -> None:
    waits = waiting([s for s in signed if s.origin is not Origin.TRANSFERRED], on=on)
    newest = max((s.seq for s in signed if not s.withdrawn), default=0)
    if waits is not None:
        who = name_of(session, waits.signer_id) or waits.signer_text or ""
        raise Overtaken(
            sentence(
                N_("%(name)s has already signed this. It waits for the employee's own yes. Nothing was written."),
                name=who,
            )
        )
    if new.expects is not None and newest != new.expects:
        last = next(s for s in signed if s.seq == newest)
        who = name_of(session, last.signer_id) or last.signer_text or ""
        raise Overtaken(
            sentence(N_("%(name)s signed this while you had the page open. Nothing was written. Look again."), name=who)
        )


def _check_level(session: Session, new: NewSignOff, cell: CellTerms, signed: list[Signed], on: date) -> None:
    ranks = set(session.scalars(select(Level.rank).where(Level.scale == ScaleKind.PRACTICE)))
    if new.level not in ranks:
        raise RuleBroken(sentence(N_("Choose the level you have seen.")), field="level")
    held = current(signed, on=on)
    if held is not None and new.level < held.level and not new.lower_reason.strip():
        raise RuleBroken(
            sentence(N_("The level is lower than the one in force (%(level)s). Write why."), level=held.level),
            field="lower_reason",
        )


def times_needed(cell: CellTerms, task: Task, signed: Iterable[Signed], on: date) -> int:
    """How many observed times the next signature asks for: fewer when it renews one that is in force."""
    held = current(signed, on=on)
    if held is not None and held.level >= cell.minimum_level and task.renewal_observed_times is not None:
        return min(cell.observed_times, task.renewal_observed_times)
    return cell.observed_times


def _check_training(
    session: Session,
    employment: Employment,
    task: Task,
    cell: CellTerms,
    new: NewSignOff,
    signed: list[Signed],
    on: date,
) -> None:
    days = session.scalars(
        scoped(session, OBSERVATIONS, OBSERVATIONS.c.observed_on).where(
            OBSERVATIONS.c.person_id == employment.person_id,
            OBSERVATIONS.c.task_id == task.id,
            OBSERVATIONS.c.withdrawn_at.is_(None),
            OBSERVATIONS.c.kind.in_(TIMES),
        )  # fmt: skip
    ).all()
    last = latest(signed, on=on)
    done = times_counted(days, since=last.recorded_on if last else None)
    needed = times_needed(cell, task, signed, on)
    if cell.rule is CellRule.CORE:
        needed = min(needed, 1)
    if done < needed:
        raise RuleBroken(
            sentence(
                N_("%(done)s of %(needed)s times are recorded. Record the rest before you sign."),
                done=done,
                needed=needed,
            ),
            field="times",
        )
    wanted = set(session.scalars(select(TaskCriterion.position).where(TaskCriterion.task_id == task.id)))
    wanted = wanted or set(session.scalars(select(TaskCriterion.position).where(TaskCriterion.task_id.is_(None))))
    missing = len(wanted - set(new.ticked))
    if missing:
        raise RuleBroken(sentence(N_("%(count)s points have not been shown yet."), count=missing), field="criteria")


def gates_missing(session: Session, person_id: int, task_id: int, staff_group_id: int) -> list[TaskGate]:
    """The courses, dialogues and checks that the group must have passed for the task and the person has not."""
    gates = session.scalars(
        select(TaskGate)
        .where(TaskGate.task_id == task_id, TaskGate.staff_group_id == staff_group_id)
        .order_by(TaskGate.code, TaskGate.id)
    ).all()
    if not gates:
        return []
    passed = set(
        session.scalars(
            select(Observation.gate_code).where(
                Observation.person_id == person_id,
                Observation.gate_code.is_not(None),
                Observation.withdrawn_at.is_(None),
            )
        )
    )
    return [gate for gate in gates if gate.code not in passed]


def _check_prerequisites(session: Session, employment: Employment, task: Task, on: date) -> None:
    missing = gates_missing(session, employment.person_id, task.id, employment.staff_group_id)
    if missing:
        raise RuleBroken(
            sentence(N_("This must be held and passed first: %(name)s."), name=missing[0].name), field="gates"
        )
    version = next((v for v in versions(session)[0] if v.in_force(on)), None)
    needs = session.execute(
        select(Task.id, Task.name)
        .join(TaskPrerequisite, TaskPrerequisite.needs_task_id == Task.id)
        .where(TaskPrerequisite.task_id == task.id)
        .order_by(Task.position, Task.id)
    ).all()
    for needed, name in needs:
        if holds(session, employment.id, needed, on=on, version_id=version.id if version else None) == 0:
            raise RuleBroken(sentence(N_("The task %(task)s must be held first."), task=name), field="prerequisites")


def _observed(session: Session, person_id: int, task_id: int) -> list[dict[str, str | int | None]]:
    rows = session.execute(
        scoped(
            session,
            OBSERVATIONS,
            OBSERVATIONS.c.id,
            OBSERVATIONS.c.kind,
            OBSERVATIONS.c.observed_on,
            OBSERVATIONS.c.observer_id,
        )
        .where(
            OBSERVATIONS.c.person_id == person_id,
            OBSERVATIONS.c.task_id == task_id,
            OBSERVATIONS.c.withdrawn_at.is_(None),
        )
        .order_by(OBSERVATIONS.c.observed_on, OBSERVATIONS.c.id)
    )
    return [{"kind": str(row.kind), "on": row.observed_on.isoformat(), "by": row.observer_id} for row in rows]


def _no_cpr(outside: ExternalInstructor) -> None:
    for name in ("name", "profession", "organisation", "certificate"):
        if looks_like_cpr(getattr(outside, name)):
            raise RuleBroken(sentence(N_("Never write a CPR number. Take the number out.")), field=name)


def name_of(session: Session, person_id: int | None) -> str | None:
    """The person's name; None when there is nobody or it has been erased."""
    return (
        session.scalars(select(PersonIdentity.name).where(PersonIdentity.person_id == person_id)).first()
        if person_id
        else None
    )


def _close_requests(session: Session, person_id: int, task_id: int) -> None:
    theirs = scoped(session, Employment, Employment.id).where(Employment.person_id == person_id)
    session.execute(
        update(SignOffRequest)
        .where(
            SignOffRequest.municipality_id == tenant_id(session), SignOffRequest.employment_id.in_(theirs),
            SignOffRequest.task_id == task_id, SignOffRequest.closed_at.is_(None),
        )
        .values(closed_at=now(), closed_how="signed"),
        execution_options={"synchronize_session": False},
    )  # fmt: skip


def _find_event(session: Session, person_id: int, seq: int) -> Event:
    row = session.execute(
        scoped(session, EVENTS).where(EVENTS.c.person_id == person_id, EVENTS.c.seq == seq)
    ).one_or_none()
    if row is None or row.kind != EventKind.SIGNED:
        raise NotFound
    return event_of(row)


def _state_of(session: Session, person_id: int, signed_event: Event) -> Signed:
    assert signed_event.task_id is not None
    events = events_of(session, [person_id], task_ids=[signed_event.task_id])[person_id]
    return next(s for s in history(events) if s.seq == signed_event.seq)


def _follow_up(
    session: Session, person_id: int, about: Event, kind: EventKind, *, by: Actor, fields: Mapping[str, object] | None = None,
    texts: Mapping[str, str] | None = None,
) -> Appended:  # fmt: skip
    event = append(
        session,
        NewEvent(
            person_id,
            kind,
            by.person_id,
            about.task_id,
            citizen_id=about.citizen_id,
            refers_to=about.seq,
            fields=dict(fields or {}),
            texts={k: squeeze(v) for k, v in (texts or {}).items() if v.strip()},
        ),  # fmt: skip
    )
    projection.rebuild(session, [person_id], on=today(), task_id=about.task_id)
    record(
        session, by=by.person_id, action=kind.value, subject="evidence_event", subject_id=event.id, person_id=person_id,
        detail={"task": about.task_id, "refers_to": about.seq},
    )  # fmt: skip
    touched(session, person_id=person_id, task_id=about.task_id)
    return event


@command
def accept(session: Session, seq: int, *, by: Actor, on_device_of: int | None = None) -> Appended:
    """The person's own yes to the signature `seq` in her chain. `on_device_of` names whose phone it was given on."""
    authorise(by, Permission.OWN_ANSWER)
    lock_chains(session, [by.person_id])
    about = _find_event(session, by.person_id, seq)
    _check_open(_state_of(session, by.person_id, about))
    return _follow_up(session, by.person_id, about, EventKind.ACCEPTED, by=by, fields={"device_of": on_device_of})


@command
def not_yet(session: Session, seq: int, *, by: Actor, reason: str = "", on_device_of: int | None = None) -> Appended:
    """The person's own "not yet": a normal outcome. A reason is optional and goes to the guide only."""
    authorise(by, Permission.OWN_ANSWER)
    if looks_like_cpr(reason):
        raise RuleBroken(
            sentence(N_("Never write a citizen's name or CPR number. Take the number out.")), field="reason"
        )
    lock_chains(session, [by.person_id])
    about = _find_event(session, by.person_id, seq)
    _check_open(_state_of(session, by.person_id, about))
    return _follow_up(
        session,
        by.person_id,
        about,
        EventKind.NOT_YET,
        by=by,
        fields={"device_of": on_device_of},
        texts={"reason": reason},
    )


def _check_open(signed: Signed) -> None:
    if signed.accepted_on is not None:
        raise RuleBroken(sentence(N_("You have already said yes to this.")))
    if signed.ended_on is not None:
        raise RuleBroken(sentence(N_("The signature has been taken back. There is nothing to answer.")))
    if not signed.waits(today()):
        raise RuleBroken(sentence(N_("The signature was not answered in time and has lapsed. Ask for a new one.")))


@command
def decline(session: Session, seq: int, *, by: Actor, reason: str = "") -> Appended:
    """The person gives the task back later: a normal, blameless outcome."""
    authorise(by, Permission.OWN_ANSWER)
    if looks_like_cpr(reason):
        raise RuleBroken(
            sentence(N_("Never write a citizen's name or CPR number. Take the number out.")), field="reason"
        )
    lock_chains(session, [by.person_id])
    about = _find_event(session, by.person_id, seq)
    if not _state_of(session, by.person_id, about).in_force(today()):
        raise RuleBroken(sentence(N_("The sign-off no longer counts. There is nothing to give back.")))
    return _follow_up(session, by.person_id, about, EventKind.DECLINED, by=by, texts={"reason": reason})


@command
def withdraw(session: Session, person_id: int, seq: int, *, by: Actor) -> Appended:
    """The signer takes her own signature back: within ten minutes, and only while the person has not answered."""
    lock_chains(session, [person_id])
    about = _find_event(session, person_id, seq)
    if about.by_person_id != by.person_id:
        raise NotFound
    signed = _state_of(session, person_id, about)
    if signed.accepted_on is not None or signed.ended_on is not None:
        raise RuleBroken(
            sentence(N_("It has been answered and can no longer be undone. It can be revoked with a reason."))
        )
    if too_late_to_undo(about.recorded_at, now(), minutes=municipality_settings(session).undo_minutes):
        raise RuleBroken(sentence(N_("The ten minutes have passed. The signature can be revoked with a reason.")))
    return _follow_up(session, person_id, about, EventKind.WITHDRAWN, by=by)


@command
def revoke(session: Session, employment_id: int, seq: int, *, reason: str, by: Actor) -> Appended:
    """A signer within reach ends a sign-off, with a reason that the person can read."""
    employment, unit = get_employment(session, employment_id)
    authorise(by, Permission.SIGNOFF_SIGN, unit.path)
    if by.person_id == employment.person_id:
        raise RuleBroken(sentence(N_("You cannot revoke your own sign-off. You can give the task back.")))
    if not reason.strip():
        raise RuleBroken(sentence(N_("Write why, so that your colleague knows what to do next.")), field="reason")
    if looks_like_cpr(reason):
        raise RuleBroken(
            sentence(N_("Never write a citizen's name or CPR number. Take the number out.")), field="reason"
        )
    lock_chains(session, [employment.person_id])
    about = _find_event(session, employment.person_id, seq)
    signed = _state_of(session, employment.person_id, about)
    if signed.ended_on is not None:
        raise Overtaken(sentence(N_("It has already ended. Nothing was written.")))
    return _follow_up(session, employment.person_id, about, EventKind.REVOKED, by=by, texts={"reason": reason})


@command
def ask_for_sign_off(session: Session, employment_id: int, task_id: int, *, by: Actor) -> SignOffRequest:
    """The request, by the employee herself or by her leader from a gap; the one that is already open when there is one."""
    employment, unit = get_employment(session, employment_id)
    if by.person_id != employment.person_id:
        authorise(by, Permission.COVERAGE_READ, unit.path)
    task = get_task(session, task_id)
    cell, _ = terms_to_sign(session, employment, task.id, on=today())
    if not cell.entitles:
        raise RuleBroken(_refused(cell), field="task")
    opened = session.scalars(
        select(SignOffRequest).where(
            SignOffRequest.employment_id == employment.id,
            SignOffRequest.task_id == task.id,
            SignOffRequest.closed_at.is_(None),
        )
    ).first()
    if opened is not None:
        return opened
    request = SignOffRequest(employment_id=employment.id, task_id=task.id, asked_by=by.person_id, asked_at=now())
    session.add(request)
    session.flush()
    record(
        session, by=by.person_id, action="ask_for_sign_off", subject="sign_off_request", subject_id=request.id,
        person_id=employment.person_id, detail={"task": task.id},
    )  # fmt: skip
    return request


@command
def withdraw_request(session: Session, request_id: int, *, by: Actor) -> None:
    """Nothing; the person's own request, or the one she made for another, is closed."""
    request = session.scalars(select(SignOffRequest).where(SignOffRequest.id == request_id)).first()
    if request is None:
        raise NotFound
    employment, _ = get_employment(session, request.employment_id)
    if by.person_id not in (request.asked_by, employment.person_id) or request.closed_at is not None:
        raise NotFound
    request.closed_at, request.closed_how = now(), "withdrawn"
    record(
        session, by=by.person_id, action="withdraw_request", subject="sign_off_request", subject_id=request.id,
        person_id=employment.person_id,
    )  # fmt: skip

"""A personal delegation or task transfer: given, answered, supervised and ended, each an event of the receiver's chain."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.chain import NewEvent, append, lock_chains
from competence.audit.citizens import keep_citizen
from competence.audit.commands import record
from competence.audit.models import CitizenReference, EvidenceEvent
from competence.audit.sealing import Seal, chain_hash
from competence.catalogue.models import Task
from competence.catalogue.rules import Reserved
from competence.delegation.agreements import Scope, Step, Terms, after, check, may_give_onward, next_supervision
from competence.delegation.models import Delegation
from competence.delegation.queries import cell_for, happenings, supervisors, version_in_force, works_within
from competence.delegation.rules import CellRule
from competence.entitlements.queries import ROWS, holds
from competence.foundation.changes import command, touched
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.orm import scoped
from competence.foundation.text import N_, looks_like_cpr, sentence, squeeze
from competence.organisation.models import Unit
from competence.people.models import Employment, StaffGroup

TEXTS = ("instruction", "instruction_version", "conditions", "group", "instructor")
"""What a giver writes in words; each stands apart from the chain, which holds its salted hash."""


@command
def delegate(
    session: Session, employment_id: int, task_id: int, terms: Terms, *, citizen: str = "", seal: Seal | None = None, by: Actor
) -> Delegation:  # fmt: skip
    """The delegation or transfer that `by` gives, waiting for the receiver's yes. RuleBroken at the field that is not right.

    `citizen` is the care system's reference, asked for where the scope is one citizen; `seal` then encrypts it.
    """
    employment, unit = _receiver(session, employment_id, by)
    terms = replace(
        terms,
        group=squeeze(terms.group),
        conditions=squeeze(terms.conditions),
        instruction=squeeze(terms.instruction),
        instruction_version=squeeze(terms.instruction_version),
        instructor=squeeze(terms.instructor),
        names_citizen=bool(citizen.strip()),
    )
    for name in TEXTS:
        _no_cpr(getattr(terms, name), field=name)
    lock_chains(session, [employment.person_id])
    on = today()
    task = session.scalars(select(Task).where(Task.id == task_id)).first()
    if task is None:
        raise NotFound
    if by.person_id == employment.person_id:
        raise RuleBroken(sentence(N_("You cannot delegate to yourself.")))
    check(terms, reserved=task.reserved != Reserved.NO, never=task.never_delegated, on=on)
    cell = cell_for(session, task_id, employment.staff_group_id, stage_from=employment.stage_from, on=on)
    if cell.rule is not CellRule.DELEGATION_ONLY:
        raise RuleBroken(sentence(N_("The division of tasks asks for no individual delegation here.")), field="task")
    _check_supervisor(session, employment, terms, by)
    named = None
    if terms.scope is Scope.CITIZEN:
        assert seal is not None
        named = keep_citizen(session, citizen, unit_id=unit.id, seal=seal, by=by.person_id)
    rests_on = ground_to_give(
        session, by.person_id, task, citizen_id=named.id if named else None, scope=terms.scope, valid_to=terms.valid_to,
        onward=terms.onward,
    )  # fmt: skip
    event = append(
        session,
        NewEvent(
            employment.person_id, Step.DELEGATED, by.person_id, task_id, citizen_id=named.id if named else None,
            fields=_fields(terms, employment, named, rests_on, by),
            texts={name: getattr(terms, name) for name in TEXTS if getattr(terms, name)},
        ),
    )  # fmt: skip
    given = Delegation(
        event_id=event.id, person_id=employment.person_id, giver_id=by.person_id, task_id=task_id,
        citizen_id=named.id if named else None, kind=terms.kind, scope=terms.scope, valid_from=terms.valid_from,
        valid_to=terms.valid_to, instructor_id=None if terms.instructor else by.person_id,
        instructed_on=terms.instructed_on, supervisor_id=terms.supervisor_id or by.person_id,
        supervision=terms.supervision, supervise_on=terms.supervise_on, supervise_months=terms.supervise_months,
        onward=terms.onward, rests_on_id=rests_on,
        has_conditions=bool(terms.conditions) or terms.scope is Scope.GROUP,
    )  # fmt: skip
    session.add(given)
    session.flush()
    record(
        session, by=by.person_id, action="delegate", subject="delegation", subject_id=given.id, person_id=given.person_id,
        detail={"task": given.task_id},
    )  # fmt: skip
    touched(session, person_id=given.person_id, task_id=given.task_id)
    return given


def _fields(
    terms: Terms, employment: Employment, named: CitizenReference | None, rests_on: int | None, by: Actor
) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "valid_from": terms.valid_from.isoformat(), "valid_to": _iso(terms.valid_to), "kind": terms.kind.value,
        "scope": terms.scope.value, "employment": employment.id, "onward": terms.onward, "rests_on": rests_on,
        "instructed_on": terms.instructed_on.isoformat(), "instructor": None if terms.instructor else by.person_id,
        "supervisor": terms.supervisor_id or by.person_id, "supervision": terms.supervision.value,
        "supervise_on": _iso(terms.supervise_on), "supervise_months": terms.supervise_months,
    }  # fmt: skip
    if named is not None:
        fields["citizen_hash"] = chain_hash(named.lookup or "", named.salt)
    return fields


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _receiver(session: Session, employment_id: int, by: Actor) -> tuple[Employment, Unit]:
    """The employment that runs and its unit, within reach of a permission to give. NotFound otherwise."""
    row = session.execute(
        select(Employment, Unit).join(Unit, Unit.id == Employment.unit_id).where(Employment.id == employment_id)
    ).one_or_none()
    if row is None or not any(
        by.may(one, row.Unit.path) for one in (Permission.DELEGATION_GIVE, Permission.SIGNOFF_SIGN)
    ):
        raise NotFound
    if row.Employment.valid_to is not None and row.Employment.valid_to <= today():
        raise RuleBroken(sentence(N_("The employment has ended.")))
    return row.Employment, row.Unit


def _check_supervisor(session: Session, employment: Employment, terms: Terms, by: Actor) -> None:
    chosen = terms.supervisor_id
    if chosen is None or chosen == by.person_id:
        return
    if chosen not in {person for person, _name in supervisors(session, employment.id)}:
        raise RuleBroken(sentence(N_("Choose an authorised colleague to supervise.")), field="supervisor")


def ground_to_give(
    session: Session, giver_id: int, task: Task, *, citizen_id: int | None, scope: Scope, valid_to: date | None, onward: bool
) -> int | None:  # fmt: skip
    """None where the giver has a right of her own; else the delegation that lets her give it onward. RuleBroken otherwise.

    Her own right: authorised and looked up, with her own reserved scope where the law reserves the task, and holding
    it by education or signature on this day.
    """
    on, reserved = today(), task.reserved != Reserved.NO
    own = _employments(session, giver_id)
    holding = _holding(session, own, task, on)
    if _has_own_right(session, holding, task, on):
        return None
    live = _held(session, giver_id, task, on)
    able = holding or (
        citizen_id is not None and _holds_for(session, [mine.id for mine, _ in own], task.id, citizen_id, on)
    )
    for one in live if able else ():
        if may_give_onward(
            onward=one.onward, scope=Scope(one.scope), citizen_id=one.citizen_id, valid_to=one.valid_to, wants=scope,
            wants_citizen=citizen_id, wants_valid_to=valid_to, wants_onward=onward,
        ):  # fmt: skip
            return one.id
    if any(one.onward for one in live):
        raise RuleBroken(
            sentence(
                N_(
                    "Your own delegation does not reach that far. Give it for no more citizens and no longer than you have it"
                    " yourself, and without the right to delegate it further."
                )
            )
        )
    if live:
        raise RuleBroken(
            sentence(N_("You hold the task by a delegation that does not let you delegate it onward. Ask who gave it to you."))
        )  # fmt: skip
    if reserved:
        raise RuleBroken(
            sentence(N_("Only an authorised person with her own reserved scope who holds the task can delegate it."))
        )
    raise RuleBroken(sentence(N_("Only an authorised person who holds the task can transfer it.")))


Own = Sequence[tuple[Employment, StaffGroup]]
"""Somebody's employments, each with its staff group."""


def may_give(session: Session, giver_id: int, task: Task) -> bool:
    """Whether she can give the task to anybody today: by a right of her own, or by a delegation that she may give onward."""
    on = today()
    holding = _holding(session, _employments(session, giver_id), task, on)
    return _has_own_right(session, holding, task, on) or any(one.onward for one in _held(session, giver_id, task, on))


def _employments(session: Session, person_id: int) -> Own:
    rows = session.execute(
        select(Employment, StaffGroup)
        .join(StaffGroup, StaffGroup.id == Employment.staff_group_id)
        .where(Employment.person_id == person_id)
        .order_by(Employment.id)
    )
    return [(row.Employment, row.StaffGroup) for row in rows]


def _holding(session: Session, own: Own, task: Task, on: date) -> Own:
    version = version_in_force(session, on)
    return [
        (mine, group) for mine, group in own
        if holds(session, mine.id, task.id, on=on, version_id=version.id if version else None)
    ]  # fmt: skip


def _has_own_right(session: Session, holding: Own, task: Task, on: date) -> bool:
    for mine, group in holding:
        cell = cell_for(session, task.id, mine.staff_group_id, stage_from=mine.stage_from, on=on)
        looked_up = mine.authorisation_checked_on is not None and mine.authorisation_checked_on <= on
        in_scope = group.has_reserved_scope or task.reserved == Reserved.NO
        if cell.rule is not CellRule.DELEGATION_ONLY and group.authorised and looked_up and in_scope:
            return True
    return False


def _held(session: Session, person_id: int, task: Task, on: date) -> list[Delegation]:
    rows = session.scalars(
        select(Delegation)
        .where(Delegation.person_id == person_id, Delegation.task_id == task.id)
        .order_by(Delegation.id)
    )
    return [one for one in rows if _is_live(one, on)]


def _is_live(row: Delegation, on: date) -> bool:
    begins = max(row.valid_from, row.accepted_on) if row.accepted_on else None
    return begins is not None and begins <= on and (row.valid_to is None or on < row.valid_to)


def _holds_for(session: Session, employment_ids: list[int], task_id: int, citizen_id: int, on: date) -> bool:
    return (
        session.execute(
            scoped(session, ROWS, ROWS.c.id)
            .where(ROWS.c.employment_id.in_(employment_ids), ROWS.c.task_id == task_id, ROWS.c.citizen_id == citizen_id)
            .where(ROWS.c.level > 0, ROWS.c.valid_from <= on, or_(ROWS.c.valid_to.is_(None), ROWS.c.valid_to > on))
            .limit(1)
        ).first()
        is not None
    )


@command
def accept_delegation(session: Session, delegation_id: int, *, by: Actor) -> Delegation:
    """The receiver's own yes."""
    row = _waiting(session, delegation_id, by)
    follow(session, row, Step.ACCEPTED, "accept_delegation", by)
    return row


@command
def decline_delegation(session: Session, delegation_id: int, *, reason: str = "", by: Actor) -> Delegation:
    """The receiver's own no: a normal, blameless outcome. A reason is optional and goes to the giver only."""
    _no_cpr(reason, field="reason")
    row = _waiting(session, delegation_id, by)
    follow(session, row, Step.DECLINED, "decline_delegation", by, texts={"reason": reason})
    return row


def _waiting(session: Session, delegation_id: int, by: Actor) -> Delegation:
    authorise(by, Permission.OWN_ANSWER)
    row = session.scalars(select(Delegation).where(Delegation.id == delegation_id)).first()
    if row is None or row.person_id != by.person_id:
        raise NotFound
    lock_chains(session, [by.person_id])
    session.refresh(row)
    if row.accepted_on is not None:
        raise Overtaken(sentence(N_("You have already said yes to this.")))
    _check_open(row)
    return row


def _check_open(row: Delegation) -> None:
    if row.declined_on is not None:
        raise Overtaken(sentence(N_("It was declined. There is nothing more to do.")))
    if row.valid_to is not None and row.valid_to <= today():
        raise Overtaken(sentence(N_("It has already ended.")))


@command
def end_delegation(session: Session, delegation_id: int, *, reason: str = "", by: Actor) -> Delegation:
    """The delegation, ended from today by its giver, its receiver, or who records delegations in her unit.

    Whoever takes it from another says why; the receiver may give it back without a word.
    """
    row = session.scalars(select(Delegation).where(Delegation.id == delegation_id)).first()
    if row is None or not (
        by.person_id in (row.person_id, row.giver_id)
        or works_within(session, row.person_id, within=by.reach(Permission.DELEGATION_GIVE))
    ):
        raise NotFound
    _no_cpr(reason, field="reason")
    if by.person_id != row.person_id and not reason.strip():
        raise RuleBroken(sentence(N_("Write why it ends, so that the receiver knows.")), field="reason")
    lock_chains(session, [row.person_id])
    session.refresh(row)
    _check_open(row)
    follow(session, row, Step.ENDED, "end_delegation", by, texts={"reason": reason})
    return row


@command
def supervise(session: Session, delegation_id: int, *, done_on: date, note: str = "", by: Actor) -> Delegation:
    """The delegation, supervised on that day; where it is to be again, the next day is planned from there."""
    row = session.scalars(select(Delegation).where(Delegation.id == delegation_id)).first()
    if row is None or not (
        by.person_id in (row.supervisor_id, row.giver_id)
        or works_within(session, row.person_id, within=by.reach(Permission.DELEGATION_GIVE))
    ):
        raise NotFound
    if by.person_id == row.person_id:
        raise RuleBroken(sentence(N_("You cannot supervise yourself.")))
    _no_cpr(note, field="note")
    lock_chains(session, [row.person_id])
    session.refresh(row)
    _check_open(row)
    if row.accepted_on is None:
        raise RuleBroken(sentence(N_("The receiver has not said yes. There is nothing to supervise yet.")))
    if not row.valid_from <= done_on <= today():
        raise RuleBroken(
            sentence(N_("Write the day the supervision was held: after the first day, and not ahead.")), field="done_on"
        )
    following = next_supervision(done_on, row.supervise_months, row.valid_to)
    follow(
        session, row, Step.SUPERVISED, "supervise_delegation", by, texts={"note": note},
        fields={"on": done_on.isoformat(), "next": _iso(following)},
    )  # fmt: skip
    return row


def follow(
    session: Session, row: Delegation, step: Step, action: str, by: Actor, *, texts: Mapping[str, str] | None = None,
    fields: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Nothing; the event is appended to the receiver's chain, and the delegation stands as its events say."""
    given = session.get(EvidenceEvent, row.event_id)
    append(
        session,
        NewEvent(
            row.person_id, step, by.person_id, row.task_id, citizen_id=row.citizen_id, refers_to=given.seq if given else None,
            fields=fields or {}, texts={name: squeeze(text) for name, text in (texts or {}).items() if text.strip()},
        ),
    )  # fmt: skip
    project(session, row)
    record(
        session, by=by.person_id, action=action, subject="delegation", subject_id=row.id, person_id=row.person_id,
        detail={"task": row.task_id},
    )  # fmt: skip
    touched(session, person_id=row.person_id, task_id=row.task_id)


def project(session: Session, row: Delegation) -> None:
    """Nothing; the row says what its events say."""
    now = after(happenings(session, row))
    if now is None:
        return
    row.giver_id = now.giver_id or row.giver_id
    row.accepted_on, row.declined_on, row.ended_on = now.accepted_on, now.declined_on, now.ended_on
    row.valid_to, row.supervise_on = now.valid_to, now.supervise_on
    session.flush()


def _no_cpr(text: str, *, field: str) -> None:
    if looks_like_cpr(text):
        raise RuleBroken(sentence(N_("Never write a citizen's name or CPR number. Take the number out.")), field=field)

"""Asking for a sign-off, and the leader's part."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_, sentence
from competence.signoffs.commands.common import refused
from competence.signoffs.models import LeaderAgreement, SignOffRequest
from competence.signoffs.queries import agreement, get_employment, get_task, terms_to_sign


@command
def ask_for_sign_off(session: Session, employment_id: int, task_id: int, *, by: Actor) -> SignOffRequest:
    """The request, by the employee herself, or by her leader from a gap; the one that is open already, if there is one."""
    employment, unit = get_employment(session, employment_id)
    if by.person_id != employment.person_id:
        authorise(by, Permission.SIGNOFF_ASK, unit.path)
    task = get_task(session, task_id)
    if employment.valid_to is not None and employment.valid_to <= today():
        raise RuleBroken(sentence(N_("The employment has ended.")))
    cell, _ = terms_to_sign(session, employment, task.id, on=today())
    if not cell.entitles:
        raise RuleBroken(refused(cell), field="task")
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


@command
def agree(session: Session, employment_id: int, task_id: int, *, by: Actor) -> LeaderAgreement:
    """The leader's agreement that the employee is trained in the task; the one there is when it was given before.

    An agreement, never a professional judgement: it takes the place of no signature.
    """
    employment, unit = get_employment(session, employment_id)
    authorise(by, Permission.SIGNOFF_AGREE, unit.path)
    task = get_task(session, task_id)
    if by.person_id == employment.person_id:
        raise RuleBroken(sentence(N_("You cannot agree with yourself.")))
    cell, _ = terms_to_sign(session, employment, task.id, on=today())
    if not cell.entitles:
        raise RuleBroken(refused(cell))
    given = agreement(session, employment.id, task.id)
    if given is not None:
        return given
    agreed = LeaderAgreement(employment_id=employment.id, task_id=task.id, leader_id=by.person_id, agreed_at=now())
    session.add(agreed)
    session.flush()
    record(
        session, by=by.person_id, action="agree", subject="leader_agreement", subject_id=agreed.id,
        person_id=employment.person_id, detail={"task": task.id},
    )  # fmt: skip
    return agreed

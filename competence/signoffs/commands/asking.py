"""Asking for a sign-off, and the leader's part."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.chain import NewEvent, append, lock_chains
from competence.audit.commands import record
from competence.delegation.rules import CellRule
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_, sentence, squeeze
from competence.people.models import Employment
from competence.signoffs.commands.common import check_step, no_cpr, refused
from competence.signoffs.models import LeaderAgreement, SignOffRequest
from competence.signoffs.queries import agreement, get_employment, get_task, last_request, state_of, terms_to_sign
from competence.signoffs.rules import EventKind, Stage, Step, stage_at


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
    last = last_request(session, employment.id, task.id)
    if last is not None and last.closed_at is None:
        return last
    place = () if cell.rule is CellRule.MAY_CITIZEN else state_of(session, employment.person_id, task.id)
    check_step(Step.ASK, stage_at(place, _stage(last), on=today()), by=by, person_id=employment.person_id, field="task")
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
    request, employment = _locked(session, request_id)
    if by.person_id not in (request.asked_by, employment.person_id):
        raise NotFound
    check_step(Step.WITHDRAW_REQUEST, _stage(request), by=by, person_id=employment.person_id)
    request.closed_at, request.closed_how = now(), "withdrawn"
    record(
        session, by=by.person_id, action="withdraw_request", subject="sign_off_request", subject_id=request.id,
        person_id=employment.person_id,
    )  # fmt: skip


@command
def return_request(session: Session, request_id: int, *, comment: str, by: Actor) -> SignOffRequest:
    """The request, sent back by a guide within reach with what is still to practise. The employee can ask again."""
    request, employment = _locked(session, request_id)
    authorise(by, Permission.SIGNOFF_SIGN, employment.unit.path)
    check_step(Step.RETURN, _stage(request), by=by, person_id=employment.person_id)
    if not comment.strip():
        raise RuleBroken(sentence(N_("Write what there is still to practise.")), field="comment")
    no_cpr(comment, field="comment")
    request.closed_at, request.closed_how = now(), "returned"
    request.closed_by, request.comment = by.person_id, squeeze(comment)
    record(
        session, by=by.person_id, action="return_request", subject="sign_off_request", subject_id=request.id,
        person_id=employment.person_id, detail={"task": request.task_id},
    )  # fmt: skip
    return request


def _locked(session: Session, request_id: int) -> tuple[SignOffRequest, Employment]:
    """The request as it is now, held until the end of the transaction, and the employment. NotFound when there is none."""
    request = session.scalars(
        select(SignOffRequest).where(SignOffRequest.id == request_id).with_for_update(),
        execution_options={"populate_existing": True},
    ).first()
    if request is None:
        raise NotFound
    return request, get_employment(session, request.employment_id)[0]


def _stage(request: SignOffRequest | None) -> Stage:
    """Where the request stands."""
    if request is None:
        return Stage.NOT_BEGUN
    if request.closed_at is None:
        return Stage.REQUESTED
    return Stage.RETURNED if request.closed_how == "returned" else Stage.NOT_BEGUN


@command
def agree(session: Session, employment_id: int, task_id: int, *, by: Actor) -> LeaderAgreement:
    """The leader's agreement that the employee is trained in the task; the one there is when it was given before.

    An event of her chain. An agreement, never a professional judgement: it takes the place of no signature.
    """
    employment, unit = get_employment(session, employment_id)
    authorise(by, Permission.SIGNOFF_AGREE, unit.path)
    task = get_task(session, task_id)
    if by.person_id == employment.person_id:
        raise RuleBroken(sentence(N_("You cannot agree with yourself.")))
    lock_chains(session, [employment.person_id])  # before reading, or two who agree at once both do
    cell, _ = terms_to_sign(session, employment, task.id, on=today())
    if not cell.entitles:
        raise RuleBroken(refused(cell))
    given = agreement(session, employment.id, task.id)
    if given is not None:
        return given
    event = append(
        session,
        NewEvent(employment.person_id, EventKind.AGREED, by.person_id, task.id, fields={"employment": employment.id}),
    )
    agreed = LeaderAgreement(
        employment_id=employment.id, task_id=task.id, leader_id=by.person_id, agreed_at=event.recorded_at
    )
    session.add(agreed)
    session.flush()
    record(
        session, by=by.person_id, action="agree", subject="leader_agreement", subject_id=agreed.id,
        person_id=employment.person_id, detail={"task": task.id},
    )  # fmt: skip
    return agreed

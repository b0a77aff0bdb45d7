"""The second approval, where the task asks for one: by another person who may sign."""

from datetime import timedelta

from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.chain import Appended, day_of, lock_chains
from competence.foundation.changes import command
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, sentence, squeeze
from competence.organisation.queries import settings_of
from competence.signoffs.commands.common import check_step, find_signed, follow_up, no_cpr, stage_after
from competence.signoffs.commands.signing import ground_to_sign
from competence.signoffs.models import SignOffRequest
from competence.signoffs.queries import get_employment, signer_on
from competence.signoffs.rules import EventKind, Step


@command
def approve_second(session: Session, employment_id: int, seq: int, *, by: Actor) -> Appended:
    """The second approval of the signature `seq`; from now on the person is asked for her yes.

    RuleBroken when `by` signed it herself, or could not have signed it: she must hold the task at its level.
    """
    employment, unit = get_employment(session, employment_id)
    authorise(by, Permission.SIGNOFF_SIGN, unit.path)
    lock_chains(session, [employment.person_id])
    about = find_signed(session, employment.person_id, seq)
    signed, stage = stage_after(session, employment.person_id, about)
    check_step(Step.APPROVE, stage, by=by, person_id=employment.person_id, signer_id=about.by_person_id)
    on = day_of(session, employment.person_id)
    first_day = signed.valid_from if signed.valid_from > on else None
    signer = signer_on(session, by, signed.task_id, unit=unit, on=on, first_day=first_day)
    ground = ground_to_sign(signer, level=signed.level, person_id=employment.person_id)
    until = on + timedelta(days=settings_of(session).accept_within_days)
    fields = {"ground": dict(ground), "answer_before": until.isoformat()}
    return follow_up(session, employment.person_id, about, EventKind.SECOND_APPROVED, by=by, fields=fields)


@command
def return_second(session: Session, employment_id: int, seq: int, *, comment: str, by: Actor) -> Appended:
    """The signature is sent back by the second, with what is still to practise; it gives no right and cannot be answered."""
    employment, unit = get_employment(session, employment_id)
    authorise(by, Permission.SIGNOFF_SIGN, unit.path)
    lock_chains(session, [employment.person_id])
    about = find_signed(session, employment.person_id, seq)
    _signed, stage = stage_after(session, employment.person_id, about)
    check_step(Step.DISAPPROVE, stage, by=by, person_id=employment.person_id, signer_id=about.by_person_id)
    if not comment.strip():
        raise RuleBroken(sentence(N_("Write what there is still to practise.")), field="comment")
    no_cpr(comment, field="comment")
    event = follow_up(
        session, employment.person_id, about, EventKind.SECOND_RETURNED, by=by, texts={"comment": comment}
    )
    # She reads it and asks again as after any request that was sent back.
    moment = event.recorded_at
    session.add(
        SignOffRequest(
            employment_id=employment.id, task_id=about.task_id, asked_by=employment.person_id, asked_at=moment,
            closed_at=moment, closed_how="returned", closed_by=by.person_id, comment=squeeze(comment),
        )
    )  # fmt: skip
    session.flush()
    return event

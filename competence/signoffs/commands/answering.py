"""The person's own answers: yes, not yet, and giving a task back."""

from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.chain import Appended, lock_chains
from competence.foundation.changes import command
from competence.signoffs.commands.common import check_step, find_signed, follow_up, no_cpr, stage_after
from competence.signoffs.rules import EventKind, Step


@command
def accept(session: Session, seq: int, *, by: Actor, on_device_of: int | None = None) -> Appended:
    """The person's own yes to the signature `seq` in her chain. `on_device_of` names whose phone it was given on."""
    authorise(by, Permission.OWN_ANSWER)
    lock_chains(session, [by.person_id])
    about = find_signed(session, by.person_id, seq)
    check_step(Step.ACCEPT, stage_after(session, by.person_id, about)[1], by=by, person_id=by.person_id)
    return follow_up(session, by.person_id, about, EventKind.ACCEPTED, by=by, fields={"device_of": on_device_of})


@command
def not_yet(session: Session, seq: int, *, by: Actor, reason: str = "", on_device_of: int | None = None) -> Appended:
    """The person's own "not yet": a normal outcome. A reason is optional and goes to the guide only."""
    authorise(by, Permission.OWN_ANSWER)
    no_cpr(reason, field="reason")
    lock_chains(session, [by.person_id])
    about = find_signed(session, by.person_id, seq)
    check_step(Step.NOT_YET, stage_after(session, by.person_id, about)[1], by=by, person_id=by.person_id)
    return follow_up(
        session, by.person_id, about, EventKind.NOT_YET, by=by, fields={"device_of": on_device_of}, texts={"reason": reason}
    )  # fmt: skip


@command
def decline(session: Session, seq: int, *, by: Actor, reason: str = "") -> Appended:
    """The person gives the task back later: a normal, blameless outcome."""
    authorise(by, Permission.OWN_ANSWER)
    no_cpr(reason, field="reason")
    lock_chains(session, [by.person_id])
    about = find_signed(session, by.person_id, seq)
    check_step(Step.DECLINE, stage_after(session, by.person_id, about)[1], by=by, person_id=by.person_id)
    return follow_up(session, by.person_id, about, EventKind.DECLINED, by=by, texts={"reason": reason})

"""The person's own answers: yes, not yet, and giving a task back."""

from datetime import date

from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.chain import Appended, day_of, lock_chains
from competence.foundation.changes import command
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, sentence
from competence.signoffs.commands.common import find_signed, follow_up, no_cpr, state_after
from competence.signoffs.rules import EventKind, Signed


@command
def accept(session: Session, seq: int, *, by: Actor, on_device_of: int | None = None) -> Appended:
    """The person's own yes to the signature `seq` in her chain. `on_device_of` names whose phone it was given on."""
    authorise(by, Permission.OWN_ANSWER)
    lock_chains(session, [by.person_id])
    about = find_signed(session, by.person_id, seq)
    _check_open(state_after(session, by.person_id, about), on=day_of(session, by.person_id))
    return follow_up(session, by.person_id, about, EventKind.ACCEPTED, by=by, fields={"device_of": on_device_of})


@command
def not_yet(session: Session, seq: int, *, by: Actor, reason: str = "", on_device_of: int | None = None) -> Appended:
    """The person's own "not yet": a normal outcome. A reason is optional and goes to the guide only."""
    authorise(by, Permission.OWN_ANSWER)
    no_cpr(reason, field="reason")
    lock_chains(session, [by.person_id])
    about = find_signed(session, by.person_id, seq)
    _check_open(state_after(session, by.person_id, about), on=day_of(session, by.person_id))
    return follow_up(
        session, by.person_id, about, EventKind.NOT_YET, by=by, fields={"device_of": on_device_of}, texts={"reason": reason}
    )  # fmt: skip


def _check_open(signed: Signed, *, on: date) -> None:
    if signed.accepted_on is not None:
        raise RuleBroken(sentence(N_("You have already said yes to this.")))
    if signed.ended_by is EventKind.NOT_YET:
        raise RuleBroken(
            sentence(N_("You have already answered not yet. Your guide can sign again when you are ready."))
        )
    if signed.ended_on is not None:
        raise RuleBroken(sentence(N_("The signature has been taken back. There is nothing to answer.")))
    if not signed.waits(on):
        raise RuleBroken(sentence(N_("The signature was not answered in time and has lapsed. Ask for a new one.")))


@command
def decline(session: Session, seq: int, *, by: Actor, reason: str = "") -> Appended:
    """The person gives the task back later: a normal, blameless outcome."""
    authorise(by, Permission.OWN_ANSWER)
    no_cpr(reason, field="reason")
    lock_chains(session, [by.person_id])
    about = find_signed(session, by.person_id, seq)
    if not state_after(session, by.person_id, about).in_force(day_of(session, by.person_id)):
        raise RuleBroken(sentence(N_("The sign-off no longer counts. There is nothing to give back.")))
    return follow_up(session, by.person_id, about, EventKind.DECLINED, by=by, texts={"reason": reason})

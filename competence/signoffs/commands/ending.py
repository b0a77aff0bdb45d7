"""A signer takes her own signature back, or ends a sign-off with a reason; a leader or development nurse suspends it."""

from datetime import date

from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.chain import Appended, lock_chains
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_, sentence
from competence.organisation.queries import settings_of
from competence.signoffs.commands.common import check_step, find_signed, follow_up, no_cpr, stage_after
from competence.signoffs.queries import get_employment
from competence.signoffs.rules import EventKind, Step, too_late_to_undo


@command
def withdraw(session: Session, person_id: int, seq: int, *, by: Actor) -> Appended:
    """The signer takes her own signature back: within ten minutes, and only while the person has not answered."""
    lock_chains(session, [person_id])
    about = find_signed(session, person_id, seq)
    if about.by_person_id != by.person_id:
        raise NotFound
    _signed, stage = stage_after(session, person_id, about)
    check_step(Step.WITHDRAW, stage, by=by, person_id=person_id, signer_id=about.by_person_id)
    if too_late_to_undo(about.recorded_at, now(), minutes=settings_of(session).undo_minutes):
        raise RuleBroken(sentence(N_("The ten minutes have passed. The signature can be revoked with a reason.")))
    return follow_up(session, person_id, about, EventKind.WITHDRAWN, by=by)


@command
def revoke(session: Session, employment_id: int, seq: int, *, reason: str, by: Actor) -> Appended:
    """A signer within reach ends a sign-off, with a reason that the person can read."""
    employment, unit = get_employment(session, employment_id)
    authorise(by, Permission.SIGNOFF_SIGN, unit.path)
    lock_chains(session, [employment.person_id])
    about = find_signed(session, employment.person_id, seq)
    _signed, stage = stage_after(session, employment.person_id, about)
    check_step(Step.REVOKE, stage, by=by, person_id=employment.person_id, signer_id=about.by_person_id)
    if not reason.strip():
        raise RuleBroken(sentence(N_("Write why, so that your colleague knows what to do next.")), field="reason")
    no_cpr(reason, field="reason")
    return follow_up(session, employment.person_id, about, EventKind.REVOKED, by=by, texts={"reason": reason})


@command
def suspend(
    session: Session, employment_id: int, seq: int, *, valid_from: date, valid_to: date | None, reason: str, by: Actor
) -> Appended:
    """From and to (half-open, None: until somebody resumes it) the sign-off gives no right; the reason is the person's to read.

    It holds for the task as a whole: a renewal that is answered meanwhile gives no right before it is over either.
    """
    employment, unit = get_employment(session, employment_id)
    authorise(by, Permission.SIGNOFF_SUSPEND, unit.path)
    lock_chains(session, [employment.person_id])
    about = find_signed(session, employment.person_id, seq)
    signed, stage = stage_after(session, employment.person_id, about)
    check_step(Step.SUSPEND, stage, by=by, person_id=employment.person_id, signer_id=about.by_person_id)
    if valid_from < today():
        raise RuleBroken(sentence(N_("The first day must be today or later.")), field="valid_from")
    if signed.valid_to is not None and valid_from >= signed.valid_to:
        raise RuleBroken(sentence(N_("The signature has lapsed by then. Choose an earlier day.")), field="valid_from")
    if valid_to is not None and valid_to <= valid_from:
        raise RuleBroken(sentence(N_("The last day lies before the first day.")), field="valid_through")
    if not reason.strip():
        raise RuleBroken(sentence(N_("Write why, so that your colleague knows what to do next.")), field="reason")
    no_cpr(reason, field="reason")
    return follow_up(
        session, employment.person_id, about, EventKind.SUSPENDED, by=by, texts={"reason": reason},
        fields={"valid_from": valid_from.isoformat(), "valid_to": valid_to.isoformat() if valid_to else None},
    )  # fmt: skip


@command
def resume(session: Session, employment_id: int, seq: int, *, by: Actor) -> Appended:
    """The suspension ends today, and what was signed counts again; one that has not begun is as if it had not been noted."""
    employment, unit = get_employment(session, employment_id)
    authorise(by, Permission.SIGNOFF_SUSPEND, unit.path)
    lock_chains(session, [employment.person_id])
    about = find_signed(session, employment.person_id, seq)
    _signed, stage = stage_after(session, employment.person_id, about)
    check_step(Step.RESUME, stage, by=by, person_id=employment.person_id, signer_id=about.by_person_id)
    return follow_up(session, employment.person_id, about, EventKind.RESUMED, by=by)

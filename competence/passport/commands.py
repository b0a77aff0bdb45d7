"""A person makes the code on her phone, and closes it."""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.foundation.changes import command
from competence.foundation.clock import now
from competence.passport.models import PassportCode


@command
def make_code(session: Session, *, by: Actor) -> PassportCode:
    """A new code of the actor's own; the one before it no longer counts."""
    authorise(by, Permission.OWN_READ)
    code = session.scalar(select(PassportCode).where(PassportCode.person_id == by.person_id).with_for_update())
    if code is None:
        code = PassportCode(person_id=by.person_id)
        session.add(code)
    code.secret, code.made_at, code.ended_at = secrets.token_urlsafe(24), now(), None
    session.flush()
    record(
        session, by=by.person_id, action="make_passport_code", subject="passport_code", subject_id=code.id,
        person_id=by.person_id,
    )  # fmt: skip
    return code


@command
def close_code(session: Session, *, by: Actor) -> None:
    """Nothing; the actor's own code no longer counts."""
    authorise(by, Permission.OWN_READ)
    code = session.scalar(select(PassportCode).where(PassportCode.person_id == by.person_id).with_for_update())
    if code is None or code.ended_at is not None:
        return
    code.ended_at = now()
    record(
        session, by=by.person_id, action="close_passport_code", subject="passport_code", subject_id=code.id,
        person_id=by.person_id,
    )  # fmt: skip

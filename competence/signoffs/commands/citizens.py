"""Naming the one citizen that a signature is for."""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.audit.models import CitizenReference
from competence.audit.sealing import Seal
from competence.foundation.changes import command
from competence.foundation.clock import now
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, looks_like_cpr, sentence, squeeze
from competence.signoffs.queries import get_employment

LONGEST_REFERENCE = 60


@command
def name_citizen(session: Session, employment_id: int, reference: str, *, seal: Seal, by: Actor) -> CitizenReference:
    """The citizen by the care system's reference, the one there is when she was named before. A CPR number is refused."""
    _, unit = get_employment(session, employment_id)
    authorise(by, Permission.SIGNOFF_SIGN, unit.path)
    text = squeeze(reference)
    if not text:
        raise RuleBroken(
            sentence(N_("This task is signed for one certain citizen. Write the care system's reference.")),
            field="citizen",
        )
    if looks_like_cpr(text):
        raise RuleBroken(
            sentence(N_("That looks like a CPR number. Write the care system's own reference, never the CPR number.")),
            field="citizen",
        )
    if len(text) > LONGEST_REFERENCE or not any(sign.isdigit() for sign in text):
        raise RuleBroken(
            sentence(N_("Write the reference as the care system shows it, with its number, and no name.")),
            field="citizen",
        )
    lookup = seal.lookup(text)
    known = session.scalars(select(CitizenReference).where(CitizenReference.lookup == lookup)).first()
    if known is not None:
        return known
    citizen = CitizenReference(
        unit_id=unit.id, sealed=seal.close(text), lookup=lookup, salt=secrets.token_hex(16), recorded_at=now()
    )
    session.add(citizen)
    session.flush()
    record(
        session, by=by.person_id, action="name_citizen", subject="citizen_reference", subject_id=citizen.id,
        detail={"unit": unit.id},
    )  # fmt: skip
    return citizen

"""The references of citizens: encrypted, found again by a keyed hash, and never a CPR number."""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.audit.commands import record
from competence.audit.models import CitizenReference
from competence.audit.sealing import Seal
from competence.foundation.clock import now
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, looks_like_cpr, sentence, squeeze

LONGEST_REFERENCE = 60


def keep_citizen(session: Session, reference: str, *, unit_id: int, seal: Seal, by: int) -> CitizenReference:
    """The citizen by the care system's reference, the one there is when she was named before.

    RuleBroken at the field `citizen` when it is a CPR number, or no reference.
    """
    text = squeeze(reference)
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
    known = find_citizen(session, text, seal=seal)
    if known is not None:
        return known
    citizen = CitizenReference(
        unit_id=unit_id,
        sealed=seal.close(text),
        lookup=seal.lookup(text),
        salt=secrets.token_hex(16),
        recorded_at=now(),
    )
    session.add(citizen)
    session.flush()
    record(
        session, by=by, action="name_citizen", subject="citizen_reference", subject_id=citizen.id,
        detail={"unit": unit_id},
    )  # fmt: skip
    return citizen


def find_citizen(session: Session, reference: str, *, seal: Seal) -> CitizenReference | None:
    """The citizen whom somebody has named by that reference before; None when nobody has, or it has been erased."""
    lookup = seal.lookup(squeeze(reference))
    return session.scalars(select(CitizenReference).where(CitizenReference.lookup == lookup)).first()


def open_citizens(session: Session, citizen_ids: set[int], *, seal: Seal) -> dict[int, str]:
    """Id -> the reference; absent once it has been erased. For those only who may see it."""
    rows = session.execute(
        select(CitizenReference.id, CitizenReference.sealed).where(CitizenReference.id.in_(sorted(citizen_ids)))
    )
    opened = {row.id: seal.open(row.sealed) for row in rows if row.sealed}
    return {citizen: text for citizen, text in opened.items() if text}

"""Naming the one citizen that a signature is for."""

from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.citizens import keep_citizen
from competence.audit.models import CitizenReference
from competence.audit.sealing import Seal
from competence.foundation.changes import command
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, sentence, squeeze
from competence.signoffs.queries import get_employment


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
    return keep_citizen(session, text, unit_id=unit.id, seal=seal, by=by.person_id)

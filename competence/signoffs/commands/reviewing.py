"""A signature whose ground has come in doubt is looked at, and stands."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.chain import lock_chains
from competence.audit.commands import record
from competence.audit.models import AuditEntry
from competence.foundation.changes import command
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_
from competence.signoffs.commands.common import find_signed
from competence.signoffs.queries import get_employment
from competence.signoffs.queries.reviewing import STANDS


@command
def let_stand(session: Session, employment_id: int, seq: int, *, by: Actor) -> None:
    """Nothing; it is noted that `by` has looked at the signature and lets it stand. Its ground is not judged again.

    Sent twice, it is noted once. RuleBroken for a signature that is her own or about herself.
    """
    employment, unit = get_employment(session, employment_id)
    authorise(by, Permission.SIGNOFF_REVIEW, unit.path)
    lock_chains(session, [employment.person_id])
    about = find_signed(session, employment.person_id, seq)
    if by.person_id in (employment.person_id, about.by_person_id):
        raise RuleBroken(
            N_("This is your own signature or about yourself. Ask another development nurse to look at it.")
        )
    noted = select(AuditEntry.id).where(AuditEntry.action == STANDS, AuditEntry.subject_id == about.id)
    if session.scalars(noted).first() is None:
        record(
            session, by=by.person_id, action="ground_stands", subject="evidence_event", subject_id=about.id,
            person_id=employment.person_id, detail={"task": about.task_id},
        )  # fmt: skip

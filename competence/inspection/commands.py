"""A pack that was made in the background is kept for whoever asked for it."""

from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.foundation.changes import command
from competence.foundation.clock import now
from competence.inspection.models import InspectionPack
from competence.inspection.pack import Pack


@command
def keep_pack(session: Session, pack: Pack, *, pdf: bytes, sheet: bytes, by: Actor) -> InspectionPack:
    """The pack's files, kept. NotAllowed when the right to ask has ended meanwhile."""
    authorise(by, Permission.INSPECTION_READ)
    kept = InspectionPack(
        about=pack.question.about, asked_id=pack.question.id, first_day=pack.question.first, last_day=pack.question.last,
        pdf=pdf, sheet=sheet, person_ids=pack.persons, made_by=by.person_id, made_at=now(),
    )  # fmt: skip
    session.add(kept)
    session.flush()
    record(
        session, by=by.person_id, action="make_inspection_pack", subject="inspection_pack", subject_id=kept.id,
        detail={"about": str(pack.question.about), "id": pack.question.id, "first": pack.question.first.isoformat(),
                "last": pack.question.last.isoformat(), "people": len(pack.persons)},
    )  # fmt: skip
    return kept

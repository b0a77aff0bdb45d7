"""An uploaded file waits between its preview and its confirmation."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, authorise
from competence.audit.commands import record
from competence.foundation.clock import now
from competence.foundation.errors import Overtaken
from competence.foundation.text import N_, sentence
from competence.imports.kinds import permission_of
from competence.imports.models import KEPT, StagedImport

REPLACED = sentence(N_("You have chosen another file meanwhile. Nothing was written. Look at that one."))
OUT_OF_REACH = sentence(N_("The file names places that you do not reach. Leave them out, or ask an administrator."))


def stage(
    session: Session, kind: str, *, filename: str, content: bytes, mapping: bytes | None, seen: Mapping[str, Any], by: Actor
) -> StagedImport:  # fmt: skip
    """The file, waiting for a yes; it takes the place of the one before, and all that are a day old are erased."""
    authorise(by, permission_of(kind))
    drop_staged(session, kind, by=by)
    staged = StagedImport(
        kind=str(kind), uploaded_by=by.person_id, filename=filename[-200:], content=content, mapping=mapping, seen=dict(seen),
        staged_at=now(),
    )  # fmt: skip
    session.add(staged)
    session.flush()
    record(
        session, by=by.person_id, action="upload_file", subject="staged_import", subject_id=staged.id,
        detail={"kind": str(kind), "bytes": len(content)},
    )  # fmt: skip
    return staged


def drop_staged(session: Session, kind: str, *, by: Actor) -> None:
    """Nothing; what `by` has uploaded of the kind is erased, and everybody's that is a day old."""
    session.execute(
        delete(StagedImport).where(
            or_(
                (StagedImport.kind == str(kind)) & (StagedImport.uploaded_by == by.person_id),
                StagedImport.staged_at <= now() - timedelta(hours=KEPT),
            )
        ),
        execution_options={"synchronize_session": False},
    )


def take_staged(session: Session, staged_id: int, kind: str, *, staged_at: datetime, by: Actor) -> None:
    """Nothing; the file's bytes are erased. Overtaken when it was confirmed or replaced meanwhile.

    `staged_at` says which file is meant: an id alone may be given to the file that takes its place.
    """
    staged = _locked(session, staged_id)
    if staged is None or (staged.kind, staged.uploaded_by) != (str(kind), by.person_id):
        raise Overtaken(REPLACED)
    if staged.staged_at != staged_at:
        raise Overtaken(REPLACED)
    if staged.taken_at is not None:
        raise Overtaken(N_("The file has been taken in already. Nothing was written again."))
    staged.content, staged.mapping, staged.seen, staged.taken_at = None, None, {}, now()
    session.flush()


def note_result(session: Session, staged_id: int, *, seen: Mapping[str, Any]) -> None:
    """Nothing; what was written stands where the preview stood, in numbers."""
    staged = _locked(session, staged_id)
    if staged is not None:
        staged.seen = dict(seen)
        session.flush()


def _locked(session: Session, staged_id: int) -> StagedImport | None:
    return session.scalars(
        select(StagedImport)
        .where(StagedImport.id == staged_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()

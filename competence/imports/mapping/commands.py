"""Going through a file: begin, answer a step, take it in, remember the answers, forget them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, authorise
from competence.audit.commands import record
from competence.foundation.clock import now
from competence.foundation.errors import NotFound, Overtaken
from competence.foundation.text import looks_like_cpr
from competence.imports.commands.staging import REPLACED, stage
from competence.imports.grid import Sheet
from competence.imports.kinds import permission_of
from competence.imports.mapping.answers import A, Answers, fingerprint, headings_as_keys
from competence.imports.models import RememberedMapping, StagedImport


def begin(
    session: Session, kind: str, *, filename: str, content: bytes, choices: Answers, by: Actor
) -> StagedImport:  # fmt: skip
    """The file, waiting for answers. It takes the place of the one before of the kind."""
    seen = {"choices": choices.as_json()}
    return stage(session, kind, filename=filename, content=content, mapping=None, seen=seen, by=by)


def answer(
    session: Session, kind: str, said: type[A], staged_id: int, *, staged_at: datetime, answers: Mapping[str, Any], by: Actor
) -> A:  # fmt: skip
    """The choices with a step's answers. What other steps say stands. Overtaken when another file was chosen meanwhile.

    Answers about what is found in the file are added to those that stand, so that what is found again is known again.
    """
    authorise(by, permission_of(kind))
    staged = session.scalars(
        select(StagedImport)
        .where(StagedImport.id == staged_id, StagedImport.uploaded_by == by.person_id, StagedImport.kind == kind)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if staged is None or staged.staged_at != staged_at or staged.taken_at is not None:
        raise Overtaken(REPLACED)
    before = said.from_json(staged.seen.get("choices", {}))
    merged: dict[str, Any] = dict(answers)
    for name in said.added:
        if name in merged:
            merged[name] = {**getattr(before, name), **merged[name]}
    choices = replace(before, **merged)
    staged.seen = {"choices": choices.as_json()}
    session.flush()
    return choices


def remember(
    session: Session, kind: str, *, filename: str, sheet: Sheet, choices: Answers, by: Actor
) -> RememberedMapping | None:
    """The mapping, kept for the next file with the same headings. None where a word of it looks like a CPR number."""
    authorise(by, permission_of(kind))
    headings = headings_as_keys(sheet, *choices.head)
    stored = choices.as_json()
    if looks_like_cpr(str((headings, stored, filename))):
        return None
    mark = fingerprint(headings)
    known = session.scalars(
        select(RememberedMapping)
        .where(RememberedMapping.kind == kind, RememberedMapping.fingerprint == mark)
        .with_for_update()
    ).first()
    if known is None:
        known = RememberedMapping(kind=kind, fingerprint=mark, headings=headings)
        session.add(known)
    known.filename, known.choices, known.saved_by, known.recorded_at = filename[-200:], stored, by.person_id, now()
    session.flush()
    record(session, by=by.person_id, action="remember_mapping", subject="remembered_mapping", subject_id=known.id)
    return known


def forget(session: Session, kind: str, mapping_id: int, *, by: Actor) -> None:
    """Nothing; the mapping is removed. NotFound when it is gone already, or is of another kind."""
    authorise(by, permission_of(kind))
    known = session.scalars(
        select(RememberedMapping).where(RememberedMapping.id == mapping_id, RememberedMapping.kind == kind)
    ).first()
    if known is None:
        raise NotFound
    session.delete(known)
    record(session, by=by.person_id, action="forget_mapping", subject="remembered_mapping", subject_id=mapping_id)
    session.flush()

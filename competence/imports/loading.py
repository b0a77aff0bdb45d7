"""Large files, read and taken in in the background: staged and checked first, then one short switch."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from competence.access.rules import Actor
from competence.foundation.changes import Tell
from competence.foundation.errors import Overtaken
from competence.foundation.text import N_, Sentence, sentence
from competence.imports.commands import REPLACED, note_result, take_staged
from competence.imports.grid import SheetProblem
from competence.imports.kinds import Kind
from competence.imports.models import StagedImport
from competence.imports.preview import preview
from competence.imports.taking import Effect, make_ready, read_file, rehearse, take_in
from competence.jobs.commands import Taken
from competence.jobs.running import Switch

CHECK, LOAD = "check", "load"
"""The two kinds of jobs about a file: read it and see what it would change, and take it in."""
MANY_ROWS = 5_000
"""A file of more rows is taken in in the background: to make it ready takes longer than a request may."""
MANY_LINES, MANY_BYTES = 20_000, 500_000
"""A text of more lines, or a workbook of more bytes (it is compressed), is read in the background too."""


def takes_long_to_read(content: bytes) -> bool:
    """Whether the file is so large that it is read in the background; told without reading it."""
    if content.startswith(b"PK"):
        return len(content) > MANY_BYTES
    return content.count(b"\n") > MANY_LINES


def about(staged: StagedImport) -> dict[str, Any]:
    """What a job must know of the file."""
    return {"staged": staged.id, "kind": staged.kind, "staged_at": staged.staged_at.isoformat()}


def check(session: Session, job: Taken, by: Actor, tell: Tell) -> Switch:
    """The file is read and tried; the switch shows on its page what it would change, or what must be put right."""
    staged = _staged(session, job, by)
    try:
        reading = read_file(
            session, Kind(staged.kind), staged.content or b"", staged.filename, by=by, mapping=staged.mapping
        )
    except SheetProblem as refused:
        raise Overtaken(refused.message) from refused
    tell(1, 2)
    reading, effect = rehearse(session, reading, by=by)
    with force_locale(job.locale):
        seen = preview(session, reading, effect, filename=staged.filename)
    problems = len(reading.parsed.problems)

    def switch(writing: Session) -> Sentence:
        _still(writing, staged)
        note_result(writing, staged.id, seen=seen)
        if problems:
            return sentence(N_("%(file)s must be put right: %(count)s places."), file=staged.filename, count=problems)
        return sentence(N_("%(file)s has been read. See what it would change."), file=staged.filename)

    return switch


def load(session: Session, job: Taken, by: Actor, tell: Tell) -> Switch:
    """The file is read anew and all that can be is made ready; the switch takes it in."""
    staged, kind = _staged(session, job, by), Kind(job.said["kind"])
    reading = read_file(session, kind, staged.content or b"", staged.filename, by=by, mapping=staged.mapping)
    reading = make_ready(session, reading, by=by, tell=tell)

    def switch(writing: Session) -> Sentence:
        take_staged(writing, staged.id, kind, staged_at=staged.staged_at, by=by)
        effect = take_in(writing, reading, by=by)
        note_result(writing, staged.id, seen=result_of(effect, staged.filename))
        return sentence(N_("%(file)s is loaded."), file=staged.filename)

    return switch


def result_of(effect: Effect, filename: str) -> Mapping[str, Any]:
    """What was written, in numbers, as the file's page shows it."""
    return {
        "filename": filename,
        "effect": {
            "new": effect.new, "changed": effect.changed, "ended": effect.ended, "unchanged": effect.unchanged,
            "left_out": effect.left_out, "new_persons": effect.new_persons, "new_tasks": effect.new_tasks,
            "version": effect.version,
        },
    }  # fmt: skip


def _staged(session: Session, job: Taken, by: Actor) -> StagedImport:
    """The file that is meant, its bytes loaded. Overtaken when it has been replaced or taken in meanwhile."""
    staged = session.scalars(
        select(StagedImport)
        .where(StagedImport.id == job.said["staged"], StagedImport.uploaded_by == by.person_id)
        .options(undefer(StagedImport.content), undefer(StagedImport.mapping))
    ).first()
    if staged is None or staged.staged_at != datetime.fromisoformat(job.said["staged_at"]) or staged.content is None:
        raise Overtaken(REPLACED)
    session.expunge(staged)
    return staged


def _still(session: Session, staged: StagedImport) -> None:
    now = session.scalars(select(StagedImport.staged_at).where(StagedImport.id == staged.id).with_for_update()).first()
    if now != staged.staged_at:
        raise Overtaken(REPLACED)

"""Reads of evidence files: what lies at a person's task, and who may see it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission
from competence.catalogue.queries.tasks import gate_names
from competence.credentials.queries import name_within
from competence.files.models import EvidenceFile
from competence.files.rules import PURPOSE_NAMES, Purpose
from competence.foundation.errors import NotFound
from competence.foundation.orm import execute, several, standing
from competence.people.models import PersonIdentity

FILES = cast(Table, EvidenceFile.__table__)
_HASHES = (
    standing(FILES, FILES.c.person_id, FILES.c.task_id, FILES.c.hash)
    .where(
        FILES.c.person_id.in_(several("persons")), FILES.c.task_id.in_(several("tasks")),
        FILES.c.removed_at.is_(None), FILES.c.erased_at.is_(None),
    )
    .order_by(FILES.c.hash, FILES.c.id)
)  # fmt: skip


@dataclass(frozen=True)
class File:
    """A file in view, as it is shown."""

    id: int
    person_id: int
    task_id: int
    about: str
    """The name of the course or check, or what it is evidence of, for translation."""
    title: str
    media_type: str
    size: int
    hash: str
    recorded_at: datetime
    by: str


def files_of(session: Session, person_id: int, *, task_id: int | None = None) -> list[File]:
    """What lies at the person's tasks (at the one), the newest first, without what was removed or erased."""
    wanted = (
        select(EvidenceFile, PersonIdentity.name)
        .outerjoin(PersonIdentity, PersonIdentity.person_id == EvidenceFile.recorded_by)
        .where(EvidenceFile.person_id == person_id, EvidenceFile.removed_at.is_(None), EvidenceFile.erased_at.is_(None))
        .order_by(EvidenceFile.id.desc())
    )
    if task_id is not None:
        wanted = wanted.where(EvidenceFile.task_id == task_id)
    rows = session.execute(wanted).all()
    gates = gate_names(session) if any(row.gate_code for row, _by in rows) else {}
    return [
        File(
            row.id, row.person_id, row.task_id,
            gates[row.gate_code][1] if row.gate_code in gates else PURPOSE_NAMES[Purpose(row.purpose)],
            row.title or "", row.media_type, row.size, row.hash, row.recorded_at, by or "",
        )
        for row, by in rows
    ]  # fmt: skip


def hashes_at(
    session: Session, person_ids: Iterable[int], task_ids: Iterable[int]
) -> dict[tuple[int, int], Sequence[str]]:
    """(person, task) -> the hashes of the files in view there, sorted; what a signature then names."""
    found: dict[tuple[int, int], list[str]] = {}
    for person, task, digest in execute(session, _HASHES, persons=list(person_ids), tasks=list(task_ids)):
        found.setdefault((person, task), []).append(digest)
    return dict(found)


def get_file(session: Session, file_id: int, *, by: Actor, permission: Permission) -> EvidenceFile:
    """The file in view, for the person herself or whoever reaches her by the permission. NotFound for all others."""
    row = session.scalar(
        select(EvidenceFile).where(
            EvidenceFile.id == file_id, EvidenceFile.removed_at.is_(None), EvidenceFile.erased_at.is_(None)
        )
    )
    if row is None:
        raise NotFound
    if row.person_id != by.person_id:
        name_within(session, row.person_id, within=by.reach(permission))
    return row


@dataclass(frozen=True)
class Named:
    """A file that a signature names by its hash, as far as it is known."""

    hash: str
    media_type: str
    recorded_at: datetime | None
    state: str
    """"kept", "removed" (out of view), "erased"."""


def named_by(session: Session, person_id: int, hashes: Collection[str]) -> list[Named]:
    """What is known of the files that an event names: one for each hash, in their order."""
    rows = session.scalars(
        select(EvidenceFile)
        .where(EvidenceFile.person_id == person_id, EvidenceFile.hash.in_(list(hashes)))
        .order_by(EvidenceFile.id)
    )
    known = {row.hash: row for row in rows}
    found = []
    for digest in hashes:
        row = known.get(digest)
        state = "erased" if row is None or row.erased_at else "removed" if row.removed_at else "kept"
        found.append(Named(digest, row.media_type if row else "", row.recorded_at if row else None, state))
    return found


def lying(session: Session) -> list[tuple[int, str, int]]:
    """(id, name in the folder, bytes) of every file that is to lie there."""
    rows = session.execute(
        select(EvidenceFile.id, EvidenceFile.stored, EvidenceFile.size)
        .where(EvidenceFile.erased_at.is_(None))
        .order_by(EvidenceFile.id)
    )
    return [(row.id, row.stored, row.size) for row in rows]


def erased_names(session: Session) -> set[str]:
    """The names in the folder of those that are erased."""
    return set(session.scalars(select(EvidenceFile.stored).where(EvidenceFile.erased_at.is_not(None))))

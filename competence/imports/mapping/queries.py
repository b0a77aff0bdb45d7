"""What the municipality has, as a file is compared with it, and the mappings that it has kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.imports.grid import Workbook
from competence.imports.kinds import OWN_ROSTER
from competence.imports.mapping.answers import A, placed
from competence.imports.mapping.reading import Ours
from competence.imports.models import RememberedMapping
from competence.imports.queries import area_names, known_groups, known_tasks, practice_levels
from competence.people.models import PersonIdentity


@dataclass(frozen=True)
class Kept:
    """A remembered mapping."""

    id: int
    filename: str
    recorded_at: datetime
    saved_by: str
    """The name as it is known now; "" for somebody who has been forgotten."""
    headings: Sequence[Sequence[str]]
    choices: Mapping[str, Any]
    """As they were stored."""


def ours_now(session: Session) -> Ours:
    """What the municipality has."""
    return Ours(
        tuple(known_tasks(session)), tuple(known_groups(session)), tuple(practice_levels(session)), tuple(area_names(session))
    )  # fmt: skip


def remembered(session: Session, kind: str) -> list[Kept]:
    """The municipality's mappings of the kind, newest first.

    Of a roster's nobody is told who saved it: those who load rosters see no names but of their own units.
    """
    rows = session.execute(
        select(RememberedMapping, PersonIdentity.name)
        .outerjoin(PersonIdentity, PersonIdentity.person_id == RememberedMapping.saved_by)
        .where(RememberedMapping.kind == kind)
        .order_by(RememberedMapping.recorded_at.desc(), RememberedMapping.id)
    )
    return [
        Kept(row.id, row.filename, row.recorded_at, "" if kind == OWN_ROSTER else name or "", row.headings, row.choices)
        for row, name in rows
    ]


def fitting(session: Session, kind: str, said: type[A], workbook: Workbook) -> tuple[Kept, A] | None:
    """The newest mapping of the kind whose headings the file has, and its choices for this file's rows."""
    for kept in remembered(session, kind):
        if choices := placed(said.from_json(kept.choices), kept.headings, workbook):
            return kept, choices
    return None

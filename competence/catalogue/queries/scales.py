"""What the scales were before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.accounts.queries import names_of
from competence.catalogue.models import ScaleChange
from competence.catalogue.rules import ScaleKind


@dataclass(frozen=True)
class ChangedScale:
    """One change of a scale."""

    at: datetime
    by: str
    """The name as it is known now; "" for somebody who has been forgotten."""
    before: tuple[str, ...]
    after: tuple[str, ...]


def changes_of(session: Session, scale: ScaleKind) -> Sequence[ChangedScale]:
    """The changes of the scale, the latest first."""
    rows = session.scalars(
        select(ScaleChange)
        .where(ScaleChange.scale == scale)
        .order_by(ScaleChange.recorded_at.desc(), ScaleChange.id.desc())
    ).all()
    names = names_of(session, [row.recorded_by for row in rows if row.recorded_by is not None])
    return [
        ChangedScale(
            row.recorded_at, names.get(row.recorded_by or 0, ""), tuple(one["name"] for one in row.before),
            tuple(one["name"] for one in row.after),
        )
        for row in rows
    ]  # fmt: skip

"""What the scales were before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from competence.accounts.queries import names_of
from competence.catalogue.models import ScaleChange
from competence.catalogue.queries import level_names
from competence.catalogue.rules import ScaleKind
from competence.catalogue.rules.scales import EarlierScale, Turn, day_read
from competence.foundation.clock import local, today
from competence.foundation.editions import remembered
from competence.foundation.orm import scoped

CHANGES = cast(Table, ScaleChange.__table__)


def turns(session: Session, scale: ScaleKind = ScaleKind.PRACTICE) -> tuple[Turn, ...]:
    """The changes after which old ranks of the scale mean other ones, the oldest first."""

    def read(session: Session) -> tuple[Turn, ...]:
        c = CHANGES.c
        rows = scoped(session, CHANGES, c.becomes, c.valid_from, c.recorded_at).where(c.scale == scale)
        found = session.execute(rows.order_by(c.recorded_at, c.id))
        return tuple(Turn(on or local(at).date(), at, tuple(to)) for to, on, at in found if to)

    return remembered(session, ("turns", str(scale)), read)


def level_names_on(session: Session, on: date, scale: ScaleKind = ScaleKind.PRACTICE) -> dict[int, str]:
    """Rank -> name as the scale was at the end of the day, the lowest first."""

    return next((names for day, _at, names in _earlier(session, scale) if on < day), None) or level_names(
        session, scale
    )


def level_names_at(session: Session, at: datetime, scale: ScaleKind = ScaleKind.PRACTICE) -> dict[int, str]:
    """Rank -> name of the scale in which something was written at the moment, the lowest first."""
    return next((names for _day, to, names in _earlier(session, scale) if at < to), None) or level_names(session, scale)


def levels_of_version(
    session: Session, valid_to: date | None, scale: ScaleKind = ScaleKind.PRACTICE, *, on: date | None = None
) -> dict[int, str]:
    """Rank -> name by which a version that ends on the day (None: open) names its levels, on the day asked about."""
    return level_names_on(session, day_read(valid_to, today=today(), asked=on), scale)


def changed_between(session: Session, one: date, other: date, scale: ScaleKind = ScaleKind.PRACTICE) -> bool:
    """Whether a level is another, or is called otherwise, on the one day than on the other."""
    since, until = sorted((one, other))
    return any(since < day <= until for day, _at, _names in _earlier(session, scale))


def highest_ever(session: Session) -> int:
    """The highest rank that the practice scale has ever had: so many signs a page about any day may need."""
    ranks = [max(names, default=0) for _day, _at, names in _earlier(session, ScaleKind.PRACTICE)]
    return max([len(level_names(session)), *ranks])


def earlier_scales(session: Session, scale: ScaleKind = ScaleKind.PRACTICE) -> tuple[EarlierScale, ...]:
    """All that the scale has been before today's, the latest first."""
    changes = turns(session, scale)
    return tuple(
        EarlierScale(tuple(names[rank] for rank in sorted(names)), tuple(turn for turn in changes if turn.at >= at))
        for _day, at, names in reversed(_earlier(session, scale))
    )


def _earlier(session: Session, scale: ScaleKind) -> tuple[tuple[date, datetime, dict[int, str]], ...]:
    """(first day after it, the moment of its change, rank -> name) of each scale before today's, the oldest first."""

    def read(session: Session) -> tuple[tuple[date, datetime, dict[int, str]], ...]:
        c = CHANGES.c
        rows = scoped(session, CHANGES, c.before, c.valid_from, c.recorded_at).where(c.scale == scale)
        found = session.execute(rows.order_by(c.recorded_at, c.id))
        return tuple(
            (day or local(at).date(), at, {one["rank"]: one["name"] for one in said}) for said, day, at in found
        )

    return remembered(session, ("levels before", str(scale)), read)


@dataclass(frozen=True)
class ChangedScale:
    """One change of a scale."""

    at: datetime
    by: str
    """The name as it is known now; "" for somebody who has been forgotten."""
    before: tuple[str, ...]
    after: tuple[str, ...]
    moved: tuple[tuple[str, str], ...]
    """(old name, new name) of the levels that became another rank."""


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
            tuple(one["name"] for one in row.after), _moved(row),
        )
        for row in rows
    ]  # fmt: skip


def _moved(row: ScaleChange) -> tuple[tuple[str, str], ...]:
    if not row.becomes:
        return ()
    return tuple((one["name"], row.after[new - 1]["name"]) for one, new in zip(row.before, row.becomes, strict=False))

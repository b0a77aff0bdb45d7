"""Changing one of the two scales."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor
from competence.audit.commands import record
from competence.catalogue.commands.common import may_keep
from competence.catalogue.models import Level, ScaleChange
from competence.catalogue.queries import levels
from competence.catalogue.rules import ScaleKind
from competence.catalogue.rules.scales import SaidLevel, Scale, check_scale, tidy_scale
from competence.foundation.bulk import hold_still
from competence.foundation.changes import command, touched
from competence.foundation.clock import now
from competence.foundation.errors import Overtaken
from competence.foundation.text import N_, sentence

LevelUses = Callable[[Session, ScaleKind], Mapping[str, Mapping[int, int]]]
"""(session, scale) -> what points at its levels: name of the thing -> rank -> how many."""
_uses: list[LevelUses] = []


def levels_used_by(uses: LevelUses) -> None:
    """Wire what tells where levels are used. Called once by app.py; wiring the same function again changes nothing."""
    if uses not in _uses:
        _uses.append(uses)


def level_uses(session: Session, scale: ScaleKind) -> dict[str, Mapping[int, int]]:
    """What points at the levels of the scale: name of the thing -> rank -> how many."""
    found: dict[str, Mapping[int, int]] = {}
    for uses in _uses:
        found |= uses(session, scale)
    return found


def scale_now(session: Session, scale: ScaleKind) -> Scale:
    """The levels as they are, the lowest first."""
    return tuple(SaidLevel(one.name, one.meaning) for one in levels(session, scale))


@command
def change_scale(session: Session, scale: ScaleKind, said: Sequence[SaidLevel], *, seen: Scale, by: Actor) -> Scale:
    """The scale from now on. RuleBroken at its level; Overtaken when it is no longer what the page showed (`seen`)."""
    may_keep(session, by)
    hold_still(session)
    rows = session.scalars(select(Level).where(Level.scale == scale).order_by(Level.rank)).all()
    before = tuple(SaidLevel(row.name, row.meaning) for row in rows)
    if before != seen:
        raise Overtaken(
            sentence(N_("Somebody changed the scale while you had the page open. Nothing was written. Look again."))
        )
    after = checked_scale(session, scale, said, before=before)
    if after == before:
        return before
    for rank, level in enumerate(after, 1):
        if rank <= len(rows):
            rows[rank - 1].name, rows[rank - 1].meaning = level.name, level.meaning
        else:
            session.add(Level(scale=scale, rank=rank, name=level.name, meaning=level.meaning))
    for row in rows[len(after) :]:
        session.delete(row)
    change = ScaleChange(
        scale=scale, before=_kept(before), after=_kept(after), recorded_at=now(), recorded_by=by.person_id
    )
    session.add(change)
    session.flush()
    record(
        session, by=by.person_id, action="change_scale", subject="scale_change", subject_id=change.id,
        detail={"scale": scale.value, "levels": [len(before), len(after)]},
    )  # fmt: skip
    if scale is ScaleKind.PRACTICE and len(before) != len(after):
        touched(session, everybody=True)
    return after


def checked_scale(session: Session, scale: ScaleKind, said: Sequence[SaidLevel], *, before: Scale) -> Scale:
    """The scale, tidied. RuleBroken at its level when it cannot become that."""
    after = tidy_scale(said)
    total: dict[int, int] = {}
    for by_rank in level_uses(session, scale).values():
        for rank, count in by_rank.items():
            total[rank] = total.get(rank, 0) + count
    check_scale(before, after, total)
    return after


def _kept(scale: Scale) -> list[dict[str, Any]]:
    return [{"rank": rank, "name": one.name, "meaning": one.meaning} for rank, one in enumerate(scale, 1)]

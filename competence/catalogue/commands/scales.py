"""Changing one of the two scales."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor
from competence.audit.commands import record
from competence.catalogue.commands.common import may_keep
from competence.catalogue.models import Level, ScaleChange
from competence.catalogue.queries import levels
from competence.catalogue.rules import ScaleKind
from competence.catalogue.rules.scales import SaidLevel, Scale, Turn, check_scale, is_plain, tidy_scale
from competence.foundation.bulk import hold_still
from competence.foundation.changes import command, touched
from competence.foundation.clock import now, today
from competence.foundation.errors import Overtaken, RuleBroken
from competence.foundation.text import N_, sentence

LevelUses = Callable[[Session, ScaleKind], Mapping[str, Mapping[int, int]]]
"""(session, scale) -> what points at its levels: name of the thing -> rank -> how many."""
LevelsAsked = Callable[[Session, ScaleKind, date], Mapping[str, Mapping[int, int]]]
"""(session, scale, day) -> the same of what asks for a level on the day or later."""
Carrier = Callable[[Session, ScaleKind, Turn], None]
"""(session, scale, change) -> nothing; what may still be edited is rewritten in the new levels."""
_uses: list[LevelUses] = []
_asked: list[LevelsAsked] = []
_carriers: list[Carrier] = []


def levels_used_by(uses: LevelUses, asked: LevelsAsked, carriers: Sequence[Carrier]) -> None:
    """Wire what tells where levels are used, and who carries drafts over. Called by app.py; twice changes nothing."""
    if uses not in _uses:
        _uses.append(uses)
        _asked.append(asked)
        _carriers.extend(carriers)


def level_uses(session: Session, scale: ScaleKind) -> dict[str, Mapping[int, int]]:
    """What points at the levels of the scale: name of the thing -> rank -> how many."""
    found: dict[str, Mapping[int, int]] = {}
    for uses in _uses:
        found |= uses(session, scale)
    return found


def scale_now(session: Session, scale: ScaleKind) -> Scale:
    """The scale as it is, the lowest level first."""
    return tuple(SaidLevel(one.name, one.meaning) for one in levels(session, scale))


@dataclass(frozen=True)
class Planned:
    """A scale as it is going to be, and what each level of the one before becomes."""

    after: Scale
    becomes: tuple[int, ...]

    @property
    def turn(self) -> Turn | None:
        """The change of ranks from today on; None when every level keeps its own."""
        return None if is_plain(self.becomes) else Turn(today(), now(), self.becomes)


@command
def change_scale(
    session: Session,
    scale: ScaleKind,
    said: Sequence[SaidLevel],
    *,
    becomes: Sequence[int] = (),
    seen: Scale,
    by: Actor,
) -> Scale:
    """The scale from today on. RuleBroken at its level; Overtaken when it is no longer what the page showed (`seen`).

    `becomes`: the new rank of each old one, 0 where it keeps its own. No evidence and no approved version is rewritten:
    they are read through the change, which is kept with its day. Nobody comes to hold a right by it.
    """
    may_keep(session, by)
    hold_still(session)
    rows = session.scalars(select(Level).where(Level.scale == scale).order_by(Level.rank)).all()
    before = tuple(SaidLevel(row.name, row.meaning) for row in rows)
    if before != seen:
        raise Overtaken(
            sentence(N_("Somebody changed the scale while you had the page open. Nothing was written. Look again."))
        )
    planned = checked_scale(session, scale, said, before=before, becomes=becomes)
    after, turn = planned.after, planned.turn
    if after == before and turn is None:
        return before
    if turn is not None:
        for carry in _carriers:
            carry(session, scale, turn)
    for rank, level in enumerate(after, 1):
        if rank <= len(rows):
            rows[rank - 1].name, rows[rank - 1].meaning = level.name, level.meaning
        else:
            session.add(Level(scale=scale, rank=rank, name=level.name, meaning=level.meaning))
    for row in rows[len(after) :]:
        session.delete(row)
    change = ScaleChange(
        scale=scale, before=_kept(before), after=_kept(after), becomes=list(turn.to) if turn is not None else None,
        valid_from=today(), recorded_at=now(), recorded_by=by.person_id,
    )  # fmt: skip
    session.add(change)
    session.flush()
    record(
        session, by=by.person_id, action="change_scale", subject="scale_change", subject_id=change.id,
        detail={"scale": scale.value, "levels": [len(before), len(after)], "becomes": change.becomes or []},
    )  # fmt: skip
    if scale is ScaleKind.PRACTICE and (turn is not None or len(before) != len(after)):
        touched(session, everybody=True)
    return after


def checked_scale(
    session: Session, scale: ScaleKind, said: Sequence[SaidLevel], *, before: Scale, becomes: Sequence[int] = ()
) -> Planned:
    """The scale, tidied, with what each level becomes. RuleBroken at its level when it cannot become that."""
    after = tidy_scale(said, before)
    total: dict[int, int] = {}
    for by_rank in level_uses(session, scale).values():
        for rank, count in by_rank.items():
            total[rank] = total.get(rank, 0) + count
    planned = Planned(after, check_scale(before, after, total, becomes))
    if planned.turn is not None:
        _check_asked(session, scale, before, planned, planned.turn)
    return planned


def _check_asked(session: Session, scale: ScaleKind, before: Scale, planned: Planned, turn: Turn) -> None:
    """Nothing. RuleBroken while something asks for a level above all that the new scale has."""
    for asked in _asked:
        for rank in range(2, len(before) + 1):
            count = sum(by_rank.get(rank, 0) for by_rank in asked(session, scale, today()).values())
            if count and turn.asked(rank) > len(planned.after):
                raise RuleBroken(
                    N_(
                        "%(count)s fields, staffing needs or profiles ask for %(name)s, and %(below)s would become the "
                        "highest level too: those who hold %(below)s would gain rights that nobody has given them. Change "
                        "what asks for %(name)s first, or let %(below)s become a lower level."
                    ),
                    field=f"becomes_{rank}", count=count, name=before[rank - 1].name, below=before[rank - 2].name,
                )  # fmt: skip


def _kept(scale: Scale) -> list[dict[str, Any]]:
    return [{"rank": rank, "name": one.name, "meaning": one.meaning} for rank, one in enumerate(scale, 1)]

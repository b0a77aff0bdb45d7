"""What points at the levels of the two scales, before one of them is changed."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, func, or_
from sqlalchemy.orm import Session

from competence.audit.models import EvidenceEvent
from competence.catalogue.queries.scales import turns
from competence.catalogue.rules import ScaleKind
from competence.catalogue.rules.scales import Turn
from competence.coverage.queries.uses import REQUIREMENTS
from competence.delegation.queries import CELLS, MASKS
from competence.delegation.queries.terms import VERSIONS
from competence.development.models import ConfirmedLevel
from competence.foundation.orm import scoped
from competence.foundation.text import N_
from competence.profiles.models import CompetenceProfile, ProfileStatement, ProfileTask
from competence.signoffs.rules import EventKind

EVENTS = cast(Table, EvidenceEvent.__table__)
PROFILES = cast(Table, CompetenceProfile.__table__)
PROFILE_TASKS = cast(Table, ProfileTask.__table__)
STATEMENTS = cast(Table, ProfileStatement.__table__)
CONFIRMED = cast(Table, ConfirmedLevel.__table__)

Counts = Mapping[str, Mapping[int, int]]
"""Name of the thing -> rank on today's scale -> how many."""
SIGNATURES, FIELDS, NEEDS = N_("signatures"), N_("fields of the division of tasks"), N_("staffing needs")
PROFILES_TASKS = N_("tasks of profiles")


def level_uses(session: Session, scale: ScaleKind) -> Counts:
    """What points at each level, of all that was ever signed and of all that is written."""
    if scale is ScaleKind.PROFILE:
        changes = turns(session, ScaleKind.PROFILE)
        at = PROFILES.c.approved_at
        said_on = CONFIRMED.c.recorded_at
        return {
            N_("statements of profiles"): _held(
                session, _of_profiles(session, STATEMENTS, STATEMENTS.c.level), at, changes
            ),
            PROFILES_TASKS: _held(session, _of_profiles(session, PROFILE_TASKS, PROFILE_TASKS.c.level), at, changes),
            N_("levels confirmed in talks"): _together(
                *(
                    _held(session, scoped(session, CONFIRMED, level, said_on), said_on, changes)
                    for level in (CONFIRMED.c.computed_level, CONFIRMED.c.level)
                )
            ),
        }
    signed = EVENTS.c.fields["level"].as_integer()
    signatures = scoped(session, EVENTS, signed, EVENTS.c.recorded_at).where(EVENTS.c.kind == EventKind.SIGNED.value)
    return {SIGNATURES: _held(session, signatures, EVENTS.c.recorded_at, turns(session)), **_asked(session, on=None)}


def levels_asked_now(session: Session, scale: ScaleKind, on: date) -> Counts:
    """What asks for each level of the practice scale on the day or later, drafts too; nothing asks for profile levels."""
    return _asked(session, on=on) if scale is ScaleKind.PRACTICE else {}


def _asked(session: Session, *, on: date | None) -> Counts:
    changes = turns(session)
    cells = [
        scoped(session, CELLS, level, VERSIONS.c.approved_at)
        .join(VERSIONS, (VERSIONS.c.municipality_id == CELLS.c.municipality_id) & (VERSIONS.c.id == CELLS.c.version_id))
        .where(VERSIONS.c.discarded_at.is_(None), *_not_over(VERSIONS, on))
        for level in (CELLS.c.minimum_level, CELLS.c.education_level)
    ]
    at = VERSIONS.c.approved_at
    masks = scoped(session, MASKS, MASKS.c.minimum_level, MASKS.c.recorded_at).where(*_not_over(MASKS, on))
    needs = scoped(session, REQUIREMENTS, REQUIREMENTS.c.level, REQUIREMENTS.c.recorded_at).where(
        *_not_over(REQUIREMENTS, on)
    )
    tasks = _of_profiles(session, PROFILE_TASKS, PROFILE_TASKS.c.practice_level).where(*_not_over(PROFILES, on))
    asked = _counted(session, cells[0], at, changes, asked=True)
    # Of what education gives it is only of interest that the level is in use.
    gives = _counted(session, cells[1], at, changes, asked=False) if on is None else {}
    return {
        FIELDS: _together(asked, gives, _counted(session, masks, MASKS.c.recorded_at, changes, asked=True)),
        NEEDS: _counted(session, needs, REQUIREMENTS.c.recorded_at, changes, asked=True),
        PROFILES_TASKS: _counted(session, tasks, PROFILES.c.approved_at, changes, asked=True),
    }


def _not_over(table: Table, on: date | None) -> list[ColumnElement[bool]]:
    return [] if on is None else [or_(table.c.valid_to.is_(None), table.c.valid_to > on)]


def _of_profiles(session: Session, table: Table, level: Any) -> Select[Any]:
    return scoped(session, table, level, PROFILES.c.approved_at).join(
        PROFILES, (PROFILES.c.municipality_id == table.c.municipality_id) & (PROFILES.c.id == table.c.profile_id)
    )


def _held(session: Session, wanted: Select[Any], at: Any, changes: Iterable[Turn]) -> dict[int, int]:
    return _counted(session, wanted, at, changes, asked=False)


def _counted(session: Session, wanted: Select[Any], at: Any, changes: Iterable[Turn], *, asked: bool) -> dict[int, int]:
    """Rank on today's scale -> how many. `wanted` selects (level, moment); what has no moment is written on today's."""
    level = wanted.selected_columns[0]
    after = list(changes)
    found: dict[int, int] = {}
    for place in range(len(after) + 1):
        since, until = after[place - 1] if place else None, after[place] if place < len(after) else None
        era = [at <= until.at] if until is not None else [or_(at.is_(None), at > since.at)] if since is not None else []
        if since is not None and until is not None:
            era.append(at > since.at)
        rows = session.execute(
            wanted.with_only_columns(level, func.count()).where(level.is_not(None), *era).group_by(level)
        )
        for rank, count in rows:
            if not rank:
                continue
            now = int(rank)
            for turn in after[place:]:
                now = turn.asked(now) if asked else turn.held(now)
            found[now] = found.get(now, 0) + count
    return found


def _together(*some: Mapping[int, int]) -> dict[int, int]:
    return {rank: sum(one.get(rank, 0) for one in some) for rank in sorted({rank for one in some for rank in one})}

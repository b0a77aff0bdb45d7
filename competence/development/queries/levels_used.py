"""What points at the levels of the two scales, before one of them is changed."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Table, func
from sqlalchemy.orm import Session

from competence.audit.models import EvidenceEvent
from competence.catalogue.rules import ScaleKind
from competence.coverage.queries.uses import REQUIREMENTS
from competence.delegation.queries import CELLS, MASKS
from competence.development.models import ConfirmedLevel
from competence.foundation.orm import scoped
from competence.foundation.text import N_
from competence.profiles.models import ProfileStatement, ProfileTask
from competence.signoffs.rules import EventKind

EVENTS = cast(Table, EvidenceEvent.__table__)
PROFILE_TASKS = cast(Table, ProfileTask.__table__)
STATEMENTS = cast(Table, ProfileStatement.__table__)
CONFIRMED = cast(Table, ConfirmedLevel.__table__)


def level_uses(session: Session, scale: ScaleKind) -> Mapping[str, Mapping[int, int]]:
    """Name of the thing -> rank -> how many, of all that was ever signed and of all that is written."""
    if scale is ScaleKind.PROFILE:
        return {
            N_("statements of profiles"): _counted(session, STATEMENTS, STATEMENTS.c.level),
            N_("tasks of profiles"): _counted(session, PROFILE_TASKS, PROFILE_TASKS.c.level),
            N_("levels confirmed in talks"): _together(
                _counted(session, CONFIRMED, CONFIRMED.c.computed_level),
                _counted(session, CONFIRMED, CONFIRMED.c.level),
            ),
        }
    signed = EVENTS.c.fields["level"].as_integer()
    return {
        N_("signatures"): _counted(session, EVENTS, signed, EVENTS.c.kind == EventKind.SIGNED.value),
        N_("fields of the division of tasks"): _together(
            _counted(session, CELLS, CELLS.c.minimum_level), _counted(session, CELLS, CELLS.c.education_level),
            _counted(session, MASKS, MASKS.c.minimum_level),
        ),
        N_("staffing needs"): _counted(session, REQUIREMENTS, REQUIREMENTS.c.level),
        N_("tasks of profiles"): _counted(session, PROFILE_TASKS, PROFILE_TASKS.c.practice_level),
    }  # fmt: skip


def _counted(session: Session, table: Table, level: Any, *where: Any) -> dict[int, int]:
    rows = session.execute(
        scoped(session, table, level, func.count()).where(level.is_not(None), *where).group_by(level)
    )
    return {int(rank): count for rank, count in rows if rank}


def _together(*some: Mapping[int, int]) -> dict[int, int]:
    return {rank: sum(one.get(rank, 0) for one in some) for rank in sorted({rank for one in some for rank in one})}

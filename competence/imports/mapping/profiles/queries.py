"""What the municipality has, as a sheet with profiles is compared with it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.imports.mapping.profiles.columns import ProfileOurs
from competence.imports.queries import known_groups, known_tasks, practice_levels, profile_levels
from competence.people.models import StaffGroup
from competence.profiles.models import CompetenceProfile


def ours_now(session: Session) -> ProfileOurs:
    """What the municipality has."""
    return ProfileOurs(
        tuple(known_tasks(session)), tuple(known_groups(session)), tuple(profile_levels(session)),
        tuple(practice_levels(session)),
    )  # fmt: skip


def drafts_of(session: Session) -> dict[str, tuple[int, int, bool]]:
    """Staff group's code -> (its id, the number of its draft, whether somebody has worked in it), those with a draft."""
    rows = session.execute(
        select(StaffGroup.code, CompetenceProfile)
        .join(CompetenceProfile, CompetenceProfile.staff_group_id == StaffGroup.id)
        .where(CompetenceProfile.approved_at.is_(None))
        .order_by(StaffGroup.position, StaffGroup.id)
    )
    return {
        code: (row.staff_group_id, row.number, row.recorded_by is not None or row.changed_at is not None)
        for code, row in rows
    }

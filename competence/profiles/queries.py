"""Reads of competence profiles."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from competence.profiles.models import CompetenceProfile, ProfileTask
from competence.profiles.rules import Asked


def profile_on(session: Session, staff_group_id: int, on: date) -> CompetenceProfile | None:
    """The group's profile in force on the day, an approved one before a draft; None when it has none."""
    found = session.scalars(
        select(CompetenceProfile)
        .where(
            CompetenceProfile.staff_group_id == staff_group_id,
            CompetenceProfile.valid_from <= on,
            or_(CompetenceProfile.valid_to.is_(None), CompetenceProfile.valid_to > on),
        )
        .order_by(CompetenceProfile.approved_at.is_(None), CompetenceProfile.number.desc(), CompetenceProfile.id)
    )
    return found.first()


def asked_in(session: Session, profile_id: int) -> Sequence[Asked]:
    """What the profile asks for, area by area and level by level in its order."""
    rows = session.scalars(
        select(ProfileTask).where(ProfileTask.profile_id == profile_id).order_by(ProfileTask.position, ProfileTask.id)
    )
    return [Asked(row.area_name, row.level, row.task_id, row.practice_level, row.position) for row in rows]

"""Reads of competence profiles."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.profiles.models import CompetenceProfile, ProfileTask
from competence.profiles.rules import Asked


def profile_on(session: Session, staff_group_id: int, on: date) -> CompetenceProfile | None:
    """The group's profile in force on the day; before there is one, what is to be: the next approved, else the draft.

    None when it has none. What is not in force is told apart by `approved_at` and `valid_from`.
    """
    rows = session.scalars(
        select(CompetenceProfile)
        .where(CompetenceProfile.staff_group_id == staff_group_id)
        .order_by(CompetenceProfile.number, CompetenceProfile.id)
    ).all()
    dated = [(row.valid_from, row) for row in rows if row.approved_at is not None and row.valid_from is not None]
    for first, row in dated:
        if first <= on and (row.valid_to is None or on < row.valid_to):
            return row
    coming = [row for first, row in sorted(dated, key=lambda one: one[0]) if first > on]
    return next(iter([*coming, *(row for row in rows if row.approved_at is None)]), None)


def asked_in(session: Session, profile_id: int) -> Sequence[Asked]:
    """What the profile asks for, area by area and level by level in its order."""
    rows = session.scalars(
        select(ProfileTask).where(ProfileTask.profile_id == profile_id).order_by(ProfileTask.position, ProfileTask.id)
    )
    return [Asked(row.area_name, row.level, row.task_id, row.practice_level, row.position) for row in rows]

"""Drafts of profiles, carried over to a scale that has been changed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.catalogue.rules import ScaleKind
from competence.catalogue.rules.scales import Turn
from competence.profiles.models import CompetenceProfile, ProfileStatement, ProfileTask


def carry_drafts(session: Session, scale: ScaleKind, turn: Turn) -> None:
    """Nothing; drafts say their levels on the new scale. Wired to the change of a scale by app.py."""
    drafts = session.scalars(select(CompetenceProfile.id).where(CompetenceProfile.approved_at.is_(None))).all()
    if scale is ScaleKind.PROFILE:
        for row in session.scalars(select(ProfileStatement).where(ProfileStatement.profile_id.in_(drafts))):
            row.level = turn.held(row.level)
    tasks = session.scalars(
        select(ProfileTask).where(ProfileTask.profile_id.in_(drafts)).order_by(ProfileTask.id)
    ).all()
    strictest: dict[tuple[int, int, int], ProfileTask] = {}
    for task in tasks:
        level = turn.held(task.level) if scale is ScaleKind.PROFILE else task.level
        practice = turn.asked(task.practice_level) if scale is ScaleKind.PRACTICE else task.practice_level
        twin = strictest.setdefault((task.profile_id, level, task.task_id), task)
        if twin is not task:
            twin.practice_level = max(twin.practice_level, practice)
            session.delete(task)
            session.flush()
            continue
        task.practice_level = practice
    for apart in (100, 0):  # no two rows may say the same on the way
        for (_profile, level, _task), task in strictest.items():
            task.level = apart + level
        session.flush()

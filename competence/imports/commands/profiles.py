"""Competence profiles from a list: each staff group in it gets a draft."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor
from competence.catalogue.models import Task
from competence.foundation.changes import command
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_
from competence.imports.profiles import ProfileRow
from competence.people.models import StaffGroup
from competence.profiles.commands import replace_draft
from competence.profiles.rules import Asked, Content, Expected

SOURCE = "imported list"


@dataclass(frozen=True)
class ProfilesImported:
    """What the list came to, in rows."""

    new: int
    unchanged: int


@command
def import_profiles(session: Session, rows: Sequence[ProfileRow], *, by: Actor | None) -> ProfilesImported:
    """How many rows stand in new drafts, and how many say what their group has already.

    RuleBroken when a group has a draft that somebody has worked in. The texts of a function description are kept.
    """
    groups = {row.code: row for row in session.scalars(select(StaffGroup).order_by(StaffGroup.id))}
    tasks = {row.code: row.id for row in session.scalars(select(Task).order_by(Task.id))}
    new = unchanged = 0
    for code in dict.fromkeys(row.staff_group for row in rows):
        own = [row for row in rows if row.staff_group == code]
        missing = next((row.task for row in own if row.task and row.task not in tasks), None)
        if code not in groups or missing is not None:
            raise RuleBroken(N_("The catalogue has changed meanwhile. Nothing was written. Load the file again."))
        if replace_draft(session, groups[code].id, _content(own, tasks), by=by):
            new += len(own)
        else:
            unchanged += len(own)
    return ProfilesImported(new, unchanged)


def _content(rows: Sequence[ProfileRow], tasks: dict[str, int]) -> Content:
    areas: dict[str, str] = {}
    for row in rows:
        areas.setdefault(row.area.casefold(), row.area)
    place = {area: number for number, area in enumerate(areas.values())}
    named = [(areas[row.area.casefold()], row) for row in rows]
    return Content(
        tuple(Expected(area, row.level, row.text, place[area], SOURCE) for area, row in named if not row.task),
        tuple(
            Asked(area, row.level, tasks[row.task], row.practice_level, place[area]) for area, row in named if row.task
        ),
    )

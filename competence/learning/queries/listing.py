"""Reads of the municipality's list of activities."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.foundation.errors import NotFound
from competence.learning.models import Activity
from competence.learning.rules import Part


def listed(session: Session, *, part: Part | None = None, archived: bool = False, text: str = "") -> Sequence[Activity]:
    """The activities by part and code; those that are archived alone, when they are asked for."""
    wanted = select(Activity).where(
        Activity.archived_on.is_not(None) if archived else Activity.archived_on.is_(None),
    )
    if part is not None:
        wanted = wanted.where(Activity.part == part)
    order = {one.value: place for place, one in enumerate(Part)}
    found = session.scalars(wanted.order_by(Activity.code, Activity.id)).all()
    asked = text.casefold().split()
    fitting = [
        one for one in found if all(word in f"{one.name} {one.area} {one.who_leads}".casefold() for word in asked)
    ]
    return sorted(fitting, key=lambda one: (order[one.part], one.code, one.id))


def get_listed(session: Session, activity_id: int) -> Activity:
    """The activity. NotFound when there is none by that id."""
    found = session.scalars(select(Activity).where(Activity.id == activity_id)).one_or_none()
    if found is None:
        raise NotFound
    return found

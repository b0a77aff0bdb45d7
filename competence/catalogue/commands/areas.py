"""Areas: what tasks are put together under."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor
from competence.audit.commands import record
from competence.catalogue.commands.common import check_seen, may_keep
from competence.catalogue.models import Area, Task
from competence.catalogue.queries.tasks import get_area
from competence.foundation.changes import command
from competence.foundation.clock import today
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, looks_like_cpr, squeeze


@dataclass(frozen=True)
class AreaFacts:
    """An area's name and where it stands."""

    name: str
    position: int = 0
    """Counted from 1; others move to make room. 0: last."""


@command
def add_area(session: Session, said: AreaFacts, *, by: Actor) -> Area:
    """The area. RuleBroken at `name` when there is one of that name."""
    may_keep(session, by)
    area = Area(name=_free_name(session, said.name), position=0)
    session.add(area)
    session.flush()
    _place(session, area, said.position)
    record(session, by=by.person_id, action="add_area", subject="area", subject_id=area.id)
    return area


@command
def change_area(session: Session, area_id: int, said: AreaFacts, *, seen: int, by: Actor) -> Area:
    """The area with its name and place. Overtaken when it was changed since the page was opened."""
    may_keep(session, by)
    area = get_area(session, area_id, lock=True)
    check_seen(session, area, seen)
    area.name = _free_name(session, said.name, but=area.id)
    area.revision += 1
    _place(session, area, said.position)
    record(session, by=by.person_id, action="change_area", subject="area", subject_id=area.id)
    return area


@command
def archive_area(session: Session, area_id: int, *, from_day: date, seen: int, by: Actor) -> Area:
    """The area, out of the catalogue from the day. RuleBroken while a task in the catalogue belongs to it then."""
    may_keep(session, by)
    area = get_area(session, area_id, lock=True)
    check_seen(session, area, seen)
    if from_day < today():
        raise RuleBroken(N_("The day must be today or later."), field="from_day")
    left = session.scalars(
        select(Task.name)
        .where(Task.area_id == area.id, Task.archived_on.is_(None) | (Task.archived_on > from_day))
        .order_by(Task.position, Task.id)
    ).all()
    if left:
        raise RuleBroken(
            N_("%(count)s tasks in the catalogue belong to it, the first is %(task)s. Move or archive them first."),
            field="from_day", count=len(left), task=left[0],
        )  # fmt: skip
    area.archived_on = from_day
    area.revision += 1
    record(
        session, by=by.person_id, action="archive_area", subject="area", subject_id=area.id,
        detail={"from": from_day.isoformat()},
    )  # fmt: skip
    return area


@command
def restore_area(session: Session, area_id: int, *, seen: int, by: Actor) -> Area:
    """The area, in the catalogue again."""
    may_keep(session, by)
    area = get_area(session, area_id, lock=True)
    check_seen(session, area, seen)
    area.archived_on = None
    area.revision += 1
    record(session, by=by.person_id, action="restore_area", subject="area", subject_id=area.id)
    return area


def _free_name(session: Session, name: str, *, but: int = 0) -> str:
    name = squeeze(name)
    if not name:
        raise RuleBroken(N_("Write what the area is called."), field="name")
    if looks_like_cpr(name):
        raise RuleBroken(N_("Never write a citizen's name or CPR number. Take the number out."), field="name")
    others = session.scalars(select(Area.name).where(Area.id != but)).all()
    twin = next((other for other in others if other.casefold() == name.casefold()), None)
    if twin is not None:
        raise RuleBroken(N_("There is already an area called %(name)s."), field="name", name=twin)
    return name


def _place(session: Session, area: Area, position: int) -> None:
    others = [
        one
        for one in session.scalars(select(Area).order_by(Area.position, Area.name, Area.id)).all()
        if one.id != area.id
    ]
    at = len(others) if position < 1 else min(position - 1, len(others))
    for place, one in enumerate([*others[:at], area, *others[at:]], 1):
        one.position = place

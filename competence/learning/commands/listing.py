"""The municipality's list of activities to learn by: kept by the development nurse, chosen from by everybody."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.accounts.queries import root_paths
from competence.audit.commands import record
from competence.catalogue.models import Task
from competence.catalogue.queries import level_names
from competence.foundation.changes import command
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.text import N_, sentence, squeeze
from competence.learning.commands.common import words
from competence.learning.models import Activity
from competence.learning.rules import MOST_WORDS, Part, check_minutes

MOST_PRICE = 200_000


@dataclass(frozen=True)
class Listed:
    """What the list says of an activity."""

    name: str
    part: Part
    minutes: int
    """Usual length; 0: it differs."""
    area: str = ""
    who_leads: str = ""
    place: str = ""
    about: str = ""
    task_id: int | None = None
    level: int | None = None
    price: int = 0


def _may_keep(session: Session, by: Actor) -> None:
    """Nothing. NotAllowed when `by` does not keep the list, which is the whole municipality's."""
    paths = root_paths(session)
    if not paths:
        raise NotFound
    authorise(by, Permission.ACTIVITY_WRITE, paths[0])


@command
def list_activity(session: Session, said: Listed, *, by: Actor) -> Activity:
    """The activity, on the list from now on. RuleBroken with the field that is wrong."""
    _may_keep(session, by)
    _check(session, said)
    number = session.scalar(select(func.max(Activity.id))) or 0
    activity = Activity(code=f"E{said.part}-{number + 1}", source="", **_columns(said))
    session.add(activity)
    session.flush()
    record(session, by=by.person_id, action="list_activity", subject="activity", subject_id=activity.id)
    return activity


@command
def change_listed(session: Session, activity_id: int, said: Listed, *, seen: int, by: Actor) -> Activity:
    """The activity as it is said now; plans that took it before keep what they say. Overtaken when it is not as `seen`."""
    _may_keep(session, by)
    activity = _held(session, activity_id, seen)
    _check(session, said)
    for column, value in _columns(said).items():
        setattr(activity, column, value)
    activity.revision += 1
    record(session, by=by.person_id, action="change_listed_activity", subject="activity", subject_id=activity.id)
    return activity


@command
def archive_listed(session: Session, activity_id: int, *, seen: int, by: Actor) -> Activity:
    """The activity, no longer chosen from."""
    _may_keep(session, by)
    activity = _held(session, activity_id, seen)
    if activity.archived_on is None:
        activity.archived_on = today()
        activity.revision += 1
        record(session, by=by.person_id, action="archive_activity", subject="activity", subject_id=activity.id)
    return activity


@command
def restore_listed(session: Session, activity_id: int, *, by: Actor) -> Activity:
    """The activity, on the list again."""
    _may_keep(session, by)
    activity = _held(session, activity_id, None)
    if activity.archived_on is not None:
        activity.archived_on = None
        activity.revision += 1
        record(session, by=by.person_id, action="restore_activity", subject="activity", subject_id=activity.id)
    return activity


def _held(session: Session, activity_id: int, seen: int | None) -> Activity:
    activity = session.scalars(
        select(Activity).where(Activity.id == activity_id).with_for_update(),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if activity is None:
        raise NotFound
    if seen is not None and activity.revision != seen:
        raise Overtaken(sentence(N_("The activity has been changed meanwhile. Nothing was saved. Look at it again.")))
    return activity


def _check(session: Session, said: Listed) -> None:
    if not squeeze(said.name):
        raise RuleBroken(sentence(N_("Write what the activity is.")), field="name")
    if said.minutes:
        check_minutes(said.minutes)
    if not 0 <= said.price <= MOST_PRICE:
        raise RuleBroken(sentence(N_("Write a price from 0 to 200.000 kroner.")), field="price")
    if said.task_id is None:
        return
    task = session.scalars(select(Task).where(Task.id == said.task_id)).one_or_none()
    if task is None:
        raise RuleBroken(sentence(N_("Choose a task.")), field="task")
    if task.archived_on is not None and task.archived_on <= today():
        raise RuleBroken(sentence(N_("The task “%(task)s” is no longer used."), task=task.name), field="task")
    if said.level not in level_names(session):
        raise RuleBroken(sentence(N_("Choose a level.")), field="level")


def _columns(said: Listed) -> dict[str, object]:
    return {
        "name": words(squeeze(said.name), "name", MOST_WORDS), "part": said.part, "minutes": said.minutes,
        "area": words(squeeze(said.area), "area", 120), "who_leads": words(squeeze(said.who_leads), "who_leads", MOST_WORDS),
        "place": words(squeeze(said.place), "place", MOST_WORDS), "about": words(said.about, "about"),
        "task_id": said.task_id, "level": said.level if said.task_id is not None else None, "price": said.price,
    }  # fmt: skip

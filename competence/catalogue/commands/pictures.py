"""A task's picture."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor
from competence.audit.commands import record
from competence.catalogue.commands.common import may_keep, note_change, note_first
from competence.catalogue.models import TaskPicture
from competence.catalogue.queries.tasks import get_task
from competence.catalogue.rules.pictures import media_type
from competence.foundation.changes import command
from competence.foundation.clock import now


@dataclass(frozen=True)
class NewPicture:
    """A picture as somebody uploaded it."""

    content: bytes


@command
def set_picture(session: Session, task_id: int, new: NewPicture, *, by: Actor, why: str = "") -> TaskPicture:
    """The task's picture, in place of the one before. RuleBroken at `picture` when it is no small picture."""
    may_keep(session, by)
    kind = media_type(new.content)
    task = get_task(session, task_id, lock=True)
    note_first(session, task)
    picture = session.scalars(select(TaskPicture).where(TaskPicture.task_id == task.id)).first()
    if picture is None:
        picture = TaskPicture(task_id=task.id)
        session.add(picture)
    picture.media_type, picture.content, picture.recorded_at = kind, new.content, now()
    session.flush()
    note_change(session, task, by=by, why=why)
    record(session, by=by.person_id, action="set_picture", subject="task", subject_id=task.id)
    return picture


@command
def remove_picture(session: Session, task_id: int, *, by: Actor, why: str = "") -> None:
    """Nothing; the task has no picture."""
    may_keep(session, by)
    task = get_task(session, task_id, lock=True)
    picture = session.scalars(select(TaskPicture).where(TaskPicture.task_id == task.id)).first()
    if picture is None:
        return
    note_first(session, task)
    session.delete(picture)
    session.flush()
    note_change(session, task, by=by, why=why)
    record(session, by=by.person_id, action="remove_picture", subject="task", subject_id=task.id)

"""What the commands of the catalogue share: who may, a page that is out of date, what else uses a task, and its history."""

from collections.abc import Callable, Sequence
from datetime import date
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from competence.access.rules import Actor, Permission, authorise
from competence.accounts.queries import names_of
from competence.audit.queries import entries_about
from competence.catalogue.models import Area, Task, TaskPicture, TaskRevision
from competence.catalogue.queries.tasks import facts_of, root_path
from competence.catalogue.rules.tasks import document
from competence.foundation.clock import now
from competence.foundation.errors import Overtaken
from competence.foundation.text import N_, Sentence, sentence

Uses = Callable[[Session, int, date], Sequence[Sentence]]
"""(session, task, day) -> a sentence for each thing above the catalogue that uses the task on that day or later."""
_uses: list[Uses] = []


def used_by(uses: Uses) -> None:
    """Wire what tells where a task is used. Called once by app.py; wiring the same function again changes nothing."""
    if uses not in _uses:
        _uses.append(uses)


def uses_of(session: Session, task_id: int, on: date) -> list[Sentence]:
    """Why the task cannot be taken out of the catalogue on that day; empty when it can."""
    return [said for uses in _uses for said in uses(session, task_id, on)]


def may_keep(session: Session, by: Actor) -> None:
    """Nothing. NotAllowed when `by` does not keep the catalogue of the whole municipality."""
    authorise(by, Permission.CATALOGUE_WRITE, root_path(session))


def check_seen(session: Session, row: Task | Area, seen: int) -> None:
    """Nothing. Overtaken, with who and when, when the row has been changed since the page was opened."""
    if row.revision == seen:
        return
    last = next(iter(entries_about(session, row.__tablename__, row.id)), None)
    names = names_of(session, [last.by_person_id]) if last is not None and last.by_person_id is not None else {}
    raise Overtaken(
        sentence(
            N_("%(name)s changed this on %(at)s, while you had the page open. Nothing was written."),
            name=next(iter(names.values()), "") or sentence(N_("Somebody")),
            at=last.recorded_at if last is not None else now(),
        )
    )


def note_first(session: Session, task: Task) -> None:
    """Nothing; what the catalogue says of the task is kept, before the first change that is made here."""
    known = session.scalar(select(TaskRevision.id).where(TaskRevision.task_id == task.id).limit(1))
    if known is None:
        _keep(session, task, by=None, why="", at_first=True)


def note_change(session: Session, task: Task, *, by: Actor, why: str) -> None:
    """Nothing; the task has a new revision that says what it is from now on."""
    task.revision += 1
    session.flush()
    _keep(session, task, by=by.person_id, why=why)


def _keep(session: Session, task: Task, *, by: int | None, why: str, at_first: bool = False) -> None:
    picture = session.scalars(
        select(TaskPicture).where(TaskPicture.task_id == task.id).options(undefer(TaskPicture.content))
    ).first()
    kept = document(
        facts_of(session, task),
        archived_on=task.archived_on,
        picture=sha256(picture.content).hexdigest()[:16] if picture is not None else "",
    )
    session.add(
        TaskRevision(
            task_id=task.id, revision=task.revision, document=kept, why=why,
            recorded_at=task.recorded_at if at_first else now(), recorded_by=by,
        )
    )  # fmt: skip
    session.flush()

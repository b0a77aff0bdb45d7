"""What she has written herself, and the tasks for which a refresh is suggested to her: on her own pages alone."""

from dataclasses import dataclass
from typing import Any

from competence.catalogue.models import Task
from competence.development.queries import Mine
from competence.development.rules import Pile
from competence.foundation.web import day, db
from competence.practice import queries
from competence.practice.words import RATING_NAMES, since_words


@dataclass(frozen=True)
class Due:
    """A task that she may do and has not done for as long as the task's rule says."""

    task: Task
    employment_id: int
    since: str
    asked_on: str
    """The day on which she asked for training in it; empty when no request is open."""


def refreshes_of(own: Mine) -> list[Due]:
    """In the order of the catalogue; empty while the municipality does not use the practice log."""
    held = {task: line for task, line in own.best.items() if line.pile is Pile.NOW}
    due = queries.refreshes(db.session, own.person_id, [line.task for line in held.values()])
    if not due:
        return []
    asked = queries.requests_of(db.session, [job.employment.id for job in own.jobs])
    found = []
    for task, line in held.items():
        if task in due:
            request = asked.get((line.job.employment.id, task))
            found.append(
                Due(
                    line.task,
                    line.job.employment.id,
                    since_words(due[task]),
                    day(request.asked_at) if request else "",
                )
            )
    return found


def written_shown(person_id: int, employment_id: int, task: Task) -> dict[str, Any]:
    """What her own page of the task draws of it."""
    written = queries.about_task(db.session, person_id, employment_id, task)
    since_done = since_words(written.recency) if written.recency else ""
    return {"written": written, "since_done": since_done, "rating_names": RATING_NAMES}

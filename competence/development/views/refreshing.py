"""The tasks for which a refresh is suggested to her, on her own page alone. It changes nothing about what she may do."""

from dataclasses import dataclass

from competence.catalogue.models import Task
from competence.development.queries import Mine
from competence.development.rules import Pile
from competence.foundation.web import day, db
from competence.practice import queries
from competence.practice.words import since_words


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

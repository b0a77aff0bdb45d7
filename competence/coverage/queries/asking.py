"""Whether one person may do a task then, or which tasks she may do: the finder's question turned round."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.coverage.duties import dates_of, over_duty
from competence.coverage.queries.board import BoardTask
from competence.coverage.queries.finder import away
from competence.coverage.queries.places import Node, Tree
from competence.coverage.queries.staff import IDENTITIES, Someone, ordered, people_where
from competence.coverage.rules import Shift
from competence.decision.queries import EMPLOYMENTS, book, facts_of
from competence.decision.rules import Answer, Employment, explain, judge
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.foundation.orm import scoped


@dataclass(frozen=True)
class Job:
    """One employment of hers, with the rule's answers for the duty."""

    someone: Someone
    """Absent when she is away on the day."""
    unit: Node
    answers: Mapping[int, Answer]
    """Task -> the answer, with its reasons where one task was asked about."""

    def works(self, shift: Shift | None) -> bool:
        """Whether she is there and the shift is one of hers; of none, whether she is there."""
        worker = self.someone.worker
        return not worker.absent and (shift is None or worker.works(shift))


@dataclass(frozen=True)
class Asked:
    """A person as the finder knows her on a day."""

    person_id: int
    name: str
    number: str
    phone: str
    on: date
    shift: Shift | None
    jobs: tuple[Job, ...]
    """Her employments that run on the day; none: she works nowhere within reach then."""
    version: int | None
    """Of the division of tasks in force on the day."""


def person_of(session: Session, number: str) -> int:
    """Whose staff number it is. NotFound when nobody has it."""
    found = session.scalar(scoped(session, IDENTITIES, IDENTITIES.c.person_id).where(IDENTITIES.c.number == number))
    if found is None:
        raise NotFound
    return int(found)


def may_she(
    session: Session, units: Tree, person_id: int, tasks: Sequence[BoardTask], *, on: date, shift: Shift | None,
    within: Reach | None,
) -> Asked:  # fmt: skip
    """What the rule says of the person and the tasks for the duty, under each employment within reach.

    Without a shift the day alone is asked about. `within` None: she asks about herself. NotFound when nobody of that id
    has an employment within reach that runs then or later.
    """
    shared = book(session)
    reached = [
        row
        for row in people_where(session, EMPLOYMENTS.c.person_id == person_id, on=on, through=date.max)
        if within is None or within.covers(row.path)
    ]
    if not reached:
        raise NotFound
    rows = [row for row in reached if row.valid_from <= on]
    only = tasks[0].id if len(tasks) == 1 else None
    facts = {one.id: one for one in facts_of(session, rows, shared, task_id=only, evidence=on < today())}
    days = dates_of(on, shift, shared.settings) if shift is not None else (on,)
    jobs = []
    for one in ordered(rows, ()):
        known = facts[one.employment_id]
        unit = units.by_id.get(one.unit_id)
        if unit is not None:
            answers = {task.id: _answer(known, task.id, days, explained=only is not None) for task in tasks}
            jobs.append(Job(replace(one, worker=replace(one.worker, absent=away(known, on))), unit, answers))
    version = shared.version_on(on)
    first = reached[0]
    return Asked(
        person_id, first.name or "", first.number or "", first.phone or "", on, shift,
        tuple(jobs), version.number if version else None,
    )  # fmt: skip


def _answer(facts: Employment, task: int, days: Sequence[date], *, explained: bool) -> Answer:
    on_each = [judge(facts, task, on=day) for day in days]
    answer = over_duty(on_each)
    if not explained:
        return answer
    # The reasons are those of the day that decides.
    deciding = next((day for day, one in zip(days, on_each, strict=True) if one.state == answer.state), days[0])
    return replace(answer, reasons=tuple(explain(facts, task, answer, on=deciding)))

"""Classes with a day in the weeks of a plan: whom each is for, how many seats nobody has, and who cannot be there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from competence.decision.rules import Employment
from competence.foundation.clock import COPENHAGEN
from competence.learning.rules import Part
from competence.teaching.queries.classes import Lesson, Taken, coming, taken_of
from competence.teaching.queries.people import clashes_of

if TYPE_CHECKING:
    from competence.training.queries.learners import Learner


@dataclass(frozen=True, slots=True)
class Dated:
    """A class that is planned, with the week it ends in and the seats that nobody has, is offered, waits for or is asked about."""

    lesson: Lesson
    week: int
    seats: int

    @property
    def id(self) -> int:
        """Of the class."""
        return self.lesson.id

    def is_for(self, facts: Employment, task: int, level: int) -> bool:
        """Whether it teaches the task at the level, or says no level, and is for her unit and staff group."""
        row = self.lesson.row
        leads = row.task_id == task and (row.level is None or row.level >= level)
        return leads and row.teacher_id != facts.person_id and self.lesson.is_for(facts.unit_path, facts.staff_group_id)


def dated_classes(session: Session, *, begins: date, end: date) -> dict[int, Dated]:
    """Class -> the class, of those that teach a task and lie within the weeks, the first first."""
    lessons = [
        one
        for one in coming(session, until=datetime.combine(end, time(), COPENHAGEN))
        if one.is_open and one.row.part == Part.FORMAL and one.row.task_id is not None and begins <= one.days[0]
        and one.days[-1] < end
    ]  # fmt: skip
    taken = taken_of(session, [one.id for one in lessons])
    found = {}
    for one in lessons:
        by = taken.get(one.id, Taken())
        free = max(0, one.row.seats - by.seated - by.offered - by.queued - by.asked)
        found[one.id] = Dated(one, (one.days[-1] - begins).days // 7, free)
    return found


def that_fit(session: Session, classes: Mapping[int, Dated], learners: Sequence["Learner"]) -> list["Learner"]:
    """The learners, each with the classes that she can be at. Whoever can be at none takes her course on another day."""
    asked: dict[int, list[tuple[int, int]]] = {}
    for one in learners:
        for class_id in one.candidate.courses:
            asked.setdefault(class_id, []).append((one.candidate.employment_id, one.candidate.person_id))
    hindered = {
        (class_id, employment)
        for class_id, people in asked.items()
        for employment, clashes in clashes_of(session, classes[class_id].lesson, people).items()
        if any(clash.hinders for clash in clashes)
    }
    return [_without(one, hindered) for one in learners]


def _without(learner: "Learner", hindered: Iterable[tuple[int, int]]) -> "Learner":
    one = learner.candidate
    left = tuple(k for k in one.courses if (k, one.employment_id) not in hindered)
    return learner if left == one.courses else replace(learner, candidate=replace(one, courses=left))

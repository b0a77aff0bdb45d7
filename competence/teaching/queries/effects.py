"""What classes have changed: gaps in a class's task before it and after, in the units that it was for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.coverage.queries.places import tree
from competence.coverage.queries.then import Asking, Stood, stood
from competence.foundation.clock import local, midnight, now, today
from competence.teaching.models import ClassSignUp
from competence.teaching.queries.classes import Lesson, past
from competence.teaching.queries.desk import places_within

AFTER = timedelta(days=30)
"""So long after its last day what a class has changed is counted; before that, until today."""
BACK = timedelta(days=370)
EFFECT_OF = 8
"""Of so many classes, the latest, the effect is counted at a time."""


@dataclass(frozen=True)
class Effect:
    """How a class's task stood before it and after, in the units that it was for."""

    lesson: Lesson
    there: int
    """How many were at it."""
    before_on: date
    after_on: date
    before: Stood
    after: Stood


def held_classes(session: Session, within: Reach) -> list[Lesson]:
    """The latest classes about a task that have been held for somebody within reach, the latest first."""
    return [
        one
        for one in past(session, since=now() - BACK)
        if one.row.task_id is not None
        and one.row.held_at is not None
        and one.concerns(within)
        and one.ends < midnight(today())
    ][:EFFECT_OF]


def effects(session: Session, within: Reach, held: Sequence[Lesson], *, most: int | None = None) -> list[Effect] | None:
    """What the classes have changed, in their order: counts alone, no names.

    `most`: None is given back where they were for more places than so many in all, and each person of them would be judged.
    """
    units = tree(session, on=today())
    places = places_within(units, within)
    nodes = [
        tuple(node for node in places if any(node.path.startswith(path) for path in lesson.paths)) for lesson in held
    ]
    if most is not None and sum(map(len, nodes)) > most:
        return None
    asked = [
        Asking(lesson.row.task_id or 0, on, some)
        for lesson, some in zip(held, nodes, strict=True)
        for on in days_around(lesson)
    ]
    found = stood(session, asked)
    there = _there(session, [lesson.id for lesson in held])
    return [
        Effect(lesson, there.get(lesson.id, 0), *days_around(lesson), found[2 * at], found[2 * at + 1])
        for at, lesson in enumerate(held)
    ]


def _there(session: Session, class_ids: Sequence[int]) -> dict[int, int]:
    """Class -> how many were at it."""
    rows = session.execute(
        select(ClassSignUp.class_id, func.count())
        .where(ClassSignUp.class_id.in_(class_ids), ClassSignUp.attended.is_(True), ClassSignUp.ended_at.is_(None))
        .group_by(ClassSignUp.class_id)
    )
    return {row[0]: row[1] for row in rows}


def days_around(lesson: Lesson) -> tuple[date, date]:
    """(the day before its first, a month after its last or today)."""
    return lesson.days[0] - timedelta(days=1), min(today(), local(lesson.ends).date() + AFTER)


def together(some: Sequence[Effect]) -> tuple[int, int]:
    """(gaps before, gaps after) of all of them. A task taught twice counts twice."""
    return sum(one.before.gaps for one in some), sum(one.after.gaps for one in some)

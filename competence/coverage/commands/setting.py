"""One requirement is set, corrected or ended."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.coverage.commands.writing import (
    Changes,
    NewRequirement,
    check_open,
    lock_units,
    unit_for,
    vocabulary,
)
from competence.coverage.models import Requirement
from competence.coverage.queries.written import Key, written
from competence.coverage.rules import DayKind, Shift
from competence.coverage.spans import Change, Span, put, standing, take_back
from competence.foundation.changes import command
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, Overtaken
from competence.foundation.text import N_, Sentence, sentence


@dataclass(frozen=True)
class Set:
    """A requirement, and what came of those around it."""

    requirement: Requirement
    change: Change


@command
def set_requirement(session: Session, new: NewRequirement, *, by: Actor, instead_of: int | None = None) -> Set:
    """The requirement in its time. RuleBroken when it cannot be, or reaches into a later one that is written already.

    What holds on its first day ends the day before, and holds again after its last day. `instead_of`: the id of one about
    the same that is corrected; Overtaken when somebody has ended or corrected it meanwhile. Unchanged when the same is
    said already.
    """
    unit = unit_for(session, new.unit_id)
    authorise(by, Permission.REQUIREMENT_WRITE, unit.path)
    begins = new.valid_from or today()
    vocabulary(session).check(new.task_id, new.said, begins)
    check_open(unit, begins)
    key: Key = (unit.id, new.unit_kind, new.task_id, new.shift, new.day_kind)
    lock_units(session, [unit.id])
    spans = written(session, [unit.id], ended=True).get(key, [])
    try:
        change = put(Span(new.said, begins, new.valid_to), spans, today=today(), instead_of=instead_of)
    except NotFound:
        raise Overtaken(_now_said(standing(spans, begins))) from None
    changes = Changes(by.person_id)
    changes.add(key, change, source=new.source)
    ids = changes.write(session)
    number = change.id
    if number is None:
        number = next(one for one, span in zip(ids, change.adds, strict=True) if span.begins == begins)
    return Set(session.get_one(Requirement, number), change)


def _now_said(now: Span | None) -> Sentence:
    if now is None:
        return sentence(N_("Somebody has ended this requirement meanwhile. Nothing was saved."))
    return sentence(
        N_(
            "Somebody has changed this requirement meanwhile: at least %(need)s at level %(level)s from %(day)s. "
            "Nothing was saved."
        ),
        need=now.said.need,
        level=now.said.level,
        day=now.begins,
    )


@command
def end_requirement(session: Session, requirement_id: int, *, by: Actor, unit_id: int | None = None) -> Change:
    """What came of it: from today the requirement no longer holds, or it never does when it has not begun.

    Where it had taken the place of another one for a time, that one holds again; else what is said further up does.
    NotFound when there is none by that id that has not ended (for that unit, when one is named).
    """
    requirement = session.scalars(select(Requirement).where(Requirement.id == requirement_id)).first()
    if requirement is None or unit_id not in (None, requirement.unit_id):
        raise NotFound
    unit = unit_for(session, requirement.unit_id)
    authorise(by, Permission.REQUIREMENT_WRITE, unit.path)
    key: Key = (
        unit.id, requirement.unit_kind, requirement.task_id, Shift(requirement.shift), DayKind(requirement.day_kind)
    )  # fmt: skip
    lock_units(session, [unit.id])
    change = take_back(written(session, [unit.id], ended=True).get(key, []), requirement_id, today=today())
    changes = Changes(by.person_id)
    changes.add(key, change, source=requirement.source)
    changes.write(session)
    return change

"""The user's verbs about requirements: set, end, and import many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record, record_all
from competence.catalogue.models import Level, Task
from competence.catalogue.rules import ScaleKind
from competence.coverage.models import Requirement
from competence.coverage.rules import DayKind, Shift
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.orm import scoped, tenant_id
from competence.foundation.text import N_, sentence
from competence.organisation.models import Unit

REQUIREMENTS = cast(Table, Requirement.__table__)
MOST_PEOPLE = 99


@dataclass(frozen=True)
class NewRequirement:
    """What is asked for: at least so many, at a level, on a shift."""

    task_id: int
    shift: Shift
    need: int
    unit_id: int | None = None
    """None: the municipality itself."""
    unit_kind: str = ""
    """Empty: the unit itself and what lies below it; else every unit of that kind below."""
    day_kind: DayKind = DayKind.EVERY
    level: int = 1
    also_unstable: bool = False
    students_count: bool = False
    source: str = ""
    valid_from: date | None = None
    """None: today."""


@dataclass(frozen=True)
class Imported:
    """What an import of requirements came to."""

    added: int
    changed: int
    unchanged: int


Key = tuple[int, str, int, Shift, DayKind]
_SAID = ("need", "level", "also_unstable", "students_count")


@command
def set_requirement(session: Session, new: NewRequirement, *, by: Actor) -> Requirement:
    """The requirement in force from its first day; the one it replaces ends the day before. Unchanged when it says the same."""
    unit = _unit(session, new.unit_id)
    authorise(by, Permission.REQUIREMENT_WRITE, unit.path)
    _check(session, new)
    begins = new.valid_from or today()
    if begins < today():
        raise RuleBroken(sentence(N_("A requirement cannot begin in the past.")), field="valid_from")
    before = session.scalars(
        select(Requirement).where(
            Requirement.unit_id == unit.id, Requirement.unit_kind == new.unit_kind, Requirement.task_id == new.task_id,
            Requirement.shift == new.shift, Requirement.day_kind == new.day_kind, Requirement.valid_to.is_(None),
        )
    ).first()  # fmt: skip
    if before is not None and all(getattr(before, name) == getattr(new, name) for name in _SAID):
        return before
    if before is not None:
        before.valid_to = max(begins, before.valid_from)
        session.flush()
    requirement = Requirement(
        unit_id=unit.id, unit_kind=new.unit_kind, task_id=new.task_id, shift=new.shift, day_kind=new.day_kind, need=new.need,
        level=new.level, also_unstable=new.also_unstable, students_count=new.students_count, source=new.source,
        valid_from=max(begins, before.valid_from) if before else begins, valid_to=None, recorded_at=now(), recorded_by=by.person_id,
    )  # fmt: skip
    session.add(requirement)
    session.flush()
    record(
        session, by=by.person_id, action="set_requirement", subject="requirement", subject_id=requirement.id,
        detail=_detail(unit.id, new, replaces=before.id if before else None),
    )  # fmt: skip
    return requirement


@command
def end_requirement(session: Session, requirement_id: int, *, by: Actor, unit_id: int | None = None) -> None:
    """Nothing; from today the requirement no longer holds, and what is said further up does again.

    NotFound when there is none in force by that id (for that unit, when one is named).
    """
    requirement = session.scalars(select(Requirement).where(Requirement.id == requirement_id)).first()
    if requirement is None or requirement.valid_to is not None or unit_id not in (None, requirement.unit_id):
        raise NotFound
    unit = _unit(session, requirement.unit_id)
    authorise(by, Permission.REQUIREMENT_WRITE, unit.path)
    requirement.valid_to = max(today(), requirement.valid_from)
    session.flush()
    record(
        session, by=by.person_id, action="end_requirement", subject="requirement", subject_id=requirement.id,
        detail={"unit": unit.id, "task": requirement.task_id},
    )  # fmt: skip


@command
def import_requirements(session: Session, rows: Iterable[NewRequirement], *, by: Actor | None) -> Imported:
    """How many were added, changed and left as they were; the same as `set_requirement` for each. `by` None: the command line.

    Of two rows about the same unit, kind, task, shift and kind of day the last one holds.
    """
    wanted = list(rows)
    root = _unit(session, None)
    paths: dict[int, str] = {row.id: row.path for row in session.execute(scoped(session, Unit, Unit.id, Unit.path))}
    if by is not None:
        for unit_id in {new.unit_id or root.id for new in wanted}:
            if unit_id not in paths:
                raise NotFound
            authorise(by, Permission.IMPORT_REQUIREMENTS, paths[unit_id])
    _check_all(session, wanted)
    latest: dict[Key, NewRequirement] = {_key(new, root.id): new for new in wanted}
    open_: dict[Key, Any] = {
        (row.unit_id, row.unit_kind, row.task_id, Shift(row.shift), DayKind(row.day_kind)): row
        for row in session.execute(scoped(session, REQUIREMENTS).where(REQUIREMENTS.c.valid_to.is_(None)))
    }
    changed = {
        key: new
        for key, new in latest.items()
        if key not in open_ or any(getattr(open_[key], name) != getattr(new, name) for name in _SAID)
    }
    who = by.person_id if by else None
    ended = [open_[key] for key in changed if key in open_]
    for some in (ended[at : at + 500] for at in range(0, len(ended), 500)):
        session.execute(
            update(REQUIREMENTS)
            .where(
                REQUIREMENTS.c.municipality_id == tenant_id(session), REQUIREMENTS.c.id.in_([row.id for row in some])
            )
            .values(valid_to=today())
        )
    if changed:
        ids = session.scalars(
            insert(REQUIREMENTS).returning(REQUIREMENTS.c.id, sort_by_parameter_order=True),
            [_row(session, key, new, who) for key, new in changed.items()],
        ).all()
        record_all(
            session,
            [
                {
                    "by_person_id": who, "action": "set_requirement", "subject": "requirement", "subject_id": number,
                    "detail": _detail(key[0], new, replaces=open_[key].id if key in open_ else None),
                }
                for number, (key, new) in zip(ids, changed.items(), strict=True)
            ],
        )  # fmt: skip
    return Imported(len(changed) - len(ended), len(ended), len(latest) - len(changed))


def _key(new: NewRequirement, root: int) -> Key:
    return (new.unit_id or root, new.unit_kind, new.task_id, new.shift, new.day_kind)


def _row(session: Session, key: Key, new: NewRequirement, who: int | None) -> dict[str, Any]:
    unit_id, unit_kind, task_id, shift, day_kind = key
    return {
        "municipality_id": tenant_id(session), "unit_id": unit_id, "unit_kind": unit_kind, "task_id": task_id, "shift": shift,
        "day_kind": day_kind, "need": new.need, "level": new.level, "also_unstable": new.also_unstable,
        "students_count": new.students_count, "valid_from": today(), "valid_to": None, "source": new.source,
        "recorded_at": now(), "recorded_by": who,
    }  # fmt: skip


def _unit(session: Session, unit_id: int | None) -> Unit:
    asked = select(Unit).where(Unit.parent_id.is_(None) if unit_id is None else Unit.id == unit_id).order_by(Unit.id)
    unit = session.scalars(asked).first()
    if unit is None:
        raise NotFound
    return unit


def _check(session: Session, new: NewRequirement) -> None:
    _check_all(session, [new])


def _check_all(session: Session, rows: Sequence[NewRequirement]) -> None:
    tasks = set(session.scalars(scoped(session, Task, Task.id)))
    ranks = set(session.scalars(scoped(session, Level, Level.rank).where(Level.scale == ScaleKind.PRACTICE)))
    for new in rows:
        if new.task_id not in tasks:
            raise RuleBroken(sentence(N_("Choose the task that is needed.")), field="task")
        if not 0 <= new.need <= MOST_PEOPLE:
            raise RuleBroken(
                sentence(N_("Write how many are needed, from 0 to %(most)s."), most=MOST_PEOPLE), field="need"
            )
        if new.level not in ranks:
            raise RuleBroken(sentence(N_("Choose a level of the scale.")), field="level")


def _detail(unit_id: int, new: NewRequirement, *, replaces: int | None) -> dict[str, Any]:
    return {
        "unit": unit_id, "kind": new.unit_kind, "task": new.task_id, "shift": new.shift.value, "days": new.day_kind.value,
        "need": new.need, "level": new.level, "replaces": replaces,
    }  # fmt: skip

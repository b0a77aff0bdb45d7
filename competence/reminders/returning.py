"""Somebody who is back, or soon will be: what lapsed or changed meanwhile, and what to do again first. Never why she was away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import cast

from sqlalchemy import Table, or_
from sqlalchemy.orm import Session

from competence.catalogue.models import InstructionReading, InstructionVersion
from competence.catalogue.rules import Asks
from competence.coverage.queries.places import tree
from competence.coverage.queries.wide import unit_counts
from competence.coverage.rules import Shift
from competence.decision.queries import book, load
from competence.decision.rules import judge
from competence.foundation.orm import scoped
from competence.reminders.queries import ABSENCES, EMPLOYMENTS, TASKS
from competence.reminders.rules import BACK_AFTER, BACK_AHEAD
from competence.signoffs.models import SignOffRequest

INSTRUCTIONS = cast(Table, InstructionVersion.__table__)
READINGS = cast(Table, InstructionReading.__table__)
REQUESTS = cast(Table, SignOffRequest.__table__)
SOON = 30
"""What ends so few days after the first day back is to be done again too."""


class Again(StrEnum):
    """What is to be done with a task."""

    LOST = "lost"
    """She might do it before, and may not from the first day back."""
    LOWER = "lower"
    SOON = "soon"
    """She may, and it ends soon."""
    READ = "read"
    """A new written instruction is to be read."""


@dataclass(frozen=True)
class Redo:
    """One task of the pack."""

    task_id: int
    task: str
    again: Again
    last_day: date | None
    """The last day it counts, or by which the instruction is to be read; None where it no longer does."""
    closes_gap: bool
    """The unit has fewer than it needs on a shift of hers."""
    needed: bool
    """The unit has a need for it."""
    wanted: bool
    """She has asked for it herself."""
    asked: bool
    """A request is open already."""
    instruction_id: int = 0


@dataclass(frozen=True)
class Pack:
    """What to do first, in order: what closes a gap, what the unit needs, what she wants, the rest."""

    absence_id: int
    employment_id: int
    person_id: int
    back_on: date
    """The first day back."""
    is_back: bool
    lines: Sequence[Redo]


def pack_of(session: Session, person_id: int, *, on: date) -> Pack | None:
    """The pack of the person's latest absence that ended within 30 days or ends within 14; None when there is none."""
    a, e = ABSENCES.c, EMPLOYMENTS.c
    row = session.execute(
        scoped(session, ABSENCES, a.id, a.employment_id, a.valid_from, a.valid_to, e.unit_id, e.shifts)
        .join(EMPLOYMENTS, (e.municipality_id == a.municipality_id) & (e.id == a.employment_id))
        .where(
            e.person_id == person_id, ~e.is_external, e.valid_from <= on, or_(e.valid_to.is_(None), e.valid_to > on),
            a.valid_to > on - timedelta(days=BACK_AFTER), a.valid_to <= on + timedelta(days=BACK_AHEAD),
        )
        .order_by(a.valid_to.desc(), a.id.desc())
        .limit(1)
    ).first()  # fmt: skip
    if row is None:
        return None
    lines = _lines(session, person_id, row, on)
    return Pack(row.id, row.employment_id, person_id, row.valid_to, row.valid_to <= on, lines)


def _lines(session: Session, person_id: int, row: object, on: date) -> list[Redo]:
    employment, left, back = row.employment_id, row.valid_from, row.valid_to  # type: ignore[attr-defined]
    shared = book(session)
    where = EMPLOYMENTS.c.id == employment
    before = load(session, where, shared=shared, evidence=True)[0]
    now = load(session, where, shared=shared)[0]
    then, first = left - timedelta(days=1), max(on, back)
    t = TASKS.c
    tasks = session.execute(
        scoped(session, TASKS, t.id, t.name)
        .where(or_(t.archived_on.is_(None), t.archived_on > on))
        .order_by(t.position, t.id)
    ).all()
    unread = _unread(session, person_id, left, on)
    found: list[tuple[int, str, Again, date | None, int]] = []
    for task in tasks:
        was, answer = judge(before, task.id, on=then), judge(now, task.id, on=first)
        days = answer.days_left(first)
        if was.level > answer.level:
            found.append((task.id, task.name, Again.LOWER if answer.level else Again.LOST, None, 0))
        elif answer.level and answer.basis != "education" and days is not None and days <= SOON:
            found.append((task.id, task.name, Again.SOON, answer.last_day, 0))
        if task.id in unread and max(was.level, answer.level):
            instruction, closes = unread[task.id]
            found.append((task.id, task.name, Again.READ, closes - timedelta(days=1), instruction))
    if not found:
        return []
    asked = {
        one.task_id: one.asked_by
        for one in session.execute(
            scoped(session, REQUESTS, REQUESTS.c.task_id, REQUESTS.c.asked_by).where(
                REQUESTS.c.employment_id == employment, REQUESTS.c.closed_at.is_(None)
            )
        )
    }
    gaps, needs = _needs(session, row.unit_id, row.shifts, on)  # type: ignore[attr-defined]
    made = [
        Redo(
            task,
            name,
            again,
            day,
            task in gaps,
            task in needs,
            asked.get(task) == person_id,
            task in asked,
            instruction,
        )
        for task, name, again, day, instruction in found
    ]
    return sorted(made, key=lambda one: (not one.closes_gap, not one.needed, not one.wanted))


def _unread(session: Session, person_id: int, since: date, on: date) -> dict[int, tuple[int, date]]:
    """Task -> (instruction, the day it closes) of those that came meanwhile, are to be read, and she has not read."""
    i, r = INSTRUCTIONS.c, READINGS.c
    rows = session.execute(
        scoped(session, INSTRUCTIONS, i.id, i.task_id, i.closes_on)
        .outerjoin(READINGS, (r.municipality_id == i.municipality_id) & (r.instruction_id == i.id) & (r.person_id == person_id))
        .where(i.asks == Asks.READ, i.valid_from >= since, i.valid_from <= on, r.id.is_(None))
        .order_by(i.id)
    )  # fmt: skip
    return {row.task_id: (row.id, row.closes_on) for row in rows}


def _needs(session: Session, unit_id: int, shifts: str, on: date) -> tuple[set[int], set[int]]:
    """(tasks of which the unit has too few on one of the shifts, tasks it needs somebody for) today."""
    places = tree(session, on=on)
    if unit_id not in places.by_id:
        return set(), set()
    gaps, needed = set(), set()
    for one in unit_counts(session, places, [places.by_id[unit_id]]):
        for (task, shift), stated in one.needs.items():
            needed.add(task)
            if one.have[task, shift] < stated.need.need and Shift(shift).value in shifts:
                gaps.add(task)
    return gaps, needed

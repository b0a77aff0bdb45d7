"""Staffing needs from a list."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.catalogue.models import Task
from competence.coverage.commands import Imported, import_requirements
from competence.coverage.commands import NewRequirement as Need
from competence.coverage.rules import DayKind, Shift
from competence.foundation.changes import command
from competence.foundation.errors import RuleBroken
from competence.foundation.orm import scoped
from competence.foundation.text import N_
from competence.imports.queries import roots_of
from competence.imports.requirements import NewRequirement

TASKS = cast(Table, Task.__table__)
SOURCE = "imported list"


@command
def import_needs(session: Session, rows: Sequence[NewRequirement], *, by: Actor | None) -> Imported:
    """How many were added, changed and left as they were. RuleBroken when a row cannot be taken.

    A row about a kind of unit holds below the top of what `by` reaches; of the municipality from the command line.
    """
    tasks = {row.code: row.id for row in session.execute(scoped(session, TASKS, TASKS.c.code, TASKS.c.id))}
    top: int | None = None
    if by is not None:
        authorise(by, Permission.IMPORT_REQUIREMENTS)
        roots = roots_of(session, by.reach(Permission.IMPORT_REQUIREMENTS))
        if len(roots) != 1 and any(row.unit_id is None and row.below is None for row in rows):
            raise RuleBroken(N_("You lead several places. Write the units by name instead of a kind of unit."))
        top = roots[0].id if roots else None
    needs = []
    for row in rows:
        if row.task not in tasks:
            raise RuleBroken(N_("The task %(task)s is not in the catalogue."), task=row.task)
        needs.append(
            Need(
                task_id=tasks[row.task], shift=Shift(row.shift), need=row.need, level=row.level,
                unit_id=next((one for one in (row.unit_id, row.below) if one is not None), top), unit_kind=row.kind,
                day_kind=DayKind(row.days), also_unstable=row.also_unstable, students_count=row.students_count,
                valid_from=row.valid_from, valid_to=row.valid_to, source=SOURCE,
            )
        )  # fmt: skip
    return import_requirements(session, needs, by=by)

"""What those keep who would lose a task by a draft's cell."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.delegation.commands.versions import root_unit
from competence.delegation.models import Cell
from competence.delegation.queries import get_version
from competence.delegation.rules import Keeping
from competence.foundation.changes import command
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.text import N_, sentence


@command
def set_keeping(
    session: Session, number: int, task_id: int, staff_group_id: int, keeping: Keeping, *, keeping_to: date | None = None,
    by: Actor,
) -> Cell:  # fmt: skip
    """The draft's cell, which now says what becomes of those who hold the task by a signature and lose it.

    `keeping_to` is the first day on which they no longer keep it, given with GRACE alone.
    """
    authorise(by, Permission.MATRIX_EDIT, root_unit(session).path)
    version = get_version(session, number)
    if version.approved_at is not None:
        raise Overtaken(sentence(N_("The version has already been approved. Nothing was written.")))
    cell = session.scalars(
        select(Cell).where(
            Cell.version_id == version.id, Cell.task_id == task_id, Cell.staff_group_id == staff_group_id
        )
    ).first()
    if cell is None:
        raise NotFound
    if keeping is Keeping.GRACE and (keeping_to is None or keeping_to <= today()):
        raise RuleBroken(sentence(N_("Write until when they keep the task. The day must lie ahead.")), field="through")
    cell.keeping, cell.keeping_to = keeping, keeping_to if keeping is Keeping.GRACE else None
    record(
        session, by=by.person_id, action="set_keeping", subject="cell", subject_id=cell.id,
        detail={"version": number, "task": task_id, "group": staff_group_id, "keeping": keeping.value},
    )  # fmt: skip
    return cell

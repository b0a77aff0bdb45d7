"""A unit that is stricter than the municipality, between days. Never looser."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.catalogue.models import Task
from competence.catalogue.queries import level_names
from competence.delegation.drafting import refuse_cpr
from competence.delegation.models import UnitMask
from competence.delegation.queries import cell_for, staff_groups
from competence.foundation.changes import command, touched
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.text import N_, sentence, squeeze
from competence.organisation.models import Unit


@command
def restrict(
    session: Session, task_id: int, *, unit_id: int, staff_group_id: int | None, minimum_level: int | None, reason: str,
    by: Actor, valid_from: date | None = None, valid_to: date | None = None,
) -> UnitMask:  # fmt: skip
    """The stricter rule of a unit and those below: closed (None), or a higher minimum level. From today unless said otherwise.

    RuleBroken when it is not stricter than what the municipality says on its first day. `valid_to` None: without an end.
    """
    unit = session.scalars(select(Unit).where(Unit.id == unit_id)).first()
    task = session.scalars(select(Task).where(Task.id == task_id)).first()
    if unit is None or task is None:
        raise NotFound
    authorise(by, Permission.MATRIX_RESTRICT, unit.path)
    first = valid_from or today()
    if first < today():
        raise RuleBroken(sentence(N_("The first day must be today or later.")), field="valid_from")
    if valid_to is not None and valid_to <= first:
        raise RuleBroken(sentence(N_("The last day must be the first day or later.")), field="valid_through")
    refuse_cpr(reason, "reason")
    _check_stricter(session, task.id, staff_group_id, minimum_level, first)
    mask = UnitMask(
        task_id=task.id, unit_id=unit.id, staff_group_id=staff_group_id, minimum_level=minimum_level, valid_from=first,
        valid_to=valid_to, reason=squeeze(reason), recorded_at=now(), recorded_by=by.person_id,
    )  # fmt: skip
    session.add(mask)
    session.flush()
    record(
        session, by=by.person_id, action="restrict", subject="unit_mask", subject_id=mask.id,
        detail={"task": task.id, "unit": unit.id, "group": staff_group_id, "level": minimum_level},
    )  # fmt: skip
    touched(session, task_id=task.id)
    return mask


def _check_stricter(
    session: Session, task_id: int, staff_group_id: int | None, minimum_level: int | None, on: date
) -> None:
    groups = staff_groups(session)
    if staff_group_id is not None and staff_group_id not in groups:
        raise NotFound
    highest = len(level_names(session))
    if minimum_level is not None and not 1 <= minimum_level <= highest:
        raise RuleBroken(
            sentence(N_("The scale has %(count)s levels. Choose one of them."), count=highest), field="stricter"
        )
    asked = [groups[staff_group_id]] if staff_group_id is not None else list(groups.values())
    cells = [(group, cell_for(session, task_id, group.id, stage_from=date.min, on=on)) for group in asked]
    open_to = [(group, cell) for group, cell in cells if cell.entitles]
    if not open_to:
        raise RuleBroken(
            sentence(
                N_("%(group)s may not do the task in the municipality. A unit can be stricter, never looser."),
                group=asked[0].name,
            )
            if staff_group_id is not None
            else sentence(
                N_("No staff group may do the task in the municipality. A unit can be stricter, never looser.")
            ),
            field="staff_group",
        )
    if minimum_level is not None and all(minimum_level <= cell.minimum_level for _group, cell in open_to):
        group, cell = open_to[0]
        raise RuleBroken(
            sentence(
                N_(
                    "Level %(level)s is not stricter: the municipality already asks for level %(has)s of %(group)s. "
                    "Choose a higher level, or close the task."
                ),
                level=minimum_level,
                has=cell.minimum_level,
                group=group.name,
            ),
            field="stricter",
        )


@command
def end_restriction(session: Session, mask_id: int, *, by: Actor) -> UnitMask:
    """The stricter rule, ended with today; one that has not begun never holds. Overtaken when it is over already."""
    row = session.execute(
        select(UnitMask, Unit).join(Unit, Unit.id == UnitMask.unit_id).where(UnitMask.id == mask_id)
    ).first()
    if row is None:
        raise NotFound
    mask, unit = row
    authorise(by, Permission.MATRIX_RESTRICT, unit.path)
    end = max(mask.valid_from, today() + timedelta(days=1)) if mask.valid_from <= today() else mask.valid_from
    if mask.valid_to is not None and mask.valid_to <= end:
        raise Overtaken(sentence(N_("The stricter rule has already been ended.")))
    mask.valid_to = end
    record(
        session, by=by.person_id, action="end_restriction", subject="unit_mask", subject_id=mask.id,
        detail={"task": mask.task_id},
    )  # fmt: skip
    touched(session, task_id=mask.task_id)
    return mask

"""Close a task at once and open it again; be stricter in one unit."""

from datetime import date
from typing import cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.catalogue.models import Task
from competence.delegation.models import Stop, StopNotice
from competence.delegation.queries import told_of
from competence.foundation.changes import command, touched
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.orm import tenant_id
from competence.foundation.text import N_, looks_like_cpr, sentence, squeeze
from competence.organisation.models import Unit


@command
def stop_task(
    session: Session,
    task_id: int,
    *,
    unit_id: int,
    staff_group_id: int | None,
    valid_to: date,
    reason: str,
    by: Actor,
) -> Stop:
    """The stop: the task is closed at once in the unit and below, for the group (None: all), until `valid_to`."""
    unit = session.scalars(select(Unit).where(Unit.id == unit_id)).first()
    if unit is None:
        raise NotFound
    authorise(by, Permission.STOP_WRITE, unit.path)
    task = session.scalars(select(Task).where(Task.id == task_id)).first()
    if task is None:
        raise NotFound
    if valid_to <= today():
        raise RuleBroken(sentence(N_("The last day of the stop must be today or later.")), field="valid_through")
    if not reason.strip():
        raise RuleBroken(sentence(N_("Write why the task is stopped, so that colleagues know.")), field="reason")
    if looks_like_cpr(reason):
        raise RuleBroken(
            sentence(N_("Never write a citizen's name or CPR number. Take the number out.")), field="reason"
        )
    stop = Stop(
        task_id=task.id, unit_id=unit.id, staff_group_id=staff_group_id, begins_at=now(), valid_to=valid_to,
        reason=squeeze(reason), stopped_by=by.person_id, recorded_at=now(),
    )  # fmt: skip
    session.add(stop)
    session.flush()
    tell(session, stop, unit, by=by.person_id)
    record(
        session, by=by.person_id, action="stop_task", subject="stop", subject_id=stop.id,
        detail={"task": task.id, "unit": unit.id, "group": staff_group_id},
    )  # fmt: skip
    touched(session, task_id=task.id)
    return stop


def tell(session: Session, stop: Stop, unit: Unit, *, by: int) -> int:
    """How many are told of the stop: leaders and guides of the units, and those who may do the task there until now."""
    told = told_of(session, task_id=stop.task_id, unit=unit, staff_group_id=stop.staff_group_id)
    own = tenant_id(session)
    rows = [
        {"municipality_id": own, "stop_id": stop.id, "person_id": person, "part": part.value, "told_at": stop.begins_at}
        for person, part in sorted(told.items())
        if person != by
    ]
    if rows:
        session.execute(insert(cast(Table, StopNotice.__table__)), rows)
    return len(rows)


def see_stop(session: Session, stop_id: int, *, person_id: int) -> None:
    """Nothing; if she was told of the stop, it is noted when she first opened its page."""
    row = session.scalars(
        select(StopNotice).where(StopNotice.stop_id == stop_id, StopNotice.person_id == person_id)
    ).first()
    if row is not None and row.seen_at is None:
        row.seen_at = now()
        session.flush()


@command
def lift_stop(session: Session, stop_id: int, *, by: Actor) -> Stop:
    """The stop, lifted now: the answers are again what the matrix and the signatures say."""
    row = session.execute(select(Stop, Unit).join(Unit, Unit.id == Stop.unit_id).where(Stop.id == stop_id)).first()
    if row is None:
        raise NotFound
    stop, unit = row
    authorise(by, Permission.STOP_WRITE, unit.path)
    if stop.lifted_at is not None:
        raise Overtaken(sentence(N_("The stop has already been lifted.")))
    stop.lifted_at, stop.lifted_by = now(), by.person_id
    record(
        session, by=by.person_id, action="lift_stop", subject="stop", subject_id=stop.id, detail={"task": stop.task_id}
    )
    touched(session, task_id=stop.task_id)
    return stop

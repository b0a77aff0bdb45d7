"""Exempt by agreement: a person, a task, from and to. Never a reason, on no screen and in no table."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.catalogue.models import Task
from competence.foundation.changes import command, touched
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.text import N_, sentence
from competence.organisation.models import Unit
from competence.people.models import Employment
from competence.signoffs.models import Exemption


@command
def exempt(
    session: Session, employment_id: int, task_id: int, *, valid_from: date, valid_to: date | None, by: Actor
) -> Exemption:
    """The exemption, half-open; None: until somebody ends it. RuleBroken when it begins in the past or meets another."""
    employment = _employment(session, employment_id, by)
    if session.scalar(select(Task.id).where(Task.id == task_id)) is None:
        raise NotFound
    if valid_from < today():
        raise RuleBroken(sentence(N_("The first day must be today or later.")), field="valid_from")
    if valid_to is not None and valid_to <= valid_from:
        raise RuleBroken(sentence(N_("The last day lies before the first day.")), field="valid_through")
    others = session.scalars(
        select(Exemption).where(Exemption.person_id == employment.person_id, Exemption.task_id == task_id)
    ).all()
    if any(
        (other.valid_to is None or valid_from < other.valid_to) and (valid_to is None or other.valid_from < valid_to)
        for other in others
    ):
        raise RuleBroken(sentence(N_("An exemption from the task already covers some of those days.")), field="task")
    row = Exemption(
        person_id=employment.person_id, task_id=task_id, valid_from=valid_from, valid_to=valid_to, recorded_at=now(),
        recorded_by=by.person_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(
        session, by=by.person_id, action="exempt", subject="exemption", subject_id=row.id, person_id=row.person_id,
        detail={"task": task_id},
    )  # fmt: skip
    touched(session, person_id=row.person_id, task_id=task_id)
    return row


@command
def end_exemption(session: Session, employment_id: int, exemption_id: int, *, by: Actor) -> None:
    """Nothing; the exemption ends today, and what she held counts again. One that has not begun is gone."""
    employment = _employment(session, employment_id, by)
    row = session.scalar(select(Exemption).where(Exemption.id == exemption_id))
    if row is None or row.person_id != employment.person_id:
        raise NotFound
    if row.valid_to is not None and row.valid_to <= today():
        raise Overtaken(sentence(N_("The exemption has already ended.")))
    task_id = row.task_id
    record(
        session, by=by.person_id, action="end_exemption", subject="exemption", subject_id=row.id,
        person_id=row.person_id, detail={"task": task_id},
    )  # fmt: skip
    if row.valid_from >= today():
        session.delete(row)
    else:
        row.valid_to = today()
    touched(session, person_id=employment.person_id, task_id=task_id)


def _employment(session: Session, employment_id: int, by: Actor) -> Employment:
    row = session.execute(
        select(Employment, Unit.path).join(Unit, Unit.id == Employment.unit_id).where(Employment.id == employment_id)
    ).one_or_none()
    if row is None or not by.may(Permission.EXEMPTION_WRITE, row.path):
        authorise(by, Permission.EXEMPTION_WRITE)
        raise NotFound
    found: Employment = row.Employment
    return found


def exemptions_listed(session: Session, person_id: int) -> Sequence[tuple[Exemption, str]]:
    """(exemption, task) of the person, newest first."""
    rows = session.execute(
        select(Exemption, Task.name)
        .join(Task, Task.id == Exemption.task_id)
        .where(Exemption.person_id == person_id)
        .order_by(Exemption.valid_from.desc(), Exemption.id.desc())
    )
    return [(row.Exemption, row.name) for row in rows]

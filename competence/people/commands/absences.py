"""Absences: from and to only. No kind, no note, no reason, on no screen and in no table."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission
from competence.audit.commands import record
from competence.foundation.changes import command, touched
from competence.foundation.clock import now
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_
from competence.people.commands.common import check_order, employment_for
from competence.people.models import Absence, Employment


@command
def add_absence(session: Session, employment_id: int, valid_from: date, valid_to: date | None, *, by: Actor) -> Absence:
    """The absence, half-open; None: she is away until somebody writes the last day. RuleBroken when it meets another."""
    employment, _unit = employment_for(session, employment_id, by, Permission.ABSENCE_WRITE)
    check_order(valid_from, valid_to)
    _check_begun(session, employment.person_id, valid_from)
    others = session.scalars(select(Absence).where(Absence.employment_id == employment.id)).all()
    if any(
        (other.valid_to is None or valid_from < other.valid_to) and (valid_to is None or other.valid_from < valid_to)
        for other in others
    ):
        raise RuleBroken(N_("She is already away on some of those days."), field="valid_from")
    row = Absence(
        employment_id=employment.id,
        valid_from=valid_from,
        valid_to=valid_to,
        recorded_at=now(),
        recorded_by=by.person_id,
    )
    session.add(row)
    session.flush()
    record(
        session, by=by.person_id, action="add_absence", subject="absence", subject_id=row.id,
        person_id=employment.person_id, administrative=True,
    )  # fmt: skip
    touched(session, person_id=employment.person_id)
    return row


def _check_begun(session: Session, person_id: int, valid_from: date) -> None:
    """Nothing. RuleBroken before her first employment: she may have been away since before she moved to this one."""
    first = session.scalar(select(func.min(Employment.valid_from)).where(Employment.person_id == person_id))
    if first is not None and valid_from < first:
        raise RuleBroken(
            N_("The employment began on %(day)s. Choose that day or a later one."), field="valid_from", day=first
        )


@command
def end_absence(session: Session, absence_id: int, valid_to: date | None, *, by: Actor) -> Absence:
    """The absence with its end, half-open; None: open again."""
    row = session.scalar(select(Absence).where(Absence.id == absence_id))
    if row is None:
        raise NotFound
    employment, _unit = employment_for(session, row.employment_id, by, Permission.ABSENCE_WRITE)
    check_order(row.valid_from, valid_to)
    row.valid_to = valid_to
    record(
        session, by=by.person_id, action="end_absence", subject="absence", subject_id=row.id,
        person_id=employment.person_id, administrative=True,
    )  # fmt: skip
    touched(session, person_id=employment.person_id)
    return row


@command
def remove_absence(session: Session, absence_id: int, *, by: Actor) -> None:
    """Nothing; the absence was written by mistake and is gone, its audit entries stay."""
    row = session.scalar(select(Absence).where(Absence.id == absence_id))
    if row is None:
        raise NotFound
    employment, _unit = employment_for(session, row.employment_id, by, Permission.ABSENCE_WRITE)
    session.delete(row)
    record(
        session, by=by.person_id, action="remove_absence", subject="absence", subject_id=absence_id,
        person_id=employment.person_id, administrative=True,
    )  # fmt: skip
    touched(session, person_id=employment.person_id)

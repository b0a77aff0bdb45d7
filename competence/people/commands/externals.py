"""Externals: a temp from an agency, added in under a minute, at most some days at a time."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission
from competence.audit.commands import record
from competence.foundation.changes import command, touched
from competence.foundation.clock import last_day, now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_, sentence
from competence.organisation.queries import settings_of
from competence.people.commands.common import (
    check_authorisation_date,
    check_order,
    checked_shifts,
    checked_text,
    employment_for,
    group_for,
    unit_for,
)
from competence.people.commands.employing import Identity, insert_person
from competence.people.models import Employment


@dataclass(frozen=True)
class NewExternal:
    """A temp to add, half-open."""

    name: str
    staff_group_id: int
    unit_id: int
    valid_from: date
    valid_to: date
    agency: str = ""
    shifts: str = ""
    phone: str | None = None
    authorisation_checked_on: date | None = None
    """The day `by` looked her up in the register; needed where the group is authorised."""


@command
def add_external(session: Session, new: NewExternal, *, by: Actor) -> Employment:
    """The external's employment. RuleBroken when it is too long, begins in the past, or lacks the look-up of her authorisation."""
    unit = unit_for(session, new.unit_id, by, Permission.EXTERNAL_ADD)
    group = group_for(session, new.staff_group_id)
    agency = checked_text(new.agency, field="agency", longest=120)
    if not agency:
        raise RuleBroken(N_("Write which agency she comes from."), field="agency")
    if new.valid_from < today():
        raise RuleBroken(N_("The first day must be today or later."), field="valid_from")
    check_order(new.valid_from, new.valid_to)
    _check_length(session, new.valid_from, new.valid_to)
    check_authorisation_date(new.authorisation_checked_on)
    if group.authorised and new.authorisation_checked_on is None:
        raise RuleBroken(
            N_("Look up the authorisation in the register, and write the day you did it."),
            field="authorisation_checked_on",
        )
    person = insert_person(session, Identity(new.name, phone=new.phone))
    checked = new.authorisation_checked_on if group.authorised else None
    row = Employment(
        person_id=person.id, unit_id=unit.id, staff_group_id=group.id, shifts=checked_shifts(new.shifts),
        valid_from=new.valid_from, valid_to=new.valid_to, is_external=True, agency=agency,
        authorisation_checked_on=checked, authorisation_checked_by=by.person_id if checked else None, recorded_at=now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(
        session, by=by.person_id, action="add_external", subject="employment", subject_id=row.id, person_id=person.id,
        administrative=True,
    )  # fmt: skip
    touched(session, person_id=person.id)
    return row


def _check_length(session: Session, first: date, valid_to: date) -> None:
    most = settings_of(session).external_days
    if valid_to - first > timedelta(days=most):
        raise RuleBroken(
            N_("An external is added for at most %(days)s days at a time: here through %(last)s."),
            field="valid_through",
            days=most,
            last=last_day(first + timedelta(days=most)),
        )


@command
def extend_external(session: Session, employment_id: int, valid_to: date, *, by: Actor) -> Employment:
    """The external's employment with a new end, half-open, at most the same number of days from today."""
    employment = _external(session, employment_id, by)
    if employment.valid_to is not None and employment.valid_to <= today():
        raise RuleBroken(sentence(N_("Her time here has ended. Add her again.")), field="valid_through")
    check_order(employment.valid_from, valid_to)
    if valid_to <= today():
        raise RuleBroken(N_("The last day must be today or later."), field="valid_through")
    _check_length(session, max(today(), employment.valid_from), valid_to)
    employment.valid_to = valid_to
    record(
        session, by=by.person_id, action="extend_external", subject="employment", subject_id=employment.id,
        person_id=employment.person_id, administrative=True, detail={"valid_to": valid_to.isoformat()},
    )  # fmt: skip
    touched(session, person_id=employment.person_id)
    return employment


@command
def end_external(session: Session, employment_id: int, *, by: Actor) -> Employment:
    """The external's employment with today as its last day; one that has not begun keeps its first day only."""
    employment = _external(session, employment_id, by)
    if employment.valid_to is not None and employment.valid_to <= today():
        raise RuleBroken(sentence(N_("Her time here has ended. Add her again.")))
    employment.valid_to = max(today(), employment.valid_from) + timedelta(days=1)
    record(
        session, by=by.person_id, action="end_external", subject="employment", subject_id=employment.id,
        person_id=employment.person_id, administrative=True,
    )  # fmt: skip
    touched(session, person_id=employment.person_id)
    return employment


def _external(session: Session, employment_id: int, by: Actor) -> Employment:
    employment, _unit = employment_for(session, employment_id, by, Permission.EXTERNAL_ADD)
    if not employment.is_external:
        raise NotFound
    return employment

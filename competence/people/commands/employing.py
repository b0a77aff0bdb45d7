"""Persons, their identities, and their employments as dated facts: ended and added anew, never changed behind."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission
from competence.audit.commands import record
from competence.foundation.changes import command, touched
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_, sentence
from competence.organisation.models import Unit
from competence.people.commands.common import (
    check_address_is_free,
    check_authorisation_date,
    check_order,
    checked_email,
    checked_name,
    checked_number,
    checked_phone,
    checked_shifts,
    employment_for,
    group_for,
    unit_for,
)
from competence.people.models import Employment, Person, PersonIdentity


@dataclass(frozen=True)
class Identity:
    """What names a person."""

    name: str
    number: str | None = None
    """Staff number; None for externals."""
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class NewEmployment:
    """An employment to add, half-open."""

    unit_id: int
    staff_group_id: int
    valid_from: date
    valid_to: date | None = None
    shifts: str = ""
    is_floater: bool = False
    authorisation_checked_on: date | None = None
    stage_from: date | None = None


@command
def add_person(session: Session, identity: Identity, employment: NewEmployment, *, by: Actor) -> Employment:
    """The first employment of a new person. RuleBroken when the number is taken or a field does not fit."""
    unit = unit_for(session, employment.unit_id, by, Permission.PERSON_ADMINISTER)
    number = checked_number(session, identity.number)
    check_address_is_free(session, identity.email)
    person = insert_person(session, replace(identity, number=number))
    row = _insert(session, person.id, employment, unit, by)
    record(
        session, by=by.person_id, action="add_person", subject="employment", subject_id=row.id, person_id=person.id,
        administrative=True,
    )  # fmt: skip
    return row


def insert_person(session: Session, identity: Identity) -> Person:
    """The person with her identity, checked except for its number. Flushed."""
    name, email, phone = checked_name(identity.name), checked_email(identity.email), checked_phone(identity.phone)
    person = Person(recorded_at=now())
    session.add(person)
    session.flush()
    session.add(PersonIdentity(person_id=person.id, number=identity.number, name=name, email=email, phone=phone))
    session.flush()
    return person


@command
def add_employment(session: Session, person_id: int, employment: NewEmployment, *, by: Actor) -> Employment:
    """One more employment of the person. RuleBroken when she already has the same one in that time."""
    unit = unit_for(session, employment.unit_id, by, Permission.PERSON_ADMINISTER)
    if session.scalar(select(Person.id).where(Person.id == person_id)) is None:
        raise NotFound
    row = _insert(session, person_id, employment, unit, by)
    record(
        session, by=by.person_id, action="add_employment", subject="employment", subject_id=row.id, person_id=person_id,
        administrative=True,
    )  # fmt: skip
    return row


def _insert(session: Session, person_id: int, new: NewEmployment, unit: Unit, by: Actor) -> Employment:
    group_for(session, new.staff_group_id)
    check_order(new.valid_from, new.valid_to)
    check_authorisation_date(new.authorisation_checked_on)
    twins = session.scalars(
        select(Employment).where(
            Employment.person_id == person_id,
            Employment.unit_id == unit.id,
            Employment.staff_group_id == new.staff_group_id,
        )
    )
    for twin in twins:
        if (twin.valid_to is None or new.valid_from < twin.valid_to) and (
            new.valid_to is None or twin.valid_from < new.valid_to
        ):
            raise RuleBroken(
                N_("She already has the same employment in %(unit)s in that time."), field="unit", unit=unit.name
            )
    row = Employment(
        person_id=person_id, unit_id=unit.id, staff_group_id=new.staff_group_id, shifts=checked_shifts(new.shifts),
        valid_from=new.valid_from, valid_to=new.valid_to, is_floater=new.is_floater,
        authorisation_checked_on=new.authorisation_checked_on,
        authorisation_checked_by=by.person_id if new.authorisation_checked_on else None, stage_from=new.stage_from,
        recorded_at=now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    touched(session, person_id=person_id)
    return row


@command
def change_identity(session: Session, person_id: int, identity: Identity, *, by: Actor) -> PersonIdentity:
    """The person's identity as it now reads. Only what has changed is noted, and never its text."""
    row = session.scalar(select(PersonIdentity).where(PersonIdentity.person_id == person_id))
    if row is None:
        raise NotFound
    check_reach(session, person_id, by)
    check_address_is_free(session, identity.email, but_person=person_id)
    new = Identity(
        checked_name(identity.name),
        checked_number(session, identity.number, but_person=person_id),
        checked_email(identity.email),
        checked_phone(identity.phone),
    )
    changed = [part for part in ("name", "number", "email", "phone") if getattr(row, part) != getattr(new, part)]
    for part in changed:
        setattr(row, part, getattr(new, part))
    if changed:
        record(
            session, by=by.person_id, action="change_identity", subject="person_identity", subject_id=row.id,
            person_id=person_id, administrative=True, detail={"changed": changed},
        )  # fmt: skip
    return row


def check_reach(session: Session, person_id: int, by: Actor) -> None:
    """Nothing. NotFound when none of the person's employments, past ones too, lies where `by` administers people."""
    paths = session.scalars(
        select(Unit.path).join(Employment, Employment.unit_id == Unit.id).where(Employment.person_id == person_id)
    ).all()
    reach = by.reach(Permission.PERSON_ADMINISTER)
    root = session.scalars(select(Unit.path).where(Unit.parent_id.is_(None))).all()
    if not any(reach.covers(path) for path in paths) and not any(reach.covers(path) for path in root):
        raise NotFound


@command
def end_employment(session: Session, employment_id: int, valid_to: date, *, by: Actor) -> Employment:
    """The employment with its end, half-open. One that lies before today is noted as a correction."""
    employment, _unit = employment_for(session, employment_id, by, Permission.PERSON_ADMINISTER)
    check_order(employment.valid_from, valid_to)
    if employment.valid_to is not None and employment.valid_to <= today():
        raise RuleBroken(sentence(N_("The employment has already ended.")), field="valid_through")
    employment.valid_to = valid_to
    record(
        session, by=by.person_id, action="end_employment", subject="employment", subject_id=employment.id,
        person_id=employment.person_id, administrative=True,
        detail={"valid_to": valid_to.isoformat()} | ({"correction": True} if valid_to < today() else {}),
    )  # fmt: skip
    touched(session, person_id=employment.person_id)
    return employment


@dataclass(frozen=True)
class EmploymentChange:
    """What an employment is from a day on: another unit, group, other shifts, a floater or not."""

    unit_id: int
    staff_group_id: int
    shifts: str
    is_floater: bool
    valid_from: date


@command
def change_employment(session: Session, employment_id: int, change: EmploymentChange, *, by: Actor) -> Employment:
    """The new employment from that day: the old one ends there. One that has not begun is replaced as a whole."""
    old, _unit = employment_for(session, employment_id, by, Permission.PERSON_ADMINISTER)
    unit = unit_for(session, change.unit_id, by, Permission.PERSON_ADMINISTER)
    group = group_for(session, change.staff_group_id)
    if old.valid_to is not None and change.valid_from >= old.valid_to:
        raise RuleBroken(sentence(N_("The employment has ended by then. Add a new one.")), field="valid_from")
    if change.valid_from < old.valid_from:
        raise RuleBroken(sentence(N_("The employment had not begun on that day.")), field="valid_from")
    if is_same(old, change):
        return old
    if change.valid_from == old.valid_from:
        old.unit_id, old.staff_group_id = unit.id, group.id
        old.shifts, old.is_floater = checked_shifts(change.shifts), change.is_floater
        row = old
        detail: dict[str, int | bool] = {"correction": True}
    else:
        row = continued(old, change, same_group=group.id == old.staff_group_id)
        old.valid_to = change.valid_from
        session.add(row)
        session.flush()
        detail = {"replaces": old.id} | ({"correction": True} if change.valid_from < today() else {})
    record(
        session, by=by.person_id, action="change_employment", subject="employment", subject_id=row.id,
        person_id=row.person_id, administrative=True, detail=detail,
    )  # fmt: skip
    touched(session, person_id=row.person_id)
    return row


def is_same(old: Employment, change: EmploymentChange) -> bool:
    """Whether the change changes nothing."""
    return (old.unit_id, old.staff_group_id, old.shifts, old.is_floater) == (
        change.unit_id,
        change.staff_group_id,
        checked_shifts(change.shifts),
        change.is_floater,
    )


def continued(old: Employment, change: EmploymentChange, *, same_group: bool) -> Employment:
    """The employment that follows the old one; the authorisation is taken along when the group stays."""
    return Employment(
        person_id=old.person_id, unit_id=change.unit_id, staff_group_id=change.staff_group_id,
        shifts=checked_shifts(change.shifts), is_floater=change.is_floater, valid_from=change.valid_from,
        valid_to=old.valid_to, is_external=old.is_external, agency=old.agency,
        authorisation_checked_on=old.authorisation_checked_on if same_group else None,
        authorisation_checked_by=old.authorisation_checked_by if same_group else None,
        stage_from=old.stage_from if same_group else None, recorded_at=now(),
    )  # fmt: skip


@command
def check_authorisation(session: Session, employment_id: int, checked_on: date, *, by: Actor) -> Employment:
    """The employment, its authorisation looked up in the register by `by` on that day."""
    employment, _unit = employment_for(session, employment_id, by, Permission.PERSON_ADMINISTER)
    if not group_for(session, employment.staff_group_id).authorised:
        raise RuleBroken(sentence(N_("The staff group needs no authorisation.")), field="authorisation_checked_on")
    check_authorisation_date(checked_on)
    employment.authorisation_checked_on, employment.authorisation_checked_by = checked_on, by.person_id
    record(
        session, by=by.person_id, action="check_authorisation", subject="employment", subject_id=employment.id,
        person_id=employment.person_id, administrative=True,
    )  # fmt: skip
    touched(session, person_id=employment.person_id)
    return employment


@command
def lose_authorisation(session: Session, employment_id: int, since: date, *, by: Actor) -> Employment:
    """The employment, without an authorisation from now on: it turns out that it had ended or been limited since that day.

    What she signed since then is not judged again; it is put before the development nurse. When the authorisation still
    allows the staff group, a new look-up is noted afterwards.
    """
    employment, _unit = employment_for(session, employment_id, by, Permission.PERSON_ADMINISTER)
    if not group_for(session, employment.staff_group_id).authorised:
        raise RuleBroken(sentence(N_("The staff group needs no authorisation.")), field="since")
    if employment.authorisation_checked_on is None:
        raise RuleBroken(sentence(N_("No authorisation is noted, so there is none to take away.")), field="since")
    if not employment.valid_from <= since <= today():
        raise RuleBroken(sentence(N_("Choose a day from the first day of the employment until today.")), field="since")
    employment.authorisation_checked_on = employment.authorisation_checked_by = None
    record(
        session, by=by.person_id, action="lose_authorisation", subject="employment", subject_id=employment.id,
        person_id=employment.person_id, administrative=True, detail={"since": since.isoformat()},
    )  # fmt: skip
    touched(session, person_id=employment.person_id)
    return employment


@command
def set_stage(session: Session, employment_id: int, stage_from: date | None, *, by: Actor) -> Employment:
    """The student's employment with the day from which her stage opens tasks; None closes them again."""
    employment, _unit = employment_for(session, employment_id, by, Permission.PERSON_ADMINISTER)
    employment.stage_from = stage_from
    record(
        session, by=by.person_id, action="set_stage", subject="employment", subject_id=employment.id,
        person_id=employment.person_id, administrative=True,
    )  # fmt: skip
    touched(session, person_id=employment.person_id)
    return employment

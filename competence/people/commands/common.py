"""What several commands on people look up and check."""

import re
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_, looks_like_cpr, sentence, squeeze
from competence.organisation.models import Unit
from competence.people.models import Employment, PersonIdentity, StaffGroup

SHIFTS = "DAN"
"""The letters of the fixed shifts in their order: dag, aften, nat."""
_MAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}")
_PHONE = re.compile(r"\+?[\d ()-]{4,40}")


def unit_for(session: Session, unit_id: int, by: Actor, permission: Permission, *, field: str = "unit") -> Unit:
    """The open unit. NotFound when there is none, or it lies out of reach; RuleBroken when it is closed."""
    unit = session.scalar(select(Unit).where(Unit.id == unit_id))
    if unit is None or not by.may(permission, unit.path):
        authorise(by, permission)
        raise NotFound
    if unit.valid_to is not None and unit.valid_to <= today():
        raise RuleBroken(N_("%(unit)s is closed. Choose another unit."), field=field, unit=unit.name)
    return unit


def group_for(session: Session, staff_group_id: int) -> StaffGroup:
    """The staff group. RuleBroken when there is none by that id."""
    group = session.scalar(select(StaffGroup).where(StaffGroup.id == staff_group_id))
    if group is None:
        raise RuleBroken(N_("Choose a staff group."), field="staff_group")
    return group


def employment_for(session: Session, employment_id: int, by: Actor, permission: Permission) -> tuple[Employment, Unit]:
    """The employment and its unit. NotFound when there is none by that id, or it lies out of reach."""
    row = session.execute(
        select(Employment, Unit).join(Unit, Unit.id == Employment.unit_id).where(Employment.id == employment_id)
    ).one_or_none()
    if row is None or not by.may(permission, row.Unit.path):
        authorise(by, permission)
        raise NotFound
    return row.Employment, row.Unit


def checked_name(name: str, *, field: str = "name") -> str:
    """The name with single spaces. RuleBroken when it is empty, too long, or holds a CPR number."""
    name = squeeze(name)
    if not name:
        raise RuleBroken(N_("Write the name."), field=field)
    return checked_text(name, field=field, longest=120)


def checked_text(text: str | None, *, field: str, longest: int) -> str:
    """The text with single spaces, "" for none. RuleBroken when it is too long or holds a CPR number."""
    text = squeeze(text or "")
    if looks_like_cpr(text):
        raise RuleBroken(
            N_("The text looks as if it holds a CPR number. Remove it: CPR numbers are not kept here."), field=field
        )
    if len(text) > longest:
        raise RuleBroken(N_("The text is too long. Use at most %(most)s characters."), field=field, most=longest)
    return text


def checked_email(email: str | None) -> str | None:
    """The address in lower case, None for none. RuleBroken when it is no address."""
    address = checked_text(email, field="email", longest=255).casefold()
    if address and not _MAIL.fullmatch(address):
        raise RuleBroken(N_("Write the whole e-mail address, as in name@municipality.dk."), field="email")
    return address or None


def check_address_is_free(session: Session, email: str | None, *, but_person: int | None = None) -> None:
    """Nothing. RuleBroken when somebody else has the address: two people cannot sign in by one."""
    address = checked_email(email)
    if address is None:
        return
    taken = session.scalar(
        select(PersonIdentity.person_id)
        .where(PersonIdentity.email == address, PersonIdentity.person_id != (but_person or 0))
        .limit(1)
    )
    if taken is not None:
        raise RuleBroken(N_("Another employee already has the address %(email)s."), field="email", email=address)


def checked_phone(phone: str | None) -> str | None:
    """The number as it is written, None for none. RuleBroken when it is no phone number."""
    number = checked_text(phone, field="phone", longest=40)
    if number and not _PHONE.fullmatch(number):
        raise RuleBroken(N_("Write the phone number with digits, as in 23 45 67 89."), field="phone")
    return number or None


def checked_number(session: Session, number: str | None, *, but_person: int | None = None) -> str | None:
    """The staff number, None for none. RuleBroken when somebody else has it, or it looks like a CPR number."""
    number = checked_text(number, field="number", longest=40)
    if not number:
        return None
    taken = session.scalar(
        select(PersonIdentity.person_id).where(
            PersonIdentity.number == number, PersonIdentity.person_id != (but_person or 0)
        )
    )
    if taken is not None:
        raise RuleBroken(N_("Another employee already has the number %(number)s."), field="number", number=number)
    return number


def checked_shifts(shifts: str) -> str:
    """The letters in the order D, A, N, each once."""
    return "".join(letter for letter in SHIFTS if letter in shifts.upper())


def check_authorisation_date(checked_on: date | None, *, field: str = "authorisation_checked_on") -> None:
    """Nothing. RuleBroken when the register was looked up on a day that has not come."""
    if checked_on is not None and checked_on > today():
        raise RuleBroken(N_("The authorisation cannot have been checked on a day that has not come yet."), field=field)


def check_order(valid_from: date, valid_to: date | None, *, field: str = "valid_through") -> None:
    """Nothing. RuleBroken when the last day lies before the first. `valid_to` is half-open."""
    if valid_to is not None and valid_to <= valid_from:
        raise RuleBroken(sentence(N_("The last day lies before the first day.")), field=field)

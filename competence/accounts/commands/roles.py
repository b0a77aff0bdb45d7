"""Giving and ending roles."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import ROLE_NAMES, Actor, Permission, Role
from competence.accounts.models import RoleAssignment
from competence.audit.commands import record
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotAllowed, NotFound, RuleBroken
from competence.foundation.text import N_, sentence, squeeze
from competence.organisation.models import Unit

GIVEN_ROLES = tuple(role for role in Role if role not in {Role.EMPLOYEE, Role.SIGNER})
"""The roles that are given by hand; the other two follow from an employment."""


LONGEST_AUDIT = timedelta(days=92)


@dataclass(frozen=True)
class NewRole:
    """A role to give, half-open."""

    person_id: int
    role: Role
    unit_id: int
    valid_from: date
    valid_to: date | None = None
    purpose: str | None = None


@command
def give_role(session: Session, new: NewRole, *, by: Actor | None) -> RoleAssignment:
    """The assignment. NotAllowed when the unit is out of reach, or the role is not hers to give; None as `by`: the command line.

    RuleBroken when the dates do not fit, when an auditor has no purpose or end, or when the person has the role there already.
    """
    unit = session.get(Unit, new.unit_id)
    if unit is None:
        raise NotFound
    if by is not None:
        authorise_role(by, new.role, unit.path)
    if new.role not in GIVEN_ROLES:
        raise RuleBroken(N_("This role follows from an employment and is not given by hand."), field="role")
    if new.valid_from < today() and by is not None:
        raise RuleBroken(N_("A role is given from today at the earliest."), field="valid_from")
    if new.valid_to is not None and new.valid_to <= new.valid_from:
        raise RuleBroken(N_("The last day must be the first day or later."), field="valid_through")
    if by is not None and new.person_id == by.person_id and new.role not in {a.role for a in by.roles}:
        raise RuleBroken(N_("You cannot give yourself a role. Ask another administrator."))
    if new.role is Role.AUDITOR:
        if not squeeze(new.purpose or ""):
            raise RuleBroken(N_("Write what the access is for."), field="purpose")
        if new.valid_to is None or new.valid_to - new.valid_from > LONGEST_AUDIT:
            raise RuleBroken(
                N_("Access for supervision needs a last day, at most three months ahead."), field="valid_through"
            )
    same = session.scalars(
        select(RoleAssignment).where(
            RoleAssignment.person_id == new.person_id,
            RoleAssignment.role == new.role,
            RoleAssignment.unit_id == new.unit_id,
            RoleAssignment.deputy_for.is_(None),
        )
    )
    for other in same:
        if (other.valid_to is None or other.valid_to > new.valid_from) and (
            new.valid_to is None or other.valid_from < new.valid_to
        ):
            raise RuleBroken(
                N_("The person already has the role %(role)s in %(unit)s."),
                role=sentence(ROLE_NAMES[new.role]),
                unit=unit.name,
            )
    given = RoleAssignment(
        person_id=new.person_id, role=new.role, unit_id=new.unit_id, valid_from=new.valid_from, valid_to=new.valid_to,
        purpose=squeeze(new.purpose or "") or None, given_by=by.person_id if by else None, recorded_at=now(),
    )  # fmt: skip
    session.add(given)
    session.flush()
    record(
        session, by=by.person_id if by else None, action="give_role", subject="role_assignment", subject_id=given.id,
        person_id=new.person_id, administrative=True, detail={"role": new.role, "unit_id": new.unit_id},
    )  # fmt: skip
    return given


@command
def end_role(
    session: Session, role_assignment_id: int, *, by: Actor | None, since: date | None = None
) -> RoleAssignment:
    """The assignment, which no longer counts from today, nor does anybody's place as deputy for it. Out of reach: NotFound.

    `since`: it turns out that it did not count from that earlier day on; also of one that has ended.
    """
    given = session.get(RoleAssignment, role_assignment_id)
    unit = session.get(Unit, given.unit_id) if given else None
    if given is None or unit is None:
        raise NotFound
    if by is not None:
        if not may_give(by, Role(given.role), unit.path):
            raise NotFound
        if given.person_id == by.person_id and given.role == Role.ADMINISTRATOR:
            raise RuleBroken(N_("You cannot end your own role as administrator. Ask another administrator."))
    if since is not None and not given.valid_from <= since <= today():
        raise RuleBroken(N_("Choose a day from the first day of the role until today."))
    if given.valid_to is not None and given.valid_to <= (since or today()):
        raise RuleBroken(N_("The role has already ended."))
    given.valid_to = since or max(today(), given.valid_from)
    given.ended_by = by.person_id if by else None
    given.ended_at = now()
    record(
        session, by=by.person_id if by else None, action="end_role", subject="role_assignment", subject_id=given.id,
        person_id=given.person_id, administrative=True, detail={"role": given.role, "unit_id": given.unit_id},
    )  # fmt: skip
    if given.role == Role.GUIDE and given.deputy_for is None:
        _end_deputies(session, given, by)
    return given


def _end_deputies(session: Session, guide: RoleAssignment, by: Actor | None) -> None:
    ended = guide.valid_to or today()
    deputies = select(RoleAssignment).where(
        RoleAssignment.deputy_for == guide.person_id, RoleAssignment.unit_id == guide.unit_id,
        RoleAssignment.valid_to > ended, RoleAssignment.valid_from >= guide.valid_from,
    )  # fmt: skip
    for one in session.scalars(deputies.order_by(RoleAssignment.id)):
        one.valid_to, one.ended_by, one.ended_at = max(ended, one.valid_from), guide.ended_by, guide.ended_at
        record(
            session, by=by.person_id if by else None, action="end_role", subject="role_assignment", subject_id=one.id,
            person_id=one.person_id, administrative=True, detail={"role": one.role, "unit_id": one.unit_id},
        )  # fmt: skip


def authorise_role(by: Actor, role: Role, path: str) -> None:
    """Nothing, when `by` may give the role over the unit at `path`. NotAllowed otherwise."""
    if not may_give(by, role, path):
        raise NotAllowed(Permission.ROLE_GIVE)


def may_give(by: Actor, role: Role, path: str) -> bool:
    """Whether the role over the unit at `path` is hers to give."""
    return by.may(Permission.ROLE_GIVE, path) or (role is Role.GUIDE and by.may(Permission.APPOINTMENT_GIVE, path))

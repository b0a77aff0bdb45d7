"""What goes with an appointment as learning guide: a deputy from a day to a day, and the time that is given for it."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Role
from competence.accounts.commands.roles import may_give
from competence.accounts.models import RoleAssignment
from competence.accounts.queries import grounds_of
from competence.accounts.rules import can_be_deputy, roles_in_force
from competence.audit.commands import record
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_
from competence.organisation.models import Unit

MOST_MINUTES = 37 * 60
"""A week's work."""


@dataclass(frozen=True)
class NewDeputy:
    """Who takes a guide's place, half-open."""

    person_id: int
    valid_from: date
    valid_to: date


@command
def appoint_deputy(session: Session, role_assignment_id: int, new: NewDeputy, *, by: Actor) -> RoleAssignment:
    """The deputy's assignment over the guide's unit. NotFound when the appointment is not hers to give.

    RuleBroken when the days do not fit, when somebody else is deputy then, or when the deputy has no ground of her own to
    sign (product.md, the rule at the centre, point 5).
    """
    guide, unit = appointment_of(session, role_assignment_id, by=by)
    _check_days(guide, new)
    if new.person_id == guide.person_id:
        raise RuleBroken(N_("A guide cannot be her own deputy. Choose a colleague."), field="person")
    if new.person_id == by.person_id:
        raise RuleBroken(N_("You cannot make yourself a deputy. Ask another leader."), field="person")
    given, works = grounds_of(session, new.person_id)
    for day in (new.valid_from, new.valid_to - timedelta(days=1)):
        if not works or not roles_in_force(given, works, on=day) or not can_be_deputy(given, works, on=day):
            raise RuleBroken(
                N_(
                    "A deputy must be able to sign herself on all those days: as learning guide, development nurse, or in a "
                    "staff group that may sign."
                ),
                field="person",
            )
    others = session.scalars(
        select(RoleAssignment).where(
            RoleAssignment.unit_id == unit.id,
            RoleAssignment.role == Role.GUIDE,
            RoleAssignment.valid_from < new.valid_to,
            or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > new.valid_from),
            or_(RoleAssignment.deputy_for == guide.person_id, RoleAssignment.person_id == new.person_id),
        )
    ).all()
    if any(one.deputy_for is None for one in others):
        raise RuleBroken(N_("She is a learning guide in the unit herself, and needs no other's place."), field="person")
    if others:
        raise RuleBroken(
            N_("There is a deputy on some of those days already. End that one first, or choose other days."),
            field="valid_from",
        )
    deputy = RoleAssignment(
        person_id=new.person_id, role=Role.GUIDE, unit_id=unit.id, valid_from=new.valid_from, valid_to=new.valid_to,
        deputy_for=guide.person_id, given_by=by.person_id, recorded_at=now(),
    )  # fmt: skip
    session.add(deputy)
    session.flush()
    record(
        session, by=by.person_id, action="appoint_deputy", subject="role_assignment", subject_id=deputy.id,
        person_id=new.person_id, administrative=True, detail={"deputy_for": guide.person_id, "unit_id": unit.id},
    )  # fmt: skip
    return deputy


@command
def give_guide_time(session: Session, role_assignment_id: int, minutes: int | None, *, by: Actor) -> RoleAssignment:
    """The appointment, with the minutes a week that the guide is given; None: nobody says how many."""
    guide, _unit = appointment_of(session, role_assignment_id, by=by)
    if minutes is not None and not 0 < minutes <= MOST_MINUTES:
        raise RuleBroken(N_("Write from 0.25 to 37 hours a week, or leave it empty."), field="hours")
    if guide.minutes_a_week != minutes:
        guide.minutes_a_week = minutes
        record(
            session, by=by.person_id, action="give_guide_time", subject="role_assignment", subject_id=guide.id,
            person_id=guide.person_id, administrative=True, detail={"unit_id": guide.unit_id},
        )  # fmt: skip
    return guide


def appointment_of(session: Session, role_assignment_id: int, *, by: Actor) -> tuple[RoleAssignment, Unit]:
    """A guide's own appointment that is not over, and its unit. NotFound when there is none, or it is not hers to give."""
    guide = session.get(RoleAssignment, role_assignment_id)
    unit = session.get(Unit, guide.unit_id) if guide else None
    if guide is None or unit is None or guide.role != Role.GUIDE or guide.deputy_for is not None:
        raise NotFound
    if not may_give(by, Role.GUIDE, unit.path) or (guide.valid_to is not None and guide.valid_to <= today()):
        raise NotFound
    return guide, unit


def _check_days(guide: RoleAssignment, new: NewDeputy) -> None:
    if new.valid_from < today():
        raise RuleBroken(N_("A role is given from today at the earliest."), field="valid_from")
    if new.valid_to <= new.valid_from:
        raise RuleBroken(N_("The last day must be the first day or later."), field="valid_through")
    if new.valid_from < guide.valid_from or (guide.valid_to is not None and new.valid_to > guide.valid_to):
        raise RuleBroken(N_("The days must lie within the guide's own appointment."), field="valid_through")

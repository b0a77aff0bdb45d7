"""On what somebody's right to sign rests on a day: her appointments, also as a deputy, her staff group, and what she holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, bindparam, or_
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Role
from competence.accounts.models import RoleAssignment
from competence.delegation.queries import versions
from competence.entitlements.queries import holds
from competence.foundation.orm import execute, standing
from competence.organisation.models import Unit
from competence.people.models import Employment, StaffGroup

EMPLOYMENTS = cast(Table, Employment.__table__)
GROUPS = cast(Table, StaffGroup.__table__)
ROLES = cast(Table, RoleAssignment.__table__)
UNITS = cast(Table, Unit.__table__)


@dataclass(frozen=True)
class Signer:
    """On what the signer's right to sign rests that day. Frozen in the event and never judged again."""

    person_id: int
    level: int
    """The level at which she holds the task herself; 0 = she does not."""
    appointed: Role | None
    group_code: str
    group_may_sign: bool
    deputy_for: int | None = None
    """The guide in whose place she is appointed; None: the appointment is her own, or there is none."""


_OWN_EMPLOYMENTS = (
    standing(EMPLOYMENTS, EMPLOYMENTS.c.id, GROUPS.c.code, GROUPS.c.may_sign)
    .join(
        GROUPS,
        (GROUPS.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (GROUPS.c.id == EMPLOYMENTS.c.staff_group_id),
    )
    .where(
        EMPLOYMENTS.c.person_id == bindparam("person"), EMPLOYMENTS.c.valid_from <= bindparam("on"),
        or_(EMPLOYMENTS.c.valid_to.is_(None), EMPLOYMENTS.c.valid_to > bindparam("on")),
    )
    .order_by(EMPLOYMENTS.c.id)
)  # fmt: skip


class Signers:
    """What the actor has to sign with on a day, read once and asked for any unit and task."""

    def __init__(self, session: Session, by: Actor, *, on: date) -> None:
        """Reads her employments and appointments on the day."""
        self._session, self._person, self._on = session, by.person_id, on
        self._employments = execute(session, _OWN_EMPLOYMENTS, person=by.person_id, on=on).all()
        appointed = execute(session, _APPOINTMENTS, person=by.person_id, on=on).all()
        own = [row for row in appointed if row.deputy_for is None]
        # A deputy needs a ground of her own, and that one is named where it reaches.
        self._appointed = [*own, *(row for row in appointed if row.deputy_for and (own or self._group_signs))]
        self._levels: dict[tuple[int, int, date], int] = {}

    def over(self, unit: Unit, task_id: int, *, first_day: date | None = None) -> Signer:
        """The best of her own employments for the task, over the unit.

        Under a coming version nobody holds anything before its `first_day`: then she holds the task from that day on.
        """
        held_on = first_day or self._on
        place = _over(self._appointed, unit)
        appointed, deputy_for = (Role(place.role), place.deputy_for) if place else (None, None)
        found = [Signer(self._person, 0, appointed, "", False, deputy_for)]
        for own in self._employments:
            level = self._level(own.id, task_id, held_on)
            found.append(Signer(self._person, level, appointed, own.code, own.may_sign, deputy_for))
        # An employment counts only as far as one may sign under it; an appointment lets her sign under any of them.
        return max(found, key=lambda one: (appointed is not None or one.group_may_sign, one.level))

    @property
    def _group_signs(self) -> bool:
        return any(own.may_sign for own in self._employments)

    def _level(self, employment_id: int, task_id: int, on: date) -> int:
        place = employment_id, task_id, on
        if place not in self._levels:
            version = next((v for v in versions(self._session)[0] if v.in_force(on)), None)
            self._levels[place] = holds(
                self._session, employment_id, task_id, on=on, version_id=version.id if version else None
            )
        return self._levels[place]


def signer_on(
    session: Session, by: Actor, task_id: int, *, unit: Unit, on: date, first_day: date | None = None
) -> Signer:
    """What the actor has to sign with, over the unit, on the day: the best of her own employments."""
    return Signers(session, by, on=on).over(unit, task_id, first_day=first_day)


_APPOINTMENTS = (
    standing(ROLES, ROLES.c.role, UNITS.c.path, ROLES.c.deputy_for)
    .join(UNITS, (UNITS.c.municipality_id == ROLES.c.municipality_id) & (UNITS.c.id == ROLES.c.unit_id))
    .where(
        ROLES.c.person_id == bindparam("person"), ROLES.c.role.in_([Role.GUIDE, Role.DEVELOPMENT_NURSE]),
        ROLES.c.valid_from <= bindparam("on"), or_(ROLES.c.valid_to.is_(None), ROLES.c.valid_to > bindparam("on")),
    )
    .order_by(ROLES.c.id)
)  # fmt: skip


def appointment(session: Session, person_id: int, unit: Unit, *, on: date) -> Role | None:
    """The appointment as guide or development nurse over the unit on the day, None when there is none."""
    place = _over(execute(session, _APPOINTMENTS, person=person_id, on=on).all(), unit)
    return Role(place.role) if place else None


def _over(appointments: Iterable[Any], unit: Unit) -> Any:
    return next((row for row in appointments if unit.path.startswith(row.path)), None)

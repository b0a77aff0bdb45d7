"""Reads of the roles that people were given, and of whom a role can be given to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Reach, Role
from competence.accounts.models import RoleAssignment
from competence.accounts.rules import APPOINTED
from competence.foundation.clock import last_day, today
from competence.organisation.models import Unit
from competence.people.models import Employment, PersonIdentity, StaffGroup
from competence.people.queries import name_fits

Lines: TypeAlias = "Select[RoleAssignment, str, str, str]"
"""A role, its person's name, and its unit's name and path."""


@dataclass(frozen=True)
class RoleLine:
    """A role somebody was given, as a list shows it."""

    id: int
    person_id: int
    name: str
    role: Role
    unit_id: int
    unit_name: str
    unit_path: str
    valid_from: date
    valid_to: date | None
    purpose: str | None
    deputy_for: int | None = None
    """The guide in whose place it is, None: it is her own."""
    deputises: str = ""
    """That guide's name; empty once it is erased."""
    minutes_a_week: int | None = None

    @property
    def valid_through(self) -> date | None:
        """The last day it counts; None = open."""
        return last_day(self.valid_to)

    def is_over(self, on: date) -> bool:
        """Whether it no longer counts on the day."""
        return self.valid_to is not None and self.valid_to <= on


def roles_of(session: Session, person_id: int, *, within: Reach, role: Role | None = None) -> Sequence[RoleLine]:
    """The person's roles over units within reach, also past ones; the latest first."""
    return _lines(
        session,
        _given(within, role)
        .where(RoleAssignment.person_id == person_id)
        .order_by(RoleAssignment.valid_from.desc(), RoleAssignment.id),
    )


def roles_page(
    session: Session, *, within: Reach, q: str = "", role: Role | None = None, ended: bool = False, page: int = 1,
    size: int = 50,
) -> tuple[Sequence[RoleLine], int]:  # fmt: skip
    """(roles over units within reach that count today or later, or that have ended, by name; how many in all)."""
    open_ = or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > today())
    statement = _given(within, role).where(~open_ if ended else open_, *name_fits(q))
    total = session.scalar(select(func.count()).select_from(statement.with_only_columns(RoleAssignment.id).subquery()))
    ordered = statement.order_by(PersonIdentity.name, RoleAssignment.valid_from.desc(), RoleAssignment.id)
    return _lines(session, ordered.limit(size).offset((page - 1) * size)), total or 0


def somebody_is(session: Session, role: Role) -> bool:
    """Whether anybody in the municipality has the role today or later."""
    return (
        session.scalar(
            select(RoleAssignment.id)
            .where(
                RoleAssignment.role == role, or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > today())
            )
            .limit(1)
        )
        is not None
    )


def _given(within: Reach, role: Role | None) -> Lines:
    statement = (
        select(RoleAssignment, PersonIdentity.name, Unit.name.label("unit_name"), Unit.path)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .outerjoin(PersonIdentity, PersonIdentity.person_id == RoleAssignment.person_id)
        .where(_reached(within))
    )
    return statement if role is None else statement.where(RoleAssignment.role == role)


def _reached(within: Reach) -> ColumnElement[bool]:
    return or_(false(), *(Unit.path.startswith(root, autoescape=True) for root in within.roots))


def _lines(session: Session, statement: Lines) -> list[RoleLine]:
    rows = session.execute(statement).all()
    guides = {given.deputy_for for given, _name, _unit, _path in rows if given.deputy_for is not None}
    names = select(PersonIdentity.person_id, PersonIdentity.name).where(PersonIdentity.person_id.in_(guides))
    named = {row.person_id: row.name for row in session.execute(names)} if guides else {}
    return [
        RoleLine(
            given.id, given.person_id, name or "", Role(given.role), given.unit_id, unit_name, path, given.valid_from,
            given.valid_to, given.purpose, given.deputy_for, named.get(given.deputy_for, ""), given.minutes_a_week,
        )
        for given, name, unit_name, path in rows
    ]  # fmt: skip


def deputies_of(session: Session, person_id: int, unit_id: int) -> Sequence[RoleLine]:
    """Who takes the guide's place in the unit, today or later; the first day first."""
    wanted = (
        select(RoleAssignment, PersonIdentity.name, Unit.name.label("unit_name"), Unit.path)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .outerjoin(PersonIdentity, PersonIdentity.person_id == RoleAssignment.person_id)
        .where(
            RoleAssignment.deputy_for == person_id, RoleAssignment.unit_id == unit_id, RoleAssignment.valid_to > today(),
            RoleAssignment.valid_to > RoleAssignment.valid_from,
        )
        .order_by(RoleAssignment.valid_from, RoleAssignment.id)
    )  # fmt: skip
    return _lines(session, wanted)


def deputyships(session: Session, person_id: int) -> Sequence[RoleLine]:
    """Whose place the person takes today and who takes hers, today or later; the first day first."""
    on = today()
    wanted = (
        select(RoleAssignment, PersonIdentity.name, Unit.name.label("unit_name"), Unit.path)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .outerjoin(PersonIdentity, PersonIdentity.person_id == RoleAssignment.person_id)
        .where(
            RoleAssignment.deputy_for.is_not(None), RoleAssignment.valid_to > on,
            RoleAssignment.valid_to > RoleAssignment.valid_from,
            or_(
                and_(RoleAssignment.person_id == person_id, RoleAssignment.valid_from <= on),
                RoleAssignment.deputy_for == person_id,
            ),
        )
        .order_by(RoleAssignment.valid_from, RoleAssignment.id)
    )  # fmt: skip
    return _lines(session, wanted)


def possible_deputies(session: Session, unit: Unit, *, within: Reach, but: int) -> list[tuple[int, str]]:
    """(person id, name with unit) of those who can take a guide's place: guides and development nurses within reach, and in
    the unit itself those whose staff group may sign; without the person `but`. By name."""
    day = today()
    running = and_(Employment.valid_from <= day, or_(Employment.valid_to.is_(None), Employment.valid_to > day))
    appointed = (
        select(RoleAssignment.person_id)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .where(
            RoleAssignment.role.in_(sorted(APPOINTED)), RoleAssignment.deputy_for.is_(None),
            RoleAssignment.valid_from <= day, or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > day),
            _reached(within),
        )
    )  # fmt: skip
    rows = session.execute(
        select(PersonIdentity.person_id, PersonIdentity.name, func.min(Unit.name))
        .join(Employment, Employment.person_id == PersonIdentity.person_id)
        .join(Unit, Unit.id == Employment.unit_id)
        .join(StaffGroup, StaffGroup.id == Employment.staff_group_id)
        .where(
            running, PersonIdentity.person_id != but,
            or_(
                PersonIdentity.person_id.in_(appointed),
                and_(StaffGroup.may_sign, Unit.path.startswith(unit.path, autoescape=True)),
            ),
        )
        .group_by(PersonIdentity.person_id, PersonIdentity.name)
        .order_by(PersonIdentity.name, PersonIdentity.person_id)
    )  # fmt: skip
    return [(person_id, f"{name}, {place}") for person_id, name, place in rows]


def people_to_give_roles(
    session: Session, *, within: Reach, search: str, limit: int = 20
) -> list[tuple[int, str, str]]:
    """(person id, name, unit) of people with a running employment within reach whose name or number fits the text."""
    if not search:
        return []
    day = today()
    rows = session.execute(
        select(PersonIdentity.person_id, PersonIdentity.name, func.min(Unit.name))
        .join(Employment, Employment.person_id == PersonIdentity.person_id)
        .join(Unit, Unit.id == Employment.unit_id)
        .where(_reached(within), *name_fits(search))
        .where(Employment.valid_from <= day, or_(Employment.valid_to.is_(None), Employment.valid_to > day))
        .group_by(PersonIdentity.person_id, PersonIdentity.name)
        .order_by(PersonIdentity.name, PersonIdentity.person_id)
        .limit(limit)
    )
    return [(person_id, name, unit) for person_id, name, unit in rows]

"""Who is seen on a unit's board: those who work in it, and the floaters who may come to it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, bindparam, or_
from sqlalchemy.orm import Session

from competence.access.rules import Role
from competence.accounts.models import RoleAssignment
from competence.coverage.queries.places import Node
from competence.coverage.rules import Shift, Standing, Worker, standing_of
from competence.decision.queries import EMPLOYMENTS, UNITS, named_within, within_unit
from competence.foundation.orm import execute, scoped, several, standing
from competence.people.models import PersonIdentity, StaffGroup
from competence.people.queries import described
from competence.signoffs.queries import chunks

IDENTITIES = cast(Table, PersonIdentity.__table__)
ROLES = cast(Table, RoleAssignment.__table__)
GROUPS = cast(Table, StaffGroup.__table__)

_SHIFTS = "".join(Shift)
_APART = (Standing.FIXED, Standing.FLOATER, Standing.EXTERNAL, Standing.STUDENT)


@dataclass(frozen=True, slots=True)
class Someone:
    """A column of the board: an employment, with the name of its person."""

    worker: Worker
    name: str
    group_id: int
    group: str
    group_plural: str
    group_position: int
    unit_id: int
    unit_path: str
    valid_to: date | None
    is_guide: bool = False
    phone: str | None = None
    may_sign: bool = False
    number: str = ""
    """Her number as an employee; empty when she has none."""

    @property
    def employment_id(self) -> int:
        """Of the employment."""
        return self.worker.employment_id

    @property
    def person_id(self) -> int:
        """Of the person."""
        return self.worker.person_id

    @property
    def first_name(self) -> str:
        """As a column and a sentence name her."""
        return self.name.split(" ")[0]

    @property
    def initial(self) -> str:
        """The first letter of the last name, with a full stop; empty when there is one name only."""
        parts = self.name.split(" ")
        return f"{parts[-1][:1]}." if len(parts) > 1 else ""


def people_of(session: Session, unit: Node, *, on: date, only: Collection[int] | None = None) -> list[Someone]:
    """Whose employment runs in the unit or below it on the day, and the floaters who may come to it; as the board orders them.

    `only`: of these employments alone.
    """
    rows = people_rows(session, unit, on=on, only=only)
    return ordered(rows, guides_of(session, unit, {row.person_id for row in rows}, on=on))


_PEOPLE = (
    described(standing(
        EMPLOYMENTS, EMPLOYMENTS, UNITS.c.path, IDENTITIES.c.name, IDENTITIES.c.phone, IDENTITIES.c.number,
        GROUPS.c.short_name, GROUPS.c.plural, GROUPS.c.position.label("group_position"), GROUPS.c.is_student, GROUPS.c.may_sign,
    ))
    .where(GROUPS.c.counts_in_coverage)
)  # fmt: skip


def people_rows(session: Session, unit: Node, *, on: date, only: Collection[int] | None = None) -> Sequence[Any]:
    """The same as rows: the employment's columns, its unit's path, name, phone and staff group."""
    wanted = in_reach_of(session, unit)
    return people_where(session, wanted if only is None else and_(wanted, EMPLOYMENTS.c.id.in_(list(only))), on=on)


def people_where(
    session: Session, wanted: ColumnElement[bool], *, on: date, through: date | None = None
) -> Sequence[Any]:
    """The same of the employments that `wanted` picks, wherever they are; with those that begin `through` a later day."""
    runs = and_(
        EMPLOYMENTS.c.valid_from <= (through or on), or_(EMPLOYMENTS.c.valid_to.is_(None), EMPLOYMENTS.c.valid_to > on)
    )
    return execute(session, _PEOPLE.where(wanted, runs)).all()


def ordered(rows: Iterable[Any], guides: Collection[int]) -> list[Someone]:
    """The people as the board orders them."""
    found = [
        Someone(
            Worker(
                row.id, row.person_id, row.shifts,
                standing_of(is_floater=row.is_floater, is_external=row.is_external, is_student=row.is_student),
            ),
            row.name or "", row.staff_group_id, row.short_name, row.plural, row.group_position, row.unit_id, row.path,
            row.valid_to, row.person_id in guides, row.phone, row.may_sign, row.number or "",
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=_order)


def in_reach_of(session: Session, unit: Node) -> ColumnElement[bool]:
    """Employments in the unit, below it, or floating above it."""
    above = unit.place.chain[:-1]
    below, units = within_unit(session, unit.path), named_within(session, unit.path)
    if not above:
        return below
    if units is None:
        return or_(below, and_(EMPLOYMENTS.c.is_floater, EMPLOYMENTS.c.unit_id.in_(above)))
    # All units are named together first: by two lists with "or" between them the municipality's people would be read.
    return and_(EMPLOYMENTS.c.unit_id.in_([*units, *above]), or_(below, EMPLOYMENTS.c.is_floater))


def _order(one: Someone) -> tuple[int, int, int, tuple[bool, int, str], str, int]:
    """Group by group, from day over evening to night by the first of her shifts (none stands with the day), then by number."""
    return (
        _APART.index(one.worker.standing),
        one.group_position,
        _SHIFTS.find(one.worker.shifts[:1]),
        (not one.number, len(one.number), one.number),
        one.name,
        one.employment_id,
    )


_GUIDES = (
    standing(ROLES, ROLES.c.person_id, UNITS.c.path)
    .join(UNITS, (UNITS.c.municipality_id == ROLES.c.municipality_id) & (UNITS.c.id == ROLES.c.unit_id))
    .where(ROLES.c.person_id.in_(several("persons")), ROLES.c.role == Role.GUIDE, ROLES.c.valid_from <= bindparam("on"))
    .where(or_(ROLES.c.valid_to.is_(None), ROLES.c.valid_to > bindparam("on")))
)


def guides_of(session: Session, unit: Node, person_ids: Iterable[int], *, on: date) -> set[int]:
    """Those of the persons who are appointed learning guides over the unit, or over one below it, on the day."""
    roots = {f"{unit.path[: end + 1]}" for end, letter in enumerate(unit.path) if letter == "/" and end}
    return {
        row.person_id
        for some in chunks(person_ids)
        for row in execute(session, _GUIDES, on=on, persons=some)
        if row.path in roots or row.path.startswith(unit.path)
    }


def names_of(session: Session, person_ids: Iterable[int]) -> dict[int, str]:
    """Person -> name, of those whose name has not been erased."""
    ids = sorted(set(person_ids))
    if not ids:
        return {}
    rows = session.execute(
        scoped(session, IDENTITIES, IDENTITIES.c.person_id, IDENTITIES.c.name).where(IDENTITIES.c.person_id.in_(ids))
    )
    return {row.person_id: row.name for row in rows}

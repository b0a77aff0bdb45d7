"""Reads of people: the list with its search, one person's employments, and the choices of forms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, and_, false, func, or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.foundation.clock import last_day, today
from competence.foundation.errors import NotFound
from competence.organisation.models import Unit
from competence.people.models import Absence, Employment, Person, PersonIdentity, StaffGroup

PAGE = 50
EMPLOYMENTS = cast(Table, Employment.__table__)
IDENTITIES = cast(Table, PersonIdentity.__table__)
GROUPS = cast(Table, StaffGroup.__table__)
UNITS = cast(Table, Unit.__table__)


def described(employments: Select[Any]) -> Select[Any]:
    """The select of employments with the unit and staff group of each beside it, and the name where it is not erased."""
    e = EMPLOYMENTS.c
    return (
        employments.join(UNITS, (UNITS.c.municipality_id == e.municipality_id) & (UNITS.c.id == e.unit_id))
        .join(GROUPS, (GROUPS.c.municipality_id == e.municipality_id) & (GROUPS.c.id == e.staff_group_id))
        .outerjoin(
            IDENTITIES, (IDENTITIES.c.municipality_id == e.municipality_id) & (IDENTITIES.c.person_id == e.person_id)
        )
    )


"""Employments on a page of the list."""


class Who(StrEnum):
    """Which employments the list shows."""

    RUNNING = "running"
    """Those that run today, and those that begin later."""
    EXTERNALS = "externals"
    ENDED = "ended"


@dataclass(frozen=True)
class PersonLine:
    """An employment as the list shows it."""

    employment_id: int
    person_id: int
    name: str
    number: str
    phone: str
    unit_id: int
    unit: str
    unit_path: str
    group: str
    shifts: str
    valid_from: date
    valid_to: date | None
    is_floater: bool
    is_external: bool
    agency: str

    @property
    def last_day(self) -> date | None:
        """The last day of the employment; None: open."""
        return last_day(self.valid_to)


@dataclass(frozen=True)
class PeoplePage:
    """One page of the list."""

    lines: tuple[PersonLine, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))


def people_page(
    session: Session, *, within: Reach, q: str = "", unit: Unit | None = None, who: Who = Who.RUNNING, page: int = 1
) -> PeoplePage:
    """The employments within reach that fit, by name. A search looks for every word in names, and for a number's beginning."""
    conditions = [_reaching(within), *name_fits(q), _who(who, today())]
    if unit is not None:
        conditions.append(Unit.path.startswith(unit.path, autoescape=True))
    total = int(session.scalar(_joined(select(func.count())).where(*conditions)) or 0)
    page = min(max(1, page), max(1, -(-total // PAGE)))
    rows = session.execute(
        _joined(
            select(
                Employment.id, Employment.person_id, PersonIdentity.name, PersonIdentity.number, PersonIdentity.phone,
                Unit.id.label("unit_id"), Unit.name.label("unit"), Unit.path, StaffGroup.short_name, Employment.shifts,
                Employment.valid_from, Employment.valid_to, Employment.is_floater, Employment.is_external,
                Employment.agency,
            )
        )
        .where(*conditions)
        .order_by(PersonIdentity.name, Employment.valid_from, Employment.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )  # fmt: skip
    lines = tuple(
        PersonLine(
            row.id, row.person_id, row.name, row.number or "", row.phone or "", row.unit_id, row.unit, row.path,
            row.short_name, row.shifts, row.valid_from, row.valid_to, row.is_floater, row.is_external, row.agency or "",
        )
        for row in rows
    )  # fmt: skip
    return PeoplePage(lines, total, page)


def _joined(statement: Any) -> Any:
    return (
        statement.select_from(Employment)
        .join(PersonIdentity, PersonIdentity.person_id == Employment.person_id)
        .join(Unit, Unit.id == Employment.unit_id)
        .join(StaffGroup, StaffGroup.id == Employment.staff_group_id)
    )


def _reaching(within: Reach) -> ColumnElement[bool]:
    return or_(false(), *(Unit.path.startswith(root, autoescape=True) for root in within.roots))


def name_fits(q: str) -> list[ColumnElement[bool]]:
    """Conditions on PersonIdentity: each word of the search is part of the name, or begins the number.

    SQLite folds ASCII letters only, so the usual ways to write a word are all tried.
    """
    conditions: list[ColumnElement[bool]] = []
    for word in q.split()[:6]:
        ways = {word, word.lower(), word.upper(), word.capitalize()}
        conditions.append(
            or_(
                *(PersonIdentity.name.contains(way, autoescape=True) for way in sorted(ways)),
                PersonIdentity.number.startswith(word, autoescape=True),
            )
        )
    return conditions


def _who(who: Who, on: date) -> ColumnElement[bool]:
    open_now = or_(Employment.valid_to.is_(None), Employment.valid_to > on)
    match who:
        case Who.RUNNING:
            return open_now
        case Who.EXTERNALS:
            return and_(open_now, Employment.is_external)
        case Who.ENDED:
            return Employment.valid_to <= on


@dataclass(frozen=True)
class PersonFacts:
    """What an administrator sees of a person: who she is and where she works, nothing of what she may do."""

    person_id: int
    identity: PersonIdentity | None
    employments: tuple[tuple[Employment, Unit, StaffGroup], ...]
    """Running first, then by first day, newest first."""


def get_person(session: Session, person_id: int, *, within: Reach) -> PersonFacts:
    """The person. NotFound when none of her employments lies within reach; whoever reaches the root reaches all."""
    rows = session.execute(
        select(Employment, Unit, StaffGroup)
        .join(Unit, Unit.id == Employment.unit_id)
        .join(StaffGroup, StaffGroup.id == Employment.staff_group_id)
        .where(Employment.person_id == person_id)
        .order_by(Employment.valid_from.desc(), Employment.id.desc())
    ).all()
    known = session.scalar(select(Person.id).where(Person.id == person_id))
    roots = session.scalars(select(Unit.path).where(Unit.parent_id.is_(None))).all()
    if known is None or not any(within.covers(path) for path in [*roots, *(unit.path for _, unit, _ in rows)]):
        raise NotFound
    identity = session.scalar(select(PersonIdentity).where(PersonIdentity.person_id == person_id))
    on = today()
    listed = sorted(rows, key=lambda row: row.Employment.valid_to is not None and row.Employment.valid_to <= on)
    return PersonFacts(person_id, identity, tuple((row.Employment, row.Unit, row.StaffGroup) for row in listed))


@dataclass(frozen=True)
class EmploymentFacts:
    """One employment with its person's name."""

    employment: Employment
    name: str
    unit: Unit
    group: StaffGroup


def get_employment(session: Session, employment_id: int, *, within: Reach) -> EmploymentFacts:
    """The employment. NotFound when there is none by that id within reach."""
    row = session.execute(
        select(Employment, PersonIdentity.name, Unit, StaffGroup)
        .join(Unit, Unit.id == Employment.unit_id)
        .join(StaffGroup, StaffGroup.id == Employment.staff_group_id)
        .outerjoin(PersonIdentity, PersonIdentity.person_id == Employment.person_id)
        .where(Employment.id == employment_id)
    ).one_or_none()
    if row is None or not within.covers(row.Unit.path):
        raise NotFound
    return EmploymentFacts(row.Employment, row.name or "", row.Unit, row.StaffGroup)


def absences_of(session: Session, employment_id: int) -> Sequence[Absence]:
    """The employment's absences, newest first."""
    return session.scalars(
        select(Absence)
        .where(Absence.employment_id == employment_id)
        .order_by(Absence.valid_from.desc(), Absence.id.desc())
    ).all()


def staff_group_choices(session: Session) -> list[tuple[int, str]]:
    """(id, name) of the staff groups in the municipality's order."""
    rows = session.execute(
        select(StaffGroup.id, StaffGroup.name).order_by(StaffGroup.position, StaffGroup.name, StaffGroup.id)
    )
    return [(row.id, row.name) for row in rows]


def authorised_groups(session: Session) -> set[int]:
    """The staff groups whose members must be looked up in the register."""
    return set(session.scalars(select(StaffGroup.id).where(StaffGroup.authorised).order_by(StaffGroup.id)))


def name_of(session: Session, person_id: int | None) -> str:
    """The person's name, "" when she has none any more."""
    if person_id is None:
        return ""
    return session.scalar(select(PersonIdentity.name).where(PersonIdentity.person_id == person_id)) or ""


def is_open(employment: Employment, on: date | datetime) -> bool:
    """Whether the employment runs on the day or begins later."""
    day = on.date() if isinstance(on, datetime) else on
    return employment.valid_to is None or employment.valid_to > day


def how_many_employments(session: Session) -> int:
    """All there are, those that have ended too: for so many what they may do is stored."""
    return session.scalar(select(func.count(Employment.id))) or 0

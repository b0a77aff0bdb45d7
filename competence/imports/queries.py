"""What the municipality has, as the words of a file are compared with it; and what has been uploaded and waits."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import cast

from sqlalchemy import ColumnElement, Table, distinct, func, or_, select
from sqlalchemy.orm import Session, undefer

from competence.access.rules import Reach
from competence.catalogue.models import Area, Level, Task
from competence.catalogue.queries import level_names
from competence.catalogue.rules import ScaleKind
from competence.coverage.models import Requirement
from competence.delegation.queries import VERSIONS
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound
from competence.foundation.orm import scoped
from competence.imports.kinds import Kind
from competence.imports.known import Known, KnownUnit
from competence.imports.models import KEPT, StagedImport
from competence.organisation.models import Unit
from competence.people.models import Employment, PersonIdentity, StaffGroup
from competence.profiles.models import CompetenceProfile
from competence.roster.queries import coming
from competence.signoffs.queries import CURRENT
from competence.signoffs.rules import Origin

UNITS = cast(Table, Unit.__table__)
TASKS = cast(Table, Task.__table__)
AREAS = cast(Table, Area.__table__)
LEVELS = cast(Table, Level.__table__)
GROUPS = cast(Table, StaffGroup.__table__)
EMPLOYMENTS = cast(Table, Employment.__table__)
IDENTITIES = cast(Table, PersonIdentity.__table__)
NEEDS = cast(Table, Requirement.__table__)
PROFILES = cast(Table, CompetenceProfile.__table__)


def known_units(session: Session, within: Reach | None, *, closed: bool = False) -> list[KnownUnit]:
    """The units within reach (None: all), with the names above each, nearest first; those that are closed only if asked for."""
    rows = session.execute(scoped(session, UNITS).order_by(UNITS.c.path, UNITS.c.id)).all()
    by_id = {row.id: row for row in rows}

    def above(parent_id: int | None) -> tuple[str, ...]:
        names = []
        while parent_id is not None:
            names.append(by_id[parent_id].name)
            parent_id = by_id[parent_id].parent_id
        return tuple(names)

    return [
        KnownUnit(row.id, row.name, row.kind, above(row.parent_id))
        for row in rows
        if (closed or row.valid_to is None or row.valid_to > today()) and (within is None or within.covers(row.path))
    ]


def unit_paths(session: Session) -> dict[int, str]:
    """Unit -> its path, of all units."""
    return {row.id: row.path for row in session.execute(scoped(session, UNITS, UNITS.c.id, UNITS.c.path))}


def known_tasks(session: Session) -> list[Known]:
    """The tasks of the catalogue that are in use, in its order."""
    rows = session.execute(
        scoped(session, TASKS, TASKS.c.code, TASKS.c.name)
        .where(or_(TASKS.c.archived_on.is_(None), TASKS.c.archived_on > today()))
        .order_by(TASKS.c.position, TASKS.c.id)
    )
    return [Known(row.code, (row.name,)) for row in rows]


def known_groups(session: Session) -> list[Known]:
    """The staff groups with all their names, in the municipality's order."""
    rows = session.execute(scoped(session, GROUPS).order_by(GROUPS.c.position, GROUPS.c.id))
    return [Known(row.code, tuple(dict.fromkeys((row.name, row.short_name, row.plural)))) for row in rows]


def practice_levels(session: Session) -> list[str]:
    """The names of the practice scale, lowest first."""
    return list(level_names(session).values())


def profile_levels(session: Session) -> list[str]:
    """The names of the profile scale, lowest first."""
    return list(level_names(session, ScaleKind.PROFILE).values())


def area_names(session: Session) -> list[str]:
    """The areas of the catalogue."""
    return list(session.scalars(scoped(session, AREAS, AREAS.c.name).order_by(AREAS.c.position, AREAS.c.id)))


def known_numbers(session: Session, within: Reach | None) -> frozenset[str]:
    """The staff numbers of all who work, or have worked, within reach (None: anywhere)."""
    numbers = scoped(session, IDENTITIES, IDENTITIES.c.number, UNITS.c.path).where(IDENTITIES.c.number.is_not(None))
    rows = session.execute(
        numbers.join(
            EMPLOYMENTS,
            (EMPLOYMENTS.c.municipality_id == IDENTITIES.c.municipality_id)
            & (EMPLOYMENTS.c.person_id == IDENTITIES.c.person_id),
        ).join(
            UNITS, (UNITS.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (UNITS.c.id == EMPLOYMENTS.c.unit_id)
        )
    )
    return frozenset(row.number for row in rows if within is None or within.covers(row.path))


def roots_of(session: Session, within: Reach) -> Sequence[Unit]:
    """The topmost units within reach, each once: those that no other one of them covers."""
    units = session.scalars(select(Unit).where(Unit.path.in_(within.roots)).order_by(Unit.path, Unit.id)).all()
    return [u for u in units if not any(u.path != other.path and u.path.startswith(other.path) for other in units)]


def amount_of(session: Session, kind: Kind) -> int:
    """How many of the kind it has: units, employments now, approved versions, transferred sign-offs, needs, profiles."""
    match kind:
        case Kind.UNITS:
            wanted = scoped(session, UNITS, func.count()).where(_open(UNITS))
        case Kind.PEOPLE:
            wanted = scoped(session, EMPLOYMENTS, func.count(distinct(EMPLOYMENTS.c.person_id))).where(
                EMPLOYMENTS.c.valid_from <= today(), _open(EMPLOYMENTS)
            )
        case Kind.MATRIX:
            wanted = scoped(session, VERSIONS, func.count()).where(VERSIONS.c.approved_at.is_not(None))
        case Kind.SIGNOFFS:
            wanted = scoped(session, CURRENT, func.count()).where(CURRENT.c.origin == Origin.TRANSFERRED)
        case Kind.REQUIREMENTS:
            wanted = scoped(session, NEEDS, func.count()).where(_open(NEEDS))
        case Kind.PROFILES:
            wanted = scoped(session, PROFILES, func.count()).where(PROFILES.c.approved_at.is_not(None))
        case Kind.ROSTER:
            return coming(session, since=today())
    return session.scalar(wanted) or 0


def own_drafts(session: Session) -> bool:
    """Whether the municipality has loaded a division of tasks that nobody has approved yet."""
    mine = scoped(session, VERSIONS, func.count()).where(
        VERSIONS.c.approved_at.is_(None), VERSIONS.c.reference_code.is_(None)
    )
    return bool(session.scalar(mine))


def _open(table: Table) -> ColumnElement[bool]:
    return or_(table.c.valid_to.is_(None), table.c.valid_to > today())


def staged_of(session: Session, kind: str, person_id: int) -> StagedImport | None:
    """The file of the kind that the person has uploaded last, its bytes loaded; None when there is none, or its day is over."""
    return session.scalars(
        select(StagedImport)
        .where(
            StagedImport.kind == kind,
            StagedImport.uploaded_by == person_id,
            StagedImport.staged_at > now() - timedelta(hours=KEPT),
        )
        .options(undefer(StagedImport.content), undefer(StagedImport.mapping))
        .order_by(StagedImport.id.desc())
    ).first()


def person_by_number(session: Session, number: str) -> int:
    """The id of the person with the staff number. NotFound when nobody has it."""
    found = session.scalar(select(PersonIdentity.person_id).where(PersonIdentity.number == number.strip()))
    if found is None:
        raise NotFound
    return found


def persons_within(session: Session, name: str, *, on: date) -> list[int]:
    """The ids of all who are employed on the day in the unit of that name, or below it. NotFound unless one unit has it."""
    paths = session.scalars(select(Unit.path).where(func.lower(Unit.name) == name.strip().lower())).all()
    if len(paths) != 1:
        raise NotFound
    rows = session.scalars(
        select(Employment.person_id)
        .join(Unit, (Unit.municipality_id == Employment.municipality_id) & (Unit.id == Employment.unit_id))
        .where(
            Unit.path.startswith(paths[0], autoescape=True),
            Employment.valid_from <= on,
            or_(Employment.valid_to.is_(None), Employment.valid_to > on),
        )
        .distinct()
        .order_by(Employment.person_id)
    )
    return list(rows)

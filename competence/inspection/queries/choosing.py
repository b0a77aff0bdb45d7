"""What can be asked about within reach, and on what access."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import ColumnElement, Table, and_, false, func, or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Reach, Role
from competence.accounts.models import RoleAssignment
from competence.catalogue.models import Area, Task
from competence.decision.queries import EMPLOYMENTS, TASKS, UNITS
from competence.foundation.clock import last_day
from competence.foundation.errors import NotFound
from competence.foundation.orm import scoped
from competence.inspection.rules import About
from competence.organisation.models import Unit
from competence.people.models import PersonIdentity, StaffGroup

IDENTITIES = cast(Table, PersonIdentity.__table__)
GROUPS = cast(Table, StaffGroup.__table__)
AREAS = cast(Table, Area.__table__)
MOST_FOUND = 20
"""Of each kind; with more, the reader writes more of the name."""


@dataclass(frozen=True)
class Access:
    """An auditor's access in time, as it was given."""

    purpose: str
    through: date | None


@dataclass(frozen=True)
class Choice:
    """Something that can be asked about."""

    about: About
    id: int
    name: str
    hint: str


def access_of(session: Session, actor: Actor, *, on: date) -> Access | None:
    """The auditor's access in force on the day that lasts longest; None for whoever has no such role."""
    if not any(a.role is Role.AUDITOR for a in actor.roles):
        return None
    given = session.scalars(
        select(RoleAssignment)
        .where(
            RoleAssignment.person_id == actor.person_id, RoleAssignment.role == Role.AUDITOR,
            RoleAssignment.valid_from <= on, or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > on),
        )
        .order_by(RoleAssignment.valid_to.desc(), RoleAssignment.id.desc())
    ).first()  # fmt: skip
    return Access(given.purpose or "", last_day(given.valid_to)) if given else None


def reached(within: Reach) -> ColumnElement[bool]:
    """Units within reach, those that are closed too."""
    return or_(false(), *(UNITS.c.path.startswith(root, autoescape=True) for root in within.roots))


def unit_choices(session: Session, *, within: Reach) -> list[Choice]:
    """The units within reach from the top down, those that are closed too."""
    rows = session.execute(
        scoped(session, UNITS, UNITS.c.id, UNITS.c.name, UNITS.c.path, UNITS.c.valid_to).where(reached(within))
        .order_by(UNITS.c.path, UNITS.c.id)
    ).all()  # fmt: skip
    return [Choice(About.UNIT, row.id, row.name, "") for row in rows]


def found_by(session: Session, text: str, *, within: Reach) -> list[Choice]:
    """The people, units and tasks within reach whose name has the text in it, people by name first; none for no text."""
    words = text.casefold().split()
    if not words or not within:
        return []

    def like(column: ColumnElement[str]) -> ColumnElement[bool]:
        return and_(*(func.lower(column).contains(word, autoescape=True) for word in words))

    people = session.execute(
        scoped(session, EMPLOYMENTS, EMPLOYMENTS.c.person_id, IDENTITIES.c.name, func.max(UNITS.c.name).label("unit"))
        .join(UNITS, (UNITS.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (UNITS.c.id == EMPLOYMENTS.c.unit_id))
        .join(
            IDENTITIES,
            (IDENTITIES.c.municipality_id == EMPLOYMENTS.c.municipality_id)
            & (IDENTITIES.c.person_id == EMPLOYMENTS.c.person_id),
        )
        .where(reached(within), like(IDENTITIES.c.name))
        .group_by(EMPLOYMENTS.c.person_id, IDENTITIES.c.name)
        .order_by(IDENTITIES.c.name, EMPLOYMENTS.c.person_id)
        .limit(MOST_FOUND)
    ).all()
    units = session.execute(
        scoped(session, UNITS, UNITS.c.id, UNITS.c.name)
        .where(reached(within), like(UNITS.c.name)).order_by(UNITS.c.path).limit(MOST_FOUND)
    ).all()  # fmt: skip
    tasks = session.execute(
        scoped(session, TASKS, TASKS.c.id, TASKS.c.name, AREAS.c.name.label("area"))
        .join(AREAS, (AREAS.c.municipality_id == TASKS.c.municipality_id) & (AREAS.c.id == TASKS.c.area_id))
        .where(like(TASKS.c.name)).order_by(TASKS.c.name, TASKS.c.id).limit(MOST_FOUND)
    ).all()  # fmt: skip
    found = [
        *(Choice(About.PERSON, row.person_id, row.name, row.unit) for row in people),
        *(Choice(About.UNIT, row.id, row.name, "") for row in units),
        *(Choice(About.TASK, row.id, row.name, row.area) for row in tasks),
    ]
    exact = [one for one in found if one.name.casefold() == " ".join(words)]
    return exact if len(exact) == 1 else found


def title_of(session: Session, about: About, asked_id: int, *, within: Reach) -> tuple[str, str]:
    """(name, where it lies). NotFound when there is none by that id within reach."""
    match about:
        case About.UNIT:
            unit = session.scalars(select(Unit).where(Unit.id == asked_id)).first()
            if unit is None or not within.covers(unit.path):
                raise NotFound
            above = session.get(Unit, unit.parent_id) if unit.parent_id else None
            return unit.name, above.name if above and within.covers(above.path) else ""
        case About.TASK:
            row = session.execute(
                select(Task.name, Area.name.label("area"))
                .join(Area, Area.id == Task.area_id)
                .where(Task.id == asked_id)
            ).first()
            if row is None:
                raise NotFound
            return row.name, row.area
        case About.PERSON:
            units: Sequence[str] = session.scalars(
                scoped(session, EMPLOYMENTS, UNITS.c.name)
                .join(UNITS, (UNITS.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (UNITS.c.id == EMPLOYMENTS.c.unit_id))
                .where(EMPLOYMENTS.c.person_id == asked_id, reached(within))
                .order_by(EMPLOYMENTS.c.valid_from.desc(), EMPLOYMENTS.c.id.desc())
            ).all()  # fmt: skip
            if not units:
                raise NotFound
            name = session.scalar(select(PersonIdentity.name).where(PersonIdentity.person_id == asked_id))
            return name or "", units[0]

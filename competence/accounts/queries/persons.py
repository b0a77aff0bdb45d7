"""Reads of persons as administration needs them: by name, and whether they are within reach."""

from collections.abc import Iterable, Sequence

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.accounts.models import RoleAssignment
from competence.foundation.errors import NotFound
from competence.organisation.models import Unit
from competence.people.models import Employment, PersonIdentity


def person_within(session: Session, person_id: int, *, within: Reach) -> str:
    """The person's name, if she works, or has a role, over a unit within reach. NotFound otherwise.

    Whoever reaches the root of the municipality reaches everybody in it.
    """
    paths = session.scalars(
        select(Unit.path)
        .join(Employment, and_(Employment.unit_id == Unit.id))
        .where(Employment.person_id == person_id)
        .union(
            select(Unit.path)
            .join(RoleAssignment, RoleAssignment.unit_id == Unit.id)
            .where(RoleAssignment.person_id == person_id)
        )
    ).all()
    name = session.scalar(select(PersonIdentity.name).where(PersonIdentity.person_id == person_id))
    reaches_all = any(within.covers(path) for path in root_paths(session))
    if name is None or not (reaches_all or any(within.covers(path) for path in paths)):
        raise NotFound
    return name


def root_paths(session: Session) -> Sequence[str]:
    """The paths of the units without a parent."""
    return session.scalars(select(Unit.path).where(Unit.parent_id.is_(None)).order_by(Unit.id)).all()


def names_of(session: Session, person_ids: Iterable[int]) -> dict[int, str]:
    """The names of the persons by id; those whose identity is erased are left out."""
    wanted = sorted(set(person_ids))
    if not wanted:
        return {}
    rows = session.execute(
        select(PersonIdentity.person_id, PersonIdentity.name).where(PersonIdentity.person_id.in_(wanted))
    )
    return {row.person_id: row.name for row in rows}

"""The scenarios that somebody may see."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from competence.decision.queries import EMPLOYMENTS
from competence.forecast.models import Scenario
from competence.forecast.scenarios import Home, Shared
from competence.foundation.errors import NotFound
from competence.foundation.orm import scoped


def scenarios_of(session: Session, unit_ids: Collection[int], person_id: int) -> Sequence[Scenario]:
    """Those of the units that are hers or shared, by unit and name."""
    return session.scalars(
        select(Scenario)
        .where(Scenario.unit_id.in_(unit_ids))
        .where(or_(Scenario.owner_id == person_id, Scenario.shared_with == Shared.LEADERS))
        .order_by(Scenario.unit_id, Scenario.name, Scenario.id)
    ).all()


def get_scenario(session: Session, scenario_id: int, unit_id: int, person_id: int, *, lock: bool = False) -> Scenario:
    """The scenario of the unit. NotFound when there is none by that id that she may see; `lock`: nobody else changes it now."""
    wanted = select(Scenario).where(Scenario.id == scenario_id, Scenario.unit_id == unit_id)
    found = session.scalars(
        wanted.with_for_update() if lock else wanted, execution_options={"populate_existing": lock}
    ).first()
    if found is None or (found.owner_id != person_id and found.shared_with != Shared.LEADERS):
        raise NotFound
    return found


def homes_of(session: Session, employment_ids: Collection[int]) -> dict[int, Home]:
    """Employment -> whose it is and where, of those that there are in the municipality, ended ones too."""
    if not employment_ids:
        return {}
    rows = _homes(session).where(EMPLOYMENTS.c.id.in_(sorted(employment_ids)))
    return {row.id: Home(row.person_id, row.unit_id) for row in session.execute(rows)}


def beside(session: Session, person_ids: Collection[int]) -> set[int]:
    """The units in which the persons are, or have been, employed."""
    if not person_ids:
        return set()
    rows = _homes(session).where(EMPLOYMENTS.c.person_id.in_(sorted(person_ids)))
    return {row.unit_id for row in session.execute(rows)}


def _homes(session: Session) -> Select[Any]:
    return scoped(session, EMPLOYMENTS, EMPLOYMENTS.c.id, EMPLOYMENTS.c.person_id, EMPLOYMENTS.c.unit_id)

"""The scenarios that somebody may see."""

from collections.abc import Collection, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from competence.decision.queries import EMPLOYMENTS
from competence.forecast.models import Scenario
from competence.forecast.scenarios import Shared
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


def units_of(session: Session, employment_ids: Collection[int]) -> dict[int, int]:
    """Employment -> its unit, of those that there are in the municipality, ended ones too."""
    if not employment_ids:
        return {}
    rows = scoped(session, EMPLOYMENTS, EMPLOYMENTS.c.id, EMPLOYMENTS.c.unit_id).where(
        EMPLOYMENTS.c.id.in_(sorted(employment_ids))
    )
    return {row.id: row.unit_id for row in session.execute(rows)}

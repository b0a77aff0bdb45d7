"""A scenario to measure: two of a team are away, one is trained, and a colleague is hired."""

from datetime import timedelta

from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.coverage.queries.places import tree
from competence.forecast.queries.ground import team_of
from competence.forecast.scenarios import Away, Hired, Trained, code
from competence.foundation.clock import today


def scenario(session: Session, unit_id: int) -> list[str]:
    """The steps of the team's scenario, as an address has them."""
    on = today()
    team = team_of(session, tree(session, on=on).get(unit_id, Reach(("/",))))
    first, second, third, *_rest = team.people
    steps = (
        Away(first.employment_id, on + timedelta(days=20), None),
        Away(second.employment_id, on + timedelta(days=60), on + timedelta(days=90)),
        Trained(third.employment_id, team.tasks[0].id, 2, on + timedelta(days=30)),
        Hired(third.group_id, "D", on + timedelta(days=45), 1),
    )
    return [code(step) for step in steps]

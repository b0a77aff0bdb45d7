"""A scenario to measure: two of a team are away, one is trained, and a colleague is hired."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.coverage.queries.places import tree
from competence.forecast.queries.ground import team_of
from competence.forecast.scenarios import MOST_STEPS, Away, Hired, Trained, code
from competence.foundation.clock import today
from tests.bench import pages
from tests.bench.timing import Taken, in_turns


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


def of_all(
    client: Any, scenarios: Mapping[int, list[str]], runs: int
) -> tuple[list[Taken], list[Taken], dict[str, Any]]:
    """(the teams' scenarios as one of the whole, each of them one after the other, the page's size)."""
    top = (client.get("/overview").headers.get("Location") or "/overview").rpartition("/")[2]
    steps = [
        f"{step}~{team}" if step.startswith("hired") else step for team, some in scenarios.items() for step in some
    ][:MOST_STEPS]

    def each() -> None:
        for team, some in scenarios.items():
            pages.fetch(client, f"/what-if/{team}", step=some)

    html, sent, _text = pages.fetch(client, f"/what-if/{top}", step=steps)
    whole, apart = in_turns(lambda: pages.fetch(client, f"/what-if/{top}", step=steps), each, runs=runs)
    return whole, apart, {"html_kb": round(html / 1000, 1), "sent_kb": round(sent / 1000, 1), "teams": len(scenarios)}

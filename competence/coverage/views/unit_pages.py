"""The pages about one unit, as the row of links under the heading of each of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, request, url_for

from competence.access.rules import Actor, Permission
from competence.coverage.queries.places import Node
from competence.foundation.text import N_
from competence.foundation.web import say


@dataclass(frozen=True)
class UnitPage:
    """A page about one unit; it is left out for whoever has none of the permissions over the unit."""

    endpoint: str
    """Takes the unit's id as `unit_id`."""
    label: str
    any_of: tuple[Permission, ...]


P = Permission
UNIT_PAGES: Sequence[UnitPage] = (
    UnitPage("coverage.unit", N_("Board"), (P.COVERAGE_READ, P.COVERAGE_COUNTS)),
    UnitPage("roster.unit", N_("Duty roster"), (P.ROSTER_READ,)),
    UnitPage("forecast.unit", N_("Forecast"), (P.COVERAGE_READ, P.COVERAGE_COUNTS)),
    UnitPage("what_if.unit", N_("What if?"), (P.SCENARIO_COUNTS, P.SCENARIO_WRITE)),
    UnitPage("training_plan.unit", N_("Training plan"), (P.TRAINING_PLAN,)),
    UnitPage("meetings.unit", N_("Board meeting"), (P.BOARD_KEEP, P.ACTION_READ)),
    UnitPage("requirements.index", N_("Staffing needs"), (P.REQUIREMENT_READ,)),
    UnitPage("latent.index", N_("Latent competence"), (P.COVERAGE_LATENT,)),
    UnitPage("figures.unit", N_("Key figures"), (P.COVERAGE_READ, P.COVERAGE_COUNTS)),
)
"""In the order of the row. A page of a feature above this one stands here by its endpoint."""


@dataclass(frozen=True)
class UnitLink:
    """A page of the row, as the template draws it."""

    label: str
    url: str
    current: bool


def unit_links(actor: Actor, node: Node) -> list[UnitLink]:
    """The pages about the unit that she may open; empty when there is only the one she is on."""
    able = [
        page
        for page in UNIT_PAGES
        if page.endpoint in current_app.view_functions and any(actor.may(one, node.path) for one in page.any_of)
    ]
    if len(able) < 2:
        return []
    here = request.endpoint or ""
    feature = here.partition(".")[0]
    at = next((page for page in able if page.endpoint == here), None)
    at = at or next((page for page in able if page.endpoint.partition(".")[0] == feature), None)
    return [UnitLink(say(page.label), url_for(page.endpoint, unit_id=node.id), page is at) for page in able]

"""Every page of development, of each whose it is: axe finds nothing, and nothing hangs out of any screen.

Those that stand in a menu are looked at in `test_everywhere`, those that a journey passes there.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.journeys.visiting import sign_in

NORTH, HAVNEN, CENTRES = 2, 3, 13
PETER, AMIRA, RASMUS, SOFIE = 8, 12, 15, 19
"""Employments: whose leader has laid a plan before her, who has agreed, who has laid one himself, on a path."""

PAGES = {
    "amira.haddad": (
        "/me/learning/leading",
        "/me/learning/new",
        "/me/paths",
        "/me/classes",
        "/me/calendar",
        "/me/pulse",
        "/paths",
        f"/plans/{AMIRA}",
        f"/plans/{AMIRA}/goals/new",
        f"/plans/{AMIRA}/activities/new",
        "/plans/goals/2",
        "/plans/activities/6",
        "/plans/activities/5/change",
        "/plans/activities/5/move",
        "/plans/versions/1",
        "/talks",
        "/talks/7",
        "/talks/7/prepare",
        "/training/teaching",
    ),
    "dorthe.nygaard": (
        f"/plans/{PETER}",
        f"/plans/{RASMUS}",
        f"/plans/{RASMUS}/goals/new",
        "/plans/activities/11",
        f"/learning-balance/{HAVNEN}",
        "/talks",
        "/talks/7/write",
        f"/talks/new/{AMIRA}",
        f"/talks/group/{HAVNEN}",
        "/classes/1",
        "/classes/1/people",
        "/paths/2",
        "/paths/1/place",
        "/paths/people",
        f"/onboarding/begin/{SOFIE}",
        "/onboarding/2",
        "/onboarding/2/change",
        "/onboarding/2/items/new",
        "/onboarding/templates",
        "/onboarding/templates/2",
    ),
    "hanne.lykke": ("/classes/3", "/classes/new", "/onboarding/1", "/training/teaching"),
    "marianne.holm": (
        "/activities/1",
        "/activities/new",
        "/classes/new",
        "/classes/4",
        "/classes/4/attendance",
        "/classes/1/change",
        "/classes/1/cancel",
        "/learning-balance",
        "/onboarding/templates/1",
        "/onboarding/templates/1/items/1",
        "/onboarding/templates/1/items/new",
        "/onboarding/templates/1/welcome",
        "/onboarding/templates/new",
        "/paths/new",
        "/paths/4",
        "/paths/2/change",
        "/paths/1/steps",
        f"/training/{NORTH}",
    ),
    "ulla.thorsen": (
        "/strategy/1",
        "/strategy/2",
        "/strategy/new",
        "/strategy/2/write",
        "/strategy/2/baseline",
        "/strategy/2/decide",
        "/strategy/2/wheel",
        "/strategy/2/priorities/new",
        "/strategy/2/measures/new",
        "/strategy/2/indicators/new",
        "/strategy/2/priorities/4",
        "/strategy/2/measures/9",
        "/strategy/2/indicators/6",
        "/strategy/1/follow-up",
        "/strategy/1/indicators/1/value",
        "/strategy/1/measures/1/follow-up",
        "/strategy/needs",
        f"/strategy/needs/{CENTRES}",
        f"/strategy/needs/{CENTRES}/area/1",
        "/strategy/pulse",
    ),
    "bente.rask": ("/strategy/1", "/strategy/pulse/new"),
    "gitte.vang": ("/strategy", "/strategy/1", f"/strategy/needs/{NORTH}", "/strategy/pulse"),
}  # fmt: skip
"""Person -> addresses of the demonstration's Fjordby."""


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_of_development_are_accessible_and_fit_every_screen(
    fjordby: str, page: Page, looked_over: Callable[[Page], None], name: str
):
    sign_in(page, fjordby, name)
    for address in PAGES[name]:
        answer = page.goto(fjordby + address)
        assert answer is not None
        assert answer.ok, address
        looked_over(page)

"""Every page of coverage, of each who works with it: axe finds nothing, and nothing hangs out of any screen.

The pages that a journey passes are looked at there; those that lie beside its way are here.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from competence.foundation.clock import today
from tests.journeys.visiting import sign_in

NORTH, HAVNEN = 2, 3
LATER, EARLIER = (today() + timedelta(days=120)).isoformat(), (today() - timedelta(days=40)).isoformat()

PAGES = {
    "dorthe.nygaard": (
        f"/coverage/{HAVNEN}?by=roster&area=1",
        f"/coverage/{HAVNEN}?gaps=1&on={LATER}",
        f"/coverage/{HAVNEN}?shift=N&on={EARLIER}",
        f"/coverage/{HAVNEN}/latent",
        f"/coverage/{HAVNEN}/person/1",
        f"/coverage/{HAVNEN}/task/1",
        f"/coverage/{HAVNEN}/why/1/1",
        f"/board-meeting/{HAVNEN}/goals",
        f"/board-meeting/{HAVNEN}/preview",
        "/actions",
        "/actions/1",
        "/actions/1/change",
        f"/actions/new/{HAVNEN}",
    ),
    "marianne.holm": (
        f"/coverage/{NORTH}/latent",
        f"/requirements?unit_id={HAVNEN}",
        f"/requirements/{HAVNEN}/change/1",
        f"/requirements/{HAVNEN}/new",
        f"/requirements/{HAVNEN}/sheet?area=1",
        f"/requirements/{HAVNEN}/take",
        "/imports/requirements",
        f"/forecast/{NORTH}",
        f"/what-if/{NORTH}",
    ),
    "lars.bisgaard": ("/roster", f"/roster/{HAVNEN}?on={LATER}", "/imports/roster", "/imports/roster/steps"),
    "ulla.thorsen": (
        f"/overview/{NORTH}",
        f"/overview/{HAVNEN}",
        f"/overview/{NORTH}/area/1",
        "/overview/how",
        "/overview/targets",
        f"/forecast/{HAVNEN}",
        f"/board-meeting/{HAVNEN}",
        "/actions",
    ),
    "amira.haddad": ("/who-may?q=Insulin+med+pen", "/me/on-the-board"),
    "henrik.vestergaard": ("/api-keys",),
}  # fmt: skip
"""Person -> addresses of the demonstration's Fjordby."""


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_beside_the_journeys_are_accessible_on_every_screen(
    fjordby: str, page: Page, looked_over: Callable[[Page], None], name: str
):
    sign_in(page, fjordby, name)
    for address in PAGES[name]:
        answer = page.goto(fjordby + address)
        assert answer is not None
        assert answer.ok, address
        looked_over(page)

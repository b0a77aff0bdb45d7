"""What is shown to be used elsewhere begins with the address that people type, whatever host the request came by."""

import re
from dataclasses import replace

import pytest

from competence.access.rules import Role
from competence.reports.views import address_of_check

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

TYPED = "https://kompetence.example"


@pytest.fixture(params=["", TYPED])
def public(request, app):
    """What PUBLIC_URL says; empty: nothing."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, public_url=request.param or None)
    yield request.param
    app.config["SETTINGS"] = before


def test_the_wall_the_bedside_code_and_the_passport_lead_to_the_address_that_people_type(public, world, app, signed_in):
    leader = world.role(world.person("Dorthe Nygaard", "SPL"), Role.LEADER)
    world.settle()
    client = signed_in(leader)
    expected = public or "http://localhost"
    page = client.post(f"/board-meeting/{world.team.id}/screens", data={"name": "Teamrum"}).text
    assert re.search(r'value="([^"]+)/screen/[^"]+"', page)[1] == expected
    assert client.post("/me/training-code").status_code == 302
    assert f"{expected}/with/" in client.get("/me/training-code").text
    with app.test_request_context("/me/passport.pdf", base_url="http://localhost"):
        app.preprocess_request()
        assert address_of_check(7) == f"{expected}/passport/7"


def test_a_municipality_with_a_host_of_its_own_is_met_by_that_one(world, app):
    before = app.config["SETTINGS"]
    world.municipality.host = "fjordby.example"
    world.session.commit()
    app.config["SETTINGS"] = replace(before, public_url=TYPED)
    with app.test_request_context("/", base_url="https://fjordby.example"):
        app.preprocess_request()
        assert address_of_check(7) == "https://fjordby.example/passport/7"
    app.config["SETTINGS"] = before

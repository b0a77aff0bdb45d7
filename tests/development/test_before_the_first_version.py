"""Before a municipality's first division of tasks is in force, an employee is told so, and of no task that it is not hers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from competence.delegation.models import MatrixVersion
from competence.foundation.clock import today
from competence.foundation.web import day
from tests.development.conftest import Team

SignIn = Callable[[Any], FlaskClient]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
PAGES = ("/me", "/me/may", "/me/may?q=ilt", "/me/passport")
NOT_YET = "Opgavedelingen for Prøveby Kommune gælder ikke endnu."
DECIDED_LATER = "Det afgør opgavedelingen, når den gælder."


def begin(team: Team, *, in_days: int | None) -> None:
    """The first version begins then; None: nobody has approved it."""
    version = team.world.session.get(MatrixVersion, team.world.version.id)
    assert version is not None
    if in_days is None:
        version.approved_at = version.valid_from = None
    else:
        version.valid_from = today() + timedelta(days=in_days)
    team.world.settle().session.commit()


@pytest.mark.parametrize("address", PAGES)
def test_she_is_told_that_the_division_is_not_approved(team: Team, signed_in: SignIn, address: str):
    begin(team, in_days=None)
    page = signed_in(team.amira).get(address).text
    assert NOT_YET in page
    assert "Når den er godkendt og gælder" in page
    assert "Ikke for din faggruppe" not in page


@pytest.mark.parametrize("address", PAGES)
def test_she_is_told_from_when_it_is_in_force(team: Team, signed_in: SignIn, app: Any, address: str):
    begin(team, in_days=3)
    with app.app_context():
        first = day(today() + timedelta(days=3))
    page = signed_in(team.amira).get(address).text
    assert NOT_YET in page
    assert f"Den er godkendt og gælder fra {first}." in page
    assert "Ikke for din faggruppe" not in page


@pytest.mark.parametrize("in_days", [None, 3])
def test_the_steps_of_her_path_stand_there_without_a_verdict(team: Team, signed_in: SignIn, in_days: int | None):
    begin(team, in_days=in_days)
    client = signed_in(team.amira)
    path = client.get("/me").text
    assert "Øjendråber" in path
    assert DECIDED_LATER in path
    assert "Bed om underskrift" not in path
    why = client.get(f"/me/may/{team.amira.employment.id}/{team.oxygen.id}").text
    assert NOT_YET in why
    assert DECIDED_LATER in why


def test_from_its_first_day_nothing_of_it_is_said(team: Team, signed_in: SignIn):
    begin(team, in_days=0)
    client = signed_in(team.amira)
    for address in PAGES:
        page = client.get(address).text
        assert NOT_YET not in page
        assert DECIDED_LATER not in page


@pytest.mark.parametrize("in_days", [None, 3])
def test_the_guides_queue_says_that_nothing_can_be_signed_or_from_when_it_counts(
    team: Team, signed_in: SignIn, in_days: int | None
):
    begin(team, in_days=in_days)
    page = signed_in(team.guide).get("/queue").text
    assert NOT_YET in page
    assert ("tæller fra den dag" if in_days else "Der kan ikke skrives under på noget, før") in page


def test_a_step_says_once_that_it_is_not_decided(team: Team, signed_in: SignIn):
    begin(team, in_days=None)
    page = signed_in(team.amira).get("/me").text
    assert page.count(DECIDED_LATER) == page.count("<h3>")

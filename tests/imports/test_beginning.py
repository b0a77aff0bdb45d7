"""What an administrator of a municipality that has just begun is told to do next."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from competence.access.rules import Role
from competence.delegation.commands import NewCell, new_draft
from competence.delegation.rules import CellRule
from competence.foundation.clock import today
from tests.factories import Someone, World

SignedIn = Callable[[Someone], FlaskClient]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
NOBODY = "Ingen er udviklingssygeplejerske endnu."


@pytest.fixture
def anne(world: World) -> Someone:
    return world.role(world.person("Anne Holm", "SPL"), Role.ADMINISTRATOR, over=world.root)


def test_with_the_municipality_alone_the_units_come_first(world: World, anne: Someone, signed_in: SignedIn) -> None:
    for unit in (world.team, world.district):
        unit.valid_to = today()
    world.session.delete(anne.employment)
    client = signed_in(anne)
    assert "Hent enhederne fra en fil" in client.get("/units/").text
    assert "Enhederne kommer først" in client.get("/people").text
    listed = client.get("/imports/").text.partition("Hvad vil du hente ind?")[2]
    assert listed.index("Organisation") < listed.index('kt-tag">næste') < listed.index("Medarbejdere</a>")
    assert NOBODY not in listed, "there is nobody yet to give the role"


def test_somebody_is_to_be_given_the_role_that_approves(world: World, anne: Someone, signed_in: SignedIn) -> None:
    client = signed_in(anne)
    for page in ("/accounts/roles", "/imports/"):
        assert NOBODY in client.get(page).text, page
    world.role(world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)
    world.session.commit()
    for page in ("/accounts/roles", "/imports/"):
        assert NOBODY not in client.get(page).text, page


def test_a_division_of_tasks_that_is_loaded_is_a_draft_until_it_is_approved(
    world: World, anne: Someone, signed_in: SignedIn
) -> None:
    assert "kladde, ikke godkendt" not in signed_in(anne).get("/imports/").text
    task = world.task()
    world.version.approved_at = world.version.valid_from = None
    new_draft(world.session, [NewCell(task.id, world.groups["SSH"].id, CellRule.CORE)], by=None)
    assert "kladde, ikke godkendt" in signed_in(anne).get("/imports/").text

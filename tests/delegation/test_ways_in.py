"""The ways to a delegation: the menu, the cell, the person's page, and what waits on one's own page."""

import pytest

from competence.access.rules import Role
from competence.app import wire
from competence.catalogue.rules import Reserved
from competence.delegation.agreements import DelegationKind
from competence.foundation.clock import today
from tests.delegation.giving import DAY, delegable, given, sent
from tests.factories import Someone, World

wire()


@pytest.fixture
def leader(world: World) -> Someone:
    return world.role(world.person("Dorthe Nygaard", "UFA"), Role.LEADER, over=world.team)


def test_those_who_read_delegations_or_a_citizens_list_have_them_in_their_menu(world, leader, signed_in):
    planner = world.role(world.person("Lars Bisgaard", "UFA"), Role.PLANNER)
    director = world.role(world.person("Ulla Thorsen", "UFA"), Role.DIRECTOR)
    world.settle()
    link = 'href="/delegations"'
    assert link in signed_in(leader).get("/delegations").text.partition("<main")[0]
    assert link in signed_in(planner).get("/who-may").text.partition("<main")[0]
    assert link not in signed_in(director).get("/matrix").text.partition("<main")[0]


def test_the_cell_leads_to_those_who_have_the_task_by_delegation(world, leader, signed_in):
    pump, other = delegable(world), delegable(world)
    other.name = "Sugning"
    amira, karen = world.person("Amira Haddad"), world.person("Karen Winther", "SPL")
    world.settle()
    given(world, amira, pump, karen)
    given(world, amira, other, karen)
    client = signed_in(leader)
    assert f"/delegations?task={pump.id}" in client.get(f"/matrix/1/{pump.id}/{world.groups['SSH'].id}").text
    assert f"/delegations?task={pump.id}" not in client.get(f"/matrix/1/{pump.id}/{world.groups['SPL'].id}").text
    page = client.get(f"/delegations?task={pump.id}").text.partition("<main")[2]
    assert "Smertepumpe" in page
    assert "Sugning" not in page
    assert client.get("/delegations?task=999999").status_code == 404


def test_what_waits_for_a_yes_and_what_is_to_be_supervised_stand_in_a_guides_queue(world, signed_in):
    pump, karen = delegable(world), world.person("Karen Winther", "SPL")
    world.role(karen, Role.GUIDE)
    amira, hanne = world.person("Amira Haddad"), world.role(world.person("Hanne Lykke"), Role.GUIDE)
    world.settle()
    given(world, amira, pump, karen, supervise_on=today() + 5 * DAY)
    given(world, hanne, pump, karen, yes=False)
    assert "Smertepumpe venter på dit ja" in signed_in(hanne).get("/queue").text
    queue = signed_in(karen).get("/queue").text
    assert "Før tilsyn" in queue or "Tilsyn senest" in queue
    assert "Amira Haddad" in queue


def test_a_task_transfer_is_never_called_a_delegation_on_the_persons_page(world, leader, signed_in):
    pump = delegable(world, Reserved.NO)
    amira, karen = world.person("Amira Haddad"), world.person("Karen Winther", "SPL")
    world.settle()
    given(world, amira, pump, karen, kind=DelegationKind.TRANSFER)
    page = signed_in(leader).get(f"/people/{amira.person.id}").text.partition('id="history"')[2]
    assert "Opgave overdraget" in page
    assert "Aftalen accepteret" in page
    assert "Delegeret" not in page


def test_whoever_cannot_give_a_task_is_told_who_can_before_she_writes(world, leader, signed_in):
    pump, amira = delegable(world), world.person("Amira Haddad")
    world.settle()
    place = f"/delegations/new?employment={amira.employment.id}"
    page = signed_in(leader).get(place).text
    assert "Du kan ikke selv delegere eller overdrage en opgave til Amira Haddad" in page
    assert pump.name in page
    answer = signed_in(leader).post(place, data=sent(pump))
    assert answer.status_code == 422

"""The pages of delegations and task transfers, as a visitor reads them."""

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.app import wire
from competence.catalogue.rules import Reserved
from competence.decision.asking import ask
from competence.delegation import queries
from competence.delegation.models import Delegation
from competence.foundation.clock import today
from tests.delegation.giving import DAY, delegable, given, sent
from tests.factories import Someone, World

wire()


@pytest.fixture
def nurse(world: World) -> Someone:
    return world.role(world.person("Marianne Holm", "SPL", unit=world.root), Role.DEVELOPMENT_NURSE, over=world.root)


def again(world: World) -> None:
    """What the application has committed can be read."""
    world.session.rollback()
    world.session.expire_all()


def only(world: World) -> Delegation:
    again(world)
    return world.session.scalars(select(Delegation)).one()


def test_a_nurse_delegates_and_the_receiver_says_yes(world, nurse, signed_in):
    pump, amira = delegable(world), world.person("Amira Haddad")
    world.signed(amira, pump, by=nurse)
    world.settle()
    client = signed_in(nurse)
    place = f"/delegations/new?employment={amira.employment.id}&task={pump.id}"
    shown = client.get(place).text
    for words in (
        "Deleger eller overdrag en opgave til Amira Haddad",
        "Smertepumpe",
        "Rammedelegation",
        "Giv den som Marianne Holm",
    ):
        assert words in shown
    answer = client.post(place, data=sent(pump))
    assert answer.status_code == 302, answer.text
    row = only(world)
    assert answer.location == f"/delegations/{row.id}/page"
    assert "Venter på modtagerens ja" in client.get(answer.location).text
    assert ask(world.session, amira.employment.id, pump.id, on=today()).level == 0
    place = f"/delegations/{row.id}"
    again(world)
    assert signed_in(nurse).get(place).status_code == 404
    hers = signed_in(amira)
    page = hers.get("/me").text
    assert "Marianne Holm delegerer opgaven til dig." in page
    assert "1 ting venter på dig" in page
    assert "Instruks 7, version 2" in hers.get(place).text
    assert hers.post(place, data={"answer": "yes"}).status_code == 302
    assert hers.post(place).status_code == 404
    again(world)
    assert ask(world.session, amira.employment.id, pump.id, on=today()).level == 2
    assert not queries.delegations_waiting(world.session, amira.person.id)


def test_a_no_leads_home_without_a_reason(world, nurse, signed_in):
    pump, amira = delegable(world), world.person("Amira Haddad")
    world.settle()
    row = given(world, amira, pump, nurse, yes=False)
    hers = signed_in(amira)
    assert hers.post(f"/delegations/{row.id}", data={"answer": "no"}).status_code == 302
    assert "Afslået" in hers.get(f"/delegations/{row.id}/page").text
    assert "1 ting venter" not in hers.get("/me").text


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_is_kept(world, nurse, signed_in):
    pump, amira = delegable(world), world.person("Amira Haddad")
    world.settle()
    place = f"/delegations/new?employment={amira.employment.id}"
    client = signed_in(nurse)
    page = client.post(place, data=sent(pump, instruction="", conditions="Kun stabil")).text
    assert "En rammedelegation kræver en skriftlig instruks." in page
    assert "Kun stabil" in page
    assert 'value="2"' in page
    page = client.post(place, data=sent(pump, scope="citizen", citizen="010190-1234")).text
    assert "CPR-nummer" in page
    assert "Vælg konkret delegation eller rammedelegation." in client.post(place, data=sent(pump, kind="transfer")).text
    assistant = world.person("Hanne Lykke", "SSA")
    world.settle()
    page = signed_in(assistant).post(place, data=sent(pump)).text
    assert "Du kan ikke selv delegere eller overdrage en opgave til Amira Haddad" in page
    assert "Smertepumpe" in page


def test_a_task_that_can_never_be_delegated_is_refused_in_a_sentence(world, nurse, signed_in):
    pump, amira = delegable(world), world.person("Amira Haddad")
    pump.never_delegated = "dødsattest"
    world.settle()
    page = signed_in(nurse).post(f"/delegations/new?employment={amira.employment.id}", data=sent(pump)).text
    assert "Denne opgave kan aldrig gives videre: dødsattest." in page


def test_a_transfer_is_never_called_a_delegation(world, nurse, signed_in):
    wound, amira = delegable(world, Reserved.NO), world.person("Amira Haddad")
    world.settle()
    place = f"/delegations/new?employment={amira.employment.id}"
    said = sent(wound, kind="transfer", instruction="", instruction_version="")
    assert signed_in(nurse).post(place, data=said).status_code == 302
    page = signed_in(amira).get(f"/delegations/{only(world).id}/page").text
    assert "Opgaveoverdragelse" in page
    assert "Rammedelegation" not in page


def test_the_citizen_is_shown_to_those_of_the_unit_only_and_in_no_address(world, nurse, signed_in):
    pump, amira = delegable(world), world.person("Amira Haddad")
    leader = world.role(world.person("Lars Bisgaard", "SSA"), Role.LEADER)
    planner = world.role(world.person("Ulla Thorsen", "SSA"), Role.PLANNER)
    elsewhere = world.role(world.person("Gitte Vang", unit=world.unit("Team Åen", under=world.district)), Role.PLANNER)
    world.settle()
    place = f"/delegations/new?employment={amira.employment.id}"
    answer = signed_in(nurse).post(place, data=sent(pump, scope="citizen", citizen="Borger 4711"))
    assert answer.status_code == 302, answer.text
    assert "4711" not in answer.location
    page = f"/delegations/{only(world).id}/page"
    for reader, sees in ((amira, True), (leader, True), (nurse, False)):
        assert ("4711" in signed_in(reader).get(page).text) is sees, reader.name
    assert signed_in(planner).get(page).status_code == 404
    for reader, sees in ((leader, True), (planner, True), (elsewhere, False)):
        answer = signed_in(reader).post("/delegations/citizen", data={"citizen": "borger  4711"})
        assert ("Smertepumpe" in answer.text) is sees, reader.name
        assert answer.headers["Cache-Control"] == "no-store"
    assert signed_in(nurse).get("/delegations/citizen").status_code == 403


def test_a_list_to_print_for_a_person_and_for_oneself(world, nurse, signed_in):
    pump, amira = delegable(world), world.person("Amira Haddad")
    leader = world.role(world.person("Lars Bisgaard", "SSA"), Role.LEADER)
    world.settle()
    given(world, amira, pump, nurse)
    assert "Smertepumpe" in signed_in(leader).get(f"/delegations/person/{amira.person.id}").text
    assert "Smertepumpe" in signed_in(amira).get("/delegations/mine").text
    assert signed_in(world.person("Bo Lund")).get(f"/delegations/person/{amira.person.id}").status_code == 403


def test_the_page_tells_who_when_and_why_and_how_it_stood(world, nurse, signed_in):
    pump, amira = delegable(world), world.person("Amira Haddad")
    world.settle()
    row = given(world, amira, pump, nurse)
    client = signed_in(nurse)
    page = client.post(f"/delegations/{row.id}/end", data={"reason": ""}).text
    assert "Skriv, hvorfor den ophører, så modtageren ved det." in page
    assert client.post(f"/delegations/{row.id}/end", data={"reason": "Ny plan"}).status_code == 302
    page = client.get(f"/delegations/{row.id}/page?on={(today() - DAY).isoformat()}").text
    for words in ("Ny plan", "Modtageren sagde ja", "Marianne Holm", "var den ikke givet"):
        assert words in page
    assert signed_in(world.person("Bo Lund")).get(f"/delegations/{row.id}/page").status_code == 404


def test_a_supervision_is_remembered_on_the_supervisors_and_the_leaders_page(world, nurse, signed_in):
    pump, amira, karen = delegable(world), world.person("Amira Haddad"), world.person("Karen Winther", "SPL")
    leader = world.role(world.person("Lars Bisgaard", "SSA"), Role.LEADER)
    world.settle()
    row = given(world, amira, pump, nurse, supervisor_id=karen.person.id, supervise_on=today() + 2 * DAY)
    assert "Før tilsyn med Smertepumpe" in signed_in(karen).get("/me").text
    row.valid_from, row.supervise_on = today() - 9 * DAY, today() - DAY
    world.session.flush()
    assert "1 tilsyn mangler i dine enheder" in signed_in(leader).get("/me").text
    assert "tilsyn skulle være ført" in signed_in(leader).get("/delegations").text
    client = signed_in(karen)
    answer = client.post(f"/delegations/{row.id}/supervised", data={"done_on": today().isoformat(), "note": "Gik godt"})
    assert answer.status_code == 302, answer.text
    assert "Gik godt" in client.get(answer.location).text
    assert "Før tilsyn" not in client.get("/me").text


def test_one_click_takes_a_delegation_over(world, nurse, signed_in):
    pump, amira, karen = delegable(world), world.person("Amira Haddad"), world.person("Karen Winther", "SPL")
    world.settle()
    row = given(world, amira, pump, karen)
    karen.employment.valid_to = today()
    world.settle()
    client = signed_in(nurse)
    page = client.get("/delegations/take-over").text
    assert "Karen Winther, som ikke har haft opgaven" in page
    assert "Overtag den" in page
    assert client.post(f"/delegations/take-over/{row.id}").status_code == 302
    assert "Der er ikke noget at overtage." in client.get("/delegations/take-over").text
    assert only(world).giver_id == nurse.person.id

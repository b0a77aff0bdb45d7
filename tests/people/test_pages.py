"""The list of people and its forms, as each role meets them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.accounts.models import Account
from competence.audit.chain import breaks
from competence.delegation.rules import CellRule
from competence.foundation.clock import today
from competence.people.models import Absence, Employment, PersonIdentity
from competence.signoffs.models import Exemption
from tests.factories import World
from tests.statements import counted

DAY = timedelta(days=1)


@pytest.fixture
def leader(world: World):
    return world.role(world.person("Dorthe Nygaard", "SPL"), Role.LEADER, over=world.team)


@pytest.fixture
def planner(world: World):
    return world.role(world.person("Lars Bisgaard", "SSA"), Role.PLANNER, over=world.team)


@pytest.fixture
def administrator(world: World):
    return world.role(world.person("Astrid Holt", "SPL"), Role.ADMINISTRATOR, over=world.root)


def again(world: World) -> None:
    """What the application has committed can be read."""
    world.session.rollback()
    world.session.expire_all()


def test_the_list_shows_those_within_reach(world, leader, signed_in):
    world.person("Amira Haddad", shifts="DA")
    world.person("Bo Lund", unit=world.unit("Team Åen", under=world.district))
    page = signed_in(leader).get("/people").text
    assert "Amira Haddad" in page
    assert "dag og aften" in page
    assert "Bo Lund" not in page


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.HR, Role.COMMITTEE])
def test_who_sees_numbers_only_has_no_list_of_people(world, signed_in, role):
    assert (
        signed_in(world.role(world.person("Helle Dam", "SPL"), role, over=world.root)).get("/people").status_code == 403
    )


def test_a_search_finds_names_in_any_case_and_numbers(world, leader, signed_in):
    world.person("Åse Østergård")
    world.person("Bo Lund")
    client = signed_in(leader)
    for asked in ("åse", "ØSTERGÅRD", "øster åse", "100"):
        assert "Åse Østergård" in client.get("/people", query_string={"q": asked}).text
    assert "Ingen passer." in client.get("/people?q=%25").text


def test_the_planner_sees_unit_shift_and_phone_and_nothing_of_what_ends(world, planner, leader, signed_in):
    insulin, amira = world.task(), world.person("Amira Haddad")
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    world.session.scalar(select(PersonIdentity).where(PersonIdentity.name == "Amira Haddad")).phone = "20 30 40 50"
    world.signed(amira, insulin, days_ago=30, valid_days=40)
    world.settle()
    hers = signed_in(planner).get("/people").text
    assert "20 30 40 50" in hers
    assert "Udløber næste gang" not in hers
    assert f"/people/{amira.person.id}" not in hers
    page = signed_in(leader).get("/people").text
    assert "Udløber næste gang" in page
    assert "Insulin med pen" in page


def test_an_administrator_sees_people_but_nothing_of_what_they_may(world, administrator, signed_in):
    insulin, amira = world.task(), world.person("Amira Haddad")
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    world.signed(amira, insulin)
    world.settle()
    client = signed_in(administrator)
    assert "Insulin" not in client.get("/people").text
    page = client.get(f"/people/{amira.person.id}/edit").text
    assert "Insulin" not in page
    assert "Amira Haddad" in page


def test_fifty_stand_on_a_page_and_it_asks_as_often_for_many_as_for_few(world, leader, signed_in):
    client = signed_in(leader)
    client.get("/people")
    with counted() as few:
        client.get("/people")
    for number in range(60):
        world.person(f"Medarbejder {number:02}")
    world.session.commit()
    with counted() as many:
        page = client.get("/people?page=2").text
    assert len(many) <= len(few)
    assert "61 ansættelser" in page
    assert page.count('scope="row"') == 11


def test_an_external_is_added_on_one_page(world, planner, signed_in):
    client = signed_in(planner)
    assert client.get("/people/external/new").status_code == 200
    said = {
        "name": "Vera Vikar", "agency": "Vikar A/S", "staff_group": world.groups["SSH"].id, "unit": world.team.id,
        "valid_from": today().isoformat(), "valid_through": (today() + 6 * DAY).isoformat(), "shifts": ["D", "N"],
    }  # fmt: skip
    assert client.post("/people/external/new", data=said).status_code == 302
    again(world)
    row = world.session.scalars(select(Employment).where(Employment.is_external)).one()
    assert (row.valid_to, row.shifts) == (today() + 7 * DAY, "DN")
    page = client.get("/people?who=externals").text
    assert "Vera Vikar" in page
    assert "Vikar A/S" in page
    place = f"/people/external/{row.id}"
    assert client.get(place).status_code == 200
    too_long = client.post(place, data={"valid_through": (today() + 14 * DAY).isoformat()})
    assert "højst 14 dage ad gangen" in too_long.text
    assert client.post(place, data={"valid_through": (today() + 13 * DAY).isoformat()}).status_code == 302
    assert client.post(place + "/end").status_code == 302


def test_an_external_form_keeps_what_was_typed_and_says_what_to_do(world, planner, signed_in):
    said = {"name": "Vera 010190-1234", "agency": "Vikar A/S", "unit": world.team.id, "valid_from": today().isoformat()}
    page = signed_in(planner).post("/people/external/new", data=said).text
    assert 'value="Vikar A/S"' in page
    assert "CPR-nummer" in page
    assert "Vælg faggruppen." in page
    nurse = said | {
        "name": "Vera Vikar", "staff_group": world.groups["SPL"].id, "valid_through": today().isoformat()
    }  # fmt: skip
    assert "Slå autorisationen op" in signed_in(planner).post("/people/external/new", data=nurse).text


def test_an_employee_is_added_changed_and_ended(world, administrator, signed_in):
    client = signed_in(administrator)
    assert client.get("/people/new").status_code == 200
    said = {
        "name": "Ida Storm", "number": "77", "unit": world.team.id, "staff_group": world.groups["SPL"].id, "shifts": ["D"],
        "valid_from": today().isoformat(), "authorisation_checked_on": today().isoformat(),
    }  # fmt: skip
    assert client.post("/people/new", data=said).status_code == 302
    again(world)
    identity = world.session.scalars(select(PersonIdentity).where(PersonIdentity.number == "77")).one()
    row = world.session.scalars(select(Employment).where(Employment.person_id == identity.person_id)).one()
    edit, job = f"/people/{identity.person_id}/edit", f"/people/employments/{row.id}"
    for place in (
        edit,
        f"/people/{identity.person_id}/employments/new",
        job + "/change",
        job + "/end",
        job + "/authorisation",
    ):
        assert client.get(place).status_code == 200, place
    assert "har allerede nummeret 1001" in client.post(edit, data={"name": "Ida Storm", "number": "1001"}).text
    assert client.post(edit, data={"name": "Ida Lund", "number": "77"}).status_code == 302
    moved = {
        "unit": world.district.id, "staff_group": world.groups["SPL"].id, "valid_from": (today() + 3 * DAY).isoformat()
    }  # fmt: skip
    assert client.post(job + "/change", data=moved).status_code == 302
    assert (
        client.post(job + "/authorisation", data={"authorisation_checked_on": today().isoformat()}).status_code == 302
    )
    again(world)
    new = world.session.scalars(select(Employment).where(Employment.unit_id == world.district.id)).one()
    answer = client.post(f"/people/employments/{new.id}/end", data={"valid_through": (today() + 5 * DAY).isoformat()})
    assert answer.status_code == 302
    again(world)
    ends = {
        e.valid_to for e in world.session.scalars(select(Employment).where(Employment.person_id == identity.person_id))
    }
    assert ends == {today() + 3 * DAY, today() + 6 * DAY}


def test_a_leader_writes_from_and_to_and_nothing_else(world, leader, signed_in):
    amira = world.person("Amira Haddad")
    client = signed_in(leader)
    place = f"/people/employments/{amira.employment.id}/absences"
    assert "ingen art, ingen grund" in client.get(place).text
    assert client.post(place, data={"valid_from": today().isoformat()}).status_code == 302
    assert "Der er allerede skrevet fravær" in client.post(place, data={"valid_from": today().isoformat()}).text
    again(world)
    away = world.session.scalars(select(Absence)).one()
    assert client.get(f"/people/absences/{away.id}").status_code == 200
    assert client.post(f"/people/absences/{away.id}", data={"valid_through": today().isoformat()}).status_code == 302
    assert client.post(f"/people/absences/{away.id}/remove").status_code == 302


def test_a_leader_writes_an_exemption_without_a_reason(world, leader, signed_in):
    insulin, amira = world.task(), world.person("Amira Haddad")
    client = signed_in(leader)
    place = f"/exemptions/{amira.employment.id}"
    assert "aldrig en grund" in client.get(place).text
    said = {"task": insulin.id, "valid_from": today().isoformat()}
    past = said | {"valid_from": (today() - DAY).isoformat()}
    assert "Den første dag skal være i dag eller senere." in client.post(place, data=past).text
    assert client.post(place, data=said).status_code == 302
    assert "dækker allerede" in client.post(place, data=said).text
    again(world)
    row = world.session.scalars(select(Exemption)).one()
    assert "reason" not in Exemption.__table__.columns
    assert client.post(f"{place}/{row.id}/end").status_code == 302
    again(world)
    assert not world.session.scalars(select(Exemption)).all()


def test_out_of_reach_is_not_found(world, leader, signed_in):
    bo = world.person("Bo Lund", unit=world.unit("Team Åen", under=world.district))
    client = signed_in(leader)
    for place in (
        f"/people/employments/{bo.employment.id}/absences",
        f"/exemptions/{bo.employment.id}",
        "/people?unit=999",
    ):
        assert client.get(place).status_code == 404, place
    far = world.role(world.person("Astrid Syd", "SPL"), Role.ADMINISTRATOR, over=world.team)
    client = signed_in(far)
    job = f"/people/employments/{bo.employment.id}"
    for place in (
        f"/people/{bo.person.id}/edit",
        f"/people/{bo.person.id}/employments/new",
        job + "/change",
        job + "/end",
    ):
        assert client.get(place).status_code == 404, place


def test_a_person_is_forgotten_and_the_chain_still_holds(world, administrator, signed_in):
    insulin, amira = world.task(), world.person("Amira Haddad", until=today() - DAY)
    world.account(amira)
    world.signed(amira, insulin, by=world.person("Karen Winther", "SPL"))
    running = world.person("Bo Lund")
    client = signed_in(administrator)
    assert "Kolleger" in client.get(f"/people/{amira.person.id}/forget").text
    assert "Afslut den først." in client.post(f"/people/{running.person.id}/forget").text
    assert client.post(f"/people/{amira.person.id}/forget").status_code == 302
    again(world)
    assert not world.session.scalars(select(PersonIdentity).where(PersonIdentity.person_id == amira.person.id)).all()
    assert not world.session.scalars(select(Account).where(Account.person_id == amira.person.id)).all()
    assert not list(breaks(world.session))
    assert "slettet" in client.get(f"/people/{amira.person.id}/edit").text
    assert client.get(f"/people/{amira.person.id}/forget").status_code == 404

"""The finder asked by a person, by oneself and by the day's gaps, as each role meets it."""

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.audit.models import AccessEntry, CitizenReference
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, today
from competence.people.models import PersonIdentity
from competence.signoffs.models import Exemption
from tests.coverage.test_pages import ask


@pytest.mark.parametrize("words", ["insulinpen", "hvem må give insulin med pen", "G1.20.7", "insulin pne", "Inslin"])
def test_a_task_is_found_by_what_it_is_also_called_its_code_and_with_a_slip(team, words):
    team.insulin.also_called, team.insulin.fsiii_code = "insulinpen, insulin pne", "G1.20.7"
    assert "2 i Team Havnen må i dag." in ask(team.as_role(Role.PLANNER), team, q=words)


def test_a_planner_asks_about_a_person_and_gets_verdict_shift_and_phone_and_no_history(team):
    identity = team.world.session.scalars(
        select(PersonIdentity).where(PersonIdentity.person_id == team.camilla.person.id)
    ).one()
    identity.phone, number = "00 00 12 34", identity.number
    client = team.as_role(Role.PLANNER)
    for words in ("camilla br", "0000 1234", "+45 00001234"):
        answer = client.get("/who-may", query_string={"q": words, "shift": "D", "on": today().isoformat()})
        assert answer.location.startswith(f"/who-may/person/{team.camilla.person.id}"), words
    page = client.get(answer.location).text
    assert "Må Camilla Brandt?" in page
    assert "00 00 12 34" in page
    assert number in page
    assert "Insulin med pen" in page
    told = client.get(f"{answer.location}&q=insulin").text
    assert "Ja. Camilla Brandt må i dag: Insulin med pen." in told
    assert "Karen Winther" not in told.partition("<main")[2], "who signed is nothing for a planner"
    not_yet = client.get(f"/who-may/person/{team.soren.person.id}?q=blærekateter&shift=N&on={today()}").text
    assert "Nej. Søren Juhl må ikke" in not_yet
    assert "Søren er i gang: mangler 1 af 3 gange." in not_yet
    team.world.session.rollback()
    looks = team.world.session.scalars(select(AccessEntry.person_id).where(AccessEntry.person_id.is_not(None)))
    assert {team.camilla.person.id, team.soren.person.id} <= set(looks)


def test_a_pause_is_told_without_which_one(team):
    team.world.signed(team.maja, team.insulin, by=team.karen, days_ago=1)
    team.world.session.add(
        Exemption(
            person_id=team.maja.person.id, task_id=team.insulin.id, valid_from=today(), valid_to=None, recorded_at=now()
        )
    )
    team.world.settle()
    page = team.as_role(Role.PLANNER).get(f"/who-may/person/{team.maja.person.id}?q=insulin&shift=D&on={today()}").text
    shown = page.partition("<main")[2]
    assert "Nej. Maja Lind må ikke i dag: Insulin med pen." in shown
    assert "på pause." in shown
    assert "krevet under" not in shown


def test_words_that_fit_a_task_and_a_person_ask_which(team):
    team.world.person("Inge Insulander")
    team.world.settle()
    page = ask(team.as_role(Role.PLANNER), team, q="insul")
    assert "Hvilken opgave mener du?" in page
    assert "Eller hvem?" in page
    assert "Inge Insulander" in page


def test_an_employee_reads_her_own_answer_with_its_reasons_first_and_then_whom_to_ask(team):
    page = ask(team.signed_in(team.maja), team, q="Insulin med pen").partition("<main")[2]
    assert "Må jeg?" in page
    assert "Nej. Du må ikke i dag: Insulin med pen." in page
    assert "Underskriften mangler." in page
    assert page.index("Underskriften mangler.") < page.index("Kolleger, du kan spørge") < page.index("Camilla Brandt")
    assert "Ja. Du må i dag: Insulin med pen." in ask(team.signed_in(team.karen), team)


def test_an_employee_asks_about_nobody_else(team):
    client = team.signed_in(team.maja)
    assert client.get(f"/who-may/person/{team.camilla.person.id}").status_code == 403
    assert "Ingen opgave hedder" in ask(client, team, q="Camilla Brandt")


@pytest.mark.parametrize(
    ("role", "status"), [(Role.LEADER, 200), (Role.GUIDE, 200), (Role.DIRECTOR, 403), (Role.HR, 403)]
)
def test_who_plans_or_leads_asks_about_a_person_within_reach_and_nobody_else(team, role, status):
    other = team.world.unit("Team Lunden", under=team.world.district)
    rikke = team.world.person("Rikke Sander", "SPL", unit=other)
    client = team.as_role(role)
    assert client.get(f"/who-may/person/{team.camilla.person.id}").status_code == status
    assert client.get(f"/who-may/person/{rikke.person.id}").status_code == (404 if status == 200 else 403)


def test_a_right_for_one_citizen_stands_by_itself_for_whoever_may_know(team):
    probe = team.world.task("Sondeernæring")
    team.world.cell(probe, "SSH", CellRule.MAY_CITIZEN)
    citizen = CitizenReference(
        unit_id=team.world.team.id, sealed=b"", lookup="0" * 64, salt="0" * 64, recorded_at=now()
    )
    team.world.session.add(citizen)
    team.world.session.flush()
    team.world.signed(team.camilla, probe, by=team.karen, citizen_id=citizen.id)
    team.world.settle()
    page = ask(team.as_role(Role.PLANNER), team, q="Sondeernæring")
    assert "Ingen med fast dagvagt i Team Havnen må." in page
    assert "Camilla Brandt" in page.split("Kun hos én bestemt borger")[1]
    assert "Camilla Brandt" not in ask(team.signed_in(team.maja), team, q="Sondeernæring").partition("<main")[2]


def test_todays_gaps_lead_straight_to_the_answer(team):
    client = team.as_role(Role.PLANNER)
    page = client.get("/gaps-today").text
    assert "1 hul " in page
    assert "Skylning af blærekateter" in page
    assert "Karen" not in page.partition("<main")[2]
    link = page.split('<a href="/who-may?')[1].split('"')[0].replace("&amp;", "&")
    assert "Ingen med fast nattevagt i Team Havnen må" in client.get(f"/who-may?{link}").text
    assert "Ingen huller her i dag." in client.get("/gaps-today?shift=D").text


def test_todays_gaps_hide_what_few_share_from_whoever_sees_numbers_only(team):
    page = team.as_role(Role.DIRECTOR).get("/gaps-today").text
    assert "Skylning af blærekateter" not in page
    assert "Hvor færre end 5 deler en vagt" in page
    for name in "ABCDE":
        team.world.person(f"{name} Berg", shifts="DAN")
    team.world.settle()
    page = team.as_role(Role.DIRECTOR, "Ulla Thorsen").get("/gaps-today").text
    assert "Skylning af blærekateter" in page
    assert "/who-may?" not in page, "who may is not hers to ask"


def test_a_floater_and_an_external_are_marked(team):
    team.world.person("Freja Flyver", "SPL", unit=team.world.district, shifts="", is_floater=True)
    team.world.person("Vera Vikar", "SPL", is_external=True, until=today() + (today().resolution * 5))
    team.world.settle()
    page = ask(team.as_role(Role.PLANNER), team)
    assert "flyver" in page
    assert "ekstern til og med" in page
    assert "2 i Team Havnen må i dag." in page


def test_with_the_role_the_finder_ends(team):
    office = team.world.unit("Staben", "stab", under=team.world.root)
    lars = team.world.person("Lars Bisgaard", "UFA", unit=office, shifts="")
    team.world.role(lars, Role.PLANNER, over=team.world.team, until=today())
    client = team.signed_in(lars)
    assert client.get(f"/who-may/person/{team.camilla.person.id}").status_code == 403
    assert client.get("/gaps-today").status_code == 403


def test_the_field_is_reached_from_every_page_also_on_a_phone(team):
    page = team.signed_in(team.maja).get("/me").text
    assert 'placeholder="Må jeg …?"' in page
    assert page.count('href="/who-may"') == 1

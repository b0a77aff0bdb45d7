"""The finder and the staffing needs as each role meets them."""

from datetime import timedelta

import pytest

from competence.access.rules import Role
from competence.coverage.rules import Shift
from competence.delegation.rules import CellRule
from competence.foundation.clock import today
from tests.coverage.test_pages import ask


def test_another_day_is_said_by_its_name(team):
    monday = today() + timedelta(days=14 - today().weekday())
    page = ask(team.as_role(Role.PLANNER), team, on=monday.isoformat())
    assert f"2 i Team Havnen må om dagen mandag {monday.day}." in page


def test_the_gaps_of_today_can_be_asked_about_at_once(team):
    client = team.as_role(Role.PLANNER)
    page = client.get("/who-may", query_string={"unit": team.world.team.id}).text
    assert "Huller i dag i Team Havnen" in page
    assert ">Skylning af blærekateter, nat</a>" in page
    assert "Insulin med pen, dag" not in page
    assert ">Skylning af blærekateter, nat</a>" not in ask(client, team), "they come after the answer"
    fragment = client.get("/who-may/gaps", query_string={"unit": team.world.team.id}).text
    assert ">Skylning af blærekateter, nat</a>" in fragment
    assert "Huller i dag" not in team.signed_in(team.maja).get("/who-may/gaps").text


def test_whose_task_it_is_not_is_listed_when_asked_for(team):
    team.world.person("Ali Rahimi", "UFA")
    team.world.cell(team.insulin, "UFA", CellRule.NOT_ALLOWED)
    team.world.settle()
    page = ask(team.as_role(Role.PLANNER), team)
    assert "Ikke faggruppens opgave: 1 med denne faste vagt" in page
    assert "Ali Rahimi" in page
    assert "Ali Rahimi" not in ask(team.signed_in(team.maja), team)


def test_those_who_have_not_begun_stand_together_unless_each_can_be_asked(team):
    team.world.person("Nina Friis", shifts="N")
    team.world.settle()
    page = ask(team.as_role(Role.PLANNER), team, q="Skylning af blærekateter", shift="N", on=today().isoformat())
    assert "Maja Lind, Nina Friis" in page
    assert "Kan oplæres." in page
    assert "Maja Lind, Nina Friis" not in ask(
        team.as_role(Role.LEADER, "Dorthe Dahl"), team, q="Skylning af blærekateter", shift="N"
    )


@pytest.mark.parametrize("on", ["9999-12-31", "0001-01-01", "2026-02-30", "i morgen"])
def test_a_day_that_nothing_can_be_known_of_is_today(team, on):
    client = team.as_role(Role.LEADER)
    assert "2 i Team Havnen må i dag." in ask(client, team, on=on)
    assert f'value="{today()}"' in client.get(team.board, query_string={"on": on}).text


def test_numbers_that_no_row_has_lead_nowhere(team):
    client = team.as_role(Role.LEADER)
    huge = "9" * 24
    for address in ("why/{0}/1", "why/1/{0}", "person/{0}", "task/{0}"):
        assert client.get(f"{team.board}/{address.format(huge)}").status_code == 404
    assert client.get(f"/who-may?q=Insulin+med+pen&unit={huge}").status_code == 404


def test_nobody_may_at_night_names_whom_to_call_and_who_nearly_may(team):
    team.world.root.fallback_name, team.world.root.fallback_phone = "Sygeplejeakutteamet", "00 00 40 00"
    page = ask(team.as_role(Role.PLANNER), team, q="Skylning af blærekateter", shift="N", on=today().isoformat())
    assert "Ingen med fast nattevagt i Team Havnen må. Ring til Sygeplejeakutteamet, 00 00 40 00." in page
    assert "Søren er tættest på" not in page
    assert "Søren er i gang: mangler 1 af 3 gange." in page


def test_units_next_door_can_help_with_what_they_can_do_without(team):
    other = team.world.unit("Team Lunden", under=team.world.district)
    team.world.person("Rikke Sander", "SPL", unit=other)
    team.world.person("Bo Berg", "SPL", unit=other)
    team.world.requirement(team.insulin, Shift.DAY, 1, unit=other)
    team.world.settle()
    page = ask(team.as_role(Role.PLANNER), team)
    assert "2 i naboteams må også." in page
    assert "Naboteams, der kan hjælpe" in page
    assert "Team Lunden kan undvære én" in page
    assert "Rikke Sander" in page


def test_a_limit_stands_in_words_in_a_group_of_its_own(team):
    stoma = team.world.task("Stomipleje")
    team.world.cell(
        stoma,
        "SPL",
        CellRule.CORE,
        limits=[{"code": "L", "text": "Kun stabilt", "when": "forløbet er stabilt og kendt"}],
    )
    team.world.settle()
    page = ask(team.as_role(Role.PLANNER), team, q="stomi")
    assert "Må, når" in page
    assert "Må udføre, når forløbet er stabilt og kendt." in page


def test_a_night_counts_only_if_the_right_holds_on_both_dates(team):
    team.world.signed(team.maja, team.insulin, days_ago=30, valid_days=31)
    team.world.settle()
    client = team.as_role(Role.PLANNER)
    assert "Ingen med fast nattevagt" in ask(client, team, shift="N", on=today().isoformat())


def test_words_that_fit_several_tasks_ask_which_one(team):
    team.world.task("Insulinpumpe")
    page = ask(team.as_role(Role.PLANNER), team, q="insulin")
    assert "Hvilken opgave mener du?" in page
    assert "Insulinpumpe" in page
    assert "Ingen opgave og ingen medarbejder hedder" in ask(team.as_role(Role.PLANNER, "Ole Ol"), team, q="xyz")


def test_a_colleague_learns_whom_to_ask_and_nothing_more(team):
    page = ask(team.signed_in(team.maja), team)
    assert "Camilla Brandt" in page
    assert "Spørg Camilla." in page
    for word in ("iveau 2", "Udløber om", "Må næsten", "Søren"):
        assert word not in page.partition("<main")[2]


def test_the_finder_shows_no_unit_out_of_reach(team):
    other = team.world.unit("Team Lunden", under=team.world.district)
    client = team.as_role(Role.PLANNER)
    assert client.get("/who-may", query_string={"q": "Insulin med pen", "unit": other.id}).status_code == 404


# Requirements


def test_a_requirement_is_set_inherited_and_ended(team):
    client = team.as_role(Role.LEADER, over=team.world.district)
    district, unit = team.world.district.id, team.world.team.id
    said = {"task": team.rinse.id, "unit_kind": "team", "shift": "A", "need": "2", "level": "1", "day_kind": "every"}
    assert client.post(f"/requirements/{district}/new", data=said).status_code == 302
    page = client.get(f"/requirements?unit_id={unit}").text
    assert "alle af typen team i Distrikt Nord" in page
    assert client.post(f"/requirements/{unit}/new", data=said | {"need": "1", "unit_kind": ""}).status_code == 302
    page = client.get(f"/requirements?unit_id={unit}").text
    assert "alle af typen team i Distrikt Nord" not in page
    change = page.split(f'href="/requirements/{unit}/change/')[1].split('"')[0]
    begun = client.get(f"/requirements/{unit}/change/{change}").text
    assert 'value="1"' in begun.split('id="need"')[1].split(">")[0]
    own = page.split(f"/requirements/{unit}/end/")[1].split('"')[0]
    assert client.post(f"/requirements/{unit}/end/{own}").status_code == 302


def test_a_requirement_without_a_number_says_what_to_do(team):
    client = team.as_role(Role.LEADER)
    answer = client.post(
        f"/requirements/{team.world.team.id}/new", data={"task": team.rinse.id, "level": "1", "day_kind": "every"}
    )
    assert answer.status_code == 422
    assert "Skriv, hvor mange der skal være, som et tal." in answer.text
    assert "Vælg en vagt." in answer.text


def test_whoever_may_only_read_gets_no_buttons(team):
    client = team.as_role(Role.PLANNER)
    page = client.get(f"/requirements?unit_id={team.world.team.id}").text
    assert "Skylning af blærekateter" in page
    assert "Sæt et krav" not in page
    assert client.get(f"/requirements/{team.world.team.id}/new").status_code == 403

"""The pages about the days ahead as each role meets them."""

import re

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.audit.models import AccessEntry
from competence.coverage.rules import Shift
from competence.delegation.rules import CellRule
from competence.foundation.web import day
from competence.signoffs.models import SignOffRequest
from tests.forecast.worlds import absent, announced, in_days
from tests.statements import counted


@pytest.fixture
def ahead(team):
    return f"/forecast/{team.world.team.id}"


def listed(page):
    """The part of the page with what opens."""
    return page.partition("Det åbner sig")[2].partition("Hvad prognosen ved")[0]


def test_a_leader_reads_what_opens_when_why_and_can_ask_for_a_renewal(team, ahead):
    client = team.as_role(Role.LEADER)
    page = client.get(ahead).text
    assert "Prognose for Team Havnen" in page
    assert "Som det er i dag, er der 1 hul." in page
    with client.application.test_request_context():
        first = day(in_days(30))
    opens = listed(page)
    assert first in opens
    assert "om 30 dage" in opens
    assert "Insulin med pen" in opens
    assert "Underskriften udløber: Camilla." in opens
    assert "2 af 2" in opens
    assert "1 af 2" in opens
    assert "Bed om fornyelse: Camilla" in opens
    asked = {"employment_id": team.camilla.employment.id, "task_id": team.insulin.id, "back": ahead}
    assert client.post("/ask", data=asked).location == ahead
    assert team.world.session.scalars(select(SignOffRequest)).all()
    assert team.world.session.scalars(select(AccessEntry.page).where(AccessEntry.unit_id == team.world.team.id)).all()


def test_who_leaves_and_who_is_away_stand_with_their_days_and_no_reason(team, ahead):
    team.karen.employment.valid_to = in_days(10)
    absent(team.world, team.camilla, 4, 8)
    team.world.session.flush()
    team.world.settle()
    opens = listed(team.as_role(Role.LEADER).get(ahead).text)
    assert "Karen er fratrådt." in opens
    assert "Camilla er væk." in opens
    assert opens.index("Camilla er væk.") < opens.index("Karen er fratrådt.")
    assert "til og med" in opens.partition("Camilla er væk.")[0]


def test_a_version_that_is_announced_and_a_need_that_rises_are_causes_of_their_own(team, ahead):
    rules = {
        (team.insulin, "SSH"): (CellRule.NOT_ALLOWED, {}),
        (team.insulin, "SPL"): (CellRule.CORE, {"education_level": 2}),
    }
    announced(team.world, 12, rules)
    later = team.world.requirement(team.insulin, Shift.EVENING, 2)
    later.valid_from = in_days(5)
    team.world.session.flush()
    team.world.settle()
    page = team.as_role(Role.LEADER).get(ahead).text
    assert "Version 2 af opgavedelingen er godkendt og gælder fra" in page
    assert "Version 2 af opgavedelingen begynder at gælde." in listed(page)
    assert "Kravet stiger fra 0 til 2." in listed(page)


def test_filters_narrow_the_list_and_stand_in_the_address(team, ahead):
    client = team.as_role(Role.LEADER)
    assert "Insulin med pen" not in listed(client.get(f"{ahead}?critical=1").text)
    assert "Insulin med pen" not in listed(client.get(f"{ahead}?shift=N").text)
    assert "Insulin med pen" in listed(client.get(f"{ahead}?shift=D&months=3").text)
    assert client.get(f"{ahead}?months=99&shift=X&area=q&days=never").status_code == 200


def test_whoever_sees_numbers_only_reads_no_name_and_no_shift_of_fewer_than_five(team, ahead):
    for number in range(9):
        team.world.person(f"Flere {number}", "UFA", shifts="D" if number < 5 else "A")
    team.world.settle()
    planner = team.as_role(Role.PLANNER, "Lars Bisgaard").get(ahead).text
    assert "1 underskrift udløber." in planner
    director = team.as_role(Role.DIRECTOR, "Ulla Thorsen").get(ahead).text
    assert "1 af dem, der tæller med indtil da, gør det ikke længere." in director
    assert "underskrift" not in listed(director)
    for page in (planner, director):
        assert not [one for one in ("Camilla", "Karen", "Bed om fornyelse", "tættest på") if one in listed(page)]
    assert "Som det er i dag, er der 1 hul." in planner  # at night, where two work
    assert "Som det er i dag, er der ingen huller." in director
    assert "Hvor færre end 5 deler en vagt" in director


def test_units_stand_month_by_month_without_names_and_small_shifts_are_in_no_sum(team):
    world = team.world
    for number in range(9):
        world.person(f"Flere {number}", "UFA", shifts="D" if number < 5 else "A")
    world.settle()
    leader = team.as_role(Role.DEVELOPMENT_NURSE, over=world.district).get(f"/forecast/{world.district.id}").text
    director = (
        team.as_role(Role.DIRECTOR, "Ulla Thorsen", over=world.district).get(f"/forecast/{world.district.id}").text
    )
    assert "Som det er i dag, er der i alt 1 hul." in leader
    assert "Som det er i dag, er der i alt 0 huller." in director
    assert "Team Havnen vokser mest: fra 0 til 1." in director
    assert "Camilla" not in leader + director


def test_the_board_says_what_opens_next_and_nothing_where_nothing_does(team, ahead):
    client = team.as_role(Role.LEADER)
    assert f'hx-get="{ahead}/next"' in client.get(team.board).text
    fragment = client.get(f"{ahead}/next", headers={"HX-Request": "true"}).text
    assert "Om 30 dage bliver Insulin med pen, dag, et hul, hvis ingen gør noget." in fragment
    assert client.get(f"{ahead}/next").location == ahead
    team.world.signed(team.camilla, team.insulin, by=team.karen, days_ago=0, valid_days=900)
    team.world.settle()
    team.world.session.commit()
    assert not client.get(f"{ahead}/next", headers={"HX-Request": "true"}).text.strip()


def test_the_page_asks_as_much_for_many_people_as_for_few(team, ahead):
    client = team.as_role(Role.LEADER)
    client.get(ahead)
    with counted() as few:
        client.get(ahead)
    for number in range(6):
        someone = team.world.person(f"Flere {number}", shifts="DAN")
        team.world.signed(someone, team.rinse, by=team.karen, valid_days=40 + number)
    team.world.settle()
    team.world.session.commit()
    client.get(ahead)
    with counted() as many:
        client.get(ahead)
    assert len(many) <= len(few)


def test_without_needs_the_page_says_what_to_do_first(team):
    other = team.world.unit("Team Lunden", under=team.world.district)
    page = team.as_role(Role.LEADER, over=other).get(f"/forecast/{other.id}").text
    assert "Prognosen kommer, når nogen har sagt, hvor mange hver vagt skal have." in page


def test_a_unit_of_another_reach_is_not_there(team):
    other = team.world.unit("Team Lunden", under=team.world.district)
    client = team.as_role(Role.LEADER)
    for address in (f"/forecast/{other.id}", f"/forecast/{other.id}/next", f"/what-if/{other.id}"):
        assert client.get(address).status_code == 404


def test_a_day_to_come_that_was_asked_for_stands_in_the_table_of_a_wide_unit(team):
    world = team.world
    client = team.as_role(Role.DIRECTOR, "Ulla Thorsen", over=world.district)
    for number in range(9):
        world.person(f"Flere {number}", "UFA", shifts="D" if number < 5 else "A")
    world.settle()
    world.session.commit()
    asked, address = in_days(75), f"/forecast/{world.district.id}?on={in_days(75).isoformat()}"
    wide = f"{world.district.id}?on={asked.isoformat()}"
    assert client.get(f"/overview?on={asked.isoformat()}").location == f"/overview/{wide}"
    assert client.get(f"/overview/{wide}").location == f"/coverage/{wide}"
    assert client.get(f"/coverage/{wide}").location == address
    page = client.get(address).text
    with client.application.test_request_context():
        said = day(asked)
    assert f"Den {said}, som du spurgte om, er der 1 hul, hvis ingen gør noget." in page
    assert 'kt-asked" aria-current="date"' in page
    assert f"months.csv?on={asked.isoformat()}" in page
    table = client.get(re.search(r'href="([^"]+months\.csv[^"]*)"', page)[1])
    assert asked.strftime("%d-%m-%Y") in table.text
    far = client.get(f"/forecast/{world.district.id}?on={in_days(900).isoformat()}").text
    assert "men prognosen rækker kun til og med" in far
    assert "kt-asked" not in client.get(f"/forecast/{world.district.id}?on={in_days(-9).isoformat()}").text

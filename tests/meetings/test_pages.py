"""The board meeting, the actions and the wall as each role meets them."""

import re

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.coverage.rules import Shift
from competence.foundation.clock import today
from competence.meetings import commands
from competence.meetings.models import ImprovementAction, Screen, WeekGoal
from competence.meetings.rules import Figure, Goal

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def leader(havnen, signed_in):
    return signed_in(havnen.leader)


@pytest.fixture
def wall(client, leader, havnen):
    """The address of a wall that shows Havnen, in the browser of the screen."""
    page = leader.post(f"{havnen.page}/screens", data={"name": "Teamrum"}).text
    address = re.search(r'value="http://[^/]+(/screen/[^"]+)"', page)[1]
    client.post(f"{address}/bind")
    return address


def test_the_leader_sets_goals_figures_and_actions(leader, havnen):
    session = havnen.world.session
    goal = f"{havnen.rinse.id}-N-"
    answer = leader.post(f"{havnen.page}/goals", data={f"{goal}chosen": "y", f"{goal}planned_on": today().isoformat()})
    assert answer.location == havnen.page
    assert [(one.task_id, one.shift) for one in session.scalars(select(WeekGoal))] == [(havnen.rinse.id, "N")]
    assert "Vælg to eller tre tal." in leader.post(f"{havnen.page}/figures", data={"figures": ["gaps"]}).text
    assert leader.post(f"{havnen.page}/figures", data={"figures": ["gaps", "met"]}).status_code == 302
    said = {"what": "Oplær to", "owner": havnen.leader.person.id, "figure": "gaps", "target": "x", "due_on": ""}
    wrong = leader.post(f"/actions/new/{havnen.unit_id}", data=said)
    assert wrong.status_code == 422
    assert 'value="Oplær to"' in wrong.text
    right = said | {"target": "0", "due_on": today().isoformat()}
    assert leader.post(f"/actions/new/{havnen.unit_id}", data=right).status_code == 302
    assert leader.post(f"{havnen.page}/held").status_code == 302
    page = leader.get(havnen.page).text
    for words in ("Skylning af blærekateter, nat", "Oplær to", "Dorthe Nygaard", "1 hul"):
        assert words in page


def test_the_wall_shows_tasks_and_numbers_and_nobody_who_has_not_said_yes(wall, client, havnen):
    world = havnen.world
    commands.set_goals(
        world.session, havnen.unit_id, [Goal(havnen.rinse.id, Shift.NIGHT, today())], by=havnen.leader.actor
    )
    planned = commands.Planned("Oplær to", havnen.soren.person.id, Figure.GAPS, 0.0, today())
    commands.begin_action(world.session, havnen.unit_id, planned, by=havnen.leader.actor)
    world.session.commit()
    page = client.get(wall).text
    assert "1 hul" in page
    assert "denne uge" in page
    assert "Oplær to" in page
    for name in ("Karen", "Søren", "Amira", "Dorthe"):
        assert name not in page
    assert "<a " not in page
    commands.say_yes(world.session, [havnen.rinse.area_id], by=havnen.karen.actor)
    world.session.commit()
    page = client.get(wall).text
    assert "Karen" in page
    assert "Winther" not in page


def test_the_link_shows_nothing_on_another_screen_and_nothing_when_it_is_closed(wall, client, leader, havnen):
    other = client.application.test_client()
    assert other.get(wall).status_code == 404
    assert other.post(f"{wall}/bind").status_code == 404
    assert "Havnen" not in other.get(wall).text
    assert client.get(wall).status_code == 200
    screen = havnen.world.session.scalars(select(Screen)).one()
    assert leader.post(f"/board-meeting/screens/{screen.id}/revoke").location == havnen.page
    gone = client.get(wall, headers={"HX-Request": "true"})
    assert (gone.status_code, gone.headers["HX-Refresh"]) == (404, "true")
    assert "Havnen" not in gone.text


def test_opening_the_link_binds_nothing_until_the_screen_says_yes(client, leader, havnen):
    page = leader.post(f"{havnen.page}/screens", data={"name": "Teamrum"}).text
    address = re.search(r'value="http://[^/]+(/screen/[^"]+)"', page)[1]
    looked = client.get(address).text
    assert "Vis tavlen på denne skærm?" in looked
    assert "Havnen" not in looked
    assert address.rpartition("/")[2] not in leader.get(havnen.page).text
    assert client.post(f"{address}/bind").location == address
    assert "Er vi dækket?" in client.get(address).text


def test_a_director_follows_actions_without_names(havnen, signed_in):
    world = havnen.world
    planned = commands.Planned("Oplær to", havnen.soren.person.id, Figure.GAPS, 0.0, today())
    action = commands.begin_action(world.session, havnen.unit_id, planned, by=havnen.leader.actor)
    commands.follow_up_action(
        world.session, action.id, "Søren er tættest på", next_on=None, ended=None, seen=1, by=havnen.leader.actor
    )
    world.session.commit()
    director = signed_in(world.role(world.person("Ulla Thorsen", "UFA", unit=world.root, shifts=""), Role.DIRECTOR))
    for address in ("/actions", f"/actions/{action.id}", havnen.page):
        page = director.get(address).text
        assert "Oplær to" in page
        assert "Søren" not in page
    assert director.post(f"/actions/{action.id}/follow-up").status_code == 403


def test_of_two_who_change_an_action_the_second_is_told(leader, havnen):
    session = havnen.world.session
    planned = commands.Planned("Oplær to", havnen.soren.person.id, Figure.GAPS, 0.0, today())
    action = commands.begin_action(session, havnen.unit_id, planned, by=havnen.leader.actor)
    session.commit()
    said = {
        "owner": havnen.soren.person.id,
        "figure": "gaps",
        "target": "0",
        "due_on": today().isoformat(),
        "seen": "1",
    }
    assert leader.post(f"/actions/{action.id}/change", data=said | {"what": "Oplær tre"}).status_code == 302
    second = leader.post(f"/actions/{action.id}/change", data=said | {"what": "Oplær fire"})
    assert second.status_code == 422
    assert "En anden har rettet indsatsen imens." in second.text
    assert 'value="Oplær fire"' in second.text
    session.expire_all()
    assert session.scalars(select(ImprovementAction.what)).one() == "Oplær tre"


def test_an_employee_says_yes_on_her_own_page(havnen, signed_in):
    karen = signed_in(havnen.karen)
    assert havnen.world.area.name in karen.get("/me/on-the-board").text
    assert karen.post("/me/on-the-board", data={"areas": [str(havnen.rinse.area_id)]}).location == "/me"
    assert "checked" in karen.get("/me/on-the-board").text
    assert "Der er endnu ikke et fagområde" in signed_in(havnen.soren).get("/me/on-the-board").text


def test_a_goal_leads_to_the_training_that_closes_it_and_a_plan_ticks_its_gaps(leader, havnen):
    asked = f"{havnen.rinse.id}-N"
    boxes = re.findall(r"<input[^>]*-chosen[^>]*>", leader.get(f"{havnen.page}/goals?goal={asked}&goal=9-X").text)
    assert [f'name="{asked}-chosen"' in box for box in boxes if "checked" in box] == [True]
    commands.set_goals(
        havnen.world.session, havnen.unit_id, [Goal(havnen.rinse.id, Shift.NIGHT)], by=havnen.leader.actor
    )
    havnen.world.session.commit()
    page = leader.get(havnen.page).text
    assert f'action="/training/{havnen.unit_id}?task={havnen.rinse.id}&amp;shift=N"' in page

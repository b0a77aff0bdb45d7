"""Who bears several tasks of a shift alone, what a team holds and never needs, and figures on other days."""

from datetime import timedelta

import pytest

from competence.access.rules import Role
from competence.coverage.alone import Alone, alone
from competence.coverage.commands import NewRequirement, set_requirement
from competence.coverage.rules import Shift
from competence.delegation.rules import CellRule
from competence.foundation.clock import today
from competence.foundation.errors import RuleBroken


def test_alone_is_whoever_is_the_only_one_for_two_tasks_of_a_shift():
    holders = {
        (1, Shift.NIGHT): [7],
        (2, Shift.NIGHT): [7, 7],
        (3, Shift.NIGHT): [7, 8],
        (1, Shift.DAY): [7],
        (4, Shift.NIGHT): [],
    }
    assert alone(holders) == [Alone(7, Shift.NIGHT, (1, 2))]


@pytest.fixture
def thin(team):
    """At night Søren alone may rinse and give insulin; somebody holds a task that another team is short of."""
    world = team.world
    for task in (team.rinse, team.insulin):
        world.signed(team.soren, task, by=team.karen)
    world.requirement(team.insulin, Shift.NIGHT, 1)
    team.stoma = world.task("Stomipleje")
    world.cell(team.stoma, "SPL", CellRule.CORE)
    team.other = world.unit("Team Lunden", under=world.district)
    world.requirement(team.stoma, Shift.DAY, 1, unit=team.other)
    world.settle().session.commit()
    return team


def test_the_board_names_who_is_alone_to_the_leader_and_to_nobody_who_sees_numbers(thin):
    page = thin.as_role(Role.LEADER).get(thin.board).text
    told = page.split("Alene om flere opgaver i en vagt")[1].split("</section>")[0]
    assert "Søren J." in told
    assert told.index("Skylning af blærekateter") < told.index("Insulin med pen")
    assert "Alene om" not in thin.as_role(Role.DIRECTOR, "Ulla Thorsen").get(thin.board).text


def test_those_in_training_are_counted_and_listed(team):
    client = team.as_role(Role.LEADER)
    assert "under oplæring" in client.get(team.board).text
    page = client.get(f"{team.board}?training=1").text
    assert "Viser 1 af 2 opgaver" in page
    assert "Kun under oplæring" in page


def test_latent_competence_is_shown_by_task_with_where_it_is_short(thin):
    address = f"/coverage/{thin.world.team.id}/latent"
    page = thin.as_role(Role.LEADER).get(address).text
    unneeded = page.split('id="unneeded"')[1]
    assert "Stomipleje" in unneeded
    assert "Insulin med pen" not in unneeded
    assert "én enhed i kommunen" in unneeded, "the other team is out of her reach and has no name here"
    assert "Team Lunden" not in page
    nurse = thin.as_role(Role.DEVELOPMENT_NURSE, "Marianne Holm", over=thin.world.root)
    assert "Team Lunden" in nurse.get(address).text
    single = page.split('id="single"')[1].split('id="unneeded"')[0]
    assert "Skylning af blærekateter" not in single, "the nurse may too, by day"
    assert thin.as_role(Role.GUIDE, "Hanne Lykke").get(address).status_code == 403
    assert thin.as_role(Role.LEADER, "Lea Leder", over=thin.other).get(address).status_code == 404


def test_figures_without_names_can_be_seen_on_another_day(thin):
    world = thin.world
    director = thin.as_role(Role.DIRECTOR, "Ulla Thorsen", over=world.district)
    later = (today() + timedelta(days=40)).isoformat()
    # Camilla's signature has lapsed by then, and Karen alone may by day.
    assert "Sådan står det den" in director.get(f"{thin.board}?on={later}").text
    assert (
        director.get(f"/coverage/{world.district.id}?on={later}").location
        == f"/forecast/{world.district.id}?on={later}"
    )
    before = (today() - timedelta(days=10)).isoformat()
    assert (
        director.get(f"/coverage/{world.district.id}?on={before}").location
        == f"/overview/{world.district.id}?on={before}"
    )


def test_what_cannot_be_required_is_refused_with_a_sentence(world):
    leader = world.role(world.person("Dorthe Nygaard", "UFA"), Role.LEADER, over=world.root).actor
    task, gone = world.task(), world.task("Gammel opgave", archived_on=today())
    closed = world.unit("Team Lukket", under=world.district)
    closed.valid_to = today()
    world.session.flush()
    soon = today() + timedelta(days=5)
    for wrong, field in (
        (NewRequirement(gone.id, Shift.DAY, 1, world.team.id), "task"),
        (NewRequirement(task.id, Shift.DAY, 1, closed.id), "valid_from"),
        (NewRequirement(task.id, Shift.DAY, 1, world.team.id, level=7), "level"),
        (NewRequirement(task.id, Shift.DAY, 100, world.team.id), "need"),
        (NewRequirement(task.id, Shift.DAY, 1, world.team.id, valid_from=soon, valid_to=today()), "valid_through"),
        (NewRequirement(task.id, Shift.DAY, 1, world.team.id, valid_from=today() - timedelta(days=1)), "valid_from"),
    ):
        with pytest.raises(RuleBroken) as refused:
            set_requirement(world.session, wrong, by=leader)
        assert refused.value.field == field

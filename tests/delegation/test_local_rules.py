"""A unit is stricter than the municipality, never looser."""

from datetime import timedelta

import pytest

from competence.access.rules import Role
from competence.decision.asking import ask
from competence.delegation.commands import end_restriction, restrict
from competence.delegation.models import UnitMask
from competence.delegation.rules import CellRule
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, Overtaken, RuleBroken
from competence.foundation.web import say

DAY = timedelta(days=1)


@pytest.fixture
def leader(world):
    return world.role(world.person("Lars Bisgaard", "SPL"), Role.LEADER, over=world.team)


def stricter(world, leader, task, group="SSH", level=None, **said):
    return restrict(
        world.session, task.id, unit_id=world.team.id, staff_group_id=world.groups[group].id if group else None,
        minimum_level=level, reason="Kun i dagvagt", by=leader.actor, **said,
    )  # fmt: skip


def test_a_unit_that_asks_for_a_higher_level_closes_the_task_below_it(world, leader):
    task, helper = world.task(), world.person()
    world.cell(task, "SSH", CellRule.MAY_GENERAL, minimum_level=1)
    world.signed(helper, task, level=2)
    world.settle()
    assert ask(world.session, helper.employment.id, task.id, on=today()).level == 2
    stricter(world, leader, task, level=3)
    assert ask(world.session, helper.employment.id, task.id, on=today()).level == 0


@pytest.mark.parametrize("level", [1, 2])
def test_a_level_that_is_not_higher_is_refused(world, leader, level):
    task = world.task()
    world.cell(task, "SSH", CellRule.MAY_GENERAL, minimum_level=2)
    with pytest.raises(RuleBroken, match="is not stricter") as refused:
        stricter(world, leader, task, level=level)
    assert refused.value.field == "stricter"


def test_what_the_municipality_does_not_allow_cannot_be_made_stricter(world, leader):
    task = world.task()
    world.cell(task, "SSH", CellRule.NOT_ALLOWED)
    for group in ("SSH", None):
        with pytest.raises(RuleBroken, match="never looser"):
            stricter(world, leader, task, group=group)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"valid_from": today() - DAY}, "today or later"),
        ({"valid_to": today()}, "the first day or later"),
        ({"level": 9}, "3 levels"),
    ],
)
def test_days_and_levels_that_cannot_be_are_refused(world, leader, said, sentence):
    task = world.task()
    world.cell(task, "SSH", CellRule.MAY_GENERAL)
    with pytest.raises(RuleBroken, match=sentence):
        stricter(world, leader, task, **said)


def test_a_leader_is_stricter_in_her_own_unit_only(world, leader):
    task = world.task()
    world.cell(task, "SSH", CellRule.MAY_GENERAL)
    with pytest.raises(NotAllowed):
        restrict(
            world.session, task.id, unit_id=world.district.id, staff_group_id=None, minimum_level=None, reason="Nej",
            by=leader.actor,
        )  # fmt: skip


def test_a_stricter_rule_ends_with_today_and_one_to_come_never_holds(world, leader):
    task = world.task()
    world.cell(task, "SSH", CellRule.MAY_GENERAL)
    holds = stricter(world, leader, task)
    assert end_restriction(world.session, holds.id, by=leader.actor).valid_to == today() + DAY
    with pytest.raises(Overtaken):
        end_restriction(world.session, holds.id, by=leader.actor)
    comes = stricter(world, leader, task, valid_from=today() + 3 * DAY)
    ended = end_restriction(world.session, comes.id, by=leader.actor)
    assert ended.valid_to == ended.valid_from


def test_a_leader_makes_her_unit_stricter_on_the_page_and_ends_it(world, leader, signed_in):
    task = world.task()
    world.cell(task, "SSH", CellRule.MAY_GENERAL, minimum_level=2)
    client, reader = signed_in(leader), signed_in(world.person())
    typed = {
        "unit": world.team.id, "task": task.id, "staff_group": world.groups["SSH"].id, "stricter": "1",
        "valid_from": today().isoformat(), "reason": "Kun i dagvagt",
    }  # fmt: skip
    refused = client.post("/matrix/local/new", data=typed)
    assert "Niveau 1 er ikke strengere: kommunen kræver allerede niveau 2" in refused.text
    assert "Kun i dagvagt" in refused.text
    assert client.post("/matrix/local/new", data=typed | {"stricter": "closed"}).status_code == 302
    page = client.get("/matrix/local").text
    assert "Team Havnen: Insulin med pen" in page
    assert "lukket, fra" in page
    assert "Ophæv" in page
    assert "Ophæv" not in reader.get("/matrix/local").text
    mask = world.session.query(UnitMask).one()
    world.session.commit()
    assert client.post(f"/matrix/local/{mask.id}/end").status_code == 302
    assert "til og med" in client.get("/matrix/local").text


def reasons(world, someone, task):
    return [say(reason.text) for reason in ask(world.session, someone.employment.id, task.id, on=today()).reasons]


def test_the_answer_says_that_the_unit_asks_for_more(world, leader, app):
    task, helper = world.task(), world.person()
    world.cell(task, "SSH", CellRule.MAY_GENERAL, minimum_level=1)
    world.signed(helper, task, level=2)
    world.settle()
    stricter(world, leader, task, level=3)
    with app.test_request_context():
        said = reasons(world, helper, task)
    assert "Enheden er strengere: den kræver niveau 3." in said
    assert "Opgaven kræver niveau 3." in said


@pytest.mark.parametrize("group", ["SSH", None])
def test_a_whole_unit_may_not_and_the_answer_says_so(world, leader, app, group):
    task, helper = world.task(), world.person()
    elsewhere = world.person(unit=world.unit("Team Engen", under=world.district))
    world.cell(task, "SSH", CellRule.MAY_GENERAL, minimum_level=1)
    for someone in (helper, elsewhere):
        world.signed(someone, task, level=2)
    world.settle()
    stricter(world, leader, task, group=group)
    assert ask(world.session, helper.employment.id, task.id, on=today()).level == 0
    assert ask(world.session, elsewhere.employment.id, task.id, on=today()).level == 2, (
        "other units follow the municipality"
    )
    with app.test_request_context():
        assert reasons(world, helper, task)[0] == "Enheden har lukket opgaven."


def test_a_dated_rule_holds_between_its_days_only(world, leader):
    task, helper = world.task(), world.person()
    world.cell(task, "SSH", CellRule.MAY_GENERAL, minimum_level=1)
    world.signed(helper, task, level=2)
    world.settle()
    stricter(world, leader, task, valid_from=today() + 2 * DAY, valid_to=today() + 4 * DAY)
    levels = [ask(world.session, helper.employment.id, task.id, on=today() + days * DAY).level for days in range(6)]
    assert levels == [2, 2, 0, 0, 2, 2]


def test_the_cell_the_popover_and_the_unit_say_which_units_are_stricter(world, leader, signed_in):
    task = world.task()
    world.cell(task, "SSH", CellRule.MAY_GENERAL)
    stricter(world, leader, task)
    client = signed_in(leader)
    cell = f"/matrix/1/{task.id}/{world.groups['SSH'].id}"
    assert "Team Havnen: lukket, fra" in client.get(cell).text
    assert "Team Havnen: lukket, fra" in client.get(cell, headers={"HX-Request": "true"}).text
    other = client.get(f"/matrix/1/{task.id}/{world.groups['SSA'].id}").text
    assert "Team Havnen: lukket" not in other
    own = client.get(f"/matrix/local?unit={world.team.id}").text
    assert "Lokale regler: Team Havnen" in own
    assert "Team Havnen: Insulin med pen" in own
    assert f'href="/matrix/local?unit={world.team.id}"' in client.get(f"/coverage/{world.team.id}").text


def test_the_form_comes_filled_from_the_cell(world, leader, signed_in):
    task = world.task()
    world.cell(task, "SSH", CellRule.MAY_GENERAL)
    client = signed_in(leader)
    group = world.groups["SSH"].id
    way = f"/matrix/local/new?task={task.id}&amp;group={group}"
    assert way in client.get(f"/matrix/1/{task.id}/{group}").text
    page = client.get(way.replace("&amp;", "&")).text
    assert f'selected value="{task.id}"' in page
    assert f'selected value="{group}"' in page

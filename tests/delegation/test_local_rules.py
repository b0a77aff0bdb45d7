"""A unit is stricter than the municipality, never looser."""

from datetime import timedelta

import pytest

from competence.access.rules import Role
from competence.decision.queries import ask
from competence.delegation.commands import end_restriction, restrict
from competence.delegation.models import UnitMask
from competence.delegation.rules import CellRule
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, Overtaken, RuleBroken

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

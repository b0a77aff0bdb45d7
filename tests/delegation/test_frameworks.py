"""Framework delegations to staff groups: noted, renewed, ended, and the cells that rest on them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.app import wire
from competence.catalogue.rules import Reserved
from competence.delegation import commands, queries
from competence.delegation.commands import NewFramework
from competence.delegation.models import FrameworkDelegation
from competence.delegation.rules import CellRule, Ground
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, RuleBroken
from tests.factories import Someone, World

wire()
DAY = timedelta(days=1)


@pytest.fixture
def nurse(world: World) -> Someone:
    return world.role(world.person("Marianne Holm", "SPL", unit=world.root), Role.DEVELOPMENT_NURSE, over=world.root)


def reserved(world: World):
    pump = world.task("Smertepumpe")
    pump.reserved = Reserved.YES
    world.cell(pump, "SSH", CellRule.MUST, ground=Ground.FRAMEWORK)
    world.session.flush()
    return pump


def new(world: World, task, **changes) -> NewFramework:
    plain = {
        "task_id": task.id, "staff_group_id": world.groups["SSH"].id, "giver": "Læge Lise", "instruction": "Instruks 7",
        "instruction_version": "2", "valid_from": today(), "valid_to": today() + 30 * DAY,
    }  # fmt: skip
    return NewFramework(**(plain | changes))


def bare(world: World) -> list[tuple[str, str]]:
    return [(cell.task, cell.group) for cell in queries.bare_cells(world.session, on=today())]


def test_a_cell_without_its_framework_delegation_is_listed_until_it_has_one(world, nurse):
    pump = reserved(world)
    listed = [("Smertepumpe", "Social- og sundhedshjælper")]
    assert bare(world) == listed
    row = commands.give_framework(world.session, new(world, pump), by=nurse.actor)
    assert not bare(world)
    commands.end_framework(world.session, row.id, reason="Lægen er stoppet", by=nurse.actor)
    assert bare(world) == listed
    with pytest.raises(RuleBroken, match="already ended"):
        commands.end_framework(world.session, row.id, reason="igen", by=nurse.actor)


def test_a_renewal_takes_over_where_the_one_before_ends(world, nurse):
    pump = reserved(world)
    first = commands.give_framework(world.session, new(world, pump), by=nurse.actor)
    with pytest.raises(RuleBroken, match="There is one"):
        commands.give_framework(world.session, new(world, pump, valid_from=today() + DAY), by=nurse.actor)
    second = commands.give_framework(
        world.session, new(world, pump, valid_from=today() + 5 * DAY, valid_to=None), renews_id=first.id, by=nurse.actor
    )
    assert (first.valid_to, second.renews_id) == (second.valid_from, first.id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"giver": " "}, "giver"),
        ({"instruction": ""}, "instruction"),
        ({"instruction_version": ""}, "instruction_version"),
        ({"giver": "010190-1234"}, "giver"),
        ({"valid_from": today() - DAY}, "valid_from"),
        ({"valid_to": today()}, "valid_through"),
    ],
)
def test_what_is_missing_is_said_at_its_field(world, nurse, changes, field):
    pump = reserved(world)
    with pytest.raises(RuleBroken) as broken:
        commands.give_framework(world.session, new(world, pump, **changes), by=nurse.actor)
    assert broken.value.field == field


def test_only_a_reserved_task_that_can_be_delegated_has_one_and_only_a_development_nurse_notes_it(world, nurse):
    pump = reserved(world)
    with pytest.raises(NotAllowed):
        commands.give_framework(world.session, new(world, pump), by=world.role(world.person("Lars"), Role.LEADER).actor)
    for change in ({"reserved": Reserved.NO}, {"reserved": Reserved.YES, "never_delegated": "dødsattest"}):
        for name, value in change.items():
            setattr(pump, name, value)
        world.session.flush()
        with pytest.raises(RuleBroken) as broken:
            commands.give_framework(world.session, new(world, pump), by=nurse.actor)
        assert broken.value.field == "task"


def test_the_pages_note_renew_and_end_it(world, nurse, signed_in):
    pump = reserved(world)
    client = signed_in(nurse)
    assert "Felter uden den delegation, de hviler på" in client.get("/delegations/frameworks").text
    said = {
        "task": pump.id, "staff_group": world.groups["SSH"].id, "giver": "Læge Lise", "instruction": "Instruks 7",
        "instruction_version": "2", "valid_from": today().isoformat(), "valid_through": "",
    }  # fmt: skip
    page = client.post("/delegations/frameworks/new", data=said | {"instruction": ""})
    assert page.status_code == 422
    assert "Læge Lise" in page.text
    assert client.post("/delegations/frameworks/new", data=said).status_code == 302
    world.session.rollback()
    row = world.session.scalars(select(FrameworkDelegation)).one()
    page = client.get("/delegations/frameworks").text
    assert "Instruks 7, version 2" in page
    assert "Felter uden" not in page
    assert 'value="Læge Lise"' in client.get(f"/delegations/frameworks/{row.id}/renew").text
    assert client.post(f"/delegations/frameworks/{row.id}/end", data={"reason": ""}).status_code == 422
    assert client.post(f"/delegations/frameworks/{row.id}/end", data={"reason": "Lægen er stoppet"}).status_code == 302
    assert "Lægen er stoppet" in client.get("/delegations/frameworks").text

"""Stops: a task closed at once, and opened again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.app import wire
from competence.decision.asking import ask
from competence.delegation import commands, queries
from competence.delegation.agreements import Told
from competence.delegation.models import Stop
from competence.delegation.rules import CellRule
from competence.foundation.clock import today
from tests.factories import World

DAY = timedelta(days=1)
wire()


@pytest.fixture
def nurse(world: World):
    return world.role(world.person("Marianne Holm", "SPL", unit=world.root), Role.DEVELOPMENT_NURSE, over=world.root)


def again(world: World) -> None:
    """What the application has committed can be read."""
    world.session.rollback()
    world.session.expire_all()


def test_a_stop_closes_the_task_at_once_and_lifting_it_opens_it_again(world, nurse, signed_in):
    insulin, karen = world.task(), world.person("Karen Winther", "SPL")
    world.cell(insulin, "SPL", CellRule.CORE)
    world.settle()
    client = signed_in(nurse)
    assert client.get(f"/stops/new?task={insulin.id}").status_code == 200
    said = {
        "task": insulin.id, "unit": world.district.id, "valid_through": (today() + 2 * DAY).isoformat(), "reason": "Fejl i pumper"
    }  # fmt: skip
    assert client.post("/stops/new", data=said).status_code == 302
    again(world)
    assert ask(world.session, karen.employment.id, insulin.id, on=today()).level == 0
    page = client.get("/stops").text
    for words in (
        "Lukket nu",
        "Insulin med pen",
        "Distrikt Nord, alle faggrupper, til og med",
        "Fejl i pumper",
        "Spørg Marianne Holm.",
    ):
        assert words in page
    stop = world.session.scalars(select(Stop)).one()
    assert client.post(f"/stops/{stop.id}/lift").status_code == 302
    again(world)
    assert ask(world.session, karen.employment.id, insulin.id, on=today()).level == 2
    page = client.get("/stops").text
    assert "Tidligere stop" in page
    assert "Ophævet af Marianne Holm" in page


def test_a_stop_needs_task_unit_day_and_reason(world, nurse, signed_in):
    page = signed_in(nurse).post("/stops/new", data={"reason": "010190-1234"}).text
    for words in (
        "Vælg den opgave, der skal stoppes.",
        "Vælg enheden.",
        "Vælg stoppets sidste dag.",
        "CPR-nummer",
        "010190-1234",
    ):
        assert words in page
    said = {
        "task": world.task().id,
        "unit": world.team.id,
        "valid_through": (today() - DAY).isoformat(),
        "reason": "Fejl",
    }
    world.session.commit()
    assert "Stoppets sidste dag skal være i dag eller senere." in signed_in(nurse).post("/stops/new", data=said).text


def test_an_employee_reads_stops_of_her_units_and_those_above(world, nurse, signed_in):
    insulin, other = world.task(), world.unit("Distrikt Syd", "distrikt", under=world.root)
    for unit, reason in ((world.district, "Her"), (other, "Andetsteds")):
        commands.stop_task(
            world.session,
            insulin.id,
            unit_id=unit.id,
            staff_group_id=None,
            valid_to=today() + DAY,
            reason=reason,
            by=nurse.actor,
        )
    page = signed_in(world.person("Amira Haddad")).get("/stops").text
    assert "Her" in page
    assert "Andetsteds" not in page
    assert "Ophæv stoppet" not in page


def test_a_leader_stops_at_her_own_units_only(world, signed_in):
    leader = world.role(world.person("Dorthe Nygaard", "SPL"), Role.LEADER, over=world.team)
    assert (
        str(world.district.id)
        not in signed_in(leader).get("/stops/new").text.partition('id="unit"')[2].partition("</select>")[0]
    )
    assert signed_in(leader).post("/stops/999/lift").status_code == 404


def test_leaders_guides_and_those_who_may_do_the_task_are_told_and_seen_when_they_open_it(world, nurse, signed_in):
    insulin = world.task()
    world.cell(insulin, "SPL", CellRule.CORE)
    leader = world.role(world.person("Lars Bisgaard", "SSA"), Role.LEADER)
    world.role(world.person("Hanne Lykke", "SSA"), Role.GUIDE)
    karen, bo = world.person("Karen Winther", "SPL"), world.person("Bo Lund")
    elsewhere = world.unit("Distrikt Syd", "distrikt", under=world.root)
    world.person("Ida Syd", "SPL", unit=elsewhere)
    world.role(world.person("Lis Syd", unit=elsewhere), Role.LEADER)
    world.settle()
    stop = commands.stop_task(
        world.session, insulin.id, unit_id=world.district.id, staff_group_id=None, valid_to=today() + DAY, reason="Fejl",
        by=nurse.actor,
    )  # fmt: skip
    told = {line.name: (line.part, line.seen_at) for line in queries.told_listed(world.session, stop.id)}
    assert told == {
        "Lars Bisgaard": (Told.LEADER, None), "Hanne Lykke": (Told.GUIDE, None), "Karen Winther": (Told.HOLDER, None)
    }  # fmt: skip
    hers = signed_in(karen)
    assert "Insulin med pen er stoppet" in hers.get("/me").text
    page = hers.get(f"/stops/{stop.id}").text
    assert "Fejl" in page
    assert "Lars Bisgaard" not in page
    assert "er stoppet" not in hers.get("/me").text
    assert "er stoppet" not in signed_in(bo).get("/me").text
    again(world)
    seen = {line.name for line in queries.told_listed(world.session, stop.id) if line.seen_at}
    assert seen == {"Karen Winther"}
    page = signed_in(leader).get(f"/stops/{stop.id}").text
    for words in ("Karen Winther", "ikke set", "læringsvejleder", "må udføre opgaven"):
        assert words in page


def test_a_stop_for_one_group_is_told_to_that_group_only(world, nurse):
    insulin = world.task()
    world.cell(insulin, "SPL", CellRule.CORE)
    world.cell(insulin, "SSH", CellRule.MUST)
    world.person("Karen Winther", "SPL")
    camilla = world.person("Camilla Brandt")
    world.signed(camilla, insulin, by=nurse)
    world.settle()
    stop = commands.stop_task(
        world.session, insulin.id, unit_id=world.district.id, staff_group_id=world.groups["SSH"].id, valid_to=today() + DAY,
        reason="Fejl", by=nurse.actor,
    )  # fmt: skip
    assert [line.name for line in queries.told_listed(world.session, stop.id)] == ["Camilla Brandt"]

"""Stops, and personal delegations."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.app import wire
from competence.audit.models import EventText, EvidenceEvent
from competence.decision.queries import ask
from competence.delegation import commands, queries
from competence.delegation.models import Delegation, Stop
from competence.delegation.rules import CellRule
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
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


def delegable(world: World):
    """A task that helpers may do by delegation, and nurses by education."""
    pump = world.task("Smertepumpe")
    world.cell(pump, "SPL", CellRule.CORE)
    world.cell(pump, "SSH", CellRule.DELEGATION_ONLY)
    world.groups["SPL"].has_reserved_scope = True
    return pump


def test_a_delegation_counts_from_the_receivers_own_yes(world, nurse, signed_in):
    pump, amira = delegable(world), world.person("Amira Haddad")
    world.signed(amira, pump, by=nurse)
    world.settle()
    client = signed_in(nurse)
    place = f"/delegations/new?employment={amira.employment.id}&task={pump.id}"
    shown = client.get(place).text
    assert "Deleger som Marianne Holm" in shown
    assert "Smertepumpe" in shown
    said = {"task": pump.id, "instruction": "Instruks 7, version 2"}
    assert client.post(place, data=said).status_code == 302
    again(world)
    waiting = queries.delegations_waiting(world.session, amira.person.id)
    assert [(line.task, line.giver) for line in waiting] == [("Smertepumpe", "Marianne Holm")]
    assert ask(world.session, amira.employment.id, pump.id, on=today()).level == 0
    place = f"/delegations/{waiting[0].id}"
    assert signed_in(nurse).get(place).status_code == 404
    hers = signed_in(amira)
    page = hers.get("/me").text
    assert "Marianne Holm delegerer opgaven til dig." in page
    assert "1 ting venter på dig" in page
    assert "Marianne Holm" in hers.get(place).text
    assert hers.post(place).status_code == 302
    assert hers.post(place).status_code == 404
    again(world)
    assert ask(world.session, amira.employment.id, pump.id, on=today()).level == 2
    assert not queries.delegations_waiting(world.session, amira.person.id)


def test_the_instruction_is_no_part_of_the_chain_itself(world, nurse):
    pump, amira = delegable(world), world.person("Amira Haddad")
    world.settle()
    commands.delegate(
        world.session, amira.employment.id, pump.id, valid_to=None, instruction="Instruks 7", by=nurse.actor
    )
    event = world.session.scalars(select(EvidenceEvent).where(EvidenceEvent.kind == "delegated")).one()
    assert "Instruks" not in str(event.fields)
    assert event.fields["instruction_hash"]
    assert world.session.scalars(select(EventText)).one().text == "Instruks 7"


def test_who_does_not_hold_the_task_herself_cannot_delegate_it(world, signed_in):
    pump, amira = delegable(world), world.person("Amira Haddad")
    assistant = world.person("Hanne Lykke", "SSA")
    world.settle()
    place = f"/delegations/new?employment={amira.employment.id}"
    page = signed_in(assistant).post(place, data={"task": pump.id, "instruction": "Instruks 7"}).text
    assert "kan delegere den" in page
    assert 'value="Instruks 7"' in page
    with pytest.raises(RuleBroken, match="to yourself"):
        commands.delegate(
            world.session, amira.employment.id, pump.id, valid_to=None, instruction="", by=_signer(amira, world)
        )


def _signer(someone, world):
    return world.role(someone, Role.GUIDE).actor


def test_a_delegation_out_of_reach_is_not_found(world, signed_in):
    delegable(world)
    bo = world.person("Bo Lund", unit=world.unit("Team Åen", under=world.district))
    karen = world.person("Karen Winther", "SPL")
    assert signed_in(karen).get(f"/delegations/new?employment={bo.employment.id}").status_code == 404
    with pytest.raises(NotFound):
        commands.delegate(world.session, bo.employment.id, 1, valid_to=None, instruction="", by=karen.actor)


def test_either_side_ends_a_delegation_and_nobody_else(world, nurse, signed_in):
    pump, amira = delegable(world), world.person("Amira Haddad")
    world.settle()
    given = commands.delegate(
        world.session, amira.employment.id, pump.id, valid_to=None, instruction="x", by=nurse.actor
    )
    world.session.commit()
    assert signed_in(world.person("Bo Lund")).post(f"/delegations/{given.id}/end").status_code == 404
    assert signed_in(amira).post(f"/delegations/{given.id}/end").status_code == 302
    again(world)
    assert world.session.get(Delegation, given.id).valid_to == today()

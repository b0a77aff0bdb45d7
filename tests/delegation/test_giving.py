"""Delegations and task transfers: given, answered, given onward, supervised, ended."""

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.app import wire
from competence.audit.chain import breaks
from competence.audit.models import AuditEntry, CitizenReference, EventText, EvidenceEvent
from competence.catalogue.rules import Reserved
from competence.decision.asking import ask
from competence.decision.commands import differences
from competence.delegation import commands, queries
from competence.delegation.agreements import DelegationKind, Scope, Status
from competence.delegation.models import Delegation
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, RuleBroken
from tests.delegation.giving import DAY, SEAL, delegable, given, terms
from tests.factories import Someone, World

wire()


@pytest.fixture
def nurse(world: World) -> Someone:
    return world.role(world.person("Marianne Holm", "SPL", unit=world.root), Role.DEVELOPMENT_NURSE, over=world.root)


def level(world: World, someone: Someone, task, citizen: int | None = None) -> int:
    assert not differences(world.session)
    return ask(world.session, someone.employment.id, task.id, on=today(), citizen=citizen).level


def test_it_counts_from_the_receivers_own_yes_and_is_kept_as_events(world, nurse):
    pump, amira = delegable(world), world.person("Amira Haddad")
    world.signed(amira, pump, by=nurse)
    world.settle()
    row = given(world, amira, pump, nurse, yes=False)
    assert level(world, amira, pump) == 0
    commands.accept_delegation(world.session, row.id, by=amira.actor)
    assert level(world, amira, pump) == 2
    with pytest.raises(RuleBroken, match="already said yes"):
        commands.accept_delegation(world.session, row.id, by=amira.actor)
    assert not breaks(world.session)


def test_what_was_written_is_no_part_of_the_chain_itself(world, nurse):
    pump, amira = delegable(world), world.person("Amira Haddad")
    world.settle()
    given(world, amira, pump, nurse, yes=False, conditions="Kun stabil", scope=Scope.GROUP, group="Stuen")
    event = world.session.scalars(select(EvidenceEvent).where(EvidenceEvent.kind == "delegated")).one()
    texts = {one.name: one.text for one in world.session.scalars(select(EventText))}
    assert texts == {
        "instruction": "Instruks 7",
        "instruction_version": "2",
        "conditions": "Kun stabil",
        "group": "Stuen",
    }
    for name, text in texts.items():
        assert text not in (value for value in event.fields.values() if isinstance(value, str))
        assert event.fields[f"{name}_hash"]


def test_the_citizen_is_sealed_and_it_counts_for_her_only(world, nurse):
    pump, amira = delegable(world), world.person("Amira Haddad")
    world.signed(amira, pump, by=nurse)
    world.settle()
    row = given(
        world, amira, pump, nurse, kind=DelegationKind.CONCRETE, scope=Scope.CITIZEN, citizen="Borger 4711",
        valid_to=today() + 9 * DAY,
    )  # fmt: skip
    other = CitizenReference(unit_id=world.team.id, salt="s", recorded_at=now())
    world.session.add(other)
    world.session.flush()
    assert level(world, amira, pump) == 0
    assert level(world, amira, pump, row.citizen_id) == 2
    assert level(world, amira, pump, other.id) == 0
    sealed = world.session.get(CitizenReference, row.citizen_id).sealed
    assert b"4711" not in sealed
    assert SEAL.open(sealed) == "Borger 4711"
    event = world.session.scalars(select(EvidenceEvent).where(EvidenceEvent.kind == "delegated")).one()
    assert "4711" not in str(event.fields)
    assert "4711" not in str([entry.detail for entry in world.session.scalars(select(AuditEntry))])


def test_a_cpr_number_is_no_reference(world, nurse):
    pump, amira = delegable(world), world.person("Amira Haddad")
    world.settle()
    for citizen in ("010190-1234", "Fru Jensen"):
        with pytest.raises(RuleBroken) as broken:
            given(world, amira, pump, nurse, scope=Scope.CITIZEN, citizen=citizen)
        assert broken.value.field == "citizen"


def test_nobody_gives_to_herself_or_what_she_does_not_hold(world, nurse):
    pump, amira = delegable(world), world.person("Amira Haddad")
    assistant = world.person("Hanne Lykke", "SSA")
    world.settle()
    with pytest.raises(RuleBroken, match="own reserved scope"):
        given(world, amira, pump, assistant)
    with pytest.raises(RuleBroken, match="to yourself"):
        given(world, amira, pump, world.role(amira, Role.GUIDE))
    unchecked = world.person("Ny Sygeplejerske", "SPL", authorisation_checked_on=None)
    world.settle()
    with pytest.raises(RuleBroken, match="own reserved scope"):
        given(world, amira, pump, unchecked)


def test_a_task_that_is_not_reserved_is_transferred_and_by_whoever_is_authorised(world, nurse):
    wound, amira = delegable(world, Reserved.NO), world.person("Amira Haddad")
    assistant = world.person("Hanne Lykke", "SSA")
    world.cell(wound, "SSA", CellRule.CORE)
    world.settle()
    with pytest.raises(RuleBroken) as broken:
        given(world, amira, wound, assistant)
    assert broken.value.field == "kind"
    row = given(world, amira, wound, assistant, kind=DelegationKind.TRANSFER)
    assert row.kind == DelegationKind.TRANSFER


def test_a_task_that_can_never_be_delegated_is_refused_with_its_ground(world, nurse):
    pump, amira = delegable(world), world.person("Amira Haddad")
    pump.never_delegated = "dødsattest"
    world.settle()
    with pytest.raises(RuleBroken) as broken:
        given(world, amira, pump, nurse)
    assert (broken.value.field, broken.value.message.params) == ("task", {"ground": "dødsattest"})


def test_without_the_right_to_delegate_onward_nobody_does(world, nurse):
    pump, amira, bo = delegable(world), world.person("Amira Haddad"), world.person("Bo Lund")
    world.signed(amira, pump, by=nurse)
    world.settle()
    given(world, amira, pump, nurse)
    with pytest.raises(RuleBroken, match="does not let you delegate it onward"):
        given(world, bo, pump, world.role(amira, Role.GUIDE))


def test_what_is_given_onward_goes_no_further_and_ends_with_what_it_rests_on(world, nurse):
    pump = delegable(world)
    amira, bo, ida = (world.role(world.person(name), Role.GUIDE) for name in ("Amira", "Bo", "Ida"))
    for one in (amira, bo, ida):
        world.signed(one, pump, by=nurse)
    world.settle()
    first = given(world, amira, pump, nurse, onward=True, valid_to=today() + 30 * DAY)
    for wide in ({}, {"valid_to": today() + 31 * DAY}, {"valid_to": today() + 30 * DAY, "onward": True}):
        with pytest.raises(RuleBroken, match="does not reach that far"):
            given(world, bo, pump, amira, **wide)
    second = given(world, bo, pump, amira, valid_to=today() + 20 * DAY)
    assert second.rests_on_id == first.id
    assert level(world, bo, pump) == 2
    with pytest.raises(RuleBroken, match="does not let you delegate it onward"):
        given(world, ida, pump, bo, valid_to=today() + 5 * DAY)
    commands.end_delegation(world.session, first.id, reason="Ny aftale", by=nurse.actor)
    assert level(world, bo, pump) == 0


def test_a_no_needs_no_reason_and_a_reason_goes_to_the_giver_only(world, nurse):
    pump, amira = delegable(world), world.person("Amira Haddad")
    leader = world.role(world.person("Lars Bisgaard", "SPL"), Role.LEADER)
    world.settle()
    given(world, amira, pump, nurse, yes=False)
    row = world.session.scalars(select(Delegation)).one()
    commands.decline_delegation(world.session, row.id, reason="Jeg er ikke klar", by=amira.actor)
    line = queries.get_delegation(world.session, row.id, actor=leader.actor)
    assert line.status(today()) is Status.DECLINED
    assert queries.history(world.session, line, actor=nurse.actor)[0].reason == "Jeg er ikke klar"
    assert "Jeg er ikke klar" not in [one.reason for one in queries.history(world.session, line, actor=leader.actor)]
    assert not queries.delegations_waiting(world.session, amira.person.id)
    with pytest.raises(RuleBroken):
        commands.accept_delegation(world.session, row.id, by=amira.actor)


def test_whoever_takes_it_from_another_says_why_and_the_receiver_need_not(world, nurse):
    pump, amira = delegable(world), world.person("Amira Haddad")
    world.settle()
    row = given(world, amira, pump, nurse)
    with pytest.raises(RuleBroken) as broken:
        commands.end_delegation(world.session, row.id, by=nurse.actor)
    assert broken.value.field == "reason"
    with pytest.raises(NotFound):
        commands.end_delegation(world.session, row.id, reason="x", by=world.person("Bo Lund").actor)
    commands.end_delegation(world.session, row.id, by=amira.actor)
    assert row.valid_to == today()
    with pytest.raises(RuleBroken, match="already ended"):
        commands.end_delegation(world.session, row.id, by=amira.actor)


def test_a_supervision_is_noted_by_whoever_looks_after_it_and_plans_the_next(world, nurse):
    pump, amira, karen = delegable(world), world.person("Amira Haddad"), world.person("Karen Winther", "SPL")
    world.settle()
    row = given(
        world, amira, pump, nurse, supervisor_id=karen.person.id, supervise_on=today() + 3 * DAY, supervise_months=1
    )
    assert [line.id for line in queries.delegations_given(world.session, karen.person.id)] == [row.id]
    with pytest.raises(NotFound):
        commands.supervise(world.session, row.id, done_on=today(), by=world.person("Bo Lund").actor)
    with pytest.raises(RuleBroken):
        commands.supervise(world.session, row.id, done_on=today() + DAY, by=karen.actor)
    commands.supervise(world.session, row.id, done_on=today(), note="Gik fint", by=karen.actor)
    assert row.supervise_on is not None
    assert row.supervise_on > today() + 27 * DAY


def test_a_supervisor_is_an_authorised_colleague(world, nurse):
    pump, amira = delegable(world), world.person("Amira Haddad")
    world.settle()
    for person in (world.person("Bo Lund").person.id, amira.person.id):
        with pytest.raises(RuleBroken) as broken:
            given(world, amira, pump, nurse, supervisor_id=person)
        assert broken.value.field == "supervisor"


def test_a_delegation_out_of_reach_is_not_found(world, nurse):
    pump = delegable(world)
    bo = world.person("Bo Lund", unit=world.unit("Team Åen", under=world.district))
    karen = world.person("Karen Winther", "SPL")
    world.settle()
    with pytest.raises(NotFound):
        commands.delegate(world.session, bo.employment.id, pump.id, terms(), by=karen.actor)
    row = given(world, bo, pump, nurse)
    with pytest.raises(NotFound):
        queries.get_delegation(world.session, row.id, actor=karen.actor)

"""A delegation ends with what it rests on: two weeks on a list, in which an entitled giver can take it over."""

from datetime import timedelta

import pytest

from competence.access.rules import Permission, Role
from competence.app import wire
from competence.audit.chain import breaks
from competence.decision.asking import ask
from competence.decision.commands import differences
from competence.decision.taking_over import ends_of, take_over, to_take_over
from competence.delegation.rules import CellRule
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from tests.delegation.giving import DAY, delegable, given
from tests.factories import Someone, World

wire()
NOTICE = timedelta(days=14)


@pytest.fixture
def nurse(world: World) -> Someone:
    return world.role(world.person("Marianne Holm", "SPL", unit=world.root), Role.DEVELOPMENT_NURSE, over=world.root)


def listed(world: World, someone: Someone):
    within = someone.actor.reach(Permission.DELEGATION_GIVE)
    return to_take_over(world.session, within=within, actor=someone.actor)


def test_nothing_is_to_be_taken_over_while_the_giver_has_what_it_rests_on(world, nurse):
    pump, amira, karen = delegable(world), world.person("Amira Haddad"), world.person("Karen Winther", "SPL")
    world.settle()
    row = given(world, amira, pump, karen)
    assert not listed(world, nurse)
    assert not ends_of(world.session, [row.id])
    with pytest.raises(RuleBroken, match="nothing to take over"):
        take_over(world.session, row.id, by=nurse.actor)


def test_when_the_giver_leaves_it_runs_two_weeks_and_ends(world, nurse):
    pump, amira, karen = delegable(world), world.person("Amira Haddad"), world.person("Karen Winther", "SPL")
    world.signed(amira, pump, by=nurse)
    world.settle()
    row = given(world, amira, pump, karen)
    karen.employment.valid_to = today() + DAY
    world.settle()
    one = listed(world, nurse)[0]
    assert (one.lost_on, one.ends, one.able) == (today() + DAY, today() + DAY + NOTICE, True)
    assert ask(world.session, amira.employment.id, pump.id, on=one.ends - DAY).level == 2
    assert ask(world.session, amira.employment.id, pump.id, on=one.ends).level == 0
    assert ends_of(world.session, [row.id]) == {row.id: one.ends}


def test_when_the_giver_is_no_longer_in_an_authorised_group_it_is_listed_too(world, nurse):
    pump, amira, karen = delegable(world), world.person("Amira Haddad"), world.person("Karen Winther", "SPL")
    world.cell(pump, "UFA", CellRule.CORE)
    world.settle()
    given(world, amira, pump, karen)
    karen.employment.valid_to = today() - 3 * DAY
    world.session.add(
        type(karen.employment)(
            person_id=karen.person.id, unit_id=world.team.id, staff_group_id=world.groups["UFA"].id, shifts="D",
            valid_from=today() - 3 * DAY, recorded_at=karen.employment.recorded_at,
        )
    )  # fmt: skip
    world.settle()
    assert [one.lost_on for one in listed(world, nurse)] == [today() - 3 * DAY]


def test_a_giver_whose_signature_is_called_back_has_lost_the_task(world, nurse):
    pump, amira, hanne = delegable(world), world.person("Amira Haddad"), world.person("Hanne Lykke", "SSA")
    world.groups["SSA"].has_reserved_scope = True
    world.cell(pump, "SSA", CellRule.MUST)
    world.signed(hanne, pump, by=nurse, valid_days=35)
    world.settle()
    given(world, amira, pump, hanne)
    assert [one.lost_on for one in listed(world, nurse)] == [today() + 5 * DAY]


def test_a_stop_is_no_loss(world, nurse):
    from competence.delegation.commands import stop_task

    pump, amira, karen = delegable(world), world.person("Amira Haddad"), world.person("Karen Winther", "SPL")
    world.settle()
    given(world, amira, pump, karen)
    stop_task(
        world.session,
        pump.id,
        unit_id=world.root.id,
        staff_group_id=None,
        valid_to=today() + DAY,
        reason="x",
        by=nurse.actor,
    )
    assert not listed(world, nurse)


def test_who_takes_it_over_is_its_giver_and_the_receivers_yes_stands(world, nurse):
    pump, amira, karen = delegable(world), world.person("Amira Haddad"), world.person("Karen Winther", "SPL")
    world.signed(amira, pump, by=nurse)
    world.settle()
    row = given(world, amira, pump, karen)
    karen.employment.valid_to = today()
    world.settle()
    take_over(world.session, row.id, by=nurse.actor)
    assert (row.giver_id, row.supervisor_id) == (nurse.person.id, nurse.person.id)
    assert ask(world.session, amira.employment.id, pump.id, on=today() + 100 * DAY).level == 2
    assert not listed(world, nurse)
    assert not differences(world.session)
    assert not breaks(world.session)


def test_only_who_could_give_it_takes_it_over(world, nurse):
    pump, amira, karen = delegable(world), world.person("Amira Haddad"), world.person("Karen Winther", "SPL")
    leader = world.role(world.person("Lars Bisgaard", "SSA"), Role.LEADER)
    world.settle()
    row = given(world, amira, pump, karen)
    karen.employment.valid_to = today()
    world.settle()
    assert [one.able for one in listed(world, leader)] == [False]
    with pytest.raises(RuleBroken, match="own reserved scope"):
        take_over(world.session, row.id, by=leader.actor)
    with pytest.raises(NotFound):
        take_over(world.session, row.id, by=world.person("Bo Lund").actor)


def test_what_has_run_its_two_weeks_is_no_longer_listed_or_taken_over(world, nurse):
    pump, amira, karen = delegable(world), world.person("Amira Haddad"), world.person("Karen Winther", "SPL")
    world.settle()
    row = given(world, amira, pump, karen)
    karen.employment.valid_to = today() - NOTICE
    world.settle()
    assert not listed(world, nurse)
    with pytest.raises(RuleBroken, match="already ended"):
        take_over(world.session, row.id, by=nurse.actor)


def test_what_was_given_onward_runs_two_weeks_when_the_one_between_leaves(world, nurse):
    pump, amira, bo = delegable(world), world.role(world.person("Amira"), Role.GUIDE), world.person("Bo Lund")
    for one in (amira, bo):
        world.signed(one, pump, by=nurse)
    world.settle()
    given(world, amira, pump, nurse, onward=True)
    given(world, bo, pump, amira)
    assert ask(world.session, bo.employment.id, pump.id, on=today()).level == 2
    amira.employment.valid_to = today() + DAY
    world.settle()
    assert ask(world.session, bo.employment.id, pump.id, on=today() + NOTICE).level == 2
    assert ask(world.session, bo.employment.id, pump.id, on=today() + DAY + NOTICE).level == 0

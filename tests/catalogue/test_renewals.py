"""A renewal may ask for less than the first time, and a staff group may have its own validity: at the bedside too."""

from datetime import timedelta

import pytest

from competence.access.rules import Role
from competence.catalogue.models import TaskValidity
from competence.delegation.rules import CellRule
from competence.foundation.clock import add_months, today
from competence.foundation.errors import RuleBroken
from competence.signoffs.commands import NewSignOff, sign_off
from competence.signoffs.queries import state_of


@pytest.fixture
def guide(world):
    return world.role(world.person("Hanne Lykke", "SPL"), Role.GUIDE)


@pytest.fixture
def insulin(world):
    """A task seen three times before the first signature and once at a renewal."""
    task = world.task("Insulin med pen", observed_times=3, renewal_observed_times=1, validity_months=12)
    world.cell(task, "SSH", CellRule.MAY_GENERAL)
    world.cell(task, "SSA", CellRule.MAY_GENERAL)
    world.cell(task, "SPL", CellRule.CORE, education_level=3)
    return task


def test_one_time_is_enough_to_renew_and_not_to_begin(world, guide, insulin):
    camilla, mikkel = world.person(), world.person("Mikkel Ager")
    world.signed(camilla, insulin)
    for someone in (camilla, mikkel):
        world.observed(someone, insulin)
    world.settle()
    new = NewSignOff(insulin.id, 2, today(), ticked=(1,))
    sign_off(world.session, camilla.employment.id, new, by=guide.actor)
    with pytest.raises(RuleBroken, match="1 of 3 times"):
        sign_off(world.session, mikkel.employment.id, new, by=guide.actor)


def test_one_that_has_lapsed_is_begun_anew(world, guide, insulin):
    camilla = world.person()
    world.signed(camilla, insulin, days_ago=30, valid_days=10)
    world.observed(camilla, insulin)
    world.settle()
    with pytest.raises(RuleBroken, match="1 of 3 times"):
        sign_off(world.session, camilla.employment.id, NewSignOff(insulin.id, 2, today(), ticked=(1,)), by=guide.actor)


def test_a_signature_runs_as_long_as_the_persons_own_staff_group_says(world, guide, insulin):
    helper, assistant = world.person(), world.person("Sofie Lind", "SSA")
    world.session.add(
        TaskValidity(task_id=insulin.id, staff_group_id=world.groups["SSA"].id, validity_months=0, validity_date=None)
    )
    world.session.flush()
    for someone in (helper, assistant):
        for _ in range(3):
            world.observed(someone, insulin)
    world.settle()
    for someone, last in ((helper, add_months(today(), 12)), (assistant, None)):
        sign_off(world.session, someone.employment.id, NewSignOff(insulin.id, 2, today(), ticked=(1,)), by=guide.actor)
        (signed,) = state_of(world.session, someone.person.id, insulin.id)
        assert signed.valid_to == (last + timedelta(days=1) if last else None)

"""Signing under an approved version that is not in force yet: how a new municipality's first day begins."""

from datetime import timedelta

import pytest

from competence.access.rules import Permission, Role
from competence.delegation.models import MatrixVersion
from competence.delegation.rules import CellRule
from competence.development.queries.queue import queue
from competence.entitlements.queries import holds
from competence.foundation.clock import now, today
from competence.foundation.errors import RuleBroken
from competence.signoffs import commands
from competence.signoffs.commands import NewSignOff
from tests.factories import World

TOMORROW = today() + timedelta(days=1)


def under_coming_version(world: World, rule_of_the_signer: CellRule):
    """(guide, helper, task) of a task that the version in force knows nothing of."""
    task = world.task("Skift af stomipose")
    world.version.valid_to = TOMORROW
    world.version = MatrixVersion(number=2, valid_from=TOMORROW, approved_at=now(), recorded_at=now())
    world.session.add(world.version)
    world.session.flush()
    world.cell(task, "SPL", rule_of_the_signer)
    world.cell(task, "SSH", CellRule.MAY_GENERAL)
    guide = world.role(world.person("Inge Strand", "SPL"), Role.GUIDE)
    helper = world.person("Signe Holm")
    world.observed(helper, task, by=guide)
    world.settle()
    return guide, helper, task


def test_whoever_will_hold_the_task_may_sign_for_the_first_day(world: World):
    guide, helper, task = under_coming_version(world, CellRule.CORE)
    seen = NewSignOff(task.id, 1, today(), ticked=(1,))
    signed = commands.sign_off(world.session, helper.employment.id, seen, by=guide.actor)
    commands.accept(world.session, signed.seq, by=helper.actor)
    assert not holds(world.session, helper.employment.id, task.id, on=today(), version_id=1)
    assert holds(world.session, helper.employment.id, task.id, on=TOMORROW, version_id=world.version.id) == 1


def test_whoever_will_not_hold_it_may_not(world: World):
    guide, helper, task = under_coming_version(world, CellRule.MAY_GENERAL)
    seen = NewSignOff(task.id, 1, today(), ticked=(1,))
    with pytest.raises(RuleBroken):
        commands.sign_off(world.session, helper.employment.id, seen, by=guide.actor)


def test_the_queue_offers_what_can_be_signed_for_the_first_day(world: World):
    guide, helper, task = under_coming_version(world, CellRule.CORE)
    commands.ask_for_sign_off(world.session, helper.employment.id, task.id, by=helper.actor)
    (asked,) = queue(world.session, guide.actor, guide.actor.reach(Permission.SIGNOFF_SIGN)).requests
    assert asked.i_hold
    assert asked.answer.needed == 1

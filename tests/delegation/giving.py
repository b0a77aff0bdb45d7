"""What the tests of delegations share: a task that nurses may delegate, its terms, and a form as it is sent."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from competence.audit.sealing import Seal
from competence.catalogue.models import Task
from competence.catalogue.rules import Reserved
from competence.delegation import commands
from competence.delegation.agreements import DelegationKind, Scope, Terms
from competence.delegation.models import Delegation
from competence.delegation.rules import CellRule
from competence.foundation.clock import today
from tests.factories import Someone, World

DAY = timedelta(days=1)
SEAL = Seal("a secret of the tests, long enough to be one", "salt")


def delegable(world: World, reserved: Reserved = Reserved.YES) -> Task:
    """A task that helpers may do by delegation, and nurses by education."""
    pump = world.task("Smertepumpe")
    pump.reserved = reserved
    world.cell(pump, "SPL", CellRule.CORE)
    world.cell(pump, "SSH", CellRule.DELEGATION_ONLY)
    world.groups["SPL"].has_reserved_scope = True
    return pump


def terms(**changes: Any) -> Terms:
    """A framework delegation for all citizens from today, without an end."""
    on = today()
    plain = Terms(DelegationKind.FRAMEWORK, Scope.ALL, on, None, on, instruction="Instruks 7", instruction_version="2")
    return replace(plain, **changes)


def given(world: World, receiver: Someone, task: Task, by: Someone, *, yes: bool = True, **changes: Any) -> Delegation:
    """A delegation, accepted unless said otherwise."""
    citizen = changes.pop("citizen", "")
    row = commands.delegate(
        world.session, receiver.employment.id, task.id, terms(**changes), citizen=citizen, seal=SEAL, by=by.actor
    )
    if yes:
        commands.accept_delegation(world.session, row.id, by=receiver.actor)
    return row


def sent(task: Task, **changes: str) -> dict[str, str]:
    """The form of a framework delegation for all citizens, as a browser sends it."""
    on = today().isoformat()
    plain = {
        "task": str(task.id), "kind": "framework", "scope": "all", "instruction": "Instruks 7", "instruction_version": "2",
        "instructed_on": on, "valid_from": on, "supervision": "present", "supervise_on": (today() + 20 * DAY).isoformat(),
        "supervise_months": "6",
    }  # fmt: skip
    return plain | changes

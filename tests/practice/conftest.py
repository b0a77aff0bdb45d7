"""Amira may give insulin, did it last five months ago as far as is noted, and is trained in oxygen."""

from dataclasses import dataclass

import pytest

from competence.access.rules import Role
from competence.catalogue.models import Task
from competence.delegation.rules import CellRule
from competence.foundation.orm import begin_writing
from competence.signoffs.rules import ObservationKind
from tests.factories import Someone, World


@dataclass
class Own:
    """An employee with those around her who could look."""

    world: World
    amira: Someone
    guide: Someone
    leader: Someone
    administrator: Someone
    insulin: Task
    """She may do it; the catalogue suggests a refresh after five months."""
    oxygen: Task
    """She is in training."""
    never: Task
    """Not her staff group's."""

    @property
    def job(self) -> int:
        """Her employment."""
        return self.amira.employment.id

    def page(self, task: Task, what: str) -> str:
        """The address of what she writes about the task."""
        return f"/me/tasks/{self.job}/{task.id}/{what}"

    def why(self, task: Task) -> str:
        """Her own page of the task."""
        return f"/me/may/{self.job}/{task.id}"


@pytest.fixture
def own(world: World) -> Own:
    guide = world.role(world.person("Hanne Lykke", "SPL"), Role.GUIDE)
    amira = world.person("Amira Haddad", "SSH")
    leader = world.role(world.person("Dorthe Nygaard", "SPL"), Role.LEADER)
    administrator = world.role(world.person("Henrik Vestergaard", "SSH"), Role.ADMINISTRATOR, over=world.root)
    insulin, oxygen = world.task("Insulin med pen", refresh_months=5), world.task("Iltbehandling", observed_times=3)
    never = world.task("Blodtransfusion")
    for task in (insulin, oxygen):
        world.cell(task, "SPL", CellRule.CORE)
        world.cell(task, "SSH", CellRule.MAY_GENERAL)
    world.cell(never, "SSH", CellRule.NOT_ALLOWED)
    world.observed(amira, insulin, by=guide, days_ago=160)
    world.observed(amira, insulin, by=guide, days_ago=3, kind=ObservationKind.SAW)
    world.signed(amira, insulin, 2, by=guide, days_ago=155)
    world.settle()
    world.session.commit()
    begin_writing(world.session)
    return Own(world, amira, guide, leader, administrator, insulin, oxygen, never)

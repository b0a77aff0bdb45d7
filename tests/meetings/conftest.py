"""A team with a gap at night, its leader, and a client for a wall that nobody has signed in on."""

import pytest

from competence.access.rules import Role
from competence.coverage.rules import Shift
from competence.delegation.rules import CellRule


class Havnen:
    """Five and more by day; one at night who may not rinse yet; a nurse who may do all."""

    def __init__(self, world):
        self.world = world
        self.rinse = world.task("Skylning af blærekateter", critical=True)
        self.insulin = world.task("Insulin med pen")
        for task in (self.rinse, self.insulin):
            world.cell(task, "SPL", CellRule.CORE)
            world.cell(task, "SSH", CellRule.MAY_GENERAL)
        self.karen = world.person("Karen Winther", "SPL")
        self.soren = world.person("Søren Juhl", shifts="N")
        for name in ("Amira Haddad", "Camilla Brandt", "Lone Madsen", "Nadia Olsen"):
            world.signed(world.person(name), self.insulin, by=self.karen, days_ago=90)
        world.requirement(self.rinse, Shift.NIGHT, 1)
        world.requirement(self.insulin, Shift.DAY, 2)
        office = world.unit("Staben", "stab", under=world.root)
        self.leader = world.role(
            world.person("Dorthe Nygaard", "UFA", unit=office, shifts=""), Role.LEADER, over=world.team
        )
        world.settle()

    @property
    def unit_id(self):
        return self.world.team.id

    @property
    def page(self):
        return f"/board-meeting/{self.unit_id}"


@pytest.fixture
def havnen(world):
    return Havnen(world)

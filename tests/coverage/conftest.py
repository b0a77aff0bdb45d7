"""What the tests of these pages share."""

import pytest

from competence.coverage.rules import Shift
from competence.delegation.rules import CellRule


class Team:
    """Havnen: a nurse by education, a helper signed off, one in training, one not begun, and a need at night."""

    def __init__(self, world, signed_in):
        self.world, self.signed_in = world, signed_in
        self.rinse = world.task("Skylning af blærekateter", critical=True, observed_times=3)
        self.insulin = world.task("Insulin med pen")
        for group, rule in (("SPL", CellRule.CORE), ("SSH", CellRule.MAY_GENERAL)):
            world.cell(self.rinse, group, rule)
            world.cell(self.insulin, group, rule)
        self.karen = world.person("Karen Winther", "SPL")
        self.camilla = world.person("Camilla Brandt", shifts="DA")
        self.soren = world.person("Søren Juhl", shifts="N")
        self.maja = world.person("Maja Lind", shifts="N")
        world.signed(self.camilla, self.insulin, by=self.karen, valid_days=60)
        for _time in range(2):
            world.observed(self.soren, self.rinse, by=self.karen)
        world.requirement(self.rinse, Shift.NIGHT, 1)
        world.requirement(self.insulin, Shift.DAY, 2)
        world.settle()

    def as_role(self, role, name="Dorthe Nygaard", *, over=None):
        office = self.world.unit(f"Staben omkring {name}", "stab", under=self.world.root)
        someone = self.world.person(name, "UFA", unit=office, shifts="")
        self.world.role(someone, role, over=over or self.world.team)
        return self.signed_in(someone)

    @property
    def board(self):
        return f"/coverage/{self.world.team.id}"


@pytest.fixture
def team(world, signed_in):
    return Team(world, signed_in)

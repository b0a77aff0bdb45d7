"""What the tests of the figures share: two districts with teams, some gaps, and somebody to look at them."""

from datetime import timedelta

import pytest

from competence.access.rules import Role
from competence.catalogue.models import Area
from competence.coverage.rules import Shift
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, today
from competence.signoffs.models import SignOffRequest


class Town:
    """Nord with Havnen (gaps) and Lunden, Syd with Engen; insulin in all, wounds in one."""

    def __init__(self, world):
        self.world = world
        self.south = world.unit("Distrikt Syd", "distrikt", under=world.root)
        self.havnen = world.team
        self.lunden = world.unit("Team Lunden", under=world.district)
        self.engen = world.unit("Team Engen", under=self.south)
        self.teams = (self.havnen, self.lunden, self.engen)
        wound_care = Area(name="Sårpleje", position=2)
        world.session.add(wound_care)
        world.session.flush()
        self.insulin = world.task("Insulin med pen", critical=True)
        self.wounds = world.task("Komplicerede sår", area=wound_care)
        world.cell(self.insulin, "SPL", CellRule.CORE)
        for task in (self.insulin, self.wounds):
            world.cell(task, "SSH", CellRule.MAY_GENERAL)
        self.karen = world.person("Karen Winther", "SPL", shifts="DA")
        self.helpers = {
            team.id: [
                world.person(f"Hjælper {team.name} {number}", unit=team, shifts="DAN"[number % 3])
                for number in range(5 + (team is self.lunden))
            ]
            for team in self.teams
        }
        for helpers in self.helpers.values():
            world.signed(helpers[0], self.insulin, by=self.karen, days_ago=330)
            world.signed(helpers[3], self.insulin, by=self.karen, days_ago=20)
            world.signed(helpers[1], self.wounds, by=self.karen, days_ago=310)
            world.signed(helpers[2], self.wounds, by=self.karen, days_ago=1, accepted=False)
        for shift, need in ((Shift.DAY, 2), (Shift.EVENING, 1), (Shift.NIGHT, 1)):
            world.requirement(self.insulin, shift, need, unit=world.root)
            world.requirement(self.wounds, shift, 1, unit=world.root, valid_to=None)
        learner = self.helpers[self.havnen.id][2]
        self.asked(learner, self.insulin, days_ago=3)
        world.settle()

    def asked(self, someone, task, *, days_ago, signed=None):
        """A request, closed by a signature so many days ago when that is said."""
        row = SignOffRequest(
            employment_id=someone.employment.id, task_id=task.id, asked_by=someone.person.id,
            asked_at=now() - timedelta(days=days_ago),
            closed_at=now() - timedelta(days=signed) if signed is not None else None,
            closed_how="signed" if signed is not None else None,
        )  # fmt: skip
        self.world.session.add(row)
        self.world.session.flush()
        return row

    def looker(self, role=Role.DIRECTOR, name="Ulla Thorsen", *, over=None):
        """Somebody with the role, who works in none of the units that count."""
        office = self.world.unit(f"Staben om {name}", "stab", under=self.world.root)
        office.valid_to = today()
        someone = self.world.person(name, "UFA", unit=office, shifts="")
        return self.world.role(someone, role, over=over or self.world.root)


@pytest.fixture
def town(world):
    return Town(world)

"""A team with a gap, whose director writes the plan."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from competence.access.rules import Role
from competence.coverage.rules import Shift
from competence.delegation.rules import CellRule
from competence.figures.commands import take_snapshot
from competence.foundation.clock import today
from competence.strategy.commands import parts, planning
from competence.strategy.commands.planning import Written
from competence.strategy.models import PulseRound
from competence.strategy.rules.planning import PlanKind
from tests.factories import Someone, World


@dataclass
class Town:
    """The municipality, and those who read and write its plan."""

    world: World
    director: Someone
    hr: Someone
    committee: Someone
    leader: Someone
    staff: list[Someone]

    @property
    def session(self):
        """Of the world."""
        return self.world.session

    def draft(self, **said):
        """A draft of this year for the whole municipality."""
        given = {"unit_id": self.world.root.id, "kind": PlanKind.YEAR, "year": today().year} | said
        return planning.begin_plan(
            self.session, given["unit_id"], given["kind"], given["year"], Written("Tæt på borgeren"), by=self.director.actor,
            copy_of=given.get("copy_of"),
        )  # fmt: skip

    def measure(self, plan, **said):
        """A measure of it."""
        first = today().replace(month=1, day=1)
        given = {
            "title": "Følgevagter", "part": "70", "owner_id": self.leader.person.id, "minutes": 600, "kroner": 5000,
            "funding": "own", "first_month": first, "last_month": first.replace(month=6),
        } | said  # fmt: skip
        return parts.put_measure(self.session, plan.id, parts.Measuring(**given), by=self.director.actor)

    def over(self, row: PulseRound) -> None:
        """Nothing; the round ended yesterday."""
        row.begins, row.ends = today() - timedelta(days=9), today()
        self.session.flush()


@pytest.fixture
def town(world):
    task = world.task()
    for group, rule in {"SPL": CellRule.CORE, "SSH": CellRule.MAY_GENERAL}.items():
        world.cell(task, group, rule)
    world.requirement(task, Shift.DAY, 2)
    names = ("Amira", "Bodil", "Clara", "Ditte", "Else", "Fie")
    staff = [world.person(f"{name} Ansat", "SSH") for name in names]
    nurse = world.person("Nora Syge", "SPL")
    elsewhere = world.unit("Team Lunden", under=world.district)
    staff += [world.person(f"{name} Lund", "SSH", unit=elsewhere) for name in (*names, "Gro")]
    director = world.role(nurse, Role.DIRECTOR, over=world.root)
    hr = world.role(world.person("Helle HR", "SPL", unit=elsewhere), Role.HR, over=world.root)
    committee = world.role(world.person("Mette MED", "SPL", unit=elsewhere), Role.COMMITTEE, over=world.root)
    leader = world.role(world.person("Lene Leder", "SPL", unit=elsewhere), Role.LEADER, over=world.team)
    world.settle()
    take_snapshot(world.session)
    return Town(world, director, hr, committee, leader, staff)

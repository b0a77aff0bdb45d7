"""Amira and her leader Dorthe plan together; Hanne can lead something; others look and should see nothing."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from competence.access.rules import Role
from competence.catalogue.models import Task
from competence.delegation.rules import CellRule
from competence.foundation.clock import today
from competence.foundation.orm import begin_writing
from competence.learning import commands
from competence.learning.commands import NewActivity, NewGoal
from competence.learning.models import Goal, PlannedActivity, PlanVersion
from competence.learning.rules import GoalKind, Part
from tests.factories import Someone, World

SOON = timedelta(days=5)


@dataclass
class Two:
    """The two of a plan, with those around them."""

    world: World
    amira: Someone
    leader: Someone
    hanne: Someone
    oxygen: Task
    """Amira is in training."""
    never: Task
    """Not her staff group's."""

    @property
    def session(self):
        return self.world.session

    @property
    def job(self) -> int:
        """Amira's employment."""
        return self.amira.employment.id

    @property
    def page(self) -> str:
        return f"/plans/{self.job}"

    def goal(self, *, by: Someone | None = None, **said: object) -> Goal:
        """A goal in Amira's plan, by herself unless said otherwise."""
        new = NewGoal(**({"kind": GoalKind.TASK, "task_id": self.oxygen.id, "level": 2} | said))  # type: ignore[arg-type]
        return commands.add_goal(self.session, self.job, new, by=(by or self.amira).actor)

    def activity(self, *, by: Someone | None = None, **said: object) -> PlannedActivity:
        """An activity in her plan."""
        new = NewActivity(**({"name": "Ilt hos to borgere", "part": Part.DAILY, "minutes": 120} | said))  # type: ignore[arg-type]
        return commands.plan_activity(self.session, self.job, new, by=(by or self.amira).actor)

    def course(self, *, held: bool = True, aim: str = "", place: str = "") -> PlannedActivity:
        """A course, held yesterday."""
        made = self.activity(
            name="Kursus: sonde",
            part=Part.FORMAL,
            minutes=180,
            begins=today() - timedelta(days=1),
            aim=aim,
            place=place,
        )
        if held:
            commands.do_activity(self.session, made.id, today() - timedelta(days=1), by=self.amira.actor)
        return made

    def revision(self) -> int:
        """Of the plan."""
        from competence.learning.queries.plans import open_plan

        plan = open_plan(self.session, self.job)
        assert plan is not None
        return plan.revision

    def laid(self, *, by: Someone) -> PlanVersion:
        """The plan, laid before the other."""
        return commands.lay_before(self.session, self.job, seen=self.revision(), by=by.actor)


@pytest.fixture
def two(world: World) -> Two:
    hanne = world.role(world.person("Hanne Lykke", "SPL"), Role.GUIDE)
    amira = world.person("Amira Haddad", "SSH")
    office = world.unit("Staben", "stab", under=world.root)
    leader = world.role(world.person("Dorthe Nygaard", "UFA", unit=office, shifts=""), Role.LEADER, over=world.team)
    oxygen, never = world.task("Iltbehandling", observed_times=3), world.task("Blodtransfusion")
    world.cell(oxygen, "SPL", CellRule.CORE)
    world.cell(oxygen, "SSH", CellRule.MAY_GENERAL)
    world.cell(never, "SSH", CellRule.NOT_ALLOWED)
    world.settle()
    world.session.commit()
    begin_writing(world.session)
    return Two(world, amira, leader, hanne, oxygen, never)

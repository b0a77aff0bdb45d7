"""A team in which something waits, something ends and something is asked for."""

from dataclasses import dataclass

import pytest

from competence.access.rules import Role
from competence.catalogue.models import Task
from competence.coverage.rules import Shift
from competence.delegation.rules import CellRule
from competence.foundation.clock import now
from competence.foundation.orm import begin_writing
from competence.profiles.models import CompetenceProfile, ProfileTask
from competence.signoffs.rules import ObservationKind, Origin
from tests.factories import Someone, World


@dataclass
class Team:
    """Team Havnen: Hanne guides, Amira learns."""

    world: World
    guide: Someone
    amira: Someone
    insulin: Task
    """Signed for Amira, waits for her yes."""
    oxygen: Task
    """Amira has been observed twice of three times."""
    drops: Task
    """Amira holds it, 20 days left."""
    stoma: Task
    """Amira holds it from paper, her yes is waited for."""
    waits: int
    paper: int


@pytest.fixture
def team(world: World) -> Team:
    """The team with its profile: basis asks for drops, avanceret for oxygen and stoma."""
    guide = world.role(world.person("Hanne Lykke", "SPL"), Role.GUIDE)
    amira = world.person("Amira Haddad", "SSH", shifts="DA")
    tasks = [
        world.task(name, observed_times=3) for name in ("Insulin med pen", "Iltbehandling", "Øjendråber", "Stomipleje")
    ]
    insulin, oxygen, drops, stoma = tasks
    never = world.task("Blodtransfusion")
    world.cell(never, "SSH", CellRule.NOT_ALLOWED)
    for task in tasks:
        world.cell(task, "SPL", CellRule.CORE)
        limits = [{"code": "S", "text": "Kun i stabile forløb", "when": "forløbet er stabilt"}] if task is drops else []
        world.cell(task, "SSH", CellRule.MAY_GENERAL, limits=limits)
    waits = world.signed(amira, insulin, 1, by=guide, days_ago=1, accepted=False)
    world.signed(amira, drops, 2, by=guide, days_ago=100, valid_days=121)
    paper = world.signed(amira, stoma, 1, days_ago=2, accepted=False, origin=Origin.TRANSFERRED)
    world.observed(amira, oxygen, by=guide, days_ago=5, kind=ObservationKind.SAW)
    world.observed(amira, oxygen, by=guide, days_ago=3, kind=ObservationKind.WITH_HELP)
    world.requirement(oxygen, Shift.EVENING, 1)
    profile = CompetenceProfile(staff_group_id=world.groups["SSH"].id, number=1, recorded_at=now())
    world.session.add(profile)
    world.session.flush()
    for level, task, practice in ((1, drops, 2), (2, oxygen, 1), (2, stoma, 1)):
        world.session.add(
            ProfileTask(
                profile_id=profile.id, area_name="Sygepleje", level=level, task_id=task.id, practice_level=practice
            )
        )
    world.settle()
    world.session.commit()
    begin_writing(world.session)
    return Team(world, guide, amira, insulin, oxygen, drops, stoma, waits, paper)

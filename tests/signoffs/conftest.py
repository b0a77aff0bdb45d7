"""A guide, a helper in training, and the task between them."""

import pytest

from competence.access.rules import Role
from competence.delegation.rules import CellRule
from competence.foundation.orm import begin_writing
from tests.factories import World
from tests.signoffs.bedside import Bedside


@pytest.fixture
def bedside(world: World) -> Bedside:
    """Hanne guides in Team Havnen, Amira has done insulin once on her own, and may have it signed."""
    guide = world.role(world.person("Hanne Lykke", "SPL"), Role.GUIDE)
    helper = world.person("Amira Haddad", "SSH")
    task = world.task("Insulin med pen")
    world.cell(task, "SPL", CellRule.CORE)
    world.cell(
        task,
        "SSH",
        CellRule.MAY_GENERAL,
        limits=[{"code": "STABIL", "text": "Kun i stabile forløb", "when": "forløbet er stabilt"}],
    )
    world.observed(helper, task, by=guide)
    world.settle()
    world.session.commit()
    begin_writing(world.session)
    return Bedside(world, guide, helper, task)

"""Killed at any moment, a signature and a yes have each happened whole or not at all, and all chains verify."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from competence.access.rules import Role
from competence.audit.chain import breaks
from competence.delegation.rules import CellRule
from tests.databases import Database
from tests.factories import World

ROOT = Path(__file__).parents[2]
HELPERS, TASKS = 40, 8
SECONDS = 12


@pytest.fixture
def ward(world: World) -> tuple[World, int]:
    """A guide, and helpers who have each done every task once and may have it signed; (the world, the guide's id)."""
    guide = world.role(world.person("Hanne Lykke", "SPL"), Role.GUIDE)
    tasks = [world.task(f"Opgave {number}") for number in range(TASKS)]
    for task in tasks:
        world.cell(task, "SPL", CellRule.CORE)
        world.cell(task, "SSH", CellRule.MAY_GENERAL)
    for number in range(HELPERS):
        helper = world.person(f"Hjælper {number}", "SSH")
        for task in tasks:
            world.observed(helper, task, by=guide)
    world.settle()
    world.session.commit()
    return world, guide.person.id


def test_killed_at_random_again_and_again_nothing_is_half_done_and_nothing_committed_is_lost(
    ward: tuple[World, int], database: Database
) -> None:
    world, guide = ward
    arguments = (database.url, world.municipality.id, world.root.path, guide, SECONDS, 20260609)
    done = subprocess.run(
        [sys.executable, "-m", "tests.signoffs.killing", *map(str, arguments)],
        capture_output=True, text=True, check=False, cwd=ROOT, timeout=180, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["killed"] >= 3, seen
    assert seen["told"] > 0, seen
    world.session.commit()
    assert breaks(world.session) == []

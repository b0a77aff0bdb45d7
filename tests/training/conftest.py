"""What the tests of these pages share."""

import pytest

from competence.access.rules import Role
from tests.coverage.conftest import Team


@pytest.fixture
def team(world, signed_in):
    return Team(world, signed_in)


@pytest.fixture
def plan(team):
    """The page of the team's proposal."""
    return f"/training/{team.world.team.id}"


@pytest.fixture
def leader(team):
    """A leader of the team, signed in."""
    return team.as_role(Role.LEADER)

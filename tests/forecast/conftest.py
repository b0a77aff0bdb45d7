"""What the tests of these pages share."""

import pytest

from tests.coverage.conftest import Team


@pytest.fixture
def team(world, signed_in):
    return Team(world, signed_in)

"""Whoever keeps the catalogue."""

import pytest

from competence.access.rules import Role


@pytest.fixture
def nurse(world):
    """A development nurse of the whole municipality."""
    return world.role(world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)

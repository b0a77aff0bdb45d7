"""Journeys show that the pages lead on to each other; that both databases answer alike is shown elsewhere."""

import pytest

from tests.databases import Database


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """An empty database."""
    return sqlite_database


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a journey."""
    for item in items:
        if item.path.is_relative_to(__file__.rpartition("/")[0]):
            item.add_marker(pytest.mark.journey)

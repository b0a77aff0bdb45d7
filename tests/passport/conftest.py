"""Amira holds a task that Hanne has signed, and the municipality has a key for credentials."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask

from competence.access.rules import Role
from competence.catalogue.models import Task
from competence.credentials.commands import note_key
from competence.delegation.rules import CellRule
from competence.foundation.keys import make_key
from competence.foundation.orm import begin_writing
from tests.databases import Database
from tests.factories import Someone, World
from tests.web import running


@dataclass
class Town:
    """Who and what a test about credentials needs."""

    world: World
    amira: Someone
    guide: Someone
    insulin: Task
    seq: int
    key_file: Path


@pytest.fixture
def town(world: World, tmp_path: Path) -> Town:
    """All of it committed, and the session ready to write."""
    guide = world.role(world.person("Hanne Lykke", "SPL"), Role.GUIDE)
    amira = world.person("Amira Haddad", "SSH")
    insulin, hoist = world.task("Insulin med pen", plain_text="Give insulin"), world.task("Loftlift")
    world.cell(insulin, "SPL", CellRule.CORE)
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    world.cell(hoist, "SSH", CellRule.CORE)
    world.account(amira, "amira.haddad@fjordby.example")
    seq = world.signed(amira, insulin, 2, by=guide, days_ago=10)
    file = tmp_path / "credential.pem"
    note_key(world.session, make_key(file))
    world.settle()
    world.session.commit()
    begin_writing(world.session)
    return Town(world, amira, guide, insulin, seq, file)


@pytest.fixture
def app(database: Database, town: Town) -> Iterator[Flask]:
    """The application with the key."""
    with running(database, credential_key=town.key_file) as app:
        yield app


class Web:
    """The internet, as far as a verifier needs it: every address is answered by the application."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.asked: list[str] = []

    def __call__(self, address: str) -> bytes:
        parts = urlsplit(address)
        assert parts.netloc == "localhost"
        self.asked.append(parts.path)
        answer = self.client.get(parts.path)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        return bytes(answer.data)

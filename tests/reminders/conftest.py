"""Amira holds insulin, Hanne guides her, Dorthe leads the team; and a mail server that can be down."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from click.testing import CliRunner, Result

from competence.access.rules import Role
from competence.accounts.passwords import hashed
from competence.app import speaker
from competence.catalogue.models import Task
from competence.config import for_tests
from competence.delegation.rules import CellRule
from competence.foundation.console import Console
from competence.reminders.cli import remind
from tests.databases import Database
from tests.factories import Someone, World


@dataclass
class Team:
    """The people of one team."""

    world: World
    helper: Someone
    guide: Someone
    leader: Someone
    task: Task

    def ends_in(self, days: int, *, whose: Someone | None = None, task: Task | None = None) -> int:
        """The seq of a signature that counts so many days after today."""
        seq = self.world.signed(
            whose or self.helper, task or self.task, by=self.guide, days_ago=30, valid_days=31 + days
        )
        self.world.settle().session.commit()
        return seq


@pytest.fixture
def team(world: World) -> Team:
    """All three can sign in."""
    helper = world.person("Amira Haddad", "SSH")
    guide = world.role(world.person("Hanne Lykke", "SPL"), Role.GUIDE)
    leader = world.role(world.person("Dorthe Nygaard", "SPL"), Role.LEADER)
    task = world.task("Insulin med pen")
    world.cell(task, "SPL", CellRule.CORE)
    world.cell(task, "SSH", CellRule.MAY_GENERAL)
    for someone in (helper, guide, leader):
        world.account(someone, f"{someone.name.split()[0].lower()}@proeveby.example", hashed("x"))
    world.settle().session.commit()
    return Team(world, helper, guide, leader, task)


@dataclass
class MailServer:
    """A real SMTP server on a port of its own, which can be stopped and started again; keeps what it takes."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    refuses: str = ""
    """What it answers to everybody instead, as "450 later"."""
    when_taken: Callable[[], None] | None = None
    controller: Controller | None = None

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        if self.when_taken:
            self.when_taken()
        return "250 OK"

    def start(self) -> None:
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def stop(self) -> None:
        if self.controller is not None:
            self.controller.stop()
            self.controller = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def to(self) -> list[str]:
        """Who has got a mail, by name."""
        return sorted(str(mail["To"]) for mail in self.mails)


@pytest.fixture
def post() -> Iterator[MailServer]:
    """A mail server that runs."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = MailServer(port)
    server.start()
    yield server
    server.stop()


Run = Callable[..., Result]


@pytest.fixture
def run(database: Database, world: World, post: MailServer) -> Run:
    """Runs `competence remind` on the test's database with these words."""
    settings = for_tests(database.url, database_owner_url=database.owner_url, public_url="https://kompetence.example")

    def with_words(*words: str, mails: bool = True) -> Result:
        world.session.commit()
        console = Console(
            lambda: replace(settings, smtp_url=post.url if mails else None),
            lambda _session, _name: world.municipality.id,
        )
        with speaker().app_context():
            said = CliRunner().invoke(remind, words, obj=console)
        console.close()
        assert said.exception is None or isinstance(said.exception, SystemExit), said.exc_info
        return said

    return with_words

"""The command line about the program itself, and the first start."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from competence import cli as program
from competence import config
from competence.access.web import check_routes
from competence.accounts.models import Account, RoleAssignment
from competence.app import create_app, speaker
from competence.audit.models import AuditEntry
from competence.delegation.models import MatrixVersion
from competence.foundation.orm import engine_for, open_session
from competence.migrations import NotReady
from competence.organisation.models import Municipality, Unit
from competence.people.models import PersonIdentity
from tests.databases import Database

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs `competence` with these words; its database lies in a folder of its own."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "SECRET_KEY", "HOST", "PORT", "PUBLIC_URL", "SMTP_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KOMPETENCE_VAR", str(tmp_path))
    program.collect()

    def run_words(*words: str, **environment: str) -> Result:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with speaker().app_context():
            return CliRunner().invoke(program.cli, words)

    return run_words


@pytest.fixture
def migrated(run: Run) -> Run:
    """The same, after `competence migrate`."""
    assert "Databasen er klar" in run("migrate").output
    return run


def test_migrating_twice_is_harmless(migrated: Run):
    assert migrated("migrate").exit_code == 0


def test_a_new_municipality_has_its_draft_and_an_administrator_who_is_invited(migrated: Run, tmp_path: Path):
    said = migrated(
        "municipality", "add", "Lilleby Kommune", "--admin", "Anne@lilleby.example", "--admin-name", "Anne And"
    )
    assert said.exit_code == 0, said.output
    assert "anne@lilleby.example\thttp://127.0.0.1:8000/invitation/" in said.output
    engine = engine_for(f"sqlite:///{tmp_path / 'kompetencetavlen.db'}")
    with open_session(engine, 1) as session:
        assert session.scalars(select(Municipality.name)).one() == "Lilleby Kommune"
        root = session.scalars(select(Unit)).one()
        given = session.scalars(select(RoleAssignment)).one()
        assert (given.role, given.unit_id) == ("administrator", root.id)
        assert session.scalars(select(PersonIdentity.name)).one() == "Anne And"
        assert session.scalars(select(MatrixVersion)).one().approved_at is None
        assert {"add_municipality", "give_role", "invite"} <= set(session.scalars(select(AuditEntry.action)))
    engine.dispose()


def test_a_municipality_is_not_made_twice_and_nothing_is_left_of_the_try(migrated: Run, tmp_path: Path):
    migrated("municipality", "add", "Lilleby Kommune", "--admin", "anne@lilleby.example")
    again = migrated("municipality", "add", "Lilleby Kommune", "--admin", "anne@lilleby.example")
    assert again.exception is not None
    wrong = migrated("municipality", "add", "Storeby Kommune", "--admin", "ikke en adresse")
    assert wrong.exception is not None
    assert migrated("municipality", "list").output == "Lilleby Kommune\n"


def test_a_fresh_link_for_whoever_lost_the_first(migrated: Run):
    first = migrated("municipality", "add", "Lilleby Kommune", "--admin", "anne@lilleby.example").output
    second = migrated("invite", "--email", "Anne@lilleby.example").output
    assert second.startswith("anne@lilleby.example\thttp")
    assert second.strip() not in first


def test_with_several_municipalities_one_must_say_which(migrated: Run):
    for name in ("Lilleby", "Storeby"):
        migrated("municipality", "add", f"{name} Kommune", "--admin", f"anne@{name.lower()}.example")
    assert migrated("invite", "--email", "anne@storeby.example").exception is not None
    said = migrated("invite", "--email", "anne@storeby.example", "--municipality", "storeby kommune")
    assert said.exit_code == 0
    assert "anne@storeby.example" in said.output


def test_retention_has_nothing_to_erase_in_a_new_municipality(migrated: Run):
    migrated("municipality", "add", "Lilleby Kommune", "--admin", "anne@lilleby.example")
    assert migrated("retention", "--dry-run").output == "Intet skal slettes.\n"


def test_a_hold_is_placed_listed_and_lifted(migrated: Run):
    migrated("municipality", "add", "Lilleby Kommune", "--admin", "anne@lilleby.example")
    assert "Tilsynssag" in migrated("hold", "--reason", "Tilsynssag").output
    assert migrated("hold", "--lift", "1").output == ""


class Inbox:
    """Keeps what it is sent."""

    def __init__(self) -> None:
        self.mails: list[str] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802
        self.mails.append(envelope.content.decode())  # type: ignore[attr-defined]
        return "250 OK"


def test_an_invitation_is_mailed_where_a_mail_server_is_named(migrated: Run):
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        said = migrated(
            "municipality",
            "add",
            "Lilleby Kommune",
            "--admin",
            "anne@lilleby.example",
            SMTP_URL=f"smtp://127.0.0.1:{port}",
        )
    finally:
        controller.stop()
    assert "Sendt til anne@lilleby.example." in said.output
    assert "/invitation/" not in said.output
    assert len(inbox.mails) == 1
    assert "To: anne@lilleby.example" in inbox.mails[0]


def test_the_console_script_ends_with_a_sentence_and_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("KOMPETENCE_VAR", str(tmp_path))
    monkeypatch.setenv("PORT", "http")
    monkeypatch.setattr("sys.argv", ["competence", "migrate"])
    with pytest.raises(SystemExit) as ended:
        program.main()
    assert ended.value.code == 1
    assert "PORT is 'http'" in capsys.readouterr().err


def test_an_app_is_not_made_on_a_database_that_was_not_migrated(tmp_path: Path):
    settings = config.load({"KOMPETENCE_VAR": str(tmp_path)})
    with pytest.raises(NotReady, match="competence migrate"):
        create_app(settings)


def test_a_view_without_permission_stops_the_start(sqlite_database: Database):
    settings = config.for_tests(sqlite_database.url)
    app = create_app(settings)
    app.add_url_rule("/bare", "bare", lambda: "open to all")
    with pytest.raises(RuntimeError, match="without @requires and not public: bare"):
        check_routes(app)


def test_the_public_pages_are_these(sqlite_database: Database):
    app: Flask = create_app(config.for_tests(sqlite_database.url))
    public = {name for name, view in app.view_functions.items() if view.__dict__.get("public")}
    assert public == {
        "accounts.sign_in",
        "accounts.invitation",
        "accounts.switch_language",
        "calendars.read",
        "healthz",
        "home.accessibility",
        "api_document.document",
        "passports.achievement",
        "passports.achievement_document",
        "passports.code",
        "passports.did",
        "passports.jwks",
        "passports.profile",
        "passports.status_list",
        "reminders.stop",
        "screens.bind",
        "screens.screen",
        "installing.manifest",
        "installing.offline",
        "installing.worker",
    }


def test_each_role_has_somebody_to_sign_in_as(migrated: Run, tmp_path: Path):
    migrated("municipality", "add", "Lilleby Kommune", "--admin", "anne@lilleby.example")
    engine = engine_for(f"sqlite:///{tmp_path / 'kompetencetavlen.db'}")
    with open_session(engine, 1) as session:
        assert program.example_sign_ins(session) == []
        session.scalars(select(Account)).one().password_hash = "x"
        session.commit()
        assert program.example_sign_ins(session) == [("administrator", "anne@lilleby.example")]
    engine.dispose()


def test_a_command_on_a_database_that_was_not_migrated_says_what_to_do(run: Run):
    assert "Run: competence migrate" in str(run("invite", "--all").exception)

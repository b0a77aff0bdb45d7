"""The key that signs credentials, from the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from competence import cli as program
from competence.app import speaker
from competence.credentials.keys import MADE_BY
from competence.foundation.errors import RuleBroken
from competence.foundation.keys import make_key, public_of, read_key
from tests.databases import Database
from tests.factories import World


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, database: Database, world: World, tmp_path: Path) -> Callable[..., Result]:
    """Runs `competence credential-key` on the test's own database; the key is to lie in `key.pem`."""
    world.session.commit()
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setenv("DATABASE_OWNER_URL", database.owner_url)
    monkeypatch.setenv("KOMPETENCE_VAR", str(tmp_path))
    monkeypatch.setenv("CREDENTIAL_KEY", str(tmp_path / "key.pem"))
    program.collect()

    def run_words(*words: str) -> Result:
        with speaker().app_context():
            return CliRunner().invoke(program.cli, ("credential-key", *words))

    return run_words


def test_a_key_is_made_once_and_only_its_owner_may_read_it(run: Callable[..., Result], tmp_path: Path):
    assert "Nøgle 1 skriver under" in run("new").output
    file = tmp_path / "key.pem"
    assert file.stat().st_mode & 0o077 == 0
    assert "allerede noteret" in run("new").output
    assert public_of(read_key(file, made_by=MADE_BY)) in run("list").output


def test_a_key_is_replaced_by_another_file_and_the_old_one_can_be_withdrawn(
    run: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):  # fmt: skip
    run("new")
    monkeypatch.setenv("CREDENTIAL_KEY", str(tmp_path / "next.pem"))
    assert "Nøgle 2 skriver under" in run("new").output
    monkeypatch.setenv("CREDENTIAL_KEY", str(tmp_path / "key.pem"))
    told = run("new")
    assert told.exit_code != 0
    assert "has been replaced" in str(told.exception)
    assert "Nøgle 1 er trukket tilbage" in run("withdraw", "1").output
    first, second = run("list").output.splitlines()
    assert first.split("\t")[2] != "-"
    assert second.split("\t")[2] == "-"
    assert "Der er ingen nøgle 7" in run("withdraw", "7").output


def test_without_a_named_file_it_says_what_to_do(run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CREDENTIAL_KEY")
    assert "Set CREDENTIAL_KEY" in str(run("new").exception)


def test_a_key_that_others_may_read_is_refused(tmp_path: Path):
    file = tmp_path / "key.pem"
    make_key(file)
    file.chmod(0o644)
    with pytest.raises(RuleBroken, match="chmod 600"):
        read_key(file, made_by=MADE_BY)


def test_what_is_no_key_is_refused(tmp_path: Path):
    file = tmp_path / "key.pem"
    with pytest.raises(RuleBroken, match="no key"):
        read_key(file, made_by=MADE_BY)
    file.write_text("something else")
    file.chmod(0o600)
    with pytest.raises(RuleBroken, match="Ed25519"):
        read_key(file, made_by=MADE_BY)

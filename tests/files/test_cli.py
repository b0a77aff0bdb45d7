"""What the operator's commands say and do about evidence files."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from competence import cli as program
from competence.app import speaker
from competence.files.commands import remove_file
from competence.files.rules import Why
from competence.foundation.clock import now, set_to
from tests.databases import Database
from tests.files import made
from tests.files.conftest import Training

Run = Callable[..., Result]


@pytest.fixture
def run(training: Training, database: Database, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `competence` with these words on the database and the folder of the training."""
    for name in ("HOST", "PORT", "PUBLIC_URL", "SMTP_URL", "ANCHOR_KEY", "FILE_SCANNER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setenv("SECRET_KEY", "only for tests, only for tests, only")
    monkeypatch.setenv("FILES_FOLDER", str(training.store.folder.parent))
    program.collect()

    def run_words(*words: str, **environment: str) -> Result:
        training.world.session.commit()
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with speaker().app_context():
            return CliRunner().invoke(program.cli, words)

    return run_words


def test_check_names_a_file_that_is_gone_and_says_that_there_is_no_scanner(training: Training, run: Run):
    row = training.added()
    well = run("check")
    assert well.exit_code == 0, well.output
    assert "ikke sat en virusscanner op" in well.output
    assert "virusscanner" not in run("check", FILE_SCANNER="clamdscan --no-summary -").output
    file = training.store.folder / row.stored
    file.write_bytes(file.read_bytes()[:-1])
    broken = run("check")
    assert broken.exit_code == 3
    assert f"Bilag {row.id} ligger ikke i mappen" in broken.output


def test_a_file_without_a_row_is_swept_up_and_one_that_is_being_added_is_not(training: Training, run: Run):
    kept = training.added()
    old, young = training.store.put(b"old"), training.store.put(b"young")
    past = now().timestamp() - 7200
    for name in (old.name, kept.stored):
        os.utime(training.store.folder / name, (past, past))
    said = run("sweep-files")
    assert "1 bilag blev fjernet fra mappen." in said.output
    assert training.names() == {kept.stored, young.name}
    assert run("sweep-files").exit_code == 0


def test_retention_takes_the_bytes_too_and_a_dry_run_nothing(training: Training, run: Run):
    wrong, kept = training.added(), training.added(made.pdf())
    remove_file(training.world.session, wrong.id, Why.WRONG, by=training.guide.actor)
    with set_to(now() + timedelta(days=31)):
        assert "evidence_file: 1 rækker" in run("retention", "--dry-run").output
        assert training.names() == {wrong.stored, kept.stored}
        assert "1 bilag blev fjernet fra mappen." in run("retention").output
    assert training.names() == {kept.stored}


def test_without_a_folder_there_is_nothing_to_sweep(run: Run, tmp_path: Path):
    assert run("sweep-files", FILES_FOLDER=str(tmp_path / "nowhere")).exit_code == 0

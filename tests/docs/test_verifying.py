"""The program that the page for developers prints verifies the chains without this one."""

import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from competence.audit.chain import NewEvent, append
from competence.foundation.orm import engine_for, open_session
from tests.databases import Database
from tests.factories import World

PAGE = Path(__file__).resolve().parents[2] / "docs" / "developers.md"
PROGRAM = re.compile(r"<!-- tested: verify -->\n```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def evidence(sqlite_database: Database) -> Path:
    """A database with two chains: a signature with a note and its yes, and a demonstration of other fields."""
    engine = engine_for(sqlite_database.url)
    session = open_session(engine, None)
    world = World(session)
    task = world.task("Øjendråber")
    camilla, hanne = world.person("Camilla Brandt"), world.person("Hanne Lykke", "SSA")
    seq = world.signed(camilla, task, by=hanne)
    assert seq == 1
    append(
        session,
        NewEvent(
            camilla.person.id, "revoked", hanne.person.id, task.id, refers_to=seq, texts={"reason": "Ny pen – æøå"}
        ),
    )
    append(
        session,
        NewEvent(
            hanne.person.id, "matrix_approved", hanne.person.id, fields={"as": "kvalitet", "on": None, "n": [1, True]}
        ),
    )
    session.commit()
    session.close()
    engine.dispose()
    return Path(sqlite_database.url.partition(":///")[2])


def verified(database: Path, folder: Path) -> str:
    """What the program prints about the database."""
    program = PROGRAM.search(PAGE.read_text(encoding="utf-8"))
    assert program
    file = folder / "verify.py"
    file.write_text(program[1], encoding="utf-8")
    ran = subprocess.run([sys.executable, str(file), str(database)], capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def test_an_outsider_finds_untouched_chains_whole(evidence: Path, tmp_path: Path):
    assert verified(evidence, tmp_path) == "broken: none"


def test_an_outsider_finds_a_level_that_was_changed_behind_the_triggers(evidence: Path, tmp_path: Path):
    with sqlite3.connect(evidence) as connection:
        connection.execute("DROP TRIGGER evidence_event_no_update")
        connection.execute(
            "UPDATE evidence_event SET fields = replace(fields, '\"level\": 2', '\"level\": 3') WHERE seq = 1"
        )
    connection.close()
    assert verified(evidence, tmp_path) != "broken: none"


def test_an_outsider_finds_an_event_that_was_taken_away(evidence: Path, tmp_path: Path):
    with sqlite3.connect(evidence) as connection:
        connection.execute("DROP TRIGGER evidence_event_no_delete")
        connection.execute("DELETE FROM evidence_event WHERE kind = 'revoked'")
    connection.close()
    assert "end" in verified(evidence, tmp_path)

"""An outsider verifies an export with a program that uses no code of ours, and finds whatever was changed in it."""

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, select

from competence import cli as program
from competence.app import speaker
from competence.audit.anchoring import note_key
from competence.audit.chain import NewEvent, append
from competence.audit.models import AuditEntry, EventText
from competence.foundation.keys import public_of
from competence.foundation.orm import begin_writing
from tests.audit.tampering import anchored, three_chains
from tests.databases import Database
from tests.factories import World

PROGRAM = Path(__file__).parents[2] / "docs" / "verify_evidence.py"
Export = dict[str, Any]


def verified(file: Path, *trusted: str) -> subprocess.CompletedProcess[str]:
    """What the outsider's program says."""
    return subprocess.run(
        [sys.executable, "-I", str(PROGRAM), str(file), *trusted], capture_output=True, text=True, check=False
    )


@pytest.fixture
def keys() -> list[Ed25519PrivateKey]:
    """The first key and the one that followed it."""
    return [Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()]


@pytest.fixture
def persons(world: World, keys: list[Ed25519PrivateKey]) -> list[int]:
    """Three persons with chains, texts among them; three anchors by two keys, and one event since."""
    made = three_chains(world, keys[0])
    begin_writing(world.session)
    append(world.session, NewEvent(made[0], "revoked", texts={"reason": "Ny pen – æøå"}, refers_to=1))
    note_key(world.session, keys[1], before=keys[0])
    world.session.commit()
    anchored(world.session, keys[1])
    begin_writing(world.session)
    append(world.session, NewEvent(made[0], "not_yet", texts={"reason": "Jeg vil øve mere"}, refers_to=2))
    world.session.commit()
    return made


@pytest.fixture
def run(world: World, database: Database, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs `competence export evidence` with these words on the world's database."""
    for name in ("HOST", "PORT", "PUBLIC_URL", "SMTP_URL", "ANCHOR_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setenv("SECRET_KEY", "only for tests, only for tests, only")
    program.collect()

    def run_words(*words: str) -> Result:
        world.session.commit()
        with speaker().app_context():
            return CliRunner().invoke(program.cli, ["export", "evidence", *words])

    return run_words


@pytest.fixture
def file(run: Callable[..., Result], persons: list[int], tmp_path: Path) -> Path:
    """Everybody's evidence."""
    made = tmp_path / "all.json"
    assert "Beviserne er skrevet" in run(str(made), "--all").output
    return made


def test_an_outsider_verifies_everybodys_evidence(file: Path, persons: list[int], keys: list[Ed25519PrivateKey]):
    said = verified(file, public_of(keys[1]))
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith("All verifies: 19 events up to anchor 3")
    assert public_of(keys[1]) in said.stdout
    assert len(json.loads(file.read_text(encoding="utf-8"))["chains"]) == len(persons)


def test_the_file_is_for_its_owner_alone_and_says_no_name(file: Path, world: World):
    assert file.stat().st_mode & 0o777 == 0o600
    assert "Amira" not in file.read_text(encoding="utf-8")
    world.session.commit()
    (noted,) = world.session.scalars(select(AuditEntry).where(AuditEntry.action == "export_evidence"))
    assert noted.detail == {"persons": None}


def test_one_persons_chain_is_proved_without_the_others(
    run: Callable[..., Result], persons: list[int], tmp_path: Path, keys: list[Ed25519PrivateKey]
):
    made = tmp_path / "one.json"
    assert run(str(made), "--number", "1002").exit_code == 0
    said = json.loads(made.read_text(encoding="utf-8"))
    assert [chain["person"] for chain in said["chains"]] == [persons[0]]
    assert verified(made, public_of(keys[1])).returncode == 0


def test_a_unit_brings_all_who_work_below_it(
    run: Callable[..., Result], world: World, persons: list[int], tmp_path: Path
):
    made = tmp_path / "unit.json"
    world.unit("Team Engen", under=world.district)
    for name, whose in (("Team Engen", []), ("Team Havnen", persons), ("distrikt nord", persons)):
        assert run(str(made), "--unit", name).exit_code == 0
        said = json.loads(made.read_text(encoding="utf-8"))
        assert [chain["person"] for chain in said["chains"]] == whose


def test_what_is_not_there_is_said(run: Callable[..., Result], persons: list[int], tmp_path: Path):
    file = str(tmp_path / "none.json")
    assert run(file, "--number", "9").exit_code == 1
    assert run(file, "--unit", "Team Ukendt").exit_code == 1
    assert run(file).exit_code == 1
    assert not (tmp_path / "none.json").exists()


def test_erased_texts_verify_still(
    run: Callable[..., Result], world: World, persons: list[int], tmp_path: Path, keys: list[Ed25519PrivateKey]
):
    begin_writing(world.session)
    world.session.execute(delete(EventText))
    world.session.commit()
    made = tmp_path / "erased.json"
    run(str(made), "--all")
    assert "øve mere" not in made.read_text(encoding="utf-8")
    assert verified(made, public_of(keys[1])).returncode == 0


def first(said: Export) -> dict[str, Any]:
    """The first person's chain."""
    chain: dict[str, Any] = said["chains"][0]
    return chain


def cut(said: Export) -> None:
    first(said)["events"] = first(said)["events"][:4]
    first(said)["end"] = {"seq": 4, "hash": first(said)["events"][3]["event"]["hash"]}


ALTERATIONS: dict[str, Callable[[Export], object]] = {
    "what an event says": lambda said: first(said)["events"][1]["event"]["fields"].update(level=3),
    "who signed": lambda said: first(said)["events"][1]["event"].update(by=None),
    "a hash": lambda said: first(said)["events"][1]["event"].update(hash="0" * 64),
    "an event taken out": lambda said: first(said)["events"].pop(2),
    "two events swapped": lambda said: first(said)["events"].insert(1, first(said)["events"].pop(2)),
    "an event put in": lambda said: first(said)["events"].insert(1, copy.deepcopy(first(said)["events"][1])),
    "the end cut off": cut,
    "another end": lambda said: first(said)["end"].update(seq=99),
    "a text": lambda said: first(said)["events"][-1]["texts"]["reason"].update(text="Helt enig"),
    "another's chain": lambda said: first(said).update(person=first(said)["person"] + 1),
    "the proof": lambda said: first(said)["anchored"]["path"].pop(),
    "the end that was anchored": lambda said: first(said)["anchored"].update(seq=2),
    "the number of events": lambda said: said["anchors"][0].update(events=1),
    "the root": lambda said: said["anchors"][-1].update(root="0" * 64),
    "an anchor taken out": lambda said: said["anchors"].pop(0),
    "the last anchor taken out": lambda said: said["anchors"].pop(),
    "a signature": lambda said: said["anchors"][1].update(signature=said["anchors"][0]["signature"]),
    "a key": lambda said: said["keys"][0].update(key="ab" * 32),
    "a key taken out": lambda said: said["keys"].pop(),
}


@pytest.mark.parametrize("what", ALTERATIONS)
def test_an_outsider_finds(what: str, file: Path, keys: list[Ed25519PrivateKey]):
    said = json.loads(file.read_text(encoding="utf-8"))
    ALTERATIONS[what](said)
    file.write_text(json.dumps(said), encoding="utf-8")
    assert verified(file, public_of(keys[1])).returncode == 1


def test_an_outsider_finds_anchors_that_were_all_made_anew_with_another_key(file: Path):
    refused = verified(file, public_of(Ed25519PrivateKey.generate()))
    assert refused.returncode == 1
    assert "the key that you trust does not vouch" in refused.stderr


def test_whoever_trusts_an_earlier_key_trusts_those_it_vouches_for(file: Path, keys: list[Ed25519PrivateKey]):
    assert verified(file, public_of(keys[0])).returncode == 0


def test_after_a_loss_it_must_be_said_which_key_is_trusted(
    run: Callable[..., Result], world: World, persons: list[int], tmp_path: Path, keys: list[Ed25519PrivateKey]
):
    new = Ed25519PrivateKey.generate()
    begin_writing(world.session)
    note_key(world.session, new, lost=True)
    world.session.commit()
    anchored(world.session, new)
    made = tmp_path / "lost.json"
    run(str(made), "--all")
    assert verified(made).returncode == 1
    assert verified(made, public_of(keys[1])).returncode == 1
    assert verified(made, public_of(new)).returncode == 0


def test_the_program_is_short_and_uses_no_code_of_ours():
    lines = [line for line in PROGRAM.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(lines) <= 43
    assert not any("competence" in line for line in lines)

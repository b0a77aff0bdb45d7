"""The daily anchor and its key, from the command line."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, text

from competence import cli as program
from competence.app import speaker
from competence.audit.anchoring import add_anchor, gather, note_key
from competence.audit.chain import NewEvent, append_all
from competence.audit.citizens import keep_citizen
from competence.audit.sealing import Seal, chain_hash
from competence.foundation.clock import now, set_to
from competence.foundation.errors import Overtaken
from competence.foundation.keys import read_key
from competence.foundation.orm import begin_writing, open_session
from tests.audit.tampering import Attacker, anchored
from tests.databases import Database
from tests.factories import World

Run = Callable[..., Result]


@pytest.fixture
def persons(world: World) -> list[int]:
    """Two persons with three events each."""
    made = [world.person(name).person.id for name in ("Amira Haddad", "Camilla Brandt")]
    world.session.commit()
    more(world, made, 3)
    world.settle()
    world.session.commit()
    return made


def more(world: World, persons: list[int], times: int) -> None:
    """Nothing; approvals, as they change nobody's rights, are written into the chains."""
    begin_writing(world.session)
    for _ in range(times):
        append_all(world.session, [NewEvent(one, "matrix_approved", one, fields={"on": None}) for one in persons])
    world.session.commit()


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Where the key is to lie."""
    return tmp_path / "keys" / "anchor.pem"


@pytest.fixture
def run(world: World, database: Database, key: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `competence` with these words on the world's database."""
    key.parent.mkdir()
    for name in ("HOST", "PORT", "PUBLIC_URL", "SMTP_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setenv("SECRET_KEY", "only for tests, only for tests, only")
    monkeypatch.setenv("ANCHOR_KEY", str(key))
    program.collect()

    def run_words(*words: str, **environment: str) -> Result:
        world.session.commit()
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with speaker().app_context():
            return CliRunner().invoke(program.cli, words)

    return run_words


@pytest.fixture
def ready(run: Run, persons: list[int]) -> Run:
    """The same, with a key and a first anchor."""
    assert run("anchor-key", "new").exit_code == 0
    made = run("anchor")
    assert "Anker 1 er sat: 6 hændelser i 2 kæder" in made.output, (made.output, made.exception)
    return run


@pytest.fixture
def attacker(world: World, ready: Run, database: Database) -> Iterator[Attacker]:
    """Somebody who owns the tables."""
    world.session.commit()
    made = Attacker(database, world.municipality.id)
    yield made
    made.close()


def test_without_a_key_it_is_said_what_to_do(run: Run, persons: list[int], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("ANCHOR_KEY")
    asked = run("anchor")
    assert "Sæt ANCHOR_KEY" in str(asked.exception) or "Set ANCHOR_KEY" in str(asked.exception)
    checked = run("check")
    assert checked.exit_code == 0, checked.output
    assert "Sæt ANCHOR_KEY." in checked.output


def test_the_key_is_made_for_its_owner_alone_and_never_lies_in_the_database(ready: Run, key: Path, world: World):
    assert key.stat().st_mode & 0o777 == 0o600
    stored = str(world.session.execute(text("SELECT * FROM anchor_key WHERE municipality_id = 1")).all())
    assert "PRIVATE" not in stored
    again = ready("anchor-key", "new")
    assert "allerede noteret" in again.output
    assert len(ready("anchor-key", "list").output.splitlines()) == 1


def test_a_key_that_others_may_read_is_refused(ready: Run, key: Path):
    key.chmod(0o640)
    refused = ready("anchor")
    assert refused.exit_code == 1
    assert "chmod 600" in str(refused.exception)
    assert "chmod 600" in ready("check").output


def test_a_second_anchor_of_the_day_is_made_only_when_something_was_written(
    ready: Run, world: World, persons: list[int]
):
    assert "ikke skrevet noget siden anker 1" in ready("anchor").output
    more(world, persons[:1], 1)
    assert "Anker 2 er sat: 7 hændelser i 2 kæder" in ready("anchor").output
    assert ready("check").exit_code == 0


def test_the_next_day_has_an_anchor_of_its_own(ready: Run):
    with set_to(now() + timedelta(days=1)):
        assert "Anker 2 er sat: 6 hændelser i 2 kæder" in ready("anchor").output
    checked = ready("check")
    assert checked.exit_code == 0, checked.output


def test_an_end_that_was_cut_off_is_found_and_no_anchor_vouches_for_the_rest(
    ready: Run, attacker: Attacker, persons: list[int]
):
    chain = attacker.chain(persons[0])
    attacker.delete(persons[0], 3, 3)
    attacker.head(persons[0], 2, chain[1][1])
    attacker.session.commit()
    checked = ready("check")
    assert checked.exit_code == 3
    assert f"for person {persons[0]} er ikke, som det blev skrevet: Enden er skåret af, hændelse 3" in checked.output
    assert "Anker 1 fra" in checked.output
    with set_to(now() + timedelta(days=1)):
        made = ready("anchor")
    assert made.exit_code == 3
    assert "Anker 2 er sat: 6 hændelser" in made.output
    assert f"Kæden for person {persons[0]} fortsætter ikke" in made.output
    assert ready("check").exit_code == 3


def test_a_rewritten_chain_that_goes_on_is_never_vouched_for(
    ready: Run, attacker: Attacker, world: World, persons: list[int]
):
    attacker.set(persons[1], 2, kind="revoked")
    attacker.relink(persons[1], 2)
    attacker.session.commit()
    more(world, persons, 1)
    made = ready("anchor")
    assert made.exit_code == 3
    assert "Anker 2 er sat: 7 hændelser" in made.output
    checked = ready("check")
    assert f"for person {persons[1]} er ikke, som det blev skrevet: Hændelse 2 er ændret" in checked.output


def test_the_newest_anchor_is_missed_by_the_file_beside_the_key_and_by_a_line_kept_elsewhere(
    ready: Run, attacker: Attacker, key: Path, tmp_path: Path
):
    line = ready("anchor", "--show").output
    said = json.loads(line)
    assert (said["number"], said["events"], said["chains"]) == (1, 6, 2)
    elsewhere = tmp_path / "mails.txt"
    elsewhere.write_text(f"Fra timeren:\n> {line}\n", encoding="utf-8")
    for table in ("anchored_head", "anchor"):
        attacker.run(f"DELETE FROM {table} WHERE municipality_id = :m")
    attacker.session.commit()
    assert "Anker 1, som det er gemt uden for databasen, findes ikke" in ready("check").output
    Path(f"{key}.anchors").unlink()
    assert "Anker 1 mangler." in ready("check").output
    found = ready("check", "--anchors", str(elsewhere))
    assert found.exit_code == 3
    assert "Anker 1, som det er gemt uden for databasen, findes ikke" in found.output


def test_two_anchors_at_once_are_one(ready: Run, world: World, persons: list[int], key: Path, engine: Engine):
    more(world, persons, 1)
    with open_session(engine, world.municipality.id) as other:
        gathered = gather(other)
        other.commit()
        assert "Anker 2 er sat" in ready("anchor").output
        begin_writing(other)
        with pytest.raises(Overtaken):
            add_anchor(other, gathered, read_key(key, made_by="anchor-key new"))
        other.rollback()
    assert ready("check").exit_code == 0


def test_a_key_is_replaced_by_one_that_it_vouches_for(ready: Run, key: Path, world: World, persons: list[int]):
    new = key.with_name("anchor-2027.pem")
    assert ready("anchor-key", "rotate", str(new)).exit_code == 0
    refused = ready("anchor")
    assert refused.exit_code == 1
    assert ready("check").exit_code == 0
    more(world, persons, 1)
    assert "Anker 2 er sat" in ready("anchor", ANCHOR_KEY=str(new)).output
    assert ready("check").exit_code == 0
    kept = Path(f"{new}.anchors").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["number"] for line in kept] == [1, 2]
    assert [line.split("\t")[2] for line in ready("anchor-key", "list").output.splitlines()] == ["first", "rotated"]


def test_another_key_is_not_taken_without_a_word(ready: Run, key: Path):
    other = key.with_name("other.pem")
    refused = ready("anchor-key", "new", ANCHOR_KEY=str(other))
    assert refused.exit_code == 1
    assert "rotate" in str(refused.exception)
    assert ready("anchor").exit_code == 1


def test_a_lost_key_is_followed_by_one_that_people_must_compare(
    ready: Run, key: Path, world: World, persons: list[int]
):
    key.unlink()
    assert ready("anchor-key", "new").exit_code == 1
    assert ready("anchor-key", "new", "--lost").exit_code == 0
    more(world, persons, 1)
    assert "Anker 2 er sat" in ready("anchor").output
    checked = ready("check")
    assert checked.exit_code == 0, checked.output
    assert "Nøgle 2 kom til, da den før var gået tabt" in checked.output


def test_anchors_made_anew_with_a_key_of_ones_own_are_found(ready: Run, attacker: Attacker, key: Path):
    for table in ("anchored_head", "anchor", "anchor_key"):
        attacker.run(f"DELETE FROM {table} WHERE municipality_id = :m")
    own = Ed25519PrivateKey.generate()
    note_key(attacker.session, own)
    attacker.session.commit()
    anchored(attacker.session, own)
    Path(f"{key}.anchors").unlink()
    checked = ready("check")
    assert checked.exit_code == 3
    assert "står ikke inde for nøgle 1, den nyeste i databasen" in checked.output


def test_where_evidence_is_not_as_it_was_nothing_is_rebuilt_from_it(ready: Run, attacker: Attacker, persons: list[int]):
    attacker.set(persons[0], 2, fields={}, kind="signed", by_person_id=None)
    attacker.session.commit()
    checked = ready("check", "--repair")
    assert checked.exit_code == 3, checked.exception
    assert "Hændelse 2 er ændret" in checked.output
    assert "Intet bygges op igen" in checked.output


def test_a_text_that_says_something_else_is_found_and_an_erased_one_is_not_missed(
    ready: Run, attacker: Attacker, world: World, persons: list[int]
):
    begin_writing(world.session)
    append_all(world.session, [NewEvent(persons[0], "matrix_approved", texts={"note": "Efter høring"})])
    world.session.commit()
    attacker.run("UPDATE event_text SET text = 'Uden høring' WHERE municipality_id = :m")
    attacker.session.commit()
    checked = ready("check")
    assert checked.exit_code == 3
    assert f"En tekst ved hændelse 4 for person {persons[0]} er ikke, som den blev skrevet." in checked.output
    attacker.run("DELETE FROM event_text WHERE municipality_id = :m")
    attacker.session.commit()
    assert ready("check").exit_code == 0


def test_an_event_that_is_moved_to_another_citizen_is_found(
    ready: Run, attacker: Attacker, world: World, persons: list[int]
):
    seal = Seal("only for tests, only for tests, only", "salt")
    begin_writing(world.session)
    citizens = [
        keep_citizen(world.session, name, unit_id=world.team.id, seal=seal, by=persons[0]) for name in ("B-1", "B-2")
    ]
    held = chain_hash(citizens[0].lookup or "", citizens[0].salt)
    append_all(
        world.session,
        [NewEvent(persons[0], "matrix_approved", citizen_id=citizens[0].id, fields={"citizen_hash": held})],
    )
    world.session.commit()
    assert ready("check").exit_code == 0
    attacker.set(persons[0], 4, citizen_id=citizens[1].id)
    attacker.session.commit()
    checked = ready("check")
    assert checked.exit_code == 3
    assert f"Hændelse 4 for person {persons[0]} peger på en anden borger" in checked.output
    attacker.run("UPDATE citizen_reference SET lookup = NULL, sealed = NULL WHERE municipality_id = :m")
    attacker.session.commit()
    assert ready("check").exit_code == 0


def test_an_anchor_that_is_old_is_told(ready: Run):
    with set_to(now() + timedelta(days=3)):
        checked = ready("check")
    assert checked.exit_code != 3
    assert "Det nyeste anker er fra" in checked.output


def test_an_anchor_is_never_older_than_the_one_before_it(ready: Run, world: World, persons: list[int]):
    first = json.loads(ready("anchor", "--show").output)
    more(world, persons, 1)
    with set_to(now() - timedelta(days=2)):
        ready("anchor")
    assert json.loads(ready("anchor", "--show").output)["made_at"] == first["made_at"]

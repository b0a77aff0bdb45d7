"""The folder of evidence files, and the operator's scanner: a real script, given the bytes."""

import os
import stat
import time
from pathlib import Path

import pytest

from competence.files.scanning import Infected, scan
from competence.files.storing import Store, Stored, Unreadable
from competence.foundation.errors import RuleBroken

SECRET = "only for tests, only for tests, only"
HOUR_AGO = time.time() - 4000


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "files", 1, secret=SECRET, salt="salt")


def test_what_is_put_is_got_again_and_nobody_else_reads_it(store: Store):
    stored = store.put(b"kursusbevis")
    assert store.get(stored) == b"kursusbevis"
    (lies,) = store.folder.iterdir()
    assert b"kursusbevis" not in lies.read_bytes()
    assert store.has(stored.name, len(b"kursusbevis"))
    assert stat.S_IMODE(lies.stat().st_mode) == 0o600
    assert [stat.S_IMODE(one.stat().st_mode) for one in (store.folder, store.folder.parent)] == [0o700, 0o700]


def test_without_its_salt_or_with_another_secret_or_one_bit_changed_it_cannot_be_read(store: Store, tmp_path: Path):
    stored = store.put(b"kursusbevis")
    other = Store(tmp_path / "files", 1, secret=SECRET[::-1], salt="salt")
    for reader, place in ((store, Stored(stored.name, "")), (other, stored), (store, Stored("gone", stored.salt))):
        with pytest.raises(Unreadable):
            reader.get(place)
    file = store.folder / stored.name
    file.write_bytes(file.read_bytes()[:-1] + bytes([file.read_bytes()[-1] ^ 1]))
    with pytest.raises(Unreadable):
        store.get(stored)


def test_what_cannot_be_written_leaves_nothing(store: Store, tmp_path: Path):
    (tmp_path / "files").write_text("no folder")
    with pytest.raises(OSError, match="files"):
        store.put(b"kursusbevis")


def test_a_sweep_takes_what_no_row_names_once_it_is_an_hour_old_and_what_is_erased_at_once(store: Store):
    kept, young, old, erased = (store.put(name) for name in (b"kept", b"young", b"old", b"erased"))
    half = store.folder / "half.part"
    half.write_bytes(b"half")
    for file in (store.folder / kept.name, store.folder / old.name, half):
        os.utime(file, (HOUR_AGO, HOUR_AGO))
    assert store.sweep({kept.name}, {erased.name}) == 3
    assert {file.name for file in store.folder.iterdir()} == {kept.name, young.name}
    assert store.sweep({kept.name}, {erased.name}) == 0


def script(folder: Path, body: str) -> tuple[str, ...]:
    """A scanner of a few lines: finds the word EICAR in what it is given."""
    file = folder / "scanner"
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o700)
    return (str(file), "-")


def test_a_scanner_that_finds_nothing_lets_it_in_and_one_that_finds_something_does_not(tmp_path: Path):
    command = script(tmp_path, '[ "$1" = - ] || exit 2; if grep -q EICAR; then exit 1; fi')
    scan(b"kursusbevis" * 100_000, command)
    with pytest.raises(Infected):
        scan(b"x" * 1_000_000 + b"EICAR", command)


@pytest.mark.parametrize("body", ["exit 2", "kill -9 $$", "sleep 5 & sleep 5"])
def test_a_scanner_that_fails_or_takes_too_long_lets_nothing_in(
    tmp_path: Path, body: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("competence.files.scanning.PATIENCE", 0.5)
    with pytest.raises(RuleBroken, match="just now") as broken:
        scan(b"kursusbevis", script(tmp_path, body))
    assert not isinstance(broken.value, Infected)


def test_a_scanner_that_is_not_there_lets_nothing_in(tmp_path: Path):
    with pytest.raises(RuleBroken, match="just now"):
        scan(b"kursusbevis", (str(tmp_path / "nothing"),))


def test_the_scanner_is_not_told_the_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SECRET_KEY", SECRET)
    scan(b"kursusbevis", script(tmp_path, '[ -z "$SECRET_KEY" ] || exit 1'))

"""Where the bytes of evidence files lie: encrypted, under random names, in a folder that only the program may read."""

import os
import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12
TAG = 16
UNSETTLED = 3600
"""Seconds for which a file may lie there before its row is committed."""
PART = ".part"


class Unreadable(Exception):  # noqa: N818
    """The file is not there, or it is not what was written."""


@dataclass(frozen=True)
class Stored:
    """Where the bytes lie, and what goes into their key."""

    name: str
    salt: str


class Store:
    """The files of one municipality. `secret` is the application's, `salt` the municipality's own."""

    def __init__(self, folder: Path, municipality_id: int, *, secret: str = "", salt: str = "") -> None:
        self.folder = folder / str(municipality_id)
        self._secret, self._salt = secret, salt

    def put(self, content: bytes) -> Stored:
        """Where the bytes lie now, whole and on the disk. OSError when they cannot be written; then nothing is left."""
        stored = Stored(secrets.token_hex(16), secrets.token_hex(16))
        nonce = secrets.token_bytes(NONCE)
        sealed = nonce + AESGCM(self._key(stored.salt)).encrypt(nonce, content, stored.name.encode())
        self.folder.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        whole = self.folder / stored.name
        part = whole.with_suffix(PART)
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            part.replace(whole)
            self._settle()
        except OSError:
            part.unlink(missing_ok=True)
            whole.unlink(missing_ok=True)
            raise
        return stored

    def get(self, stored: Stored) -> bytes:
        """The bytes. Unreadable when they are gone or changed, or the secret is another one now."""
        try:
            sealed = (self.folder / stored.name).read_bytes()
            return AESGCM(self._key(stored.salt)).decrypt(sealed[:NONCE], sealed[NONCE:], stored.name.encode())
        except (OSError, InvalidTag, ValueError):
            raise Unreadable from None

    def drop(self, name: str) -> None:
        """Nothing; the file is gone."""
        (self.folder / name).unlink(missing_ok=True)

    def has(self, name: str, size: int) -> bool:
        """Whether a file of so many bytes lies there."""
        try:
            return (self.folder / name).stat().st_size == size + NONCE + TAG
        except OSError:
            return False

    def sweep(self, kept: Collection[str], erased: Collection[str]) -> int:
        """How many files were removed: those that are erased, and those that no row names and that are an hour old."""
        if not self.folder.is_dir():
            return 0
        removed = 0
        for file in sorted(self.folder.iterdir()):
            if file.name in kept:
                continue
            try:
                if file.name in erased or time.time() - file.stat().st_mtime > UNSETTLED:
                    file.unlink()
                    removed += 1
            except FileNotFoundError:  # somebody else sweeps, too
                continue
        return removed

    def _key(self, salt: str) -> bytes:
        made = HKDF(algorithm=SHA256(), length=32, salt=f"{self._salt}\n{salt}".encode(), info=b"evidence file")
        return made.derive(self._secret.encode())

    def _settle(self) -> None:
        """Nothing; the new name is on the disk, too."""
        if os.name != "posix":
            return
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

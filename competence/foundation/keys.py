"""A private key in a file outside the database: Ed25519 in PEM, which only its owner may read."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, sentence

OTHERS = 0o077


def public_of(key: Ed25519PrivateKey) -> str:
    """The public half, 32 bytes in hex."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def read_key(file: Path, *, made_by: str) -> Ed25519PrivateKey:
    """The key in the file. RuleBroken when there is none (`made_by` makes one), or others than its owner could read it."""
    try:
        content = file.read_bytes()
        mode = file.stat().st_mode
    except FileNotFoundError:
        raise RuleBroken(
            sentence(
                N_("There is no key in %(file)s. Make one with: competence %(command)s"),
                file=str(file),
                command=made_by,
            )
        ) from None
    except OSError:
        raise RuleBroken(sentence(N_("The key in %(file)s cannot be read."), file=str(file))) from None
    if os.name == "posix" and mode & OTHERS:
        raise RuleBroken(
            sentence(N_("Others than its owner may read the key in %(file)s. Run: chmod 600 %(file)s"), file=str(file))
        )
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise RuleBroken(sentence(N_("What lies in %(file)s is no Ed25519 key in PEM."), file=str(file)))
    return key


def make_key(file: Path) -> Ed25519PrivateKey:
    """A new key, written to the file, which only its owner may read. RuleBroken when it cannot be written."""
    key = Ed25519PrivateKey.generate()
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as made:
            made.write(content)
            made.flush()
            os.fsync(made.fileno())
    except FileExistsError:
        return read_key(file, made_by="")
    except OSError:
        raise RuleBroken(sentence(N_("The key cannot be written to %(file)s."), file=str(file))) from None
    return key


def read_or_make(file: Path) -> tuple[Ed25519PrivateKey, bool]:
    """(the key in the file, whether it was made now)."""
    if file.exists():
        return read_key(file, made_by=""), False
    return make_key(file), True

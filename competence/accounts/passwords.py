"""Hashing of passwords by Argon2."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_strong = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
_cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_hasher = _strong


def hash_cheaply() -> None:
    """Nothing; from now on hashing costs next to nothing. For tests and made-up people only."""
    global _hasher
    _hasher = _cheap


def hashed(password: str) -> str:
    """The hash to store."""
    return _hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed. Takes as long when there is none, so that time tells nothing."""
    try:
        _hasher.verify(stored or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


_nobodys: dict[PasswordHasher, str] = {}


def _nobody() -> str:
    if _hasher not in _nobodys:
        _nobodys[_hasher] = _hasher.hash("nobody signs in with this")
    return _nobodys[_hasher]

"""How a citizen's reference is kept: encrypted, found again by a keyed hash, and in the chain only as a salted hash."""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from competence.audit.rules import text_hash


class Seal:
    """Encrypts and finds references of one municipality, with keys made from the application's secret.

    `salt` is the municipality's own, so that the same reference in two municipalities never compares equal.
    """

    def __init__(self, secret: str, salt: str) -> None:
        self._cipher = Fernet(base64.urlsafe_b64encode(_key(secret, salt, "citizen reference, encrypted")))
        self._lookup_key = _key(secret, salt, "citizen reference, looked up")

    def close(self, reference: str) -> bytes:
        """The reference, encrypted; the same one never twice the same."""
        return self._cipher.encrypt(reference.encode())

    def open(self, sealed: bytes) -> str | None:
        """The reference; None when it was sealed under another secret."""
        try:
            return self._cipher.decrypt(sealed).decode()
        except InvalidToken:
            return None

    def lookup(self, reference: str) -> str:
        """The keyed hash by which the same citizen is found again, however the reference was typed."""
        return hmac.new(self._lookup_key, _plain(reference).encode(), hashlib.sha256).hexdigest()


def chain_hash(lookup: str, salt: str) -> str:
    """The salted hash by which an event holds a citizen; worth nothing once lookup and salt are erased."""
    return text_hash(lookup, salt)


def _plain(reference: str) -> str:
    return "".join(reference.split()).casefold()


def _key(secret: str, salt: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt.encode(), info=purpose.encode()).derive(secret.encode())

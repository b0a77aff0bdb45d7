"""Compact JSON Web Signatures: made with Ed25519, and checked with Ed25519 or P-256."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from competence.audit.rules import canonical

ALGORITHMS = {"Ed25519": "EdDSA", "P-256": "ES256"}
"""Curve -> the only algorithm that a key on it may be used with, whatever a token's header says."""

Key = Mapping[str, Any]


class NotAToken(ValueError):  # noqa: N818 - it reads as what was found
    """The text is no compact signature over a JSON object."""


class NotSigned(ValueError):  # noqa: N818
    """None of the keys has signed it."""


class OtherKind(ValueError):  # noqa: N818
    """It is signed in a way that cannot be checked here."""


def sign(payload: Mapping[str, Any], key: Ed25519PrivateKey, *, kid: str, typ: str) -> str:
    """The payload as a compact token."""
    header = {"alg": "EdDSA", "kid": kid, "typ": typ}
    text = f"{_closed(canonical(header))}.{_closed(canonical(dict(payload)))}"
    return f"{text}.{_closed(key.sign(text.encode()))}"


def read(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """(header, payload), unchecked. NotAToken when it is none."""
    parts = token.split(".")
    if len(parts) != 3:
        raise NotAToken
    header, payload = (_json(part) for part in parts[:2])
    return header, payload


def check(token: str, keys: Sequence[Key]) -> dict[str, Any]:
    """The payload, which one of the keys has signed. NotAToken, OtherKind or NotSigned when not.

    A key that the header names by `kid` is asked alone; a header that names none of them asks them all.
    """
    header, payload = read(token)
    if header.get("alg") not in ALGORITHMS.values() or header.get("crit"):
        raise OtherKind
    said, _dot, signature = token.rpartition(".")
    named = [key for key in keys if header.get("kid") and key.get("kid") == header["kid"]]
    for key in named or keys:
        if ALGORITHMS.get(key.get("crv", "")) == header["alg"] and _is_signed(key, said.encode(), _opened(signature)):
            return payload
    raise NotSigned


def is_usable(key: Any) -> bool:
    """Whether the JSON Web Key is a public one that can be checked with here."""
    if not isinstance(key, Mapping) or key.get("crv") not in ALGORITHMS or "d" in key:
        return False
    try:
        _public(key)
    except (ValueError, TypeError, KeyError):
        return False
    return True


def _is_signed(key: Key, said: bytes, signature: bytes) -> bool:
    try:
        public = _public(key)
        if isinstance(public, Ed25519PublicKey):
            public.verify(signature, said)
        elif len(signature) == 64:
            r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
            public.verify(encode_dss_signature(r, s), said, ECDSA(SHA256()))
        else:
            return False
    except (InvalidSignature, ValueError, TypeError, KeyError):
        return False
    return True


def _public(key: Key) -> Any:
    if key["crv"] == "Ed25519":
        return Ed25519PublicKey.from_public_bytes(_opened(key["x"]))
    x, y = (int.from_bytes(_opened(key[name]), "big") for name in ("x", "y"))
    return EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()


def _closed(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _opened(text: str) -> bytes:
    if not isinstance(text, str):
        raise NotAToken
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotAToken from None


def _json(part: str) -> dict[str, Any]:
    try:
        found = json.loads(_opened(part))
    except (ValueError, RecursionError):
        raise NotAToken from None
    if not isinstance(found, dict):
        raise NotAToken
    return found

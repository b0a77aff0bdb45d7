"""The public half of a key that signs credentials, as others read it."""

import base64
from typing import Any

MADE_BY = "credential-key new"
"""The command that makes the key."""


def jwk_of(public_key: str) -> dict[str, Any]:
    """A public key (hex) as a JSON Web Key."""
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": base64.urlsafe_b64encode(bytes.fromhex(public_key)).decode().rstrip("="),
    }

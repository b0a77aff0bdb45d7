"""The key that signs anchors: a file outside the database, and the statements by which one key follows another."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from competence.audit.rules import canonical, utc_text

FIRST, ROTATED, LOST = "first", "rotated", "lost"
MADE_BY = "anchor-key new"
"""The command that makes the key."""


@dataclass(frozen=True)
class Statement:
    """That a key signs from here on, and which one did before."""

    municipality_id: int
    number: int
    public_key: str
    before: str
    """The public key before it; "" for the first."""
    ground: str
    recorded_at: datetime

    def sealed(self) -> bytes:
        """What is signed: its RFC 8785 JSON."""
        document: dict[str, Any] = {
            "format": 1,
            "municipality": self.municipality_id,
            "number": self.number,
            "key": self.public_key,
            "before": self.before,
            "ground": self.ground,
            "recorded_at": utc_text(self.recorded_at),
        }
        return canonical(document)


def is_signed(public_key: str, signature: str, what: bytes) -> bool:
    """Whether the signature (hex) over the bytes was made with the key's private half."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(signature), what)
    except (InvalidSignature, ValueError):
        return False
    return True


def kept_in(key: Path) -> Path:
    """The file beside the key to which every anchor is added."""
    return key.with_name(f"{key.name}.anchors")

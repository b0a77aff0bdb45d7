"""Which pictures a task may have: small ones of a kind that every browser draws and that can hold no program."""

from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, sentence

MOST_BYTES = 300_000


def media_type(content: bytes) -> str:
    """The kind by the first bytes, whatever the file is called. RuleBroken at `picture` when it is none of those."""
    if len(content) > MOST_BYTES:
        raise RuleBroken(
            sentence(N_("The picture is larger than 300 KB. Make it smaller, for instance 600 x 400 points.")),
            field="picture",
        )
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    raise RuleBroken(sentence(N_("Choose a picture of the kind PNG, JPEG or WebP.")), field="picture")

"""Which files are taken as evidence, what they are evidence of, and why one is taken out of view."""

from collections.abc import Mapping
from enum import StrEnum

from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, sentence

MEGABYTE = 1024 * 1024
MOST_BYTES = 10 * MEGABYTE
MOST_AT_A_TASK = 20
"""Files in view at one person's task."""
MOST_PIXELS = {"image/jpeg": 50_000_000, "image/png": 24_000_000}
"""Width times height. A JPEG is read smaller than it is, a PNG only whole."""


class Purpose(StrEnum):
    """What a file is evidence of."""

    GATE = "gate"
    """A course, dialogue or check that the task asks for."""
    INSTRUCTOR = "instructor"
    TRAINING = "training"


PURPOSE_NAMES: Mapping[Purpose, str] = {
    Purpose.GATE: N_("Course or check"),
    Purpose.INSTRUCTOR: N_("Certificate from an instructor from outside"),
    Purpose.TRAINING: N_("Something else about the training"),
}


class Why(StrEnum):
    """Why a file is taken out of view."""

    WRONG = "wrong"
    UNREADABLE = "unreadable"
    REPLACED = "replaced"
    CITIZEN = "citizen"
    """It shows what must never be kept here, so it is erased at once."""


WHY_NAMES: Mapping[Why, str] = {
    Why.WRONG: N_("It is the wrong file, or it lies at the wrong person or task"),
    Why.UNREADABLE: N_("It cannot be read"),
    Why.REPLACED: N_("There is a newer one"),
    Why.CITIZEN: N_("It shows a citizen or a CPR number. It is erased at once"),
}

ENDINGS: Mapping[str, str] = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}

PHONES_OWN = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"heif", b"avif"})
_HTML = (b"<!doctype", b"<html", b"<script", b"<svg", b"<?php")
_ZIP_END = b"PK\x05\x06"
_ZIP_END_BYTES = 22


def media_type(content: bytes) -> str:
    """The kind by the bytes, whatever the file is called. RuleBroken at `file` when it is no kind that is taken, or two at once."""
    if not content:
        raise RuleBroken(N_("The file is empty. Choose another."), field="file")
    if len(content) > MOST_BYTES:
        raise RuleBroken(too_large(), field="file")
    if content[4:8] == b"ftyp" and content[8:12] in PHONES_OWN:
        raise RuleBroken(
            N_(
                "The picture is of the phone's own kind (HEIC), which cannot be taken. On an iPhone choose Settings, Camera, "
                "Formats, Most Compatible, and take the picture again; or take a screenshot of it and choose that."
            ),
            field="file",
        )
    kind = _begins(content)
    if kind is None:
        raise RuleBroken(N_("Choose a photo (JPEG or PNG) or a PDF. The file is something else."), field="file")
    if _is_something_else_too(content, kind):
        raise RuleBroken(
            N_("The file is of two kinds at once, and so cannot be taken. Take a photo of the paper instead."),
            field="file",
        )
    return kind


def too_large() -> str:
    """What is said of a file over the limit, for translation."""
    return N_("The file is larger than 10 MB. Take the photo in a smaller size, or save the PDF with fewer pages.")


def _begins(content: bytes) -> str | None:
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    return "application/pdf" if content.startswith(b"%PDF-") else None


def _is_something_else_too(content: bytes, kind: str) -> bool:
    """Whether another program would take the file for a PDF, a web page or an archive."""
    start = content[:1024]
    if kind != "application/pdf" and b"%PDF-" in start:
        return True
    if any(mark in start.lower() for mark in _HTML):
        return True
    at = content.rfind(_ZIP_END, max(0, len(content) - 65_535 - _ZIP_END_BYTES))
    if at < 0 or at + _ZIP_END_BYTES > len(content):
        return False
    # An archive is read from its end, where its last record says how long the remark after it is.
    return at + _ZIP_END_BYTES + int.from_bytes(content[at + 20 : at + 22], "little") <= len(content)


def check_pixels(kind: str, width: int, height: int) -> None:
    """Nothing. RuleBroken at `file` when the picture would fill the memory once it is unpacked."""
    most = MOST_PIXELS[kind]
    if width * height > most:
        raise RuleBroken(
            sentence(
                N_("The picture has more than %(most)s million points. Take it in a smaller size."),
                most=most // 1_000_000,
            ),
            field="file",
        )

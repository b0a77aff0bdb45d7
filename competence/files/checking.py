"""Opening a file before it is kept: a picture is drawn anew without what it says of itself, a PDF is looked through."""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from competence.files.rules import check_pixels, media_type
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_

LONGEST_SIDE = 4000
"""Points: an A4 page at 300 to the inch is 3508 high."""
QUALITY = 88
MOST_OBJECTS = 20_000
MOST_PAGES = 100

ACTIVE_KEYS = frozenset({"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"})
ACTIVE_NAMES = {
    "/S": frozenset(
        {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/Rendition", "/RichMediaExecute"}
    ),
    "/Type": frozenset({"/EmbeddedFile"}),
    "/Subtype": frozenset({"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"}),
}
"""What in a PDF does something, or carries another file, when it is opened."""


@dataclass(frozen=True)
class Accepted:
    """A file that may be kept."""

    content: bytes
    media_type: str

    @property
    def hash(self) -> str:
        """SHA-256 in hex."""
        return hashlib.sha256(self.content).hexdigest()


def accepted(content: bytes) -> Accepted:
    """The file as it is kept. RuleBroken at `file` says why it cannot be."""
    kind = media_type(content)
    if kind == "application/pdf":
        _look_through(content)
        return Accepted(content, kind)
    return Accepted(_drawn_anew(content, kind), kind)


def _drawn_anew(content: bytes, kind: str) -> bytes:
    """The same picture, upright, without place, camera, time or anything after its end; large ones made smaller."""
    form = "JPEG" if kind == "image/jpeg" else "PNG"
    unreadable = RuleBroken(N_("The picture cannot be read. Take it again, or choose another."), field="file")
    try:
        with Image.open(BytesIO(content), formats=(form,)) as picture:
            check_pixels(kind, *picture.size)
            if form == "JPEG":
                picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(picture)
            plain = _plain(upright)
    except RuleBroken:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        check_pixels(kind, 1_000_000, 1_000_000)
        raise unreadable from None
    except Exception:  # noqa: BLE001, RUF100 - what a decoder makes of bytes that somebody made up has no other name
        raise unreadable from None
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    made = BytesIO()
    plain.save(made, form, **({"quality": QUALITY} if form == "JPEG" else {}))
    return made.getvalue()


def _plain(picture: Image.Image) -> Image.Image:
    """The points alone, on white where nothing was drawn."""
    if picture.has_transparency_data:
        drawn = picture.convert("RGBA")
        ground = Image.new("RGBA", drawn.size, "white")
        ground.alpha_composite(drawn)
        picture = ground
    plain = picture.convert("L" if picture.mode in {"1", "L"} else "RGB")
    plain.info = {}
    return plain


def _look_through(content: bytes) -> None:
    """Nothing. RuleBroken at `file` when the PDF is locked, does something by itself, carries files, or cannot be read."""
    try:
        reader = PdfReader(BytesIO(content), strict=False)
        locked = reader.is_encrypted
        active = not locked and _is_active(reader)
        pages = 0 if locked else len(reader.pages)
    except RuleBroken:
        raise
    except Exception:  # noqa: BLE001, RUF100 - as above
        raise RuleBroken(N_("The PDF cannot be read. Save it again, or take a photo of it."), field="file") from None
    if locked:
        raise RuleBroken(
            N_("The PDF is locked with a password or against copying. Save it without, or take a photo of it."),
            field="file",
        )
    if active:
        raise RuleBroken(
            N_(
                "The PDF holds a program, a form or another file, and so cannot be taken. Print it as a new PDF, or take a "
                "photo of it."
            ),
            field="file",
        )
    if not 1 <= pages <= MOST_PAGES:
        raise RuleBroken(N_("The PDF must have from 1 to 100 pages."), field="file")


def _is_active(reader: PdfReader) -> bool:
    """Whether anything that the document leads to does something when it is opened. RuleBroken when there is too much of it."""
    left: list[Any] = [reader.trailer]
    seen: set[tuple[int, int]] = set()
    visited = 0
    while left:
        one = left.pop()
        if isinstance(one, IndirectObject):
            place = (one.idnum, one.generation)
            if place in seen:
                continue
            seen.add(place)
            one = one.get_object()
        if not isinstance(one, DictionaryObject | ArrayObject):
            continue
        visited += 1
        if visited > 10 * MOST_OBJECTS or len(seen) > MOST_OBJECTS:
            raise RuleBroken(
                N_("The PDF is made of too many parts. Print it as a new PDF, or take a photo of it."), field="file"
            )
        if isinstance(one, ArrayObject):
            left += list.__iter__(one)
            continue
        if ACTIVE_KEYS & one.keys():
            return True
        for key, names in ACTIVE_NAMES.items():
            if key in one and str(one[key]) in names:  # looked up, as it may stand elsewhere
                return True
        left += dict.values(one)
    return False

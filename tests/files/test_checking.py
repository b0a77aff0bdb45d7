"""What is taken as evidence, and what is refused with a sentence; all of it made here, byte by byte."""

import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from competence.files.checking import LONGEST_SIDE, accepted
from competence.files.rules import MOST_BYTES
from competence.foundation.errors import RuleBroken
from tests.files import made


def refused(content: bytes) -> str:
    with pytest.raises(RuleBroken) as broken:
        accepted(content)
    assert broken.value.field == "file"
    return str(broken.value)


def png_that_says(width: int, height: int) -> bytes:
    """A few hundred bytes that say they unpack to so many points."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_a_photo_is_kept_upright_without_place_camera_and_time():
    file = accepted(made.jpeg())
    kept = Image.open(BytesIO(file.content))
    assert (file.media_type, kept.format, kept.size) == ("image/jpeg", "JPEG", (40, 60))
    assert not dict(kept.getexif())
    assert b"Telefonfabrikken" not in file.content


def test_what_lies_behind_the_end_of_a_photo_is_not_kept():
    assert b"efter billedet" not in accepted(made.jpeg() + b"efter billedet").content


def test_a_large_photo_is_made_smaller():
    assert max(Image.open(BytesIO(accepted(made.jpeg(9000, 100)).content)).size) == LONGEST_SIDE


def test_a_clear_picture_is_drawn_on_white():
    kept = Image.open(BytesIO(accepted(made.png()).content))
    assert (kept.format, kept.mode, kept.getpixel((5, 5))) == ("PNG", "RGB", (255, 255, 255))


def test_a_plain_pdf_is_kept_as_it_is():
    file = accepted(made.pdf(3))
    assert (file.media_type, file.content) == ("application/pdf", made.pdf(3))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"MZ\x90\0" * 100, "something else"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "something else"),
        (b"GIF89a" + b"\0" * 50, "something else"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100, "iPhone"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 200, "cannot be read"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 200, "cannot be read"),
        (made.jpeg()[:300], "cannot be read"),
        (b"%PDF-1.7\n" + b"\0" * 500, "cannot be read"),
        (b"x" * (MOST_BYTES + 1), "10 MB"),
    ],
)
def test_what_is_no_photo_and_no_pdf_is_refused(content: bytes, words: str):
    assert words in refused(content)


@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (6_000, 5_000), (2_000_000_000, 2_000_000_000)])
def test_a_few_bytes_that_would_fill_the_memory_are_refused_before_they_are_unpacked(width: int, height: int):
    assert "million points" in refused(png_that_says(width, height))


def test_a_file_that_is_two_kinds_at_once_is_refused():
    archive = b"PK\x05\x06" + b"\0" * 18
    two_kinds = [
        made.jpeg() + archive,
        made.pdf() + archive,
        made.jpeg()[:2] + b"\xff\xfe\x00\x0c%PDF-1.7\n " + made.jpeg()[2:],
        made.png()[:8] + b"<script>alert(1)</script>" + made.png()[8:],
        b"%PDF-1.4 <html><script>" + made.pdf(),
    ]
    for content in two_kinds:
        assert "two kinds" in refused(content)


def test_a_locked_pdf_is_refused():
    assert "locked" in refused(made.locked())


@pytest.mark.parametrize(
    "content",
    [
        made.launching(),
        made.hidden_launch(),
        made.launching().replace(b"/Launch", b"/L#61unch"),
        made.acting("/JavaScript", "/JS", "app.alert(1)"),
        made.changed(lambda writer: writer.add_attachment("regning.exe", b"MZ")),
    ],
    ids=["launch", "launch told elsewhere", "launch in other letters", "script", "attachment"],
)
def test_a_pdf_that_does_something_or_carries_a_file_is_refused(content: bytes):
    assert "program" in refused(content)


def test_a_pdf_of_many_pages_is_refused():
    assert "pages" in refused(made.pdf(101))


@given(st.sampled_from([made.jpeg(), made.png(), made.pdf()]), st.data())
def test_whatever_is_changed_in_a_file_it_is_taken_or_refused_with_a_sentence(content: bytes, data: st.DataObject):
    spoilt = bytearray(content)
    for _change in range(data.draw(st.integers(1, 8))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    try:
        accepted(bytes(spoilt[: data.draw(st.integers(1, len(spoilt)))]))
    except RuleBroken as broken:
        field = broken.field
    else:
        field = "file"
    assert field == "file"

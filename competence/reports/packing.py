"""A finished PDF made smaller: the many small objects of its structure tree are compressed together.

ReportLab writes every object by itself, and a structure tree has one for each cell, far more bytes than the page it
describes. Object streams and a cross-reference stream (ISO 32000-1, 7.5.7 and 7.5.8) hold them in a fraction of that.
"""

import re
import zlib
from itertools import pairwise

IN_ONE_STREAM = 200
"""Objects in one object stream; a reader unpacks a whole stream to get at one of them."""


def packed(pdf: bytes) -> bytes:
    """The same document in fewer bytes. Takes what ReportLab writes: one table of references, all objects in it."""
    start = int(pdf[pdf.rindex(b"startxref") :].split()[1])
    objects = _objects(pdf, start)
    trailer = pdf[pdf.index(b"trailer", start) :]
    small = [number for number, body in objects.items() if not body.endswith(b"endstream")]
    out = bytearray(pdf[: pdf.index(b"1 0 obj")])
    entries = {0: (0, 0, 65535)}
    following = max(objects) + 1

    for number in sorted(objects.keys() - set(small)):
        entries[number] = (1, len(out), 0)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, objects[number])
    for first in range(0, len(small), IN_ONE_STREAM):
        chosen = small[first : first + IN_ONE_STREAM]
        entries[following] = (1, len(out), 0)
        entries |= {number: (2, following, index) for index, number in enumerate(chosen)}
        out += b"%d 0 obj\n%b\nendobj\n" % (following, _object_stream({number: objects[number] for number in chosen}))
        following += 1

    entries[following] = (1, len(out), 0)
    end = len(out)
    out += b"%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (following, _references(entries, trailer), end)
    return bytes(out)


def _objects(pdf: bytes, start: int) -> dict[int, bytes]:
    """What stands in each object, by its number."""
    header, *lines = pdf[start : pdf.index(b"trailer", start)].splitlines()[1:]
    first = int(header.split()[0])
    offsets = {first + index: int(line.split()[0]) for index, line in enumerate(lines) if line.rstrip().endswith(b" n")}
    ends = dict(pairwise([*sorted(offsets.values()), start]))
    bodies = {number: pdf[offset : ends[offset]] for number, offset in offsets.items()}
    return {
        number: body[body.index(b"obj") + 3 : body.rindex(b"endobj")].strip(b"\r\n") for number, body in bodies.items()
    }


def _object_stream(objects: dict[int, bytes]) -> bytes:
    places, content = [], bytearray()
    for number, body in objects.items():
        places.append(b"%d %d" % (number, len(content)))
        content += body + b"\n"
    head = b" ".join(places) + b"\n"
    return _stream(b"/Type /ObjStm /N %d /First %d" % (len(objects), len(head)), head + content)


def _references(entries: dict[int, tuple[int, int, int]], trailer: bytes) -> bytes:
    """The cross-reference stream: where each object lies, or in which object stream and at which place there."""
    rows = b"".join(
        kind.to_bytes(1) + where.to_bytes(4) + place.to_bytes(2)
        for kind, where, place in (entries[number] for number in range(len(entries)))
    )
    kept = b" ".join(
        re.search(pattern, trailer, re.DOTALL)[0]  # type: ignore[index]  # ReportLab always writes all three
        for pattern in (rb"/Root \d+ 0 R", rb"/Info \d+ 0 R", rb"/ID\s*\[.*?\]")
    )
    return _stream(b"/Type /XRef /W [1 4 2] /Size %d %b" % (len(entries), kept), rows)


def _stream(keys: bytes, content: bytes) -> bytes:
    data = zlib.compress(content, 9)
    return b"<< %b /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream" % (keys, len(data), data)

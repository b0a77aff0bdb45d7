"""Reading a finished PDF back as somebody hears it: its tags, in order, with the text they hold."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream

import competence

CATALOGUE = Path(competence.__file__).parent / "translations/da/LC_MESSAGES/reports.po"


@dataclass
class Heard:
    """An element of the structure tree with what it says itself and what is inside it."""

    tag: str
    own_text: str = ""
    alt: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    kids: "list[Heard]" = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text, its own and that of the elements inside, without figures."""
        inside = (kid.text for kid in self.kids if kid.tag != "Figure")
        return " ".join(" ".join([self.own_text, *inside]).split())

    def each(self, *tags: str) -> "Iterator[Heard]":
        """Every element with one of the tags, in reading order."""
        for kid in self.kids:
            if kid.tag in tags:
                yield kid
            yield from kid.each(*tags)


@pytest.fixture(scope="session")
def danish() -> Callable[..., str]:
    """The reports' Danish texts; a missing one is an error."""
    with CATALOGUE.open("rb") as file:
        texts = {message.id: message.string for message in read_po(file, locale="da") if message.id}

    def gettext(msgid: str, /, **params: Any) -> str:
        text = str(texts[msgid])
        return text % params if params else text

    return gettext


@pytest.fixture(scope="session")
def hear() -> Callable[[bytes], Heard]:
    """Gives the root of a PDF's structure tree."""
    return _hear


def _hear(pdf: bytes) -> Heard:
    reader = PdfReader(BytesIO(pdf))
    texts = {page.indirect_reference.idnum: _marked_texts(page, reader) for page in reader.pages}  # type: ignore[union-attr]

    def element(node: Any) -> Heard:
        heard = Heard(node["/S"][1:], alt=node.get("/Alt"), attributes=dict(node.get("/A", {})))
        kids = node.get("/K", [])
        for kid in kids if isinstance(kids, list) else [kids]:
            kid = kid.get_object()
            if isinstance(kid, int):
                heard.own_text += texts[node.raw_get("/Pg").idnum][kid]
            elif "/MCID" in kid:
                heard.own_text += texts[kid.raw_get("/Pg").idnum][kid["/MCID"]]
            else:
                heard.kids.append(element(kid))
        return heard

    root: Any = reader.root_object["/StructTreeRoot"]
    return element(root["/K"].get_object())


def _marked_texts(page: PageObject, reader: PdfReader) -> dict[int, str]:
    """The text of each marked piece of the page, by its number."""
    fonts: Any = page["/Resources"]["/Font"]  # type: ignore[index]
    letters = {name: _letters(font.get_object()) for name, font in fonts.items()}
    texts: dict[int, str] = {}
    number: int | None = None
    font: dict[int, str] = {}
    for operands, operator in ContentStream(page["/Contents"].get_object(), reader).operations:
        if operator == b"BDC" and "/MCID" in operands[1]:
            number = int(operands[1]["/MCID"])
            texts[number] = ""
        elif operator == b"EMC":
            number = None
        elif operator == b"Tf":
            font = letters[operands[0]]
        elif operator == b"Tj" and number is not None:
            raw = getattr(operands[0], "original_bytes", operands[0])
            texts[number] += "".join(font[code] for code in raw)
    return texts


def _letters(font: Any) -> dict[int, str]:
    """What each code of the embedded font stands for."""
    table = font["/ToUnicode"].get_data().decode("ascii")
    return {
        int(code, 16): chr(int(letter, 16))
        for code, letter in re.findall(r"<([0-9A-F]{2})> <([0-9A-F]{4})>\s", table, re.I)
    }

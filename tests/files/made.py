"""Files as people and others send them."""

from io import BytesIO
from typing import Any

from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from reportlab.pdfgen.canvas import Canvas

GPS, MAKE, TAKEN_AT, ORIENTATION = 0x8825, 0x010F, 0x0132, 0x0112


def jpeg(width: int = 60, height: int = 40, *, said: bool = True, colour: str = "navy") -> bytes:
    """A photo, with place, camera and time unless told otherwise; it lies on its side."""
    exif = Image.Exif()
    if said:
        exif[MAKE], exif[TAKEN_AT], exif[ORIENTATION] = "Telefonfabrikken", "2026:01:02 03:04:05", 6
        exif[GPS] = {1: "N", 2: (55.0, 40.0, 12.0), 3: "E", 4: (12.0, 34.0, 56.0)}
    made = BytesIO()
    Image.new("RGB", (width, height), colour).save(made, "JPEG", exif=exif)
    return made.getvalue()


def png(width: int = 60, height: int = 40) -> bytes:
    """A picture, clear all over."""
    made = BytesIO()
    Image.new("RGBA", (width, height), (0, 0, 0, 0)).save(made, "PNG")
    return made.getvalue()


def pdf(pages: int = 1) -> bytes:
    """A certificate with nothing but text in it."""
    made = BytesIO()
    canvas = Canvas(made, invariant=1)
    for number in range(pages):
        canvas.drawString(100, 700, f"Kursusbevis, side {number + 1}")
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def _written(writer: PdfWriter) -> bytes:
    made = BytesIO()
    writer.write(made)
    return made.getvalue()


def changed(change: Any) -> bytes:
    """The certificate after `change(writer)`."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf())))
    change(writer)
    return _written(writer)


def locked() -> bytes:
    """A PDF that opens without a password, but is encrypted."""
    return changed(lambda writer: writer.encrypt("", "ejer", algorithm="AES-256"))


def acting(kind: str, key: str, value: str) -> bytes:
    """A PDF that does something when it is opened."""

    def act(writer: PdfWriter) -> None:
        action = {NameObject("/S"): NameObject(kind), NameObject(key): TextStringObject(value)}
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(DictionaryObject(action))

    return changed(act)


def launching() -> bytes:
    """A PDF that starts a program."""
    return acting("/Launch", "/F", "cmd.exe")


def hidden_launch() -> bytes:
    """The same, with the action's kind in a place of its own."""

    def launch(writer: PdfWriter) -> None:
        kind = writer._add_object(NameObject("/Launch"))
        action = {NameObject("/S"): kind, NameObject("/F"): TextStringObject("cmd.exe")}
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(DictionaryObject(action))

    return changed(launch)

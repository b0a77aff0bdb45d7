"""The one layer through which PDFs are written, so that each of them can be read aloud.

ReportLab draws, but writes no tags. Here text can only be drawn inside an element (a heading, a cell, a list item) and
shapes only as a figure with words or as decoration; from that the structure tree is built. After PDF/UA-1 (ISO 14289-1)
and chapter 14 of ISO 32000-1.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from types import TracebackType
from typing import Any, Literal, TypeAlias
from xml.sax.saxutils import escape

from reportlab.pdfbase.pdfdoc import (
    XMP,
    DummyDoc,
    PDFArray,
    PDFDictionary,
    PDFName,
    PDFObject,
    PDFStream,
    PDFString,
    PDFZCompress,
)
from reportlab.pdfgen.canvas import Canvas

from competence.reports.packing import packed
from competence.reports.typography import MOST_KEPT, REGULAR, Face, colour_of, load_fonts, printable, width_of

Box: TypeAlias = tuple[float, float, float, float]
Align: TypeAlias = Literal["left", "right", "centre"]

TAGS = frozenset({"Document", "Sect", "H1", "H2", "H3", "P", "Table", "THead", "TBody", "TR", "TH", "TD", "Caption",
                  "L", "LI", "Lbl", "LBody", "Figure", "Span"})  # fmt: skip


@dataclass(eq=False)
class Element:
    """One node of the structure tree; its kids are elements and marked pieces of pages, in reading order."""

    tag: str
    scope: Literal["Row", "Column"] | None = None
    col_span: int = 1
    alt: str | None = None
    box: Box | None = None
    summary: str | None = None
    kids: "list[Element | Mark]" = field(default_factory=list)


@dataclass(frozen=True)
class Mark:
    """A marked piece of a page's content: page from 0, and its number on that page."""

    page: int
    number: int


class _Inside:
    """The element is open within the block. No generator: a matrix opens ten thousand."""

    __slots__ = ("_element", "_open")

    def __init__(self, open_: list[Element], element: Element) -> None:
        self._open, self._element = open_, element

    def __enter__(self) -> Element:
        self._open.append(self._element)
        return self._element

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.pop()


class TaggedPdf:
    """A PDF under construction: `tag` opens elements, `text` writes into the innermost one, `finish` gives the bytes.

    Coordinates are points from the lower left corner. The same calls give the same bytes.
    """

    def __init__(
        self, *, title: str, language: str, pagesize: tuple[float, float], author: str, created_at: datetime
    ) -> None:
        load_fonts()
        self.title = printable(title)
        self.language = language
        self.width, self.height = pagesize
        self._created_at = created_at.astimezone(UTC)
        self._out = BytesIO()
        canvas: Any = Canvas  # its stubs leave out what tags need, and give a font's name as a number
        self._canvas = canvas(
            self._out,
            pagesize=pagesize,
            lang=language,
            invariant=1,
            pageCompression=1,
            pdfVersion=(1, 7),
            initialFontName=REGULAR,  # else an unembedded Helvetica is named on each page
        )
        self._canvas.setTitle(self.title)
        self._canvas.setAuthor(printable(author))
        self._canvas.setCreator("Kompetencetavlen")
        self._canvas.setSubject("")
        self._canvas.setViewerPreference("DisplayDocTitle", "true")
        stamp = self._canvas._doc._timeStamp
        stamp.t = self._created_at.timestamp()
        stamp.lt = self._created_at.timetuple()
        stamp.YMDhms = tuple(stamp.lt)[:6]
        stamp.dhh = stamp.dmm = 0
        self._root = Element("Document")
        self._open = [self._root]
        self._pages: list[list[Element]] = [[]]
        self._drawing = False
        self._stamps: dict[Hashable, str] = {}

    # -- structure

    def tag(
        self,
        tag: str,
        *,
        scope: Literal["Row", "Column"] | None = None,
        col_span: int = 1,
        summary: str | None = None,
    ) -> _Inside:
        """A new element inside the open one, open within the block. A `TH` must say its scope."""
        if tag not in TAGS:
            raise ValueError(f"{tag} is not a tag that this layer writes")
        if tag == "TH" and scope is None:
            raise ValueError("a table header must say whether it heads a row or a column")
        element = Element(tag, scope=scope, col_span=col_span, summary=summary)
        self._open[-1].kids.append(element)
        return self.inside(element)

    def inside(self, element: Element) -> _Inside:
        """The element open again within the block, for a table or list that goes on after something else was drawn."""
        return _Inside(self._open, element)

    # -- content

    def text(self, x: float, y: float, lines: str | Sequence[str], face: Face, *, align: Align = "left") -> None:
        """None; the lines are drawn from baseline `y` downwards as one piece of the open element, or as decoration.

        A space at the end is kept: more of the same sentence follows.
        """
        rows = [lines] if isinstance(lines, str) else lines
        if self._drawing:
            self._draw_lines(x, y, rows, face, align)
            return
        with self._marked():
            self._draw_lines(x, y, rows, face, align)

    def upright(self, x: float, y: float, parts: Sequence[tuple[str, Face]]) -> None:
        """None; the parts follow each other, reading upwards from (x, y), as one piece of the open element."""
        with self._marked():
            canvas = self._canvas
            canvas.saveState()
            canvas.translate(x, y)
            canvas.rotate(90)
            along = 0.0
            for words, face in parts:
                shown = printable(words)
                canvas.setFont(face.font, face.size)
                canvas.setFillColor(colour_of(face.colour))
                canvas.drawString(along, 0, shown + " ")
                along += width_of(shown + " ", face)
            canvas.restoreState()

    @contextmanager
    def figure(self, *, alt: str, box: Box) -> Iterator[Any]:
        """The canvas, to draw a picture on within the block; `alt` is read aloud, `box` holds its outer corners."""
        element = Element("Figure", alt=printable(alt), box=box)
        self._open[-1].kids.append(element)
        with self.inside(element), self._marked():
            yield from self._canvas_alone()

    def stamp(self, x: float, y: float, looks: Hashable, draw: Callable[[Any], None], *, alt: str, box: Box) -> None:
        """None; a figure at (x, y), one of many that look alike: `draw` draws it around the origin, once for each `looks`."""
        if looks not in self._stamps:
            self._stamps[looks] = self._drawn(draw)
        element = Element("Figure", alt=printable(alt), box=box)
        self._open[-1].kids.append(element)
        page = self._pages[-1]
        element.kids.append(Mark(len(self._pages) - 1, len(page)))
        self._canvas._code.append(
            f"/Figure <</MCID {len(page)}>> BDC\nq\n1 0 0 1 {x:.2f} {y:.2f} cm\n{self._stamps[looks]}\nQ\nEMC"
        )
        page.append(element)

    def _drawn(self, draw: Callable[[Any], None]) -> str:
        """What the drawing writes on the page, kept instead of written."""
        code = self._canvas._code
        begun = len(code)
        for canvas in self._canvas_alone():
            draw(canvas)
        written = "\n".join(code[begun + 1 : -1])
        del code[begun:]
        return written

    @contextmanager
    def decoration(self, kind: Literal["Layout", "Header", "Footer"] = "Layout") -> Iterator[Any]:
        """The canvas, on which what is not read aloud is drawn: lines and page furniture (text too) that repeats."""
        what = "/Type /Layout" if kind == "Layout" else f"/Type /Pagination /Subtype /{kind}"
        self._canvas._code.append(f"/Artifact <<{what}>> BDC")
        try:
            yield from self._canvas_alone()
        finally:
            self._canvas._code.append("EMC")

    def line(self, x1: float, x2: float, y: float, *, colour: str, width: float) -> None:
        """None; a level line that only decorates."""
        with self.decoration() as canvas:
            canvas.setStrokeColor(colour_of(colour))
            canvas.setLineWidth(width)
            canvas.line(x1, y, x2, y)

    def next_page(self) -> None:
        """None; what follows is drawn on a new page. Open elements stay open and go on there."""
        self._canvas.showPage()
        self._pages.append([])

    def finish(self) -> bytes:
        """The finished file. Nothing may be drawn afterwards."""
        self._canvas.showPage()
        self._write_structure()
        self._canvas.save()
        return packed(self._out.getvalue())

    # -- inside

    def _draw_lines(self, x: float, y: float, rows: Sequence[str], face: Face, align: Align) -> None:
        canvas = self._canvas
        canvas.setFont(face.font, face.size)
        canvas.setFillColor(colour_of(face.colour))
        for index, row in enumerate(rows):
            shown = printable(row)
            left = x
            if align != "left":
                left = x - width_of(shown, face) / (1 if align == "right" else 2)
            # A space keeps the last word of a line apart from the first of the next when the file is read aloud.
            goes_on = index < len(rows) - 1 or row.endswith(" ")
            canvas.drawString(left, y - index * face.leading, shown + " " if goes_on else shown)

    def _canvas_alone(self) -> Iterator[Any]:
        if self._drawing:
            raise ValueError("a figure or decoration cannot stand inside another one")
        self._drawing = True
        self._canvas.saveState()
        try:
            yield self._canvas
        finally:
            self._canvas.restoreState()
            self._drawing = False

    @contextmanager
    def _marked(self) -> Iterator[None]:
        element = self._open[-1]
        if element is self._root:
            raise ValueError("text must stand in an element")
        page = self._pages[-1]
        element.kids.append(Mark(len(self._pages) - 1, len(page)))
        self._canvas._code.append(f"/{element.tag} <</MCID {len(page)}>> BDC")
        page.append(element)
        try:
            yield
        finally:
            self._canvas._code.append("EMC")

    def _write_structure(self) -> None:
        document = self._canvas._doc
        pages = document.Pages.pages
        references: dict[Element, Any] = {}

        def write(element: Element, parent: Any) -> Any:
            node = _Node(element, parent)
            reference = references[element] = document.Reference(node)
            own_page = next((kid.page for kid in element.kids if isinstance(kid, Mark)), None)
            if own_page is not None:
                node.page = document.Reference(pages[own_page])
            node.kids = [
                write(kid, reference)
                if isinstance(kid, Element)
                else b"%d" % kid.number
                if kid.page == own_page
                else PDFDictionary(
                    {"Type": PDFName("MCR"), "Pg": document.Reference(pages[kid.page]), "MCID": kid.number}
                )
                for kid in element.kids
            ]
            return reference

        tree = PDFDictionary({"Type": PDFName("StructTreeRoot")})
        tree_reference = document.Reference(tree)
        tree["K"] = write(self._root, tree_reference)
        numbers: list[Any] = []
        for index, (page, elements) in enumerate(zip(pages, self._pages, strict=True)):
            # ReportLab's page knows neither key; on the page itself, so that its class stays as it is.
            page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
            page.StructParents = index
            page.Tabs = PDFName("S")
            page.Trans = None
            # Plain compressed bytes; ReportLab would write them as text, a quarter longer.
            page.Contents = PDFStream(content=page.stream, filters=[PDFZCompress])
            numbers += [index, document.Reference(PDFArray([references[element] for element in elements]))]
        tree["ParentTree"] = document.Reference(PDFDictionary({"Nums": PDFArray(numbers)}))
        tree["ParentTreeNextKey"] = len(self._pages)
        catalog = document.Catalog
        catalog.StructTreeRoot = tree
        catalog.MarkInfo = PDFDictionary({"Marked": "true"})
        catalog.Metadata = XMP(creator=lambda _: self._metadata())

    def _metadata(self) -> bytes:
        moment = self._created_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(self.title)}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>{escape(self.language)}</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>{moment}</xmp:CreateDate><xmp:ModifyDate>{moment}</xmp:ModifyDate>
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>""".encode()


class _Node(PDFObject):
    """An element of the structure tree as PDF, written straight away: there are ten thousand of them in a matrix."""

    def __init__(self, element: Element, parent: Any) -> None:
        self._element, self._parent = element, parent
        self.page: Any = None
        self.kids: list[Any] = []

    def format(self, document: Any) -> bytes:
        """The dictionary, its keys in order as ReportLab would write them."""
        element = self._element
        parts = []
        if (given := _attributes(element)) is not None:
            parts.append(b"/A " + given)
        if element.alt is not None:
            parts.append(b"/Alt " + _string(element.alt))
        if self.kids:
            kids = [kid if isinstance(kid, bytes) else kid.format(document) for kid in self.kids]
            parts.append(b"/K " + (kids[0] if len(kids) == 1 else _array(kids)))
        parts.append(b"/P " + self._parent.format(document))
        if self.page is not None:
            parts.append(b"/Pg " + self.page.format(document))
        parts.append(b"/S /" + element.tag.encode())
        return b"<<\n" + b" ".join(parts) + b"\n>>"


IN_A_LINE = 10
"""So many members of an array stand in one line."""


def _array(parts: Sequence[bytes]) -> bytes:
    lines = [b" ".join(parts[at : at + IN_A_LINE]) for at in range(0, len(parts), IN_A_LINE)]
    return b"[ " + b" \n  ".join(lines) + b" ]"


@lru_cache(maxsize=MOST_KEPT)
def _corner(value: float) -> bytes:
    """The coordinate with at most one decimal, and no zero that says nothing."""
    text = f"{round(value, 1):.1f}".removesuffix(".0")
    return b"0" if text in ("0", "-0") else text.removeprefix("0").encode()


@lru_cache(maxsize=MOST_KEPT)
def _string(text: str) -> bytes:
    return bytes(PDFString(text).format(_PLAIN))


_PLAIN = DummyDoc()
"""Nothing is encrypted."""


def _attributes(element: Element) -> bytes | None:
    """The attributes of an element as PDF, None when it has none."""
    table = [
        *([b"/ColSpan %d" % element.col_span] if element.col_span > 1 else []),
        b"/O /Table",
        *([b"/Scope /" + element.scope.encode()] if element.scope else []),
        *([b"/Summary " + _string(element.summary)] if element.summary else []),
    ]
    if len(table) > 1:
        return b"<<\n" + b" ".join(table) + b"\n>>"
    if element.box:
        corners = b" ".join([_corner(corner) for corner in element.box])
        return b"<<\n/BBox [ " + corners + b" ] /O /Layout /Placement /Inline\n>>"
    return None

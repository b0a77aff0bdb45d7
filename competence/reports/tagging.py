"""The one layer through which PDFs are written, so that each of them can be read aloud.

ReportLab draws, but writes no tags. Here text can only be drawn inside an element (a heading, a cell, a list item) and
shapes only as a figure with words or as decoration; from that the structure tree is built. After PDF/UA-1 (ISO 14289-1)
and chapter 14 of ISO 32000-1.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Literal, TypeAlias
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.pdfbase.pdfdoc import XMP, PDFArray, PDFDictionary, PDFName, PDFStream, PDFString, PDFZCompress
from reportlab.pdfgen.canvas import Canvas

from competence.reports.packing import packed
from competence.reports.typography import REGULAR, Face, load_fonts, printable, width_of

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

    # -- structure

    @contextmanager
    def tag(
        self,
        tag: str,
        *,
        scope: Literal["Row", "Column"] | None = None,
        col_span: int = 1,
        summary: str | None = None,
    ) -> Iterator[Element]:
        """A new element inside the open one, open within the block. A `TH` must say its scope."""
        if tag not in TAGS:
            raise ValueError(f"{tag} is not a tag that this layer writes")
        if tag == "TH" and scope is None:
            raise ValueError("a table header must say whether it heads a row or a column")
        element = Element(tag, scope=scope, col_span=col_span, summary=summary)
        self._open[-1].kids.append(element)
        with self.inside(element):
            yield element

    @contextmanager
    def inside(self, element: Element) -> Iterator[None]:
        """The element open again within the block, for a table or list that goes on after something else was drawn."""
        self._open.append(element)
        try:
            yield
        finally:
            self._open.pop()

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
                canvas.setFillColor(HexColor(face.colour))
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
            canvas.setStrokeColor(HexColor(colour))
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
        canvas.setFillColor(HexColor(face.colour))
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
            node = PDFDictionary({"S": PDFName(element.tag), "P": parent})
            reference = references[element] = document.Reference(node)
            own_page = next((kid.page for kid in element.kids if isinstance(kid, Mark)), None)
            if own_page is not None:
                node["Pg"] = document.Reference(pages[own_page])
            if element.alt is not None:
                node["Alt"] = PDFString(element.alt)
            if (given := _attributes(element)) is not None:
                node["A"] = given
            kids = [
                write(kid, reference)
                if isinstance(kid, Element)
                else kid.number
                if kid.page == own_page
                else PDFDictionary(
                    {"Type": PDFName("MCR"), "Pg": document.Reference(pages[kid.page]), "MCID": kid.number}
                )
                for kid in element.kids
            ]
            if kids:
                node["K"] = kids[0] if len(kids) == 1 else PDFArray(kids)
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


def _attributes(element: Element) -> Any:
    """The attributes of an element as PDF, None when it has none."""
    table: dict[str, Any] = {}
    if element.scope:
        table["Scope"] = PDFName(element.scope)
    if element.col_span > 1:
        table["ColSpan"] = element.col_span
    if element.summary:
        table["Summary"] = PDFString(element.summary)
    if table:
        return PDFDictionary({"O": PDFName("Table"), **table})
    if element.box:
        corners = PDFArray([round(corner, 1) for corner in element.box])
        return PDFDictionary({"O": PDFName("Layout"), "Placement": PDFName("Inline"), "BBox": corners})
    return None

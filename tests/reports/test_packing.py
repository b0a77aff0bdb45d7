from datetime import UTC, datetime
from io import BytesIO

from pypdf import PdfReader
from reportlab.pdfgen.canvas import Canvas

from competence.reports.packing import packed
from competence.reports.tagging import TaggedPdf
from competence.reports.typography import Face


def drawn(pages):
    out = BytesIO()
    canvas = Canvas(out, invariant=1, pageCompression=1)
    canvas.setTitle("Æbler endobj (endstream)")
    for page in range(pages):
        canvas.drawString(50, 500, f"Side {page} endobj endstream trailer startxref")
        canvas.bookmarkPage(f"p{page}")
        canvas.addOutlineEntry(f"Side {page}", f"p{page}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def test_a_packed_file_says_the_same():
    plain = drawn(300)
    before, after = PdfReader(BytesIO(plain), strict=True), PdfReader(BytesIO(packed(plain)), strict=True)
    assert [page.extract_text() for page in after.pages] == [page.extract_text() for page in before.pages]
    assert after.metadata == before.metadata
    assert after.root_object.keys() == before.root_object.keys()
    assert len(after.outline) == 300
    assert after.trailer["/ID"] == before.trailer["/ID"]


def test_a_packed_file_is_smaller():
    plain = drawn(30)
    assert len(packed(plain)) < len(plain)


def test_a_wide_table_stays_small():
    pdf = TaggedPdf(
        title="Skema", language="da-DK", pagesize=(1190, 842), author="", created_at=datetime(2026, 6, 9, tzinfo=UTC)
    )
    with pdf.tag("Table"):
        for row in range(150):
            with pdf.tag("TR"):
                for column in range(25):
                    with pdf.tag("TD"):
                        pdf.text(20 + column * 40, 820 - row * 5, str(column % 4), Face(9))
    assert len(pdf.finish()) < 100_000

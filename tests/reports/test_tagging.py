from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from competence.reports.tagging import TaggedPdf
from competence.reports.typography import Face

BODY = Face(10)


@pytest.fixture
def pdf():
    return TaggedPdf(
        title="Skema & pas – æøå",
        language="da-DK",
        pagesize=(400, 300),
        author="Fjordby Kommune",
        created_at=datetime(2026, 6, 9, 5, 42, tzinfo=UTC),
    )


def finished(pdf):
    with pdf.tag("P"):
        pdf.text(20, 250, "Blåbærgrød", BODY)
    return PdfReader(BytesIO(pdf.finish()))


def test_the_file_says_title_language_and_that_it_is_tagged(pdf):
    root = finished(pdf).root_object
    assert root["/Lang"] == "da-DK"
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True


def test_title_and_promise_of_pdf_ua_stand_in_the_metadata(pdf):
    reader = finished(pdf)
    assert reader.metadata is not None
    assert reader.metadata.title == "Skema & pas – æøå"
    assert reader.xmp_metadata is not None
    assert reader.xmp_metadata.dc_title == {"x-default": "Skema & pas – æøå"}
    assert b"<pdfuaid:part>1</pdfuaid:part>" in reader.root_object["/Metadata"].get_data()


def test_the_file_is_dated_by_what_it_tells_not_by_the_clock(pdf):
    metadata = finished(pdf).metadata
    assert metadata is not None
    assert metadata.creation_date == datetime(2026, 6, 9, 5, 42, tzinfo=UTC)


def test_every_font_is_embedded_and_no_other_is_named(pdf):
    reader = finished(pdf)
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert fonts
    assert all("/FontFile2" in font["/FontDescriptor"] and "/ToUnicode" in font for font in fonts)
    assert b"Helvetica" not in reader.stream.read()


def test_text_belongs_to_the_innermost_element(pdf, hear):
    with pdf.tag("L"), pdf.tag("LI"):
        with pdf.tag("Lbl"):
            pdf.text(20, 250, "1.", BODY)
        with pdf.tag("LBody"):
            pdf.text(40, 250, ["Første linje", "og anden"], BODY)
    (item,) = hear(pdf.finish()).each("LI")
    assert [(kid.tag, kid.text) for kid in item.kids] == [("Lbl", "1."), ("LBody", "Første linje og anden")]


def test_an_element_may_go_on_over_a_page(pdf, hear):
    with pdf.tag("P") as paragraph:
        pdf.text(20, 250, "Først ", BODY)
        pdf.next_page()
        pdf.text(20, 250, "så ", BODY)
    with pdf.tag("P"):
        pdf.text(20, 200, "imens", BODY)
    with pdf.inside(paragraph):
        pdf.text(20, 150, "sidst", BODY)
    assert [part.text for part in hear(pdf.finish()).each("P")] == ["Først så sidst", "imens"]


def test_each_page_points_back_to_the_elements_on_it(pdf):
    for words in ("en", "to"):
        with pdf.tag("H1"):
            pdf.text(20, 250, words, BODY)
        with pdf.tag("P"):
            pdf.text(20, 220, words, BODY)
        pdf.next_page()
    reader = PdfReader(BytesIO(pdf.finish()))
    numbers = reader.root_object["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    elements = dict(zip(numbers[::2], numbers[1::2], strict=True))
    for page in reader.pages[:2]:
        found = [element.get_object() for element in elements[page["/StructParents"]].get_object()]
        assert [element["/S"] for element in found] == ["/H1", "/P"]
        assert [element["/K"] for element in found] == [0, 1]


def test_what_repeats_is_seen_but_not_read_aloud(pdf, hear):
    with pdf.decoration("Footer"):
        pdf.text(380, 20, "Side 1 af 1", BODY, align="right")
    with pdf.tag("P"):
        pdf.text(20, 250, "Indhold", BODY)
    data = pdf.finish()
    assert "Side 1 af 1" in PdfReader(BytesIO(data)).pages[0].extract_text()
    assert hear(data).text == "Indhold"


def test_a_picture_is_told_by_its_words(pdf, hear):
    with pdf.tag("P"), pdf.figure(alt="to ud af tre", box=(20, 20, 40, 40)) as canvas:
        canvas.circle(30, 30, 10)
    (figure,) = hear(pdf.finish()).each("Figure")
    assert figure.alt == "to ud af tre"
    assert [float(corner) for corner in figure.attributes["/BBox"]] == [20, 20, 40, 40]


def test_what_looks_alike_is_drawn_once_and_told_in_each_place(pdf, hear):
    drawn = []

    def draw(canvas):
        drawn.append(canvas)
        canvas.rect(0, 0, 5, 5)
        pdf.text(1, 1, "2", BODY)

    with pdf.tag("P"):
        for at, words in enumerate(("Må udføre.", "Må ikke.")):
            pdf.stamp(20 + 30 * at, 100, "square 2", draw, alt=words, box=(20, 100, 25, 105))
        pdf.text(20, 50, "Efter", BODY)
    root = hear(pdf.finish())
    assert len(drawn) == 1
    assert [one.alt for one in root.each("Figure")] == ["Må udføre.", "Må ikke."]
    assert [one.own_text for one in root.each("Figure")] == ["2", "2"]
    assert [one.own_text for one in root.each("P")] == ["Efter"]


def test_text_outside_an_element_is_refused(pdf):
    with pytest.raises(ValueError, match="in an element"):
        pdf.text(20, 250, "løst", BODY)


def test_a_table_header_without_scope_is_refused(pdf):
    with pytest.raises(ValueError, match="row or a column"), pdf.tag("TH"):
        pass


def test_an_unknown_tag_is_refused(pdf):
    with pytest.raises(ValueError, match="BLINK"), pdf.tag("BLINK"):
        pass


def test_a_picture_inside_a_picture_is_refused(pdf):
    with pytest.raises(ValueError, match="inside another"), pdf.decoration(), pdf.decoration():
        pass

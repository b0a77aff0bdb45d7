"""The printed page of a staff group: what it says, in which order, and over how many sheets."""

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

from pypdf import PdfReader

from competence.reports.function_description import (
    FunctionDescription,
    LevelRow,
    ProfileArea,
    function_description_pdf,
)

PAGE = FunctionDescription(
    municipality="Prøveby Kommune", group="Social- og sundhedshjælper", version="2", standing="gælder fra 1. januar 2027",
    approval="Godkendt af Marianne Holm.", purpose=("Hjælperen giver pleje.",), duties=("Pleje", "Mad og drikke"),
    areas=(ProfileArea("Medicin", (LevelRow("basis", ("Giver medicin.",), (("Øjendråber", "øvet"),)),)),),
    issued_at=datetime(2026, 11, 22, 12, tzinfo=UTC), issued="22. november 2026",
)  # fmt: skip


def plain(msgid: str, /, **params: object) -> str:
    """The English text itself."""
    return msgid % params if params else msgid


def read(page: FunctionDescription) -> PdfReader:
    """The finished file."""
    return PdfReader(BytesIO(function_description_pdf(page, plain)))


def test_it_says_purpose_responsibilities_and_the_profile_in_that_order():
    text = " ".join(read(PAGE).pages[0].extract_text().split())
    parts = ["Social- og sundhedshjælper", "Version 2, gælder fra 1. januar 2027", "Hjælperen giver pleje.", "Mad og drikke",
             "Medicin", "basis", "Giver medicin.", "Øjendråber: øvet", "Page 1 of 1"]  # fmt: skip
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_it_is_tagged_titled_and_the_same_each_time():
    reader = read(PAGE)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.metadata is not None
    assert "Social- og sundhedshjælper" in str(reader.metadata.title)
    assert function_description_pdf(PAGE, plain) == function_description_pdf(PAGE, plain)


def test_a_long_profile_goes_on_over_further_sheets_and_loses_nothing():
    tasks = tuple((f"Opgave nummer {number}", "øvet") for number in range(150))
    reader = read(replace(PAGE, areas=(ProfileArea("Medicin", (LevelRow("basis", (), tasks),)),)))
    assert len(reader.pages) > 2
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert all(f"{task}: øvet" in text for task, _level in tasks)


def test_a_group_without_texts_or_areas_has_a_page_too():
    assert "Social- og sundhedshjælper" in read(replace(PAGE, areas=(), purpose=(), duties=())).pages[0].extract_text()

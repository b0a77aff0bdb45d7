"""The report to the committee: the page's figures on the same day, read aloud in order, without names."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from competence.access.rules import Role
from tests.figures.conftest import Town
from tests.figures.conftest import town as town

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def director(town: Town, signed_in):
    return signed_in(town.looker())


def test_the_report_says_what_the_page_says_on_the_same_day(town, director, hear):
    page = director.get(f"/overview/{town.world.root.id}").text
    answer = director.get(f"/overview/{town.world.root.id}/report.pdf")
    assert answer.mimetype == "application/pdf"
    heard = hear(answer.data)
    told = [part.text for part in heard.each("TD", "P", "H1", "H2")]
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    fields = [part.text for part in heard.each("TD") if "%" in part.text and part.text[0].isdigit()]
    for field in fields[1:]:  # the first is the key figure
        number, words = field.split(" % ")
        assert f"<b>{number}<i" in table
        assert words == "dækket" or words in table
    for heading in page.split("kt-facts")[1].split("<h3>")[1:4]:
        assert heading.partition("</h3>")[0] in told
    assert "Kompetencer i ældreplejen" in told
    assert "Hjælper" not in " ".join(told)


def test_tables_have_headers_and_every_sheet_its_number(town, director, hear):
    pdf = director.get(f"/overview/{town.world.root.id}/report.pdf").data
    heads = [part.text for part in hear(pdf).each("TH") if part.attributes.get("/Scope") == "/Column"]
    assert {"Nøgletal", "Fagområde", "Havnen", "I alt"} <= set(heads)
    assert "Sårpleje" in [part.text for part in hear(pdf).each("TH") if part.attributes.get("/Scope") == "/Row"]
    pages = PdfReader(BytesIO(pdf)).pages
    for at, page in enumerate(pages, start=1):
        assert f"Side {at} af {len(pages)}" in page.extract_text()
        assert page.mediabox.width > page.mediabox.height


def test_many_teams_stand_by_district_each_in_one_table(town, director, hear):
    for number in range(17):
        team = town.world.unit(f"Team Ny {number:02}", under=town.south)
        town.world.person(f"Nynne {number}", unit=team)
    town.world.settle().session.commit()
    heard = hear(director.get(f"/overview/{town.world.root.id}/report.pdf").data)
    heads = [part.text for part in heard.each("TH")]
    assert [heads.count(f"Team Ny {number:02}") for number in range(17)] == [1] * 17
    assert [part.text for part in heard.each("H3")].count("Distrikt Syd") == 2


def test_a_past_day_without_figures_and_a_unit_out_of_reach_have_no_report(town, director, signed_in):
    assert director.get(f"/overview/{town.world.root.id}/report.pdf?on=2001-01-01").status_code == 404
    leader = signed_in(town.looker(Role.LEADER, "Dorthe Nygaard", over=town.south))
    assert leader.get(f"/overview/{town.world.root.id}/report.pdf").status_code == 404
    assert leader.get("/overview/report.pdf").status_code == 200

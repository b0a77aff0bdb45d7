"""What is taken out agrees with the page, by the same permissions and the same hiding."""

import csv
from io import BytesIO, StringIO

import openpyxl
import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.audit.models import AccessEntry
from tests.figures.conftest import Town
from tests.figures.conftest import town as town

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def director(town: Town, signed_in):
    return signed_in(town.looker())


def rows(client, address):
    """The lines of a .csv as dicts by their headings."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))


def overview(town, what, ending="csv"):
    return f"/overview/{town.world.root.id}/{what}.{ending}"


def test_the_areas_of_the_units_add_up_to_the_key_figures(town, director):
    areas = rows(director, overview(town, "areas"))
    units = {row["Enhed"]: row for row in rows(director, overview(town, "units"))}
    figures = {row["Nøgletal"]: row for row in rows(director, overview(town, "figures"))}
    whole = units[town.world.root.name]
    for head in ("Krav", "Huller", "Sårbare"):
        assert sum(int(row[head]) for row in areas) == int(whole[head])
    assert figures["Huller"]["Værdi"] == whole["Huller"]
    assert figures["Opfyldte dækningskrav"]["Værdi"] == whole["Opfyldt, procent"]
    page = director.get(f"/overview/{town.world.root.id}").text
    assert f"<b>{figures['Opfyldte dækningskrav']['Værdi']}</b>" in page
    *_months, now, _target = rows(director, overview(town, "months"))
    assert now["Huller"] == whole["Huller"]


def test_a_small_team_is_hidden_in_the_file_as_on_the_page(town, director, signed_in):
    town.world.person("Ene Alene", unit=town.world.unit("Team Lille", under=town.south))
    town.world.settle().session.commit()
    lines = {row["Enhed"]: row for row in rows(director, overview(town, "units"))}
    assert lines["Team Lille"]["Medarbejdere"] == lines["Team Engen"]["Medarbejdere"] == "skjult"
    nurse = signed_in(town.looker(Role.DEVELOPMENT_NURSE, "Marianne Holm"))
    assert "skjult" not in nurse.get(overview(town, "units")).text


def test_todays_gaps_and_a_teams_counts_say_the_same(town, director, signed_in):
    nurse = signed_in(town.looker(Role.DEVELOPMENT_NURSE, "Marianne Holm"))
    gaps = [row for row in rows(nurse, "/gaps-today.csv") if row["Enhed"] == town.havnen.name]
    counts = rows(nurse, f"/coverage/{town.havnen.id}/counts.csv")
    short = {(row["Opgave"], row["Vagt"]): (row["Har"], row["Skal"]) for row in counts if row["Status"] == "hul"}
    assert short
    assert {(row["Opgave"], row["Vagt"]): (row["Har"], row["Skal"]) for row in gaps} == short
    for row in rows(director, f"/coverage/{town.havnen.id}/counts.csv"):
        assert row["Har"] == row["Skal"] == "skjult"


def test_files_with_names_leave_a_trace_and_those_with_figures_none(town, signed_in):
    leader = signed_in(town.looker(Role.LEADER, "Dorthe Nygaard", over=town.havnen))
    team = town.havnen.id

    def looks():
        town.world.session.rollback()
        return len(town.world.session.scalars(select(AccessEntry)).all())

    leader.get(f"/coverage/{team}/counts.csv")
    leader.get(f"/roster/{team}/week.csv")
    assert looks() == 0
    for with_names in (f"/coverage/{team}/latent.csv", f"/roster/{team}/duties.csv", f"/forecast/{team}/opens.csv"):
        before = looks()
        assert "Hjælper" in leader.get(with_names).text or "opens" in with_names
        assert looks() == before + 1


def test_who_sees_numbers_only_gets_no_names(town, director):
    team = town.havnen.id
    for refused in (f"/coverage/{team}/latent.xlsx", f"/roster/{team}/duties.xlsx", f"/roster/{team}/week.csv"):
        assert director.get(refused).status_code == 403
    for given in (f"/forecast/{team}/opens.csv", f"/forecast/{team}/months.csv", "/actions.csv", "/gaps-today.csv"):
        answer = director.get(given)
        assert answer.status_code == 200
        assert "Hjælper" not in answer.text


def test_out_of_reach_or_of_another_kind_is_no_file(town, signed_in):
    leader = signed_in(town.looker(Role.LEADER, "Dorthe Nygaard", over=town.south))
    assert leader.get(f"/overview/{town.south.id}/units.csv").status_code == 200
    for missing in (
        f"/overview/{town.world.district.id}/units.csv", f"/coverage/{town.havnen.id}/counts.csv",
        f"/overview/{town.south.id}/units.pdf", f"/overview/{town.south.id}/people.csv", "/gaps-today.json",
    ):  # fmt: skip
        assert leader.get(missing).status_code == 404, missing


def test_no_unit_becomes_a_formula_and_dates_are_the_last_day(town, signed_in):
    town.havnen.name = "=Havnen"
    town.world.session.commit()
    nurse = signed_in(town.looker(Role.DEVELOPMENT_NURSE, "Marianne Holm"))
    book = openpyxl.load_workbook(BytesIO(nurse.get(overview(town, "areas", "xlsx")).data))
    assert all(cell.data_type != "f" for sheet in book for line in sheet.iter_rows() for cell in line)
    assert "'=Havnen" in nurse.get(overview(town, "areas")).data.decode("utf-8-sig")
    opens = rows(nurse, f"/forecast/{town.havnen.id}/opens.csv")
    assert [row for row in opens if row["Har derefter"] < row["Skal derefter"]] == opens
    assert opens

"""The matrix on A3 and as a spreadsheet: what a sheet in the team's room may not tell, and what the desk sheet does."""

import csv
from dataclasses import replace
from datetime import timedelta
from io import BytesIO, StringIO

import openpyxl
import pytest
from pypdf import PdfReader

from competence.access.rules import Role
from competence.coverage.queries.board import board
from competence.coverage.queries.places import tree
from competence.coverage.rules import Shift
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, today
from competence.people.models import Absence
from competence.reports.matrix_content import sheet_of, table_of
from competence.reports.matrix_sheet import MOST_PEOPLE, Mark, PersonColumn, TaskRow, Which, matrix_pdf

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LACKS = ("Udløber", "udløbet", "Under oplæring", "Afventer", "afventer", "pause", "Ikke i vagtplanen", "dage", "1 af 3")


@pytest.fixture
def havnen(world):
    """Karen by education; Amira lapses in 20 days; Søren in training; Lone signed and away; a gap at night."""
    rinse, insulin = (
        world.task("Skylning af blærekateter", critical=True, observed_times=3),
        world.task("Insulin med pen"),
    )
    for task in (rinse, insulin):
        world.cell(task, "SPL", CellRule.CORE)
        world.cell(task, "SSH", CellRule.MAY_GENERAL)
    karen = world.person("Karen Winther", "SPL")
    amira, soren, lone = (
        world.person("Amira Haddad"),
        world.person("Søren Juhl", shifts="N"),
        world.person("Lone Madsen"),
    )
    world.signed(amira, insulin, by=karen, days_ago=40, valid_days=60)
    world.signed(lone, insulin, 2, by=karen, days_ago=40)
    world.observed(soren, rinse, by=karen)
    world.requirement(rinse, Shift.NIGHT, 1)
    world.requirement(insulin, Shift.DAY, 2)
    world.session.add(
        Absence(
            employment_id=lone.employment.id,
            valid_from=today(),
            valid_to=today() + timedelta(days=9),
            recorded_at=now(),
        )
    )
    leader = world.role(
        world.person("Dorthe Nygaard", "UFA", unit=world.unit("Staben", under=world.root), shifts=""),
        Role.LEADER, over=world.team,
    )  # fmt: skip
    world.settle().session.commit()
    return world, leader


def sheet(havnen, which):
    world, _leader = havnen
    units = tree(world.session, on=today())
    found = board(world.session, units, units.by_id[world.team.id], on=today())
    return sheet_of(found, which, place="Prøveby Kommune", at=now())


def plain(text, /, **params):
    """The words as they stand in the code."""
    return text % params if params else text


def read_aloud(hear, pdf):
    said = [part.text or "" for part in hear(pdf).each("H1", "P", "TH", "TD", "LBody", "H2")]
    return " ".join([*said, *(part.alt or "" for part in hear(pdf).each("Figure"))])


def test_the_sheet_for_the_wall_tells_nobodys_gaps(havnen, client, signed_in, hear):
    world, leader = havnen
    pdf = signed_in(leader).get(f"/coverage/{world.team.id}/a3/wall.pdf").data
    words = read_aloud(hear, pdf)
    assert "Team Havnen: hvem må hvad?" in words
    assert "Må udføre. Niveau 2, øvet." in words
    assert "Nat: hul. 0 af 1. Mangler 1." in words
    assert "Kun til teamets eget rum" in words
    assert [word for word in LACKS if word in words] == []


def test_the_sheet_for_the_desk_tells_all_and_says_where_it_belongs(havnen, signed_in, hear):
    world, leader = havnen
    pdf = signed_in(leader).get(f"/coverage/{world.team.id}/a3/desk.pdf").data
    words = read_aloud(hear, pdf)
    for said in ("Til lederens skrivebord. Må ikke hænges op.", "Udløber om 19 dage.", "Under oplæring. 1 af 3 gange",
                 "Ikke i vagtplanen. Tæller ikke med.", "Amira Haddad. Insulin med pen: 19 dage tilbage"):  # fmt: skip
        assert said in words, said


def test_the_same_sheet_is_the_same_file_and_one_page(havnen):
    made = sheet(havnen, Which.WALL)
    pdf = matrix_pdf(made, plain)
    assert pdf == matrix_pdf(made, plain)
    (page,) = PdfReader(BytesIO(pdf)).pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (1191, 842)


def test_too_many_people_get_pages_by_staff_group_and_too_many_tasks_go_on(havnen, hear):
    made = sheet(havnen, Which.WALL)
    mark = Mark(None)
    people = tuple(
        PersonColumn(f"Navn{at}", "N.", "D", "Hjælpere" if at < MOST_PEOPLE else "Assistenter", False, (mark,) * 80)
        for at in range(MOST_PEOPLE + 4)
    )
    rows = tuple(TaskRow(f"Opgave {at}", f"Område {at // 8}", False, made.tasks[0].fields) for at in range(80))
    pdf = matrix_pdf(replace(made, people=people, tasks=rows, sums={}), plain)
    pages = [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]
    assert all("Hjælpere" in text for text in pages[: len(pages) // 2])
    assert all("Assistenter" in text and "Hjælpere" not in text for text in pages[len(pages) // 2 :])
    heads = [part.text for part in hear(pdf).each("TH") if part.attributes.get("/Scope") == "/Row"]
    assert [sum(head == row.name for head in heads) for row in rows] == [2] * 80


def test_the_spreadsheet_says_the_same_and_the_one_for_the_wall_levels_only(havnen, signed_in):
    world, leader = havnen
    client = signed_in(leader)
    desk = client.get(f"/coverage/{world.team.id}/matrix/desk.xlsx").data
    rows = list(openpyxl.load_workbook(BytesIO(desk))["Skema"].values)
    names = [str(head).split(" (")[0] for head in rows[0]]
    cells = {row[1]: dict(zip(names, row, strict=True)) for row in rows[1:]}
    assert cells["Insulin med pen"]["Amira Haddad"] == "2 (19)" or cells["Insulin med pen"]["Amira Haddad"] == "1 (19)"
    assert cells["Insulin med pen"]["Lone Madsen"] == "(2)"
    assert cells["Skylning af blærekateter"]["Søren Juhl"] == "1/3"
    assert (cells["Skylning af blærekateter"]["Nat: har"], cells["Skylning af blærekateter"]["Nat: skal"]) == (0, 1)
    wall = client.get(f"/coverage/{world.team.id}/matrix/wall.csv").data.decode("utf-8-sig")
    head, *lines = csv.reader(StringIO(wall), delimiter=";")
    for line in lines:
        for name, cell in zip(head[3:], line[3:], strict=True):
            assert cell == "" or cell.isdecimal(), (name, cell)


def test_no_name_becomes_a_formula(havnen, signed_in):
    world, leader = havnen
    world.person("=cmd Hansen")
    world.settle().session.commit()
    client = signed_in(leader)
    text = client.get(f"/coverage/{world.team.id}/matrix/desk.csv").data.decode("utf-8-sig")
    assert "'=cmd Hansen" in text
    book = openpyxl.load_workbook(BytesIO(client.get(f"/coverage/{world.team.id}/matrix/desk.xlsx").data))
    assert all(cell.data_type != "f" for row in book["Skema"].iter_rows() for cell in row)


def test_who_sees_numbers_only_gets_no_matrix(havnen, signed_in):
    world, _leader = havnen
    director = world.role(world.person("Ulla Thorsen", "UFA", unit=world.root, shifts=""), Role.DIRECTOR)
    planner = world.role(world.person("Lars Bisgaard", "UFA", unit=world.root, shifts=""), Role.PLANNER)
    for someone in (director, planner):
        client = signed_in(someone)
        for file in ("a3/wall.pdf", "a3/desk.pdf", "matrix/desk.xlsx"):
            assert client.get(f"/coverage/{world.team.id}/{file}").status_code == 403


def test_the_table_has_every_task_and_every_person_of_the_board(havnen):
    world, _leader = havnen
    units = tree(world.session, on=today())
    found = board(world.session, units, units.by_id[world.team.id], on=today())
    head, *rows = table_of(found, Which.DESK)
    assert len(head) == 3 + len(found.people) + 9
    assert [row[1] for row in rows] == [task.name for task in found.tasks]

"""The pages by which files are brought in: choose, see, confirm, go on."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from competence.access.rules import Role
from competence.audit.models import AuditEntry
from competence.delegation.models import MatrixVersion
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, set_to, today
from competence.imports import commands
from competence.imports.kinds import Kind
from competence.imports.models import StagedImport
from competence.organisation.models import Unit
from competence.people.models import Employment, PersonIdentity
from competence.signoffs.models import CurrentSignOff
from tests.factories import Someone, World
from tests.imports.workbooks import csv, with_part, xlsx

Table = list[list[Any]]
SignedIn = Callable[[Someone], FlaskClient]
UNITS: Table = [
    ["Enhed", "Overordnet", "Type"],
    ["Team Skoven", "Distrikt Nord", "Team"],
    ["Team Engen", "Distrikt Nord", "Team"],
]


def administrator(world: World, role: Role = Role.ADMINISTRATOR, over: Any = None) -> Someone:
    return world.role(world.person("Anne Holm", "SPL"), role, over=over or world.root)


def send(client: FlaskClient, kind: str, data: bytes, name: str = "liste.csv", **more: Any) -> TestResponse:
    return client.post(
        f"/imports/{kind}", data={"file": (io.BytesIO(data), name)} | more, content_type="multipart/form-data"
    )


def confirm(client: FlaskClient, kind: str) -> TestResponse:
    """The answer to the yes on the page that is shown."""
    page = client.get(f"/imports/{kind}/preview").text
    found = re.search(r'name="staged"[^>]*value="([\d.-]+)"', page)
    assert found, page
    return client.post(f"/imports/{kind}/preview", data={"staged": found[1]})


def test_units_are_shown_first_and_saved_when_confirmed(world: World, signed_in: SignedIn) -> None:
    client = signed_in(administrator(world))
    before = world.session.scalar(select(func.count(Unit.id)))
    assert send(client, "units", csv(UNITS)).location == "/imports/units/preview"
    page = client.get("/imports/units/preview").text
    assert "Det vil liste.csv ændre" in page
    assert "Team Skoven" in page
    world.session.rollback()
    assert world.session.scalar(select(func.count(Unit.id))) == before, "nothing is saved before the yes"
    assert confirm(client, "units").status_code == 302
    world.session.rollback()
    assert {"Team Skoven", "Team Engen"} <= set(world.session.scalars(select(Unit.name)))
    done = client.get("/imports/units/preview").text
    assert "liste.csv er indlæst" in done
    assert "Næste: hent medarbejdere." in done


def test_the_files_bytes_are_erased_when_it_is_loaded_and_after_a_day(world: World, signed_in: SignedIn) -> None:
    someone = administrator(world)
    client = signed_in(someone)
    send(client, "units", csv(UNITS))
    world.session.rollback()
    assert world.session.scalars(select(StagedImport.content)).one() == csv(UNITS)
    confirm(client, "units")
    world.session.rollback()
    staged = world.session.execute(select(StagedImport.content, StagedImport.mapping, StagedImport.seen)).one()
    assert (staged.content, staged.mapping) == (None, None)
    assert "Team Skoven" not in str(staged.seen)
    with set_to(now() + timedelta(hours=25)):
        commands.drop_staged(world.session, Kind.PEOPLE, by=someone.actor)
    assert world.session.scalars(select(StagedImport.id)).all() == []


def test_confirming_twice_or_after_choosing_another_file_writes_once(world: World, signed_in: SignedIn) -> None:
    client = signed_in(administrator(world))
    send(client, "units", csv(UNITS))
    seen = client.get("/imports/units/preview").text
    first = re.search(r'name="staged"[^>]*value="([\d.-]+)"', seen)
    assert first
    send(client, "units", csv([*UNITS[:2], ["Team Åen", "Distrikt Nord", "Team"]]))
    answer = client.post("/imports/units/preview", data={"staged": first[1]})
    assert "Du har valgt en anden fil i mellemtiden. Intet er gemt." in answer.text
    confirm(client, "units")
    again = client.post("/imports/units/preview", data={"staged": first[1]})
    assert again.status_code == 302
    world.session.rollback()
    entries = world.session.scalars(select(AuditEntry).where(AuditEntry.action == "add_unit")).all()
    assert len(entries) == 2


def test_problems_stand_by_sheet_row_and_column_and_nothing_is_kept(world: World, signed_in: SignedIn) -> None:
    client = signed_in(administrator(world))
    people: Table = [
        ["Medarbejdernummer", "Navn", "Enhed", "Faggruppe", "Fra"],
        [1, "Inge Strand", "Team Havnen", "SPL", "1.1.2024"],
        [2, "Bo Klit", "Team Månen", "Astronaut", "i går"],
    ]
    answer = send(client, "people", xlsx(people, sheet="Folk"), "folk.xlsx")
    assert answer.status_code == 200
    assert "3 ting i folk.xlsx skal rettes først." in answer.text
    for place in ("Folk, række 3, kolonne C", "Folk, række 3, kolonne D", "Folk, række 3, kolonne E"):
        assert place in answer.text
    assert "Astronaut" in answer.text
    world.session.rollback()
    assert world.session.scalars(select(StagedImport.id)).all() == []
    assert client.get("/imports/people/preview").location == "/imports/people"


def test_a_file_that_says_what_is_known_has_nothing_to_save(world: World, signed_in: SignedIn) -> None:
    client = signed_in(administrator(world))
    send(client, "units", csv(UNITS))
    confirm(client, "units")
    send(client, "units", csv(UNITS))
    page = client.get("/imports/units/preview").text
    assert "Filen siger det, I allerede har." in page
    assert "Indlæs filen" not in page


def test_people_matrix_and_needs_come_in_by_their_pages(world: World, signed_in: SignedIn) -> None:
    world.task("Insulin med pen")
    client = signed_in(administrator(world))
    people: Table = [
        ["Medarbejdernummer", "Navn", "Enhed", "Faggruppe", "Fra"],
        [77, "Inge Strand", "Team Havnen", "SSH", "1.1.2024"],
    ]
    send(client, "people", csv(people))
    assert "Inge Strand" in client.get("/imports/people/preview").text
    assert confirm(client, "people").status_code == 302
    matrix: Table = [
        ["Opgave", "SPL", "SSH", "Bemærkninger"],
        ["Insulin med pen", "X", "(X)", "kun fast dosis"],
        ["Sansehave", "X", "", ""],
    ]
    send(client, "matrix", xlsx(matrix), "fordeling.xlsx")
    page = client.get("/imports/matrix/preview").text
    assert "Bliver nye opgaver hos jer" in page
    assert "Det bliver kladde 2 til opgavedelingen." in page
    assert confirm(client, "matrix").status_code == 302
    needs: Table = [
        ["Enhed eller enhedstype", "Opgave", "Vagt", "Antal", "Niveau"],
        ["team", "Insulin med pen", "dag", 2, "basis"],
    ]
    send(client, "requirements", csv(needs))
    assert "alle af typen team" in client.get("/imports/requirements/preview").text
    assert confirm(client, "requirements").status_code == 302
    world.session.rollback()
    assert world.session.scalar(select(PersonIdentity.name).where(PersonIdentity.number == "77")) == "Inge Strand"
    assert world.session.scalars(select(MatrixVersion.number).order_by(MatrixVersion.number)).all() == [1, 2]


def test_papers_are_carried_over_in_her_name(world: World, signed_in: SignedIn) -> None:
    insulin, camilla = world.task("Insulin med pen"), world.person()
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    world.settle()
    nurse = administrator(world, Role.DEVELOPMENT_NURSE)
    client = signed_in(nurse)
    number = world.session.scalar(select(PersonIdentity.number).where(PersonIdentity.person_id == camilla.person.id))
    day = (today() - timedelta(days=20)).isoformat()
    old = (today() - timedelta(days=700)).isoformat()
    rows: Table = [
        ["Medarbejdernummer", "Opgave", "Niveau", "Underskrevet den", "Underskrevet af"],
        [number, "Insulin med pen", 2, day, "Hanne Lykke"],
        [number, "Insulin med pen", 2, old, "Hanne Lykke"],
    ]
    send(client, "signoffs", csv(rows))
    page = client.get("/imports/signoffs/preview").text
    assert "1 papir overføres ikke" in page
    assert "En nyere underskrift for samme opgave står i række 2." in page
    assert confirm(client, "signoffs").status_code == 302
    world.session.rollback()
    held = world.session.scalars(select(CurrentSignOff)).one()
    assert (held.person_id, held.signer_text, held.signer_id) == (camilla.person.id, "Hanne Lykke", nurse.person.id)


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        (Role.ADMINISTRATOR, {"units", "people", "matrix", "signoffs", "requirements"}),
        (Role.DEVELOPMENT_NURSE, {"matrix", "signoffs", "requirements"}),
        (Role.LEADER, {"requirements"}),
        (Role.GUIDE, set()),
    ],
)
def test_each_role_brings_in_its_own_kinds(world: World, signed_in: SignedIn, role: Role, kinds: set[str]) -> None:
    client = signed_in(administrator(world, role))
    index = client.get("/imports/")
    assert index.status_code == (200 if kinds else 403)
    for kind in ("units", "people", "matrix", "signoffs", "requirements"):
        expected = 200 if kind in kinds else 403
        assert client.get(f"/imports/{kind}").status_code == expected
        assert client.get(f"/imports/{kind}/blank").status_code == expected
        assert send(client, kind, b"x;y").status_code == expected
        assert (f'href="/imports/{kind}"' in index.text) is (kind in kinds)


def test_units_out_of_reach_are_as_unknown_as_units_that_are_not_there(world: World, signed_in: SignedIn) -> None:
    insulin = world.task("Insulin med pen")
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    world.unit("Team Skoven", under=world.unit("Distrikt Syd", "distrikt", under=world.root))
    client = signed_in(administrator(world, Role.LEADER, over=world.district))
    needs: Table = [
        ["Enhed", "Opgave", "Vagt", "Antal"],
        ["Team Skoven", "Insulin med pen", "dag", 2],
        ["Team Intet", "Insulin med pen", "dag", 2],
    ]
    page = send(client, "requirements", csv(needs)).text
    assert "Der er ingen enhed, der hedder “Team Skoven”" in page
    assert "Der er ingen enhed, der hedder “Team Intet”" in page
    own = [needs[0], ["Team Havnen", "Insulin med pen", "dag", 2]]
    assert send(client, "requirements", csv(own)).status_code == 302


def test_an_administrator_of_a_district_adds_units_in_it_alone(world: World, signed_in: SignedIn) -> None:
    client = signed_in(administrator(world, over=world.district))
    assert send(client, "units", csv(UNITS)).status_code == 302
    outside = [UNITS[0], ["Distrikt Vest", "", "distrikt"]]
    page = send(client, "units", csv(outside)).text
    assert "Filen nævner steder, som du ikke har adgang til." in page


def test_what_is_no_plain_table_is_refused_at_the_field(world: World, signed_in: SignedIn) -> None:
    client = signed_in(administrator(world))
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)
    sheet["A1"] = "=1+1"
    formulas = io.BytesIO()
    workbook.save(formulas)
    macros = with_part(xlsx(UNITS), "xl/vbaProject.bin", b"macro")
    for data, name, said in (
        (formulas.getvalue(), "formler.xlsx", "formler"),
        (macros, "makro.xlsx", "makroer"),
        (b"%PDF-1.7", "skema.pdf", "ikke et regneark"),
        (b"", "tom.csv", "tom"),
    ):
        page = send(client, "units", data, name).text
        assert "<title>Fejl: " in page
        assert said in page
    assert "Vælg filen med tabellen." in client.post("/imports/units", data={}).text


def test_a_file_over_the_limit_gets_its_sentence_and_the_form(world: World, signed_in: SignedIn) -> None:
    client = signed_in(administrator(world))
    answer = client.post("/imports/people", environ_overrides={"CONTENT_LENGTH": str(22 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "Filen er større end 20 MB." in answer.text
    assert 'enctype="multipart/form-data"' in answer.text


def test_an_empty_spreadsheet_has_the_headings_that_are_read(world: World, signed_in: SignedIn) -> None:
    world.task("Insulin med pen")
    client = signed_in(administrator(world))
    for kind in ("units", "people", "matrix", "signoffs", "requirements"):
        answer = client.get(f"/imports/{kind}/blank")
        assert answer.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
        assert isinstance(sheet, Worksheet)
        headings = [cell.value for cell in sheet[1]]
        assert headings[0] in {"enhed", "medarbejdernummer", "Opgave", "enhed eller enhedstype"}
        assert sheet.max_row == 2
        page = send(client, kind, answer.data, "skabelon.xlsx")
        assert kind == "matrix" or page.status_code == 200, "the example is not taken in by mistake"


def test_a_persons_rows_show_no_cpr_number(world: World, signed_in: SignedIn) -> None:
    client = signed_in(administrator(world))
    people: Table = [
        ["Medarbejdernummer", "Navn", "Enhed", "Faggruppe", "Fra"],
        ["0101901234", "Inge Strand", "Team Havnen", "SSH", "1.1.2024"],
    ]
    page = send(client, "people", csv(people)).text
    assert "ligner et CPR-nummer" in page
    assert "0101901234" not in page
    world.session.rollback()
    assert world.session.scalar(select(func.count(Employment.id)).where(Employment.valid_to.is_(None))) == 1

"""An inspector's question about a past date, answered on a page and as files, and who can see that she has looked."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select, update

from competence.access.rules import Role
from competence.accounts.models import RoleAssignment
from competence.audit.models import AccessEntry
from competence.foundation.clock import now, today
from competence.inspection import views
from competence.inspection.models import InspectionPack
from competence.jobs.models import Job
from competence.jobs.rules import State
from tests.factories import Someone
from tests.inspection.conftest import PURPOSE, SECRETS, Case, ago, anchored
from tests.statements import counted

SignIn = Callable[[Someone], FlaskClient]


def words(pdf: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


def looks(case: Case, someone: Someone) -> list[AccessEntry]:
    """Who has looked at the person, the first one first."""
    case.world.session.expire_all()
    case.world.session.rollback()
    found = select(AccessEntry).where(AccessEntry.person_id == someone.person.id).order_by(AccessEntry.id)
    return list(case.world.session.scalars(found))


def test_from_the_first_page_one_form_leads_to_the_answer(case: Case, signed_in: SignIn):
    client = signed_in(case.auditor)
    home = client.get("/", follow_redirects=True)
    assert "Hvem måtte hvad, og hvornår?" in home.text
    assert PURPOSE in home.text
    answer = client.get(f"/inspection?on={ago(50)}&q=amira", follow_redirects=True)
    assert answer.request.path == f"/inspection/person/{case.amira.person.id}"
    for said in (
        "Insulin med pen", "af Hanne Lykke som læringsvejleder", "Den, der skrev under, havde selv opgaven på niveau 3",
        "Accepteret af medarbejderen", "Skriftlig instruks, version 3.1", "opgavedeling, version 1", "Efterprøvet",
        "SHA-256: 5eed5eed5eed5eed.",
    ):  # fmt: skip
        assert said in answer.text, said
    unit = client.get(f"/inspection?on={ago(50)}&unit={case.world.team.id}", follow_redirects=True)
    assert unit.request.path == f"/inspection/unit/{case.world.team.id}"
    assert "Amira Haddad" in unit.text
    task = client.get(f"/inspection?on={ago(50)}&q=insulin", follow_redirects=True)
    assert task.request.path == f"/inspection/task/{case.insulin.id}"


def test_what_is_known_now_stands_beside_what_was_said_then(case: Case, signed_in: SignIn):
    path = f"/inspection/person/{case.amira.person.id}?on={ago(50)}"
    page = signed_in(case.auditor).get(path).text
    assert "1 sted ved man noget andet nu" in page
    assert "Nu ved man: Må udføre. Niveau 1 (basis)." in page
    assert "en underskrift, skrevet ind den" in page
    assert "Man ved ikke noget andet nu." in signed_in(case.auditor).get(path.replace(str(ago(50)), str(ago(1)))).text


def test_several_of_the_name_are_listed_and_a_mistake_is_said_at_its_field(case: Case, signed_in: SignIn):
    case.world.person("Amira Berg", "SSH")
    client = signed_in(case.auditor)
    listed = client.get(f"/inspection?on={ago(5)}&q=amira")
    assert listed.status_code == 200
    assert "Amira Berg" in listed.text
    assert f'/inspection/person/{case.amira.person.id}?on={ago(5)}"' in listed.text
    nobody = client.get(f"/inspection?on={ago(5)}&q=xyzzy")
    assert nobody.status_code == 422
    assert "Ingen og intet inden for dit område hedder sådan." in nobody.text
    assert 'value="xyzzy"' in nobody.text
    for query, said in (
        (f"on={today() + timedelta(days=2)}", "Datoen ligger fremme."),
        ("on=", "Skriv den dato"),
        (f"on={ago(5)}&through={ago(9)}", "Den sidste dag ligger før den første"),
        (f"on={ago(900)}&through={ago(9)}", "En periode er højst to år."),
    ):
        for path in (f"/inspection?q=amira&{query}", f"/inspection/unit/{case.world.team.id}?{query}"):
            wrong = client.get(path)
            assert (wrong.status_code, said in wrong.text) == (422, True), (path, said)


def test_each_look_and_each_file_stands_in_the_log_of_all_it_is_about_with_the_purpose(case: Case, signed_in: SignIn):
    client, unit = signed_in(case.auditor), f"/inspection/unit/{case.world.team.id}"
    with counted() as sent:
        assert client.get(f"{unit}?on={ago(50)}").status_code == 200
    assert len([one for one in sent if one.startswith("INSERT INTO access_entry")]) == 1
    assert client.get(f"{unit}/pack.pdf?on={ago(50)}").mimetype == "application/pdf"
    assert client.get(f"{unit}/pack.xlsx?on={ago(50)}").status_code == 200
    for someone in (case.amira, case.guide, case.leader):
        found = looks(case, someone)
        assert [one.page for one in found] == [
            "inspection.unit",
            "inspection_files.unit_pdf",
            "inspection_files.unit_sheet",
        ]
        assert {(one.by_person_id, one.role, one.purpose) for one in found} == {
            (case.auditor.person.id, "auditor", PURPOSE)
        }
    own = signed_in(case.amira).get("/me/looked").text
    assert "Tilsynspakke, hentet som fil" in own
    assert PURPOSE in own


def test_a_leader_asks_about_her_own_unit_without_an_auditors_purpose(case: Case, signed_in: SignIn):
    client = signed_in(case.leader)
    board = client.get(f"/coverage/{case.world.team.id}?on={ago(50)}").text
    assert f'href="/inspection/unit/{case.world.team.id}?on={ago(50)}"' in board
    assert "/inspection" in client.get("/matrix").text
    assert client.get(f"/inspection/person/{case.amira.person.id}?on={ago(50)}").status_code == 200
    assert [(one.role, one.purpose) for one in looks(case, case.amira)] == [("leader", None)]
    assert looks(case, case.leader) == []


def test_notes_and_the_reasons_of_a_no_stand_nowhere(case: Case, signed_in: SignIn):
    client, person = signed_in(case.auditor), f"/inspection/person/{case.amira.person.id}"
    days = f"on={ago(200)}&through={today()}"
    page = client.get(f"{person}?{days}").text
    pdf = words(client.get(f"{person}/pack.pdf?{days}").data)
    book = load_workbook(BytesIO(client.get(f"{person}/pack.xlsx?{days}").data))
    sheet = " ".join(str(cell.value) for one in book for row in one for cell in row)
    for shown in (page, pdf, sheet):
        assert "Stomipleje" in shown
        for secret in (*SECRETS, "Givet tilbage", "declined", "afvist", "sagde nej"):
            assert secret.lower() not in shown.lower(), secret


def test_the_files_say_what_the_page_says_with_the_proof(case: Case, signed_in: SignIn):
    key = anchored(case)
    client, unit = signed_in(case.auditor), f"/inspection/unit/{case.world.team.id}"
    answer = client.get(f"{unit}/pack.pdf?on={ago(50)}")
    root: Any = PdfReader(BytesIO(answer.data)).trailer["/Root"]
    assert root["/Lang"] == "da-DK"
    assert "/StructTreeRoot" in root
    said = words(answer.data)
    assert answer.headers["Cache-Control"] == "no-store"
    for part in (
        "Team Havnen",
        f"Formål: {PURPOSE}",
        "Nu ved man: Må udføre.",
        "af Hanne Lykke som læringsvejleder",
        "Efterprøvet",
    ):
        assert part in said, part
    book = load_workbook(BytesIO(client.get(f"{unit}/pack.xlsx?on={ago(50)}").data))
    assert {"Om", "Svar", "Opgavedeling i kraft", "Bevis", "Hændelser"} <= set(book.sheetnames)
    heads = {row[1].value: row[3].value for row in list(book["Bevis"])[1:]}
    rows = [[cell.value for cell in row] for row in list(book["Hændelser"])[1:]]
    for person in {row[0] for row in rows}:
        chain = [row for row in rows if row[0] == person]
        assert [row[1] for row in chain] == list(range(1, len(chain) + 1))
        assert all(after[5] == before[4] for before, after in pairwise(chain))
        assert heads[str(person)] == chain[-1][4]
    about = " ".join(str(row[0].value) for row in book["Om"])
    page = client.get(f"{unit}?on={ago(50)}").text
    for shown in (said, about, page):
        assert "Anker 1 af " in shown
        assert key in "".join(shown.split())
    vouched = [str(row[5].value) for row in list(book["Bevis"])[1:] if row[2].value != "0"]
    assert all(one.startswith("Anker 1 står inde for hændelse 1 til ") for one in vouched)
    answers = [[cell.value for cell in row] for row in list(book["Svar"])[1:]]
    assert len(answers) == len([one for one in answers if one[0]])
    assert any(row[0] == "Amira Haddad" and row[4] == "Insulin med pen" and row[13] == "Hanne Lykke" for row in answers)


def test_an_access_that_has_ended_and_what_lies_outside_it_are_not_found(case: Case, signed_in: SignIn):
    world = case.world
    elsewhere = world.unit("Team Skoven", under=world.district)
    stranger = world.person("Maja Holm", "SSH", unit=elsewhere)
    client = signed_in(case.auditor)
    for path in (
        f"/inspection/unit/{elsewhere.id}",
        f"/inspection/person/{stranger.person.id}",
        f"/inspection/unit/{world.root.id}",
    ):
        for ending in ("", "/pack.pdf", "/pack.xlsx"):
            assert client.get(f"{path}{ending}?on={ago(5)}").status_code == 404, path + ending
    assert looks(case, stranger) == []
    world.session.execute(
        update(RoleAssignment).where(RoleAssignment.person_id == case.auditor.person.id).values(valid_to=today())
    )
    world.session.commit()
    for path in ("/inspection", f"/inspection/unit/{world.team.id}", f"/inspection/unit/{world.team.id}/pack.pdf"):
        assert client.get(path).status_code == 404
    assert client.get("/").status_code == 302, "she still works here, and sees her own pages"
    assert signed_in(case.amira).get("/inspection").status_code == 404


def test_an_ended_access_does_not_lend_its_purpose_to_the_next(case: Case, signed_in: SignIn):
    case.world.session.add(
        RoleAssignment(
            person_id=case.auditor.person.id, role=Role.AUDITOR, unit_id=case.world.team.id, valid_from=ago(3), valid_to=ago(1),
            purpose="Noget andet", recorded_at=now(),
        )
    )  # fmt: skip
    page = signed_in(case.auditor).get(f"/inspection/person/{case.amira.person.id}?on={ago(5)}").text
    assert "Noget andet" not in page
    assert [one.purpose for one in looks(case, case.amira)] == [PURPOSE]


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is too much for one request."""
    monkeypatch.setattr(views, "AT_ONCE", 0)


@pytest.mark.usefixtures("large")
def test_a_large_question_is_answered_in_the_background_and_kept_for_who_asked(
    case: Case, signed_in: SignIn, app: Flask
):
    client, unit = signed_in(case.auditor), f"/inspection/unit/{case.world.team.id}"
    page = client.get(f"{unit}?on={ago(50)}").text
    assert "Det er et stort spørgsmål" in page
    assert client.get(f"{unit}/pack.pdf?on={ago(50)}").status_code == 404
    assert looks(case, case.amira) == []
    asked = client.post(f"{unit}/make", data={"on": str(ago(50)), "through": ""})
    assert asked.status_code == 302
    app.extensions["jobs"].join(60)
    case.world.session.rollback()
    case.world.session.expire_all()
    job = case.world.session.scalars(select(Job)).one()
    assert (job.state, job.told) == (State.DONE, "Tilsynspakken er samlet: 3 medarbejdere.")
    assert client.get(asked.location).status_code == 200
    kept = case.world.session.scalars(select(InspectionPack)).one()
    assert f"/inspection/packs/{kept.id}.pdf" in client.get(f"{unit}?on={ago(50)}").text
    assert PURPOSE in words(client.get(f"/inspection/packs/{kept.id}.pdf").data)
    assert client.get(f"/inspection/packs/{kept.id}.xlsx").status_code == 200
    assert [one.page for one in looks(case, case.amira)] == [
        "inspection_files.work", "inspection_files.kept_pdf", "inspection_files.kept_sheet",
    ]  # fmt: skip
    assert {one.purpose for one in looks(case, case.amira)} == {PURPOSE}
    assert signed_in(case.leader).get(f"/inspection/packs/{kept.id}.pdf").status_code == 404
    case.world.session.execute(update(InspectionPack).values(made_at=now() - timedelta(days=8)))
    case.world.session.commit()
    assert client.get(f"/inspection/packs/{kept.id}.pdf").status_code == 404

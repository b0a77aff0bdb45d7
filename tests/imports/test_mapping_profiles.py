"""A municipality's own competence profiles, step by step in the browser's plain forms, to a draft for each staff group."""

import html
import io
import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from competence.access.rules import Role
from competence.audit.models import AuditEntry
from competence.imports.matrix.exported import MARKER
from competence.imports.models import RememberedMapping, StagedImport
from competence.profiles import commands
from competence.profiles.models import CompetenceProfile
from competence.profiles.queries import content_of
from tests.factories import Someone, World
from tests.imports.steps import StepPage
from tests.imports.workbooks import xlsx, xlsx_sheets

SignedIn = Callable[[Someone], FlaskClient]
STEPS = "/imports/profiles/steps"
GRID: list[list[Any]] = [
    ["Profil for hjælpere", "", "", ""],
    ["Fagområde", "Basis", "Avanceret", "Kommentar"],
    [
        "Medicin",
        "• Giver medicin, som er doseret\n• Observerer virkning",
        "Underviser nye kolleger.*",
        "gælder hele døgnet",
    ],
    ["Sår", "Renser sår.", "", ""],
    ["* efter eget kursus", "", "", ""],
]
TASKS: list[list[Any]] = [
    ["Opgave", "SSA", "Hjælper"],
    ["Medicin", "", ""],
    ["Insulin med pen", "x", "øvet"],
    ["Insulin pumpe", "Kan", ""],
    ["Taler med pårørende", "x", ""],
]


class Page(StepPage):
    """A step of the walk through profiles."""

    steps = STEPS


def nurse(world: World) -> Someone:
    return world.role(world.person("Anne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)


def send(client: FlaskClient, data: bytes, name: str = "profil.xlsx") -> TestResponse:
    return client.post(STEPS, data={"file": (io.BytesIO(data), name)}, content_type="multipart/form-data")


def drafts(world: World) -> dict[str, CompetenceProfile]:
    """Staff group -> its draft."""
    world.session.rollback()
    codes = {group.id: code for code, group in world.groups.items()}
    return {codes[row.staff_group_id]: row for row in world.session.scalars(select(CompetenceProfile))}


def through_columns(client: FlaskClient) -> TestResponse:
    """The grid of above, answered as far as to its words."""
    Page(client, "layout").send()
    means = {"Hele arket gælder for": "SSH", "Hvad kolonne D betyder": "note"}
    return Page(client, "columns").answer(means)


def test_a_grid_of_areas_and_levels_becomes_a_draft_with_its_notes(world: World, signed_in: SignedIn) -> None:
    client = signed_in(nurse(world))
    assert "Gå det igennem trin for trin" in client.get("/imports/profiles").text
    assert send(client, xlsx(GRID)).location == f"{STEPS}/layout"
    page = Page(client, "layout")
    assert (page.fields["top"], page.fields["bottom"]) == ("2", "2")
    page.send()
    page = Page(client, "columns")
    assert page.fields[page.field("Hvad kolonne B betyder")] == "says", "what is recognised is filled in"
    assert page.fields[page.field("Profilniveauet i kolonne B")] == "1"
    assert "Intet siger, hvilken faggruppe det er." in page.send().text
    assert through_columns(client).location == f"{STEPS}/words"
    assert "Arket har ingen ord, der skal forklares." in client.get(f"{STEPS}/words").text
    assert Page(client, "words").send().location == f"{STEPS}/tasks"
    Page(client, "tasks").send()
    page = Page(client, "result")
    assert "Feltet bliver til 2 udsagn." in page.text
    made = page.send()
    draft = drafts(world)["SSH"]
    assert made.location == f"/profiles/{draft.staff_group_id}/{draft.number}"
    assert draft.approved_at is None
    said = content_of(world.session, draft.id)
    assert [(one.area, one.level, one.text) for one in said.statements] == [
        ("Medicin", 1, "Giver medicin, som er doseret"),
        ("Medicin", 1, "Observerer virkning"),
        ("Medicin", 2, "Underviser nye kolleger. (efter eget kursus)"),
        ("Medicin", 1, "Bemærkning: gælder hele døgnet"),
        ("Sår", 1, "Renser sår."),
    ]
    assert world.session.scalars(select(StagedImport.content)).all() == [None], "the file is erased"
    assert {"upload_file", "draft_profile", "remember_mapping"} <= set(world.session.scalars(select(AuditEntry.action)))


def through_tasks(world: World, client: FlaskClient) -> None:
    """The tasks of above, answered as far as to the result."""
    world.task("Insulin med pen")
    pump = world.task("Insulin med pumpe")
    world.session.commit()
    assert send(client, xlsx(TASKS)).location == f"{STEPS}/layout"
    Page(client, "layout").send()
    Page(client, "columns").send()
    page = Page(client, "words")
    assert page.fields[page.field("Hvad “øvet” betyder")] == "2"
    assert page.fields[page.field("Hvad “x” betyder")] == "", "what is not known is never guessed"
    wrong = page.answer({"Hvad “x” betyder": "1", "Hvad “Kan” betyder": "3"})
    assert "Sig, hvilket profilniveau “øvet” gælder for." in html.unescape(wrong.text)
    levels = {"Det profilniveau, “x” siger": "1", "Det profilniveau, “øvet” siger": "2"}
    levels |= {"Hvad “Kan” betyder": "3", "Det profilniveau, “Kan” siger": "3"}
    assert page.answer({"Hvad “x” betyder": "1"} | levels).location == f"{STEPS}/tasks"
    page = Page(client, "tasks")
    assert "Det er: Insulin med pumpe" in page.text, "suggested by likeness"
    assert page.fields[page.field("Hvad “Insulin pumpe” er")] == "", "but not chosen"
    answer = page.answer({"Hvad “Insulin pumpe” er": pump.code, "Hvad “Medicin” er": "area"}, rest="statement")
    assert answer.location == f"{STEPS}/result"


def test_tasks_down_and_groups_across_become_a_draft_for_each_group(world: World, signed_in: SignedIn) -> None:
    client = signed_in(nurse(world))
    through_tasks(world, client)
    page = Page(client, "result")
    assert "I har selv sagt, at det er et udsagn." in page.text
    assert page.send().location == "/profiles"
    found = drafts(world)
    assert set(found) == {"SSA", "SSH"}
    said = content_of(world.session, found["SSA"].id)
    assert [(one.area, one.level, one.practice_level) for one in said.tasks] == [("Medicin", 1, 1), ("Medicin", 3, 3)]
    assert [(one.level, one.text) for one in said.statements] == [(1, "Taler med pårørende")]
    said = content_of(world.session, found["SSH"].id)
    assert [(one.level, one.practice_level) for one in said.tasks] == [(2, 2)]


def test_a_draft_that_somebody_has_worked_in_stands(world: World, signed_in: SignedIn) -> None:
    anne = nurse(world)
    client = signed_in(anne)
    through_tasks(world, client)
    commands.new_draft(world.session, world.groups["SSH"].id, by=anne.actor)
    world.session.commit()
    page = Page(client, "result")
    assert "Den har en kladde, som nogen har arbejdet i." in page.text
    answer = page.send()
    assert "har en kladde, som nogen har arbejdet i" in html.unescape(answer.text)
    assert set(drafts(world)) == {"SSH"}, "all or nothing"
    assert content_of(world.session, drafts(world)["SSH"].id).areas == ()


def test_answers_are_offered_for_the_same_headings_and_never_those_of_a_matrix(
    world: World, signed_in: SignedIn
) -> None:
    client = signed_in(nurse(world))
    through_tasks(world, client)
    Page(client, "result").send()
    matrix = client.post(
        "/imports/matrix/steps", data={"file": (io.BytesIO(xlsx(TASKS)), "m.xlsx")}, content_type="multipart/form-data"
    )
    assert matrix.location == "/imports/matrix/steps/layout", "what was said of profiles is not offered for a matrix"
    assert "Huskede svar" not in client.get("/imports/matrix/steps").text
    assert send(client, xlsx([["Ny udgave"], *TASKS])).location == f"{STEPS}/sheet"
    page = Page(client, "sheet")
    assert "Anne Holm gjorde det den" in page.text
    assert page.send(remembered="1").location == f"{STEPS}/result", "nothing is asked anew"
    answer = client.post(f"{STEPS}/result", data=Page(client, "result").fields, follow_redirects=True)
    assert "Der er ikke lavet nogen kladde." in answer.text
    text = client.get(STEPS).text
    [kept] = re.findall(rf"{STEPS}/forget/\d+", text)
    assert client.post(kept.replace("profiles", "matrix")).status_code == 404, "each walk has its own"
    client.post(kept)
    world.session.rollback()
    assert world.session.scalars(select(RememberedMapping.id)).all() == []


def test_what_must_be_put_right_is_told_by_row_and_column_and_nothing_is_written(
    world: World, signed_in: SignedIn
) -> None:
    client = signed_in(nurse(world))
    rows = [["Område", "Basis"], ["Medicin", "Ring til 010203-1234."], ["Sår", "x" * 401]]
    send(client, xlsx_sheets({"Forside": [["Velkommen"]], "Profil": rows}))
    Page(client, "sheet").send(sheet="Profil")
    Page(client, "layout").send()
    Page(client, "columns").answer({"Hele arket gælder for": "SSH", "Hvad kolonne B betyder": "says"})
    Page(client, "words").send()
    Page(client, "tasks").send()
    page = Page(client, "result")
    assert "Profil, række 2, kolonne B" in page.text
    assert "CPR-nummer" in page.text
    assert "højst 400 tegn" in page.text
    assert "010203" not in page.text
    assert "Lav kladderne" not in page.text
    assert page.send().status_code == 200
    assert drafts(world) == {}


def test_going_back_keeps_what_was_chosen_and_two_headings_of_one_meaning_are_refused(
    world: World, signed_in: SignedIn
) -> None:
    client = signed_in(nurse(world))
    send(client, xlsx(GRID))
    through_columns(client)
    page = Page(client, "columns")
    assert page.fields[page.field("Hele arket gælder for")] == "SSH"
    assert page.fields[page.field("Hvad kolonne D betyder")] == "note"
    answer = page.answer({"Profilniveauet i kolonne C": "1"})
    assert "Kolonne B betyder det samme." in answer.text
    assert 'value="SSH" selected' in answer.text or '<option selected value="SSH"' in answer.text


def test_a_sheet_with_nothing_in_it_or_headings_only_is_told(world: World, signed_in: SignedIn) -> None:
    client = signed_in(nurse(world))
    assert "Der er ingen tabel i filen" in html.unescape(send(client, xlsx([[]])).text)
    send(client, xlsx(GRID[1:2]))
    Page(client, "layout").send()
    Page(client, "columns").answer(
        {"Hele arket gælder for": "SSH", "Hvad kolonne B betyder": "says", "Hvad kolonne C betyder": "says"}
    )
    Page(client, "words").send()
    Page(client, "tasks").send()
    page = Page(client, "result")
    assert "Intet af arket kommer med." in page.text
    assert "Lav kladderne" not in page.text
    page.send()
    assert drafts(world) == {}


def test_another_file_chosen_meanwhile_is_never_answered_for(world: World, signed_in: SignedIn) -> None:
    client = signed_in(nurse(world))
    send(client, xlsx(GRID))
    page = Page(client, "layout")
    send(client, xlsx(TASKS))
    answer = client.post(page.url, data=page.fields, follow_redirects=True)
    assert "Du har valgt en anden fil i mellemtiden. Intet er gemt." in answer.text


def test_an_employee_is_kept_out_and_wrong_files_are_refused(world: World, signed_in: SignedIn) -> None:
    assert signed_in(world.person("Bo Klit")).get(STEPS).status_code == 403
    client = signed_in(nurse(world))
    assert "Filen er ikke et regneark." in send(client, b"hej", "brev.docx").text
    large = client.post(STEPS, environ_overrides={"CONTENT_LENGTH": str(22 * 1024 * 1024)})
    assert (large.status_code, "Filen er større end 20 MB." in large.text) == (413, True)
    export = xlsx_sheets({"Opgavedeling": [["Kode"]], "Om filen": [[MARKER]]})
    assert "Filen er en opgavedeling, der er hentet ud af Kompetencetavlen." in send(client, export).text
    assert client.get(f"{STEPS}/result").location == STEPS

"""A municipality's own oddly laid-out spreadsheet, step by step in the browser's plain forms, to a draft."""

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
from competence.catalogue.models import Task
from competence.delegation.models import Cell, MatrixVersion
from competence.delegation.rules import CellRule
from competence.imports.models import RememberedMapping, StagedImport
from competence.people.models import StaffGroup
from tests.factories import Someone, World
from tests.imports.steps import StepPage
from tests.imports.workbooks import xlsx, xlsx_sheets

SignedIn = Callable[[Someone], FlaskClient]
STEPS = "/imports/matrix/steps"
OWN: list[list[Any]] = [
    ["Hvem gør hvad i Strandby", "", "", "", "", ""],
    ["1 = må efter oplæring", "", "", "", "", ""],
    ["", "Autoriserede", "", "Øvrige", "", ""],
    ["Emne", "De hvide", "SSA", "Hjælper", "Vikarer", "Husk"],
    ["Medicin", "", "", "", "", ""],
    ["Insulin med pen", "X", "X", "1", "", ""],
    ["Insulin pumpe", "X", "(X)*", "÷", "", "kun stabile borgere"],
    ["Øjendråber (dryp)", "X", "X", "2*", "", ""],
    ["Ernæring", "", "", "", "", ""],
    ["Sonde", "X", "KS: ring først", "", "", ""],
    ["* ikke i weekender", "", "", "", "", ""],
]
MERGED = ("B3:C3", "D3:E3")


def nurse(world: World) -> Someone:
    return world.role(world.person("Anne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)


def send(client: FlaskClient, data: bytes, name: str = "egen.xlsx") -> TestResponse:
    return client.post(STEPS, data={"file": (io.BytesIO(data), name)}, content_type="multipart/form-data")


class Page(StepPage):
    """A step of a matrix's walk."""

    steps = STEPS


def through_symbols(client: FlaskClient) -> None:
    """The file of above, answered as far as to its tasks."""
    assert Page(client, "layout").send(top="3", bottom="4", task="0", area="").location == f"{STEPS}/columns"
    means = {"Hvad kolonne B betyder": "SPL", "Hvad kolonne E betyder": "nothing", "Hvad kolonne F betyder": "note"}
    assert Page(client, "columns").answer(means).location == f"{STEPS}/symbols"
    page = Page(client, "symbols")
    means = {
        "Hvad “1” betyder": "may_general",
        "Hvad “2” betyder": "may_general",
        "Hvad “KS: ring først” betyder": "may_citizen",
    }
    answer = page.answer(means | {"Det niveau, “2” siger": "2", "Hvad “et tomt felt” betyder": "not_relevant"})
    assert answer.location == f"{STEPS}/tasks"


def test_from_an_odd_sheet_to_a_draft_with_the_right_cells(world: World, signed_in: SignedIn) -> None:
    pen = world.task("Insulin med pen")
    pump = world.task("Insulin med pumpe")
    client = signed_in(nurse(world))
    assert send(client, xlsx(OWN, merged=MERGED)).location == f"{STEPS}/layout"
    page = Page(client, "layout")
    assert "Hvem gør hvad i Strandby" in page.text
    page = Page(client, "symbols")
    assert "Hvor står overskrifter og opgaver?" in html.unescape(
        client.get(f"{STEPS}/symbols", follow_redirects=True).text
    )

    page = Page(client, "layout")
    page.send(top="3", bottom="4", task="0", area="")
    page = Page(client, "columns")
    assert page.fields[page.field("Hvad kolonne C betyder")] == "SSA", "what is known is filled in"
    assert page.fields[page.field("Hvad kolonne B betyder")] == "", "what is not known is never guessed"
    answer = page.send()
    assert "Sig, hvad kolonne B betyder." in html.unescape(answer.text)
    through_symbols(client)

    page = Page(client, "tasks")
    assert "Insulin pumpe" in page.text
    assert "Det er: Insulin med pumpe" in page.text, "suggested by likeness"
    assert page.fields[page.field("Hvad “Insulin pumpe” er")] == "", "but not chosen"
    answer = page.answer({"Hvad “Insulin pumpe” er": pump.code}, rest="new")
    assert answer.location == f"{STEPS}/result"

    page = Page(client, "result")
    assert "Ny opgave" in page.text
    assert "I har selv sagt, hvilken opgave det er." in page.text
    made = page.send()
    assert made.location == "/matrix/2"
    world.session.rollback()
    version = world.session.scalars(select(MatrixVersion).where(MatrixVersion.number == 2)).one()
    assert version.approved_at is None
    rows = world.session.execute(
        select(Task, StaffGroup.code, Cell).join(Cell, Cell.task_id == Task.id)
        .join(StaffGroup, StaffGroup.id == Cell.staff_group_id).where(Cell.version_id == version.id)
    )  # fmt: skip
    cells = {(task.name, code): cell for task, code, cell in rows}
    said = {place: (cell.rule, cell.minimum_level) for place, cell in cells.items()}
    core, trained = (CellRule.CORE, 1), (CellRule.MAY_GENERAL, 1)
    nothing = (CellRule.NOT_RELEVANT, None)
    assert said == {
        ("Insulin med pen", "SPL"): core, ("Insulin med pen", "SSA"): core, ("Insulin med pen", "SSH"): trained,
        ("Insulin med pumpe", "SPL"): core, ("Insulin med pumpe", "SSA"): trained,
        ("Insulin med pumpe", "SSH"): (CellRule.NOT_ALLOWED, None),
        ("Øjendråber (dryp)", "SPL"): core, ("Øjendråber (dryp)", "SSA"): core,
        ("Øjendråber (dryp)", "SSH"): (CellRule.MAY_GENERAL, 2),
        ("Sonde", "SPL"): core, ("Sonde", "SSA"): (CellRule.MAY_CITIZEN, 1), ("Sonde", "SSH"): nothing,
    }  # fmt: skip
    assert cells["Insulin med pumpe", "SSA"].note == "ikke i weekender; kun stabile borgere"
    assert cells["Øjendråber (dryp)", "SSH"].note == "ikke i weekender"
    assert cells["Sonde", "SSA"].note == "KS: ring først"
    assert cells["Insulin med pen", "SSH"].level_not_stated
    assert cells["Insulin med pen", "SPL"].task_id == pen.id
    assert world.session.scalars(select(StagedImport.content)).all() == [None], "the file is erased"
    actions = set(world.session.scalars(select(AuditEntry.action)))
    assert {"upload_file", "new_draft", "add_task", "remember_mapping"} <= actions


def test_the_answers_are_offered_for_the_next_file_with_the_same_headings(world: World, signed_in: SignedIn) -> None:
    client = signed_in(nurse(world))
    send(client, xlsx(OWN, merged=MERGED))
    through_symbols(client)
    Page(client, "tasks").send(rest="new")
    Page(client, "result").send()
    later = [["Ny udgave"], *OWN[:-1], ["Trakealsug", "X", "Q", "", "", ""], *OWN[-1:]]
    assert send(client, xlsx(later, merged=("B4:C4", "D4:E4"))).location == f"{STEPS}/sheet"
    page = Page(client, "sheet")
    assert "Anne Holm gjorde det den" in page.text
    assert page.send(remembered="1").location == f"{STEPS}/symbols", "asked only about what is new"
    page = Page(client, "symbols")
    assert page.fields[page.field("Hvad “1” betyder")] == "may_general"
    assert page.fields[page.field("Hvad “Q” betyder")] == ""
    page.answer({"Hvad “Q” betyder": "assists"})
    page = Page(client, "tasks")
    assert page.fields[page.field("Hvad “Trakealsug” er")] == ""
    page.send(rest="new")
    assert Page(client, "result").send(remember="").location == "/matrix/3"

    text = client.get(STEPS).text
    [kept] = re.findall(rf"{STEPS}/forget/\d+", text)
    client.post(kept)
    world.session.rollback()
    assert world.session.scalars(select(RememberedMapping.id)).all() == []
    assert client.post(kept).status_code == 404


def test_going_back_keeps_what_was_chosen(world: World, signed_in: SignedIn) -> None:
    client = signed_in(nurse(world))
    send(client, xlsx(OWN, merged=MERGED))
    through_symbols(client)
    page = Page(client, "columns")
    assert page.fields[page.field("Hvad kolonne B betyder")] == "SPL"
    page.answer({"Hvad kolonne E betyder": "UFA"})
    page = Page(client, "symbols")
    assert page.fields[page.field("Hvad “2” betyder")] == "may_general"
    assert page.fields[page.field("Det niveau, “2” siger")] == "2"


def test_two_headings_for_one_group_and_two_rows_for_one_task_are_refused_with_what_to_do(
    world: World, signed_in: SignedIn
) -> None:
    pen = world.task("Insulin med pen")
    client = signed_in(nurse(world))
    send(client, xlsx(OWN, merged=MERGED))
    Page(client, "layout").send(top="3", bottom="4", task="0", area="")
    means = {"Hvad kolonne B betyder": "SSA", "Hvad kolonne E betyder": "nothing", "Hvad kolonne F betyder": "note"}
    answer = Page(client, "columns").answer(means)
    assert "Kolonne B er den samme faggruppe." in answer.text
    through_symbols(client)
    answer = Page(client, "tasks").answer({"Hvad “Insulin pumpe” er": pen.code}, rest="new")
    assert "Række 6 er allerede den opgave." in answer.text
    world.session.rollback()
    assert world.session.scalars(select(MatrixVersion.number)).all() == [1]


def test_the_right_sheet_of_several_is_asked_for_and_its_twice_written_task_told(
    world: World, signed_in: SignedIn
) -> None:
    client = signed_in(nurse(world))
    table = [["Opgave", "SSA"], ["Sonde", "X"], ["Sonde", "X"]]
    assert send(client, xlsx_sheets({"Forside": [["Velkommen"]], "Skema": table})).location == f"{STEPS}/sheet"
    Page(client, "sheet").send(sheet="Skema")
    page = Page(client, "layout")
    assert (page.fields["top"], page.fields["bottom"], page.fields["task"]) == ("1", "1", "0")
    page.send()
    Page(client, "columns").send()
    Page(client, "symbols").send()
    Page(client, "tasks").send(rest="new")
    page = Page(client, "result")
    assert "“Sonde” står også i række 2." in page.text
    assert "Lav kladden" not in page.text
    assert page.send().status_code == 200
    world.session.rollback()
    assert world.session.scalars(select(MatrixVersion.number)).all() == [1]


def test_another_file_chosen_meanwhile_is_never_answered_for(world: World, signed_in: SignedIn) -> None:
    client = signed_in(nurse(world))
    send(client, xlsx(OWN, merged=MERGED))
    page = Page(client, "layout")
    send(client, xlsx([["Opgave", "SSA"], ["Sonde", "X"]]))
    answer = page.client.post(
        page.url, data=page.fields | {"top": "3", "bottom": "4", "task": "0"}, follow_redirects=True
    )
    assert "Du har valgt en anden fil i mellemtiden. Intet er gemt." in answer.text


def test_answers_changed_in_another_window_are_looked_at_before_they_count(world: World, signed_in: SignedIn) -> None:
    world.task("Insulin med pen")
    pump = world.task("Insulin med pumpe")
    client = signed_in(nurse(world))
    send(client, xlsx(OWN, merged=MERGED))
    through_symbols(client)
    Page(client, "tasks").answer({"Hvad “Insulin pumpe” er": pump.code}, rest="new")
    seen = Page(client, "result")
    Page(client, "columns").answer({"Hvad kolonne F betyder": "nothing"})
    answer = client.post(seen.url, data=seen.fields, follow_redirects=True)
    assert "Dine svar er ændret, siden du så resultatet. Se det igennem igen." in answer.text
    world.session.rollback()
    assert world.session.scalars(select(MatrixVersion.number)).all() == [1]
    assert Page(client, "result").send().location == "/matrix/2"


def test_an_employee_is_kept_out_and_a_wrong_file_is_refused(world: World, signed_in: SignedIn) -> None:
    assert signed_in(world.person("Bo Klit")).get(STEPS).status_code == 403
    client = signed_in(nurse(world))
    assert "Filen er ikke et regneark." in send(client, b"hej", "brev.docx").text
    large = client.post(STEPS, environ_overrides={"CONTENT_LENGTH": str(22 * 1024 * 1024)})
    assert (large.status_code, "Filen er større end 20 MB." in large.text) == (413, True)
    assert client.get(f"{STEPS}/result").location == STEPS

"""From a municipality's own oddly laid-out spreadsheet to a published division of tasks, with nothing but the pages' words."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.databases import Database
from tests.imports.own_files import EYE_DROPS, STOMA_BAG
from tests.imports.workbooks import xlsx_sheets
from tests.journeys.test_starting import ADMIN, MIME, PASSWORD, add_municipality, choose_password, give_role, load
from tests.journeys.visiting import go, said, sign_in

NAME = "Hvem gør hvad.xlsx"
OWN: list[list[Any]] = [
    ["Hvem gør hvad i Strandby", "", "", "", "", ""],
    ["1 = må efter oplæring", "", "", "", "", ""],
    ["", "Autoriserede", "", "Øvrige", "", ""],
    ["Emne", "De hvide", "SSA", "Hjælper", "Vikarer", "Husk"],
    ["Medicin", "", "", "", "", ""],
    [EYE_DROPS, "X", "X", "1", "", ""],
    ["Kontrol af køleskabstemperatur", "X", "X", "1", "", "hver uge"],
    ["Kateter og stomi", "", "", "", "", ""],
    [STOMA_BAG, "X", "X", "2*", "", ""],
    ["* ikke den første uge", "", "", "", "", ""],
]
NOTES: list[list[Any]] = [["Rettet i maj"], ["Spørg Karin"]]


def test_from_her_own_spreadsheet_to_a_published_matrix(
    database: Database, address: str, visit: Callable[..., Page], accessible: Callable[[Page], None], tmp_path: Path
):
    # Until here the administrator has come: the organisation, the employees, and the development nurse's role.
    admin, karin = visit(), visit()
    choose_password(admin, address, add_municipality(database, tmp_path))
    sign_in(admin, address, ADMIN, PASSWORD)
    for kind in ("units", "people"):
        load(admin, kind)
    choose_password(karin, address, give_role(admin, "Karin Bæk", "udviklingssygeplejerske", "Strandby Kommune"))

    sign_in(karin, address, "karin.baek@strandby.example", PASSWORD)
    go(karin, "Opgavedeling", then="Indlæs")
    karin.get_by_role("main").get_by_role("link", name="Jeres egen opgavedeling", exact=True).click()
    karin.get_by_role("link", name="Gå det igennem trin for trin").click()
    accessible(karin)
    choose_file(karin)
    sheet_and_layout(karin, accessible)
    headings_and_symbols(karin, accessible)
    tasks_and_result(karin, accessible)

    # What it would do, and what stands in the way of approval.
    expect(karin.get_by_role("heading", level=1)).to_contain_text("Opgavedeling")
    accessible(karin)
    karin.get_by_role("link", name="Godkend kladden").click()
    accessible(karin)
    karin.get_by_role("button", name=re.compile("^Godkend som Karin Bæk")).click()
    said(karin, "er godkendt")
    accessible(karin)
    karin.get_by_role("link", name=re.compile("Kontrol af køleskabstemperatur")).first.click()
    expect(karin.get_by_role("main")).to_contain_text("Social- og sundhedshjælper")

    # A second file with the same headings asks about nothing that was answered.
    go(karin, "Opgavedeling", then="Indlæs")
    karin.get_by_role("main").get_by_role("link", name="Jeres egen opgavedeling", exact=True).click()
    karin.get_by_role("link", name="Gå det igennem trin for trin").click()
    choose_file(karin)
    karin.get_by_role("button", name="Brug de svar").click()
    expect(karin.get_by_role("heading", level=1)).to_have_text("Resultatet ved siden af jeres fil")


def choose_file(page: Page) -> None:
    """Nothing; the file is sent."""
    content = xlsx_sheets({"Opgaver": OWN, "Noter": NOTES})
    page.get_by_label("Fil", exact=True).set_input_files({"name": NAME, "mimeType": MIME["xlsx"], "buffer": content})
    on(page)


def on(page: Page) -> None:
    """Nothing; the step is answered."""
    page.get_by_role("button", name="Fortsæt", exact=True).click()


def at(page: Page, heading: str, accessible: Callable[[Page], None]) -> None:
    """Nothing; the step of that heading is shown, and can be used by everybody."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    accessible(page)


def sheet_and_layout(page: Page, accessible: Callable[[Page], None]) -> None:
    """Nothing; the sheet is chosen, and where the headings and tasks stand is said."""
    at(page, "Hvilket ark?", accessible)
    page.get_by_label("Opgaver").check()
    on(page)
    at(page, "Hvor står overskrifter og opgaver?", accessible)
    page.get_by_label("Første række med overskrifter").fill("3")
    page.get_by_label("Sidste række med overskrifter").fill("4")
    page.get_by_label("Kolonne med opgaverne").select_option("0")
    page.get_by_label("Kolonne med fagområderne").select_option("")
    on(page)


def headings_and_symbols(page: Page, accessible: Callable[[Page], None]) -> None:
    """Nothing; each heading and each symbol means something, after a first try that leaves one out."""
    at(page, "Hvad betyder hver overskrift?", accessible)
    on(page)
    said(page, "Sig, hvad kolonne B betyder.")
    page.get_by_label("Hvad kolonne B betyder").select_option("SPL")
    page.get_by_label("Hvad kolonne D betyder").select_option("SSH")
    page.get_by_label("Hvad kolonne E betyder").select_option("nothing")
    page.get_by_label("Hvad kolonne F betyder").select_option("note")
    on(page)
    at(page, "Hvad betyder hvert tegn?", accessible)
    page.get_by_label("Hvad “1” betyder").select_option("may_general")
    page.get_by_label("Hvad “2” betyder").select_option("may_general")
    page.get_by_label("Det niveau, “2” siger").select_option("2")
    on(page)


def tasks_and_result(page: Page, accessible: Callable[[Page], None]) -> None:
    """Nothing; the unknown row is a new task, and the result becomes a draft."""
    at(page, "Hvilke opgaver er det?", accessible)
    said(page, "Kontrol af køleskabstemperatur")
    page.get_by_role("button", name="Lad resten være nye opgaver, og gå videre").click()
    at(page, "Resultatet ved siden af jeres fil", accessible)
    page.get_by_role("button", name="Lav kladden").click()

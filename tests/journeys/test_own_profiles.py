"""From a municipality's own grid of areas and levels to a draft on the profile's page, with nothing but the pages' words."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.imports.workbooks import xlsx_sheets
from tests.journeys.test_starting import MIME
from tests.journeys.visiting import go, said, sign_in

NAME = "Profil for hjælpere.xlsx"
OWN: list[list[Any]] = [
    ["Profil for hjælpere", "", "", ""],
    ["Fagområde", "Basis", "Avanceret", "Husk"],
    ["Medicin", "• Giver medicin, som er doseret\n• Ser virkning og bivirkning", "Underviser nye kolleger.*", ""],
    ["Sår og hud", "Renser og plejer huden.", "", "kun hele sår"],
    ["* efter eget kursus", "", "", ""],
]
NOTES: list[list[Any]] = [["Rettet i maj"], ["Spørg Karin"]]


def test_from_her_own_grid_to_a_draft_on_the_profiles_page(
    fjordby: str, page: Page, accessible: Callable[[Page], None]
):
    sign_in(page, fjordby, "marianne.holm")
    go(page, "Opgavedeling", then="Profiler")
    page.get_by_role("link", name="Indlæs jeres egne profiler").click()
    accessible(page)
    page.get_by_role("link", name="Gå det igennem trin for trin").click()
    accessible(page)
    choose_file(page)

    at(page, "Hvilket ark?", accessible)
    page.get_by_label("Hjælpere").check()
    on(page)
    at(page, "Hvor står overskrifterne?", accessible)
    expect(page.get_by_label("Første række med overskrifter")).to_have_value("2")
    on(page)

    at(page, "Hvad betyder hver overskrift?", accessible)
    on(page)
    said(page, "Sig, hvad kolonne D betyder.")
    accessible(page)
    page.get_by_label("Hvad kolonne D betyder").select_option("note")
    page.get_by_label("Hele arket gælder for").select_option("SSH")
    on(page)
    at(page, "Hvad betyder hvert ord?", accessible)
    on(page)
    at(page, "Hvad er de her rækker?", accessible)
    on(page)

    at(page, "Resultatet ved siden af jeres fil", accessible)
    said(page, "Feltet bliver til 2 udsagn.")
    page.get_by_role("button", name="Lav kladderne").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Social- og sundhedshjælper")
    said(page, "Det er en kladde.")
    for text in (
        "Giver medicin, som er doseret",
        "Ser virkning og bivirkning",
        "Underviser nye kolleger. (efter eget kursus)",
        "Renser og plejer huden. (kun hele sår)",
    ):
        said(page, text)
    accessible(page)

    # A second file with the same headings asks about nothing that was answered.
    page.goto(f"{fjordby}/imports/profiles/steps")
    choose_file(page)
    page.get_by_role("button", name="Brug de svar").click()
    at(page, "Resultatet ved siden af jeres fil", accessible)
    said(page, "Den har en kladde, som nogen har arbejdet i.")
    page.get_by_role("button", name="Lav kladderne").click()
    said(page, "Der er ikke lavet nogen kladde.")


def choose_file(page: Page) -> None:
    """Nothing; the file is sent."""
    content = xlsx_sheets({"Hjælpere": OWN, "Noter": NOTES})
    page.get_by_label("Fil", exact=True).set_input_files({"name": NAME, "mimeType": MIME["xlsx"], "buffer": content})
    on(page)


def on(page: Page) -> None:
    """Nothing; the step is answered."""
    page.get_by_role("button", name="Fortsæt", exact=True).click()


def at(page: Page, heading: str, accessible: Callable[[Page], None]) -> None:
    """Nothing; the step of that heading is shown, and can be used by everybody."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    accessible(page)

"""The development nurse reads the matrix and stops a task; the leader sees it until it is lifted."""

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect

from competence.foundation.clock import today
from tests.journeys.visiting import go, sign_in

TASK = "Insulin med pen"
READ = "Udlevering af doseret medicin"


def test_a_stop_is_seen_on_coverage_and_in_the_finder_until_it_is_lifted(
    fjordby: str, visit: Callable[..., Page], accessible: Callable[[Page], None]
):
    marianne, dorthe = visit(), visit()
    sign_in(marianne, fjordby, "marianne.holm")
    accessible(marianne)
    marianne.get_by_role("grid").get_by_role("link", name=READ).first.click()
    expect(marianne.get_by_role("heading", name=READ)).to_be_visible()
    accessible(marianne)
    marianne.get_by_role("region", name="Hvem må").get_by_role("link", name="Ufaglært").click()
    expect(marianne.get_by_role("region", name="Det gælder")).to_contain_text("oplæring og underskrift")
    expect(marianne.get_by_role("region", name="Sådan skriver andre")).to_contain_text("Gladsaxe Kommune")
    accessible(marianne)

    go(marianne, "Opgavedeling", then="Stop")
    accessible(marianne)
    marianne.get_by_role("link", name="Stop en opgave").click()
    accessible(marianne)
    marianne.get_by_label("Opgave", exact=True).select_option(label=TASK)
    marianne.get_by_label("Enhed").select_option(label=_option(marianne, "Enhed", "Team Havnen"))
    marianne.get_by_label("Stoppet til og med").fill((today() + timedelta(days=9)).isoformat())
    marianne.get_by_role("button", name="Stop opgaven nu").click()
    expect(marianne.get_by_label("Begrundelse")).to_have_attribute("aria-invalid", "true")
    accessible(marianne)
    marianne.get_by_label("Begrundelse").fill("Penne med fejl er kaldt tilbage.")
    marianne.get_by_role("button", name="Stop opgaven nu").click()
    closed = marianne.get_by_role("region", name="Lukket nu").get_by_role("listitem").filter(has_text=TASK)
    expect(closed).to_contain_text("Penne med fejl er kaldt tilbage.")

    sign_in(dorthe, fjordby, "dorthe.nygaard")
    expect(dorthe.get_by_role("main")).to_contain_text(f"Stop: {TASK}")
    expect(dorthe.get_by_role("main")).to_contain_text("Spørg Marianne Holm")
    accessible(dorthe)
    dorthe.goto(f"{fjordby}/who-may?q={TASK}")
    expect(dorthe.get_by_role("main")).to_contain_text(f"Stop: {TASK}")
    expect(dorthe.get_by_role("heading", level=2).first).to_contain_text("Ingen")
    accessible(dorthe)

    closed.get_by_role("button", name="Ophæv stoppet").click()
    expect(marianne.get_by_role("region", name="Lukket nu")).not_to_contain_text(TASK)
    accessible(marianne)
    dorthe.reload()
    expect(dorthe.get_by_role("heading", level=2).first).not_to_contain_text("Ingen")
    expect(dorthe.get_by_role("main")).not_to_contain_text(f"Stop: {TASK}")


def _option(page: Page, label: str, name: str) -> str:
    """The text of the choice of that name, which a tree shows indented."""
    texts = page.get_by_label(label).locator("option").all_text_contents()
    return next(text for text in texts if text.strip() == name)

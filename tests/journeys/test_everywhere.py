"""Each demo role's home and menu: axe finds nothing, and nothing hangs out of any screen; and the other language."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import DESKTOP, PHONE
from tests.journeys.visiting import sign_in

ROLES = {
    "employee": "amira.haddad",
    "guide": "hanne.lykke",
    "leader": "dorthe.nygaard",
    "planner": "lars.bisgaard",
    "development nurse": "marianne.holm",
    "director": "ulla.thorsen",
    "HR": "bente.rask",
    "administrator": "henrik.vestergaard",
    "auditor": "lis.tornbjerg",
}


@pytest.mark.parametrize("role", ROLES)
def test_the_home_and_menu_of_each_role_are_accessible(
    fjordby: str, page: Page, looked_over: Callable[[Page], None], role: str
):
    sign_in(page, fjordby, ROLES[role])
    home = page.url
    page.goto(f"{fjordby}/menu")
    links = page.get_by_role("main").get_by_role("link")
    pages = [home, page.url] + [link.evaluate("link => link.href") for link in links.all()]
    for address in dict.fromkeys(pages):
        answer = page.goto(address)
        assert answer is not None
        assert answer.ok, address
        looked_over(page)


def test_the_pages_speak_english_when_asked(fjordby: str, page: Page, accessible: Callable[[Page], None]):
    sign_in(page, fjordby, "dorthe.nygaard")
    page.get_by_text("Dorthe Nygaard").first.click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", name="Coverage in Team Havnen")).to_be_visible()
    accessible(page)
    for danish in ("Dækning", "Hvem må", "Underskrift", "Gælder", "Fagområde"):
        expect(page.get_by_role("main")).not_to_contain_text(danish)


def test_the_sign_in_page_and_the_statement_are_accessible_to_anybody(
    fjordby: str, page: Page, accessible: Callable[[Page], None]
):
    for path in ("/sign-in", "/accessibility"):
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)
            page.goto(fjordby + path)
            accessible(page)
    page.goto(f"{fjordby}/sign-in")
    page.get_by_label("E-mail").fill("ingen@fjordby.example")
    page.get_by_label("Adgangskode").fill("noget helt andet")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    accessible(page)


def test_the_check_itself_finds_what_is_wrong(page: Page, accessible: Callable[[Page], None]):
    page.set_content("<html lang=da><title>Prøve</title><main><h1>Prøve</h1><img src=x></main>")
    with pytest.raises(AssertionError, match="image-alt"):
        accessible(page)
    page.set_content(
        "<html lang=da><meta name=viewport content='width=device-width'><title>Prøve</title><main><h1>Prøve</h1>"
        "<div style='width: 3000px'>bred</div></main>"
    )
    with pytest.raises(AssertionError, match="wider than a screen"):
        accessible(page)

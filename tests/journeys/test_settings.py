"""An administrator changes a setting by keyboard, is shown what it means, and goes back before she saves."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import PHONE
from tests.journeys.visiting import go, said, sign_in, tab_to

LONG = "Dage, før et langt fravær sætter rettigheder på pause"


def test_a_setting_is_changed_by_keyboard_and_what_it_means_is_shown_first(
    fjordby: str, page: Page, accessible: Callable[[Page], None]
):
    sign_in(page, fjordby, "henrik.vestergaard")
    go(page, "Indstillinger")
    page.get_by_label(LONG).focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("20")
    page.keyboard.press("Enter")
    said(page, "Skriv et helt tal fra 30 til 365.")
    accessible(page)
    page.get_by_label(LONG).fill("180")
    page.keyboard.press("Enter")
    said(page, "182 bliver til 180")
    accessible(page)
    page.set_viewport_size(PHONE)
    accessible(page)
    tab_to(page, "Tilbage til indstillingerne")
    page.keyboard.press("Enter")
    expect(page.get_by_label(LONG)).to_have_value("180")
    page.get_by_label(LONG).press("Enter")
    page.get_by_role("button", name="Gem ændringen").click()
    said(page, "Indstillingerne er gemt.")
    said(page, "Ændret af Henrik Vestergaard")
    accessible(page)

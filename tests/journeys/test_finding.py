"""The planner finds out who may, by the keyboard alone."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from competence.coverage.rules import Shift
from tests.browser import PHONE
from tests.journeys.visiting import go, sign_in


def test_a_planner_asks_by_the_keyboard_and_gets_phone_numbers(
    fjordby: str, page: Page, accessible: Callable[[Page], None]
):
    sign_in(page, fjordby, "lars.bisgaard")
    accessible(page)
    go(page, "Dækning")
    page.get_by_role("main").focus()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Hvem må udføre hvilken opgave?")).to_be_focused()
    page.keyboard.type("Skylning")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Hvem må?")).to_be_visible()
    accessible(page)
    expect(page.get_by_role("heading", level=2).first).to_contain_text("Team Havnen må")
    expect(page.get_by_role("link", name=re.compile("^Ring til 00 00")).first).to_be_visible()
    page.set_viewport_size(PHONE)
    accessible(page)


def test_when_nobody_may_the_planner_is_told_whom_to_call(fjordby: str, page: Page, accessible: Callable[[Page], None]):
    sign_in(page, fjordby, "lars.bisgaard")
    page.get_by_label("Opgave").fill("Skylning af blærekateter")
    page.get_by_label("Vagt").select_option(Shift.NIGHT)
    page.get_by_label("Vagt").focus()
    page.get_by_role("button", name="Find").press("Enter")
    expect(page.get_by_role("heading", level=2).first).to_contain_text("Ingen på vagt i Team Havnen må")
    expect(page.get_by_role("main")).to_contain_text("Ring til Sygeplejeakutteam", ignore_case=True)
    expect(page.get_by_role("region", name="Må næsten")).to_contain_text("Søren Juul")
    accessible(page)


def test_the_finder_stands_on_every_desktop_page_of_a_leader(fjordby: str, page: Page):
    sign_in(page, fjordby, "dorthe.nygaard")
    page.get_by_role("main").focus()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Hvem må udføre hvilken opgave?")).to_be_focused()
    page.keyboard.type("Insulin med pen")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Hvem må?")).to_be_visible()
    expect(page.get_by_role("heading", level=2).first).to_contain_text("Team Havnen")

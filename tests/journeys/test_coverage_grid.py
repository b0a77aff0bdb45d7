"""The coverage matrix by keyboard, and without script."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.journeys.visiting import sign_in

AT = """() => { const at = document.activeElement;
 return {row: at.closest('tr')?.dataset.row ?? null, cell: at.cellIndex ?? null} }"""


def at(page: Page) -> dict[str, Any]:
    """Row and cell that have the focus."""
    found: dict[str, Any] = page.evaluate(AT)
    return found


def test_arrows_home_end_enter_and_escape_in_the_matrix(fjordby: str, page: Page, accessible: Callable[[Page], None]):
    sign_in(page, fjordby, "dorthe.nygaard")
    grid = page.get_by_role("grid")
    stops = grid.locator("tbody [tabindex='0']")
    expect(stops).to_have_count(1)
    stops.focus()
    first = at(page)
    assert first["row"]
    assert first["cell"] == 1
    page.keyboard.press("ArrowRight")
    assert at(page) == first | {"cell": 2}
    page.keyboard.press("ArrowDown")
    below = at(page)
    assert below["row"] != first["row"]
    assert below["cell"] == 2
    page.keyboard.press("ArrowUp")
    page.keyboard.press("End")
    last = at(page)
    assert last["row"] == first["row"]
    assert last["cell"] > 10
    page.keyboard.press("ArrowRight")
    assert at(page)["cell"] == last["cell"] + 1, "past the last person stands the coverage"
    page.keyboard.press("Home")
    assert at(page) == first
    page.keyboard.press("PageDown")
    assert at(page)["row"] != first["row"]
    page.keyboard.press("Control+Home")
    assert at(page) == first
    expect(stops).to_have_count(1)

    page.keyboard.press("Enter")
    why = page.get_by_role("dialog")
    expect(why).to_be_visible()
    expect(why.get_by_role("heading").or_(why.locator("#why-title")).first).to_be_focused()
    accessible(page)
    page.keyboard.press("Escape")
    expect(why).to_be_hidden()
    assert at(page) == first
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(why).to_be_visible()
    page.keyboard.press("Escape")


def test_arrows_reach_the_headings_and_the_areas_so_that_one_tab_stop_is_enough(fjordby: str, page: Page):
    sign_in(page, fjordby, "dorthe.nygaard")
    grid = page.get_by_role("grid")
    expect(grid.locator("a:not([tabindex='-1']), button:not([tabindex='-1']), td[tabindex='0']")).to_have_count(1)
    grid.locator("[tabindex='0']").focus()
    page.keyboard.press("ArrowLeft")
    expect(grid.get_by_role("link", name="Udlevering af doseret medicin")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    area = grid.get_by_role("button", name="Medicinhåndtering")
    expect(area).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(grid.get_by_role("link", name="Karen W.")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(area).to_have_attribute("aria-expanded", "false")
    expect(page).to_have_url(re.compile(r"closed=\d+$"))
    page.reload()
    expect(area).to_have_attribute("aria-expanded", "false")
    area.focus()
    page.keyboard.press("ArrowDown")
    expect(grid.get_by_role("button", name="Sårpleje")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    expect(area).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("?")
    expect(page.get_by_role("group", name="Sådan læses tavlen")).to_be_focused()


def test_at_400_percent_the_matrix_is_a_list_that_the_tab_key_walks(fjordby: str, page: Page):
    sign_in(page, fjordby, "dorthe.nygaard")
    page.set_viewport_size({"width": 320, "height": 256})
    expect(page.get_by_role("grid")).to_have_count(0)
    expect(page.get_by_role("table").locator("[tabindex='-1']")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("link", name="Insulin med pen").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Insulin med pen")


def test_a_gap_says_since_when(fjordby: str, page: Page):
    sign_in(page, fjordby, "dorthe.nygaard")
    expect(page.get_by_role("article").first).to_contain_text("· siden")
    page.get_by_role("article").first.get_by_role("link").click()
    expect(page.get_by_role("main")).to_contain_text("Hul siden")


def test_a_gap_filter_can_be_shared_and_taken_back(fjordby: str, page: Page, accessible: Callable[[Page], None]):
    sign_in(page, fjordby, "dorthe.nygaard")
    rows = page.get_by_role("grid").locator("tbody tr[data-row]")
    every = rows.count()
    page.get_by_label("Kun huller og sårbare").check()
    page.wait_for_url("**gaps=1**")
    expect(rows).not_to_have_count(every)
    accessible(page)
    page.go_back()
    expect(rows).to_have_count(every)


def test_without_script_each_heading_leads_to_the_reasons(fjordby: str, visit: Callable[..., Page]):
    dorthe = visit(java_script_enabled=False)
    sign_in(dorthe, fjordby, "dorthe.nygaard")
    board = dorthe.url
    dorthe.get_by_role("grid").get_by_role("columnheader").get_by_role("link").first.click()
    expect(dorthe.get_by_role("heading", level=1)).to_contain_text("Karen Winther")
    expect(dorthe.get_by_role("main")).to_contain_text("uddannelse")
    dorthe.goto(board)
    dorthe.get_by_role("grid").get_by_role("rowheader").get_by_role("link", name="Insulin med pen").click()
    expect(dorthe.get_by_role("heading", level=1)).to_contain_text("Insulin med pen")
    expect(dorthe.get_by_role("main")).to_contain_text("Camilla Brandt")
    expect(dorthe.get_by_role("main")).to_contain_text("Underskrift")

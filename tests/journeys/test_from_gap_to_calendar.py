"""From a red gap to an agreed plan that stands in three calendars: the leader presses twice, the employee says yes."""

import re
from collections.abc import Callable

from icalendar import Calendar
from playwright.sync_api import Page, expect

from tests.journeys.visiting import go, said, sign_in

CATHETER = "Skylning af blærekateter"
LEARNT = "Rehabiliterende forløb (§ 83 a)"


def calendar(page: Page, address: str, what: str) -> Callable[[], dict[str, str]]:
    """The person's link of that kind; what it is asked for each time: what stands in it -> its status."""
    page.goto(f"{address}/me/calendar")
    page.get_by_label("Kalender").select_option(label=what)
    page.get_by_role("button", name="Lav et link").click()
    link = page.get_by_label("Linket").input_value()

    def read() -> dict[str, str]:
        answer = page.request.get(link)
        assert answer.headers["content-type"].startswith("text/calendar")
        return {str(one["summary"]): str(one["status"]) for one in Calendar.from_ical(answer.body()).walk("VEVENT")}

    return read


def of(read: Callable[[], dict[str, str]]) -> set[tuple[str, str]]:
    """(what, status) of what is about the task."""
    return {(what, status) for what, status in read().items() if LEARNT in what}


def test_from_a_red_gap_to_a_plan_in_the_calendars(
    fjordby: str, page: Page, phone: Callable[[], Page], accessible: Callable[[Page], None]
):
    amira, hanne = phone(), phone()
    sign_in(amira, fjordby, "amira.haddad")
    hers = calendar(amira, fjordby, "Min egen kalender")
    sign_in(hanne, fjordby, "hanne.lykke")
    guides = calendar(hanne, fjordby, "Det, jeg underviser i og leder")
    sign_in(page, fjordby, "dorthe.nygaard")
    teams = calendar(page, fjordby, "Team Havnen")
    before = of(hers) | of(guides) | of(teams)

    go(page, "Dækning")
    said(page, f"Ingen må om natten: {CATHETER}")
    page.get_by_role("button", name="Planlæg oplæring").first.click()
    expect(page.get_by_role("heading", name="Udviklingsplan,")).to_be_visible()
    first = page.get_by_role("row").filter(has_text=CATHETER).first
    expect(first).to_contain_text("lukker hul")
    expect(page.locator("#proposals tbody tr").first).to_contain_text(CATHETER)
    accessible(page)
    page.get_by_role("button", name="Godkend planen").click()
    said(page, "Planen er godkendt.")
    accessible(page)

    invited = of(hers) - before
    assert invited
    assert all(what.startswith("Invitation: ") and status == "TENTATIVE" for what, status in invited)
    assert any(what.endswith(", Amira") and status == "TENTATIVE" for what, status in of(guides) - before)
    assert any("Amira Haddad" in what and status == "TENTATIVE" for what, status in of(teams) - before)

    amira.goto(f"{fjordby}/me/learning")
    accessible(amira)
    asked = amira.get_by_role("listitem").filter(has_text=f"Sidemandsoplæring: {LEARNT}")
    expect(asked).to_contain_text("foreslået af Dorthe Nygaard")
    asked.get_by_role("button", name=re.compile("^Ja")).click()
    expect(asked.get_by_role("button", name=re.compile("^Ja"))).to_have_count(0)
    assert (f"Sidemandsoplæring: {LEARNT}", "CONFIRMED") in of(hers)

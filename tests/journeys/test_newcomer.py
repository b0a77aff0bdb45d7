"""An unskilled newcomer gets through her first week: she and her guide tick on two phones, and a gate opens a task."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from competence.foundation.clock import today
from tests.databases import lay_out
from tests.journeys.visiting import go, said, sign_in
from tests.web import served

FREJA = "Freja Thomsen"
LIFT = "Loftlift og personlift"


@pytest.fixture
def week_one(demonstration: Path, quick_folder: Path) -> Iterator[str]:
    """Where a browser finds Fjordby Kommune on the day on which Freja Thomsen begins in Team Havnen."""
    file = quick_folder / "newcomer.sqlite"
    database = lay_out(demonstration, file)
    hers = "SELECT person_id FROM person_identity WHERE name = ?"
    with closing(sqlite3.connect(file)) as opened, opened:
        day = today().isoformat()
        opened.execute(f"UPDATE employment SET valid_from = ? WHERE person_id IN ({hers})", (day, FREJA))
        opened.execute(
            f"UPDATE onboarding SET first_day = ? WHERE employment_id IN "
            f"(SELECT id FROM employment WHERE person_id IN ({hers}))",
            (day, FREJA),
        )
    with served(database) as address:
        yield address


def tick_all(place: Page | Locator) -> int:
    """How many buttons were pressed until none was left."""
    pressed = 0
    buttons = place.get_by_role("button", name=re.compile("^Sæt flueben"))
    while count := buttons.count():
        buttons.first.click()
        expect(buttons).to_have_count(count - 1)
        pressed += 1
    return pressed


def test_a_newcomer_gets_through_her_first_week_with_her_guide_on_two_phones(
    week_one: str, phone: Callable[[], Page], page: Page, accessible: Callable[[Page], None]
):
    freja, hanne = phone(), phone()
    sign_in(page, week_one, "dorthe.nygaard")
    said(page, "1 nyansat mangler lederens ja til første vagt")
    go(page, "Udvikling", then="Introforløb")
    accessible(page)
    page.get_by_role("link", name=FREJA).first.click()
    expect(page.get_by_role("heading", name=f"Introforløb for {FREJA}")).to_be_visible()
    accessible(page)
    page.locator("summary", has_text="Før første dag").click()
    page.get_by_role("button", name="Sæt flueben Ansættelsespapirer er på plads").click()
    said(page, "På plads: Ansættelsespapirer er på plads.")

    sign_in(freja, week_one, "freja.thomsen")
    freja.get_by_role("link", name="Se i dag og denne uge").click()
    expect(freja.get_by_role("heading", name="I dag og denne uge")).to_be_visible()
    said(freja, "Camilla Brandt")
    accessible(freja)
    opening = freja.get_by_role("listitem").filter(has_text=LIFT).last
    expect(opening).to_contain_text("0 af 2 krav er bestået")
    assert tick_all(freja) == 13
    expect(freja.get_by_text("Du er à jour.")).to_be_visible()
    accessible(freja)

    sign_in(hanne, week_one, "hanne.lykke")
    hanne.get_by_role("link", name=FREJA).first.click()
    accessible(hanne)
    lift = "Praktisk prøve i forflytning med lift og sejl"
    hanne.get_by_role("button", name="Sæt flueben E-læring: forflytning", exact=True).click()
    said(hanne, "På plads: E-læring: forflytning.")
    freja.reload()
    expect(opening).to_contain_text("1 af 2 krav er bestået")
    hanne.get_by_role("button", name=f"Sæt flueben {lift}").click()
    said(hanne, f"Nu kan der oplæres og skrives under: {LIFT}.")
    accessible(hanne)
    freja.reload()
    expect(opening).to_contain_text("Alle krav er bestået: du kan oplæres og få underskrift.")

    for week in ("Første dag", "Uge 1"):
        part = hanne.locator("details").filter(has=hanne.get_by_role("heading", name=week, exact=True))
        tick_all(part)
        expect(part.locator("summary")).to_contain_text(re.compile(r"(\d+) af \1"))
    freja.reload()
    expect(freja.get_by_text("Venter på en kollega")).to_have_count(0)
    accessible(freja)


def test_the_newcomers_page_works_without_script(week_one: str, visit: Callable[..., Page]):
    freja = visit(java_script_enabled=False, viewport={"width": 390, "height": 844})
    sign_in(freja, week_one, "freja.thomsen")
    freja.goto(f"{week_one}/me/intro")
    item = freja.get_by_role("listitem").filter(has_text="E-læring: viden om ældreområdet").first
    item.get_by_role("button", name=re.compile("^Sæt flueben")).click()
    said(freja, "På plads: E-læring: viden om ældreområdet.")
    freja.locator("summary", has_text="På plads").click()
    expect(freja.get_by_role("button", name="Fortryd").first).to_be_visible()

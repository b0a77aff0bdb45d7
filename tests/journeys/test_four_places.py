"""Coverage speaks to four places: the leader's desk, the planner's phone call, the director's comparison, and the wall."""

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect

from competence.coverage.rules import Shift
from competence.foundation.clock import today
from competence.imports.demo import PASSWORD
from tests.browser import PHONE, WIDE
from tests.journeys.visiting import go, sign_in

NAMES = re.compile("Karen|Søren|Jonas|Fatima|Camilla|Hanne|Dorthe")
RINSING, DEMENTIA = "Skylning af blærekateter", "Forebygge udadreagerende adfærd"

Everywhere = Callable[[Page], None]


def follow(page: Page, name: str) -> None:
    """Nothing; another page about the unit is shown."""
    page.get_by_role("navigation", name="Om enheden").get_by_role("link", name=name, exact=True).click()
    page.wait_for_load_state()


def test_a_leader_goes_from_the_board_to_a_gap_its_reasons_the_forecast_what_if_and_the_board_meeting(
    fjordby: str, page: Page, everywhere: Everywhere
):
    sign_in(page, fjordby, "dorthe.nygaard")
    everywhere(page)
    expect(page.get_by_role("article").first).to_contain_text(f"Ingen må om natten: {RINSING}")
    grid = page.get_by_role("grid")
    grid.locator("tbody [tabindex='0']").focus()
    row = grid.get_by_role("row").filter(has=page.get_by_role("link", name=RINSING))
    while not row.locator("td:focus").count():
        page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    for _field in Shift:
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    why = page.get_by_role("dialog")
    expect(why).to_contain_text(RINSING)
    expect(why).to_contain_text("Ingen med denne faste vagt tæller med.")
    expect(why.get_by_role("link", name="Se, hvem der er tættest på")).to_be_visible()
    page.keyboard.press("Escape")
    expect(why).to_be_hidden()

    follow(page, "Prognose")
    expect(page.get_by_role("main")).to_contain_text("Som det er i dag, er der 5 huller.")
    everywhere(page)
    follow(page, "Hvad nu hvis?")
    page.get_by_role("checkbox", name="Maja Lind, Assistent (SSA)").check()
    page.get_by_label("Fra", exact=True).first.fill((today() + timedelta(days=10)).isoformat())
    page.get_by_role("button", name="Tilføj").first.click()
    expect(page.get_by_role("table", name="Det sker der")).to_contain_text("Nat")
    everywhere(page)
    page.get_by_label("Scenariets navn").fill("Natten uden en assistent")
    page.get_by_role("button", name="Gem scenariet").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Natten uden en assistent")

    follow(page, "Tavlemøde")
    everywhere(page)
    page.get_by_role("link", name="Sæt ugens mål").click()
    page.get_by_role("row").filter(has_text="Skærmbesøg").get_by_role("checkbox").check()
    page.get_by_role("button", name="Gem ugens mål").click()
    expect(page.get_by_role("region", name="Ugens mål")).to_contain_text("Skærmbesøg, aften")


def test_a_planner_finds_who_may_calls_her_and_sees_the_gaps_of_today_and_of_the_week(
    fjordby: str, page: Page, everywhere: Everywhere
):
    sign_in(page, fjordby, "lars.bisgaard")
    page.get_by_label("Opgave eller medarbejder").fill("Insulin med pen")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("heading", level=2).first).to_contain_text("Team Havnen må")
    expect(page.get_by_role("link", name=re.compile("^Ring til 00 00")).first).to_be_visible()
    everywhere(page)
    page.get_by_label("Opgave eller medarbejder").fill("Camilla Brandt")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Camilla Brandt")
    expect(page.get_by_role("link", name=re.compile("^Ring til 00 00")).first).to_be_visible()
    everywhere(page)

    go(page, "Dagens huller")
    expect(page.get_by_role("table")).to_contain_text(RINSING)
    everywhere(page)
    go(page, "Dækning", then="Vagtplan")
    page.get_by_role("link", name="Team Havnen").click()
    week = page.get_by_role("table")
    expect(week).to_contain_text(RINSING)
    everywhere(page)
    week.get_by_role("row").filter(has_text=RINSING).last.get_by_role("cell").nth(2).get_by_role("link").click()
    stand_ins = page.get_by_role("table", name=f"Hvem der kan træde til med {RINSING}")
    expect(stand_ins).to_contain_text("Yasmin Toft")
    everywhere(page)


def test_a_director_goes_from_the_overview_to_a_district_and_a_teams_counts_and_reads_no_name(
    fjordby: str, page: Page, everywhere: Everywhere
):
    sign_in(page, fjordby, "ulla.thorsen")
    main = page.get_by_role("main")
    expect(main).to_contain_text("36 af 711 krav")
    everywhere(page)
    assert not NAMES.search(main.inner_text())
    go(page, "Distrikter")
    everywhere(page)
    main.get_by_role("link", name="Hjemmeplejen Nord", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hjemmeplejen Nord")
    assert not NAMES.search(main.inner_text())
    main.get_by_role("link", name="Havnen", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dækning i Team Havnen")
    expect(main).to_contain_text(re.compile(r"5\s*huller"))
    expect(main).to_contain_text("skjult")
    assert not NAMES.search(main.inner_text())
    everywhere(page)


def test_a_wall_shows_a_gap_closed_by_a_signature_without_being_loaded_again_and_nothing_when_its_link_is_closed(
    fjordby: str, page: Page, visit: Callable[..., Page], accessible: Callable[[Page], None]
):
    sign_in(page, fjordby, "dorthe.nygaard")
    follow(page, "Tavlemøde")
    page.get_by_label("Hvor skærmen hænger").fill("Teamrummet")
    page.get_by_role("button", name="Lav et link til en skærm").click()
    link = page.get_by_role("textbox").and_(page.locator("[readonly]")).input_value()

    wall = visit(viewport=WIDE)
    wall.clock.install()
    wall.goto(link)
    wall.get_by_role("button", name="Vis tavlen her").click()
    demens = wall.get_by_role("row").filter(has_text="Demens")
    expect(demens.get_by_role("cell").nth(1)).to_have_text("1 hul")
    assert wall.evaluate("document.documentElement.scrollHeight") <= 1080, "nobody scrolls a wall"
    accessible(wall)
    wall.evaluate("window.sameScreen = true")
    stranger = visit()
    stranger.goto(link)
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Her vises ikke noget")

    hanne = visit(viewport=PHONE)
    sign_in(hanne, fjordby, "hanne.lykke")
    hanne.get_by_role("link", name=f"Start {DEMENTIA}, Peter Dam").click()
    hanne.get_by_role("button", name="Registrér Gjorde selv").click()
    for box in hanne.get_by_role("group", name="Det skal Peter vise").get_by_role("checkbox").all():
        box.check()
    hanne.get_by_role("button", name="Videre til niveau").click()
    hanne.get_by_role("radio", name=re.compile("^Øvet")).check()
    hanne.get_by_role("button", name="Skriv under, og accept på denne telefon").click()
    hanne.get_by_label("Din egen adgangskode eller engangskode").fill(PASSWORD)
    hanne.get_by_role("button", name="Ja, jeg er klar til opgaven").click()
    expect(hanne.get_by_text("Peter har sagt ja", exact=False).first).to_be_visible()

    wall.clock.fast_forward(61_000)
    expect(demens.get_by_role("cell").nth(1)).to_have_text("1 sårbar")
    assert wall.evaluate("window.sameScreen"), "the page was not loaded again"
    go(page, "Dækning")
    follow(page, "Tavlemøde")
    page.get_by_role("region", name="Skærme på væggen").get_by_role("button", name="Luk").click()
    wall.clock.fast_forward(61_000)
    expect(wall.get_by_role("heading", level=1)).to_have_text("Her vises ikke noget")
    expect(wall.get_by_text("Havnen")).to_have_count(0)

"""From an empty municipality and its own five files to a gap that a new signature closes."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from competence.foundation.clock import today
from tests.databases import Database
from tests.imports.own_files import STOMA_BAG, all_five
from tests.journeys.visiting import go, sign_in

ADMIN = "maren.strand@strandby.example"
PASSWORD = "skibet ligger i havn"
MIME = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}
FILES: Mapping[str, tuple[str, bytes]] = all_five(today())
LOAD = {
    "units": "Organisation",
    "people": "Medarbejdere",
    "matrix": "Jeres egen opgavedeling",
    "signoffs": "Underskrifter på papir",
    "requirements": "Bemandingskrav",
}


def test_from_five_files_to_a_gap_closed_by_a_new_signature(
    database: Database, address: str, visit: Callable[..., Page], phone: Callable[[], Page],
    accessible: Callable[[Page], None], tmp_path: Path,
):  # fmt: skip
    # The municipality is made on the command line; its administrator chooses a password by the link it prints.
    admin = visit()
    choose_password(admin, address, add_municipality(database, tmp_path))
    sign_in(admin, address, ADMIN, PASSWORD)
    accessible(admin)
    for kind in ("units", "people"):
        load(admin, kind)
        accessible(admin)

    # Roles are given, and those who have them invited.
    people = {
        "Karin Bæk": ("udviklingssygeplejerske", "Strandby Kommune", visit()),
        "Poul Eng": ("leder", "Team Fyret", visit()),
        "Inge Strand": ("læringsvejleder", "Team Fyret", phone()),
        "Signe Holm": (None, "", phone()),
    }
    for name, (role, unit, theirs) in people.items():
        link = give_role(admin, name, role, unit)
        if role == "leder":
            accessible(admin)
        choose_password(theirs, address, link)
    karin, poul, inge, signe = (theirs for _role, _unit, theirs in people.values())

    # The development nurse brings the matrix, states the grounds and approves it from tomorrow.
    sign_in(karin, address, "karin.baek@strandby.example", PASSWORD)
    load(karin, "matrix", under="Opgavedeling")
    accessible(karin)
    approve(karin, accessible)
    for kind in ("signoffs", "requirements"):
        load(karin, kind, under="Opgavedeling")
        accessible(karin)

    # The leader sees the gap on the first day, and why; and asks the guide.
    first_day = today() + timedelta(days=1)
    sign_in(poul, address, "poul.eng@strandby.example", PASSWORD)
    go(poul, "Dækning")
    board = f"{poul.url.partition('?')[0]}?on={first_day.isoformat()}"
    poul.goto(board)
    accessible(poul)
    gap = poul.get_by_role("article").filter(has_text=STOMA_BAG)
    expect(gap).to_contain_text("2 af 3")
    expect(gap).to_contain_text("Signe")
    gap.get_by_role("button", name="Spørg læringsvejlederen").click()
    expect(poul.get_by_text("Vejlederne er bedt om en underskrift", exact=False).first).to_be_visible()

    # The guide finds the request in her queue, observes, ticks and signs, on her phone.
    sign_in(inge, address, "inge.strand@strandby.example", PASSWORD)
    accessible(inge)
    inge.get_by_role("link", name=f"Start {STOMA_BAG}, Signe Holm").click()
    accessible(inge)
    record = inge.get_by_role("button", name=re.compile("^Registrér (Så på|Med støtte|Gjorde selv)$"))
    while record.count():
        before = inge.get_by_role("button", name=re.compile("^Fortryd")).count()
        record.click()
        expect(inge.get_by_role("button", name=re.compile("^Fortryd"))).to_have_count(before + 1)
    for box in inge.get_by_role("group", name="Det skal Signe vise").get_by_role("checkbox").all():
        box.check()
    expect(inge.get_by_text(re.compile("før I kan gå videre"))).to_have_count(0)
    inge.get_by_role("button", name="Videre til niveau").click()
    inge.get_by_role("radio", name=re.compile("^Basis")).check()
    accessible(inge)
    inge.get_by_role("button", name="Skriv under som Inge Strand").click()
    expect(inge.get_by_text("Venter på, at Signe siger ja.")).to_be_visible()

    # The employee says yes on her own phone; only then the gap is closed.
    poul.goto(board)
    expect(gap).to_contain_text("2 af 3")
    sign_in(signe, address, "signe.holm@strandby.example", PASSWORD)
    accessible(signe)
    expect(signe.get_by_role("heading", name=f"{STOMA_BAG} venter på dit ja")).to_be_visible()
    signe.get_by_role("link", name="Se og svar").first.click()
    expect(signe.get_by_role("main")).to_contain_text(STOMA_BAG)
    accessible(signe)
    signe.get_by_role("button", name="Ja, jeg er klar til opgaven").click()
    expect(signe.get_by_role("heading", name="Hej Signe")).to_be_visible()

    poul.goto(board)
    expect(poul.get_by_role("grid")).to_be_visible()
    expect(gap).to_have_count(0)
    expect(poul.get_by_role("grid").locator("tr").filter(has_text=STOMA_BAG)).to_contain_text("3 af 3")


def add_municipality(database: Database, folder: Path) -> str:
    """The path of the administrator's link, as `competence municipality add` prints it."""
    run = subprocess.run(
        [sys.executable, "-m", "competence.cli", "municipality", "add", "Strandby Kommune", "--admin", ADMIN],
        env=os.environ
        | {"DATABASE_URL": database.url, "DATABASE_OWNER_URL": database.owner_url, "KOMPETENCE_VAR": str(folder / "var")},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return next(word for word in run.stdout.split() if "/invitation/" in word)


def choose_password(page: Page, address: str, link: str) -> None:
    """Nothing; the one whom the link invites has a password."""
    page.goto(address + urlsplit(link).path)
    page.get_by_label("Vælg en adgangskode").fill(PASSWORD)
    page.get_by_label("Den samme adgangskode igen").fill(PASSWORD)
    page.get_by_role("button", name="Gem adgangskoden").click()
    expect(page.get_by_role("heading", name="Log ind")).to_be_visible()


def load(page: Page, kind: str, *, under: str = "") -> None:
    """Nothing; the file is chosen, looked at, and loaded. `under`: the word of the menu that gathers the page."""
    name, content = FILES[kind]
    go(page, under or "Indlæs", then="Indlæs" if under else "")
    page.get_by_role("main").get_by_role("link", name=LOAD[kind], exact=True).click()
    page.get_by_label("Fil", exact=True).set_input_files(
        {"name": name, "mimeType": MIME[name.rpartition(".")[2]], "buffer": content}
    )
    page.get_by_role("button", name="Vis, hvad der vil ændre sig").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    page.get_by_role("button", name="Indlæs filen").click()
    expect(page.get_by_role("heading", name=f"{name} er indlæst")).to_be_visible()


def give_role(page: Page, name: str, role: str | None, unit: str) -> str:
    """The link that invites the person, who has the role over the unit from today, if it names one."""
    go(page, "Medarbejdere", then="Roller")
    page.get_by_role("link", name="Giv en rolle").click()
    page.get_by_label("Navn eller medarbejdernummer").fill(name)
    page.get_by_role("main").get_by_role("button", name="Søg").click()
    page.get_by_role("region", name="Giv en rolle").get_by_role("link", name=name).click()
    if role:
        page.get_by_label("Rolle", exact=True).select_option(label=role)
        units = page.get_by_label("Enhed", exact=True)
        units.select_option(label=next(t for t in units.locator("option").all_text_contents() if t.strip() == unit))
        page.get_by_role("button", name="Giv rollen").click()
        expect(page.get_by_role("table", name=re.compile("^Roller"))).to_contain_text(role)
    page.get_by_role("button", name="Send et link").click()
    return page.get_by_label("Link", exact=True).input_value()


def approve(page: Page, accessible: Callable[[Page], None]) -> None:
    """Nothing; the newest draft is approved from tomorrow, with the grounds that reserved cells ask for."""
    page.get_by_role("link", name="Fortsæt").click()
    page.get_by_role("link", name="Godkend kladden").click()
    page.get_by_role("button", name=re.compile("^Godkend som")).click()
    expect(page.get_by_role("alert")).to_be_visible()
    accessible(page)
    page.get_by_label("Lægens ordination").first.check()
    page.get_by_role("button", name=re.compile("^Godkend som Karin Bæk")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Opgavedeling")
    expect(page.get_by_text("er godkendt", exact=False).first).to_be_visible()

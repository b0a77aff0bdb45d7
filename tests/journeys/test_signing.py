"""The employee asks, the guide signs at the bedside, the employee accepts on the guide's phone."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from competence.imports.demo import PASSWORD
from tests.journeys.visiting import sign_in

PEG = "Sondeernæring (PEG)"


def criteria(page: Page, name: str) -> Locator:
    """The boxes that the guide ticks."""
    return page.get_by_role("group", name=f"Det skal {name} vise").get_by_role("checkbox")


def test_an_employee_asks_her_guide_signs_and_she_accepts_on_the_guides_phone(
    fjordby: str, phone: Callable[[], Page], accessible: Callable[[Page], None]
):
    amira, hanne = phone(), phone()
    sign_in(amira, fjordby, "amira.haddad")
    accessible(amira)
    step = amira.get_by_role("listitem").filter(has_text=PEG).first
    step.get_by_role("button", name="Bed om underskrift").click()
    expect(step).to_contain_text("Du bad om underskrift")
    expect(step.get_by_role("button", name="Træk anmodningen tilbage")).to_be_visible()

    sign_in(hanne, fjordby, "hanne.lykke")
    accessible(hanne)
    hanne.get_by_role("link", name=f"Start {PEG}, Amira Haddad").click()
    accessible(hanne)
    hanne.get_by_role("button", name="Videre til niveau").click()
    expect(hanne.get_by_role("alert")).to_contain_text("mangler", ignore_case=True)
    accessible(hanne)
    hanne.get_by_role("button", name="Registrér Med støtte").click()
    hanne.get_by_role("button", name="Registrér Gjorde selv").click()
    expect(hanne.get_by_text("3 af 3", exact=True)).to_be_visible()
    for box in criteria(hanne, "Amira").all():
        box.check()
    expect(hanne.get_by_text(re.compile("før I kan gå videre"))).to_have_count(0)
    expect(hanne.get_by_role("banner").get_by_text(re.compile("^Gemt"))).to_be_visible()
    hanne.reload()
    expect(criteria(hanne, "Amira").last).to_be_checked()

    hanne.get_by_role("button", name="Videre til niveau").click()
    accessible(hanne)
    hanne.get_by_role("radio", name=re.compile("^Basis")).check()
    hanne.get_by_role("button", name="Skriv under, og accept på denne telefon").click()
    expect(hanne.get_by_role("heading", name="Accept på denne telefon")).to_be_visible()
    accessible(hanne)
    secret = hanne.get_by_label("Din egen adgangskode eller engangskode")
    secret.fill("ikke Amiras adgangskode")
    hanne.get_by_role("button", name="Ja, jeg er klar til opgaven").click()
    expect(secret).to_have_attribute("aria-invalid", "true")
    accessible(hanne)
    secret.fill(PASSWORD)
    hanne.get_by_role("button", name="Ja, jeg er klar til opgaven").click()
    expect(hanne.get_by_text("Amira har sagt ja", exact=False).first).to_be_visible()
    accessible(hanne)

    hanne.get_by_role("link", name="Til min kø").click()
    expect(hanne.get_by_role("heading", name="Min kø")).to_be_visible()
    expect(hanne.get_by_role("link", name=f"Start {PEG}, Amira Haddad")).to_have_count(0)

    amira.goto(f"{fjordby}/me/may?q=sonde")
    accessible(amira)
    expect(amira.get_by_role("main")).to_contain_text(PEG)
    expect(amira.get_by_role("main")).to_contain_text("Gælder til og med")


def test_the_guide_can_take_her_signature_back_until_the_employee_has_answered(
    fjordby: str, phone: Callable[[], Page], accessible: Callable[[Page], None]
):
    hanne = phone()
    sign_in(hanne, fjordby, "hanne.lykke")
    hanne.get_by_role("link", name="Start Iltbehandling i hjemmet, Amira Haddad").click()
    hanne.get_by_role("button", name="Registrér Gjorde selv").click()
    for box in criteria(hanne, "Amira").all():
        box.check()
    expect(hanne.get_by_text(re.compile("før I kan gå videre"))).to_have_count(0)
    hanne.get_by_role("button", name="Videre til niveau").click()
    hanne.get_by_role("radio", name=re.compile("^Basis")).check()
    hanne.get_by_role("button", name="Skriv under som Hanne Lykke").click()
    expect(hanne.get_by_text("Venter på, at Amira siger ja.")).to_be_visible()
    hanne.get_by_role("status").get_by_role("button", name="Fortryd").click()
    expect(hanne.get_by_text("Der er ikke skrevet under", exact=False).first).to_be_visible()
    expect(criteria(hanne, "Amira").first).to_be_visible()


def test_without_script_the_guide_signs_by_plain_forms(fjordby: str, visit: Callable[..., Page]):
    hanne = visit(java_script_enabled=False)
    sign_in(hanne, fjordby, "hanne.lykke")
    hanne.get_by_role("link", name="Start Iltbehandling i hjemmet, Amira Haddad").click()
    hanne.get_by_role("button", name="Registrér Gjorde selv").click()
    for box in criteria(hanne, "Amira").all():
        box.check()
    hanne.get_by_role("button", name="Videre til niveau").click()
    hanne.get_by_role("radio", name=re.compile("^Øvet")).check()
    hanne.get_by_role("button", name="Skriv under som Hanne Lykke").click()
    expect(hanne.get_by_text("Venter på, at Amira siger ja.")).to_be_visible()
    expect(hanne.get_by_text("Niveau 2, øvet", exact=False)).to_be_visible()


def test_an_employee_says_not_yet_on_her_own_phone(
    fjordby: str, phone: Callable[[], Page], accessible: Callable[[Page], None]
):
    amira = phone()
    sign_in(amira, fjordby, "amira.haddad")
    waiting = amira.locator("section").filter(has_text="Insulin med pen venter på dit")
    waiting.get_by_role("link", name="Se og svar").click()
    accessible(amira)
    amira.get_by_role("button", name="Ikke endnu, jeg vil øve mere").click()
    expect(amira.get_by_role("heading", name="Hej Amira")).to_be_visible()
    expect(waiting).to_have_count(0)

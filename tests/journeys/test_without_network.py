"""At the bedside the network goes and comes back: nothing that was set is lost, and nothing is sent twice or by another."""

import re
from collections.abc import Callable

from playwright.sync_api import Dialog, Locator, Page, expect

from tests.journeys.visiting import sign_in

TASK = "Iltbehandling i hjemmet"
KEPT = "Gemt på telefonen, ikke sendt"


def begin(page: Page, address: str) -> None:
    """Nothing; the guide is at the bedside, and the phone has what it needs without a network."""
    sign_in(page, address, "hanne.lykke")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.get_by_role("link", name=f"Start {TASK}, Amira Haddad").click()
    expect(page.get_by_role("heading", name=TASK)).to_be_visible()


def kept(page: Page) -> int:
    """How many observations wait on the phone."""
    return int(
        page.evaluate(
            """() => new Promise((resolve) => {
              const request = indexedDB.open("kt-kept", 1);
              request.onsuccess = () => {
                const count = request.result.transaction("kept").objectStore("kept").count();
                count.onsuccess = () => { request.result.close(); resolve(count.result); };
              };
            })"""
        )
    )


def saved(page: Page) -> Locator:
    """The mark that says where what was set is."""
    return page.get_by_role("banner").locator("[data-kt-saved-text]:visible")


def boxes(page: Page) -> Locator:
    """What can be ticked."""
    return page.get_by_role("group", name="Det skal Amira vise").get_by_role("checkbox")


def test_what_is_set_without_a_network_is_kept_and_sent_once(
    fjordby: str, phone: Callable[[], Page], accessible: Callable[[Page], None]
):
    hanne = phone()
    begin(hanne, fjordby)
    hanne.context.set_offline(True)
    boxes(hanne).first.check()
    expect(saved(hanne)).to_have_text(KEPT)
    hanne.get_by_role("button", name="Registrér Gjorde selv").click()
    expect(hanne.locator("#kept-times")).to_contain_text("Gjorde selv")
    expect(hanne.locator("#live")).to_have_text(KEPT)
    accessible(hanne)
    hanne.get_by_role("button", name="Videre til niveau").click()
    expect(hanne.get_by_text("Du kan gå videre til underskriften, når der er.")).to_be_visible()
    assert kept(hanne) == 1

    hanne.reload()
    expect(hanne.get_by_role("heading", name="Ingen forbindelse")).to_be_visible()
    expect(hanne.get_by_text("En observation er gemt på telefonen, ikke sendt.", exact=False)).to_be_visible()
    assert "Amira" not in hanne.content()
    accessible(hanne)

    hanne.context.set_offline(False)  # the page without a network notices it by itself
    expect(saved(hanne)).to_have_text(re.compile(r"^Sendt kl\. \d"))
    expect(boxes(hanne).first).to_be_checked()
    expect(hanne.get_by_text("3 af 3", exact=True)).to_be_visible()
    assert kept(hanne) == 0


def test_after_a_time_out_she_signs_in_and_it_is_sent(fjordby: str, phone: Callable[[], Page]):
    hanne = phone()
    begin(hanne, fjordby)
    hanne.context.clear_cookies()
    boxes(hanne).first.check()
    expect(hanne.get_by_text("Log ind igen, så bliver den sendt.", exact=False)).to_be_visible()
    hanne.get_by_role("link", name="Se observationen").click()
    hanne.get_by_label("E-mail").fill("hanne.lykke@fjordby.example")
    hanne.get_by_label("Adgangskode").fill("fjordby-viser-vej")
    hanne.keyboard.press("Enter")
    expect(saved(hanne)).to_have_text(re.compile(r"^Sendt kl\. \d"))
    expect(boxes(hanne).first).to_be_checked()
    assert kept(hanne) == 0


def test_another_users_sign_in_deletes_it(fjordby: str, phone: Callable[[], Page]):
    phone_of_both = phone()
    begin(phone_of_both, fjordby)
    phone_of_both.context.set_offline(True)
    boxes(phone_of_both).first.check()
    expect(saved(phone_of_both)).to_have_text(KEPT)
    phone_of_both.context.clear_cookies()
    phone_of_both.context.set_offline(False)
    expect(phone_of_both.get_by_text("Log ind igen, så bliver den sendt.", exact=False)).to_be_visible()
    sign_in(phone_of_both, fjordby, "amira.haddad")
    expect(phone_of_both.get_by_role("heading", name="Hej Amira")).to_be_visible()
    phone_of_both.wait_for_timeout(500)
    assert kept(phone_of_both) == 0


def test_signing_out_deletes_it(fjordby: str, phone: Callable[[], Page]):
    hanne = phone()
    begin(hanne, fjordby)
    hanne.route("**/kept", lambda route: route.abort())
    boxes(hanne).first.check()
    expect(saved(hanne)).to_have_text(KEPT)
    asked: list[str] = []

    def yes(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    hanne.on("dialog", yes)
    hanne.get_by_role("banner").locator("summary").click()
    hanne.get_by_role("button", name="Log ud").click()
    expect(hanne.get_by_text("Du er logget ud.")).to_be_visible()
    assert "Den bliver slettet, når du logger ud." in asked[0]
    assert kept(hanne) == 0


def test_after_24_hours_it_is_deleted(fjordby: str, phone: Callable[[], Page]):
    hanne = phone()
    begin(hanne, fjordby)
    hanne.context.set_offline(True)
    boxes(hanne).first.check()
    expect(saved(hanne)).to_have_text(KEPT)
    hanne.clock.install()
    hanne.clock.fast_forward("24:00:01")
    hanne.reload()
    expect(hanne.get_by_text("Der venter ikke noget på denne telefon.")).to_be_visible()
    assert kept(hanne) == 0


def test_a_time_that_somebody_else_recorded_meanwhile_is_shown_and_she_chooses(
    fjordby: str, phone: Callable[[], Page], accessible: Callable[[Page], None]
):
    hanne, maja = phone(), phone()
    begin(hanne, fjordby)
    path = hanne.url.removeprefix(fjordby)
    hanne.context.set_offline(True)
    hanne.get_by_role("button", name="Registrér Gjorde selv").click()
    expect(hanne.locator("#kept-times")).to_contain_text(KEPT)
    sign_in(maja, fjordby, "maja.lind")
    maja.goto(fjordby + path)
    maja.get_by_role("button", name="Registrér Gjorde selv").click()
    expect(maja.get_by_text("3 af 3", exact=True)).to_be_visible()
    hanne.context.set_offline(False)
    choice = hanne.get_by_role("region", name="Ikke sendt: der er sket noget imens")
    expect(choice).to_contain_text("En anden har registreret en gang.")
    expect(choice).to_contain_text("Maja")
    accessible(hanne)
    choice.get_by_role("button", name="Send det, der er på telefonen").click()
    expect(saved(hanne)).to_have_text(re.compile(r"^Sendt kl\. \d"))
    expect(hanne.locator(".kt-three li")).to_have_count(4)


def test_a_guide_scans_a_code_and_is_at_the_colleagues_tasks(
    fjordby: str, phone: Callable[[], Page], accessible: Callable[[Page], None]
):
    amira, hanne = phone(), phone()
    sign_in(amira, fjordby, "amira.haddad")
    amira.get_by_role("link", name="Vis kode til vejlederen").click()
    amira.get_by_role("button", name="Vis kode").click()
    expect(amira.get_by_role("img", name="Koden til at scanne.")).to_be_visible()
    accessible(amira)
    link = amira.get_by_role("link", name=re.compile("^http")).inner_text()
    assert "amira" not in link.lower()
    sign_in(hanne, fjordby, "hanne.lykke")
    hanne.goto(link)
    expect(hanne.get_by_role("main")).to_contain_text("Amira Haddad")
    amira.goto(link)
    expect(amira.get_by_role("main")).not_to_contain_text("Amira Haddad")

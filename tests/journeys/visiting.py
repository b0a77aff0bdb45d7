"""What every journey does: sign in, and go by the menu."""

from playwright.sync_api import Page, expect

from competence.imports.demo import PASSWORD

FJORDBY = "fjordby.example"


def sign_in(page: Page, address: str, email: str, password: str = PASSWORD) -> None:
    """Nothing; the page shows the person's home. By keyboard alone, as everybody does it."""
    page.goto(f"{address}/sign-in")
    page.get_by_label("E-mail").fill(email if "@" in email else f"{email}@{FJORDBY}")
    page.get_by_label("Adgangskode").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def go(page: Page, name: str, *, then: str = "") -> None:
    """Nothing; the menu's page of that name is shown; or, of those it gathers, the one called `then`."""
    page.get_by_role("navigation", name="Hovedmenu").get_by_role("link", name=name, exact=True).click()
    page.wait_for_load_state()
    if then:
        page.get_by_role("navigation", name=name, exact=True).get_by_role("link", name=then, exact=True).click()
        page.wait_for_load_state()


def tab_to(page: Page, name: str, *, most: int = 80) -> None:
    """Nothing; the Tab key has moved the focus to what is called so."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "() => { const at = document.activeElement;"
            " return (at.getAttribute('aria-label') || at.innerText || at.value || '').trim() }"
        )
        if focused.split("\n")[0] == name:
            return
    raise AssertionError(f"the Tab key does not reach {name!r}")


def said(page: Page, text: str) -> None:
    """Nothing; the page says so somewhere."""
    expect(page.get_by_text(text).first).to_be_visible()

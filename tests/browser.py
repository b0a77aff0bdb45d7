"""Debian's Chromium, driven by Playwright, and axe on what it shows."""

import shutil
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

PHONE: ViewportSize = {"width": 390, "height": 844}
TABLET: ViewportSize = {"width": 768, "height": 1024}
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
WIDE: ViewportSize = {"width": 1920, "height": 1080}

QUIET = [
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own browser; Playwright downloads none."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        pytest.fail("The journeys need Chromium (Debian: sudo apt-get install chromium).")
    return {**browser_type_launch_args, "executable_path": chromium, "args": QUIET}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A Danish visitor at a desk."""
    return {
        **browser_context_args,
        "locale": "da-DK",
        "timezone_id": "Europe/Copenhagen",
        "viewport": DESKTOP,
        "reduced_motion": "reduce",
    }


@pytest.fixture
def page(page: Page) -> Page:
    """A page that waits five seconds for what it looks for, not thirty."""
    page.set_default_timeout(5_000)
    return page


@pytest.fixture(scope="session")
def accessible() -> Callable[[Page], None]:
    """A check that axe finds nothing on what the page shows now, and that nothing hangs out on the right."""
    axe = Axe()

    def check(page: Page) -> None:
        found = axe.run(page, options={"runOnly": {"type": "tag", "values": STANDARD}, "resultTypes": ["violations"]})
        assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
        fits(page)

    return check


def fits(page: Page) -> None:
    """Nothing; AssertionError when the page hangs out on the right."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} pixels wider than a screen of {page.viewport_size}"


@pytest.fixture(scope="session")
def everywhere(accessible: Callable[[Page], None]) -> Callable[[Page], None]:
    """A check of the page as it stands: axe on a phone, a tablet, a wide screen and at a desk; it ends at the desk."""

    def check(page: Page) -> None:
        for size in (PHONE, TABLET, WIDE, DESKTOP):
            page.set_viewport_size(size)
            accessible(page)

    return check


@pytest.fixture(scope="session")
def looked_over(accessible: Callable[[Page], None]) -> Callable[[Page], None]:
    """A check of one of many pages: axe on a phone and at a desk, nothing hangs out on any screen; it ends at the desk.

    Axe takes a hundred times as long as the rest, and a tablet shows what a desk shows in fewer columns.
    """

    def check(page: Page) -> None:
        for size in (TABLET, WIDE):
            page.set_viewport_size(size)
            fits(page)
        for size in (PHONE, DESKTOP):
            page.set_viewport_size(size)
            accessible(page)

    return check

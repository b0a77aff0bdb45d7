"""Journeys show that the pages lead on to each other; that both databases answer alike is shown elsewhere."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from competence.foundation.orm import engine_for
from competence.imports.demo import load_demo
from tests.browser import PHONE
from tests.databases import Database, lay_out
from tests.web import served


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """An empty database."""
    return sqlite_database


@pytest.fixture(scope="session")
def demonstration(laid_out_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SQLite file with the demonstration, loaded once."""
    file = tmp_path_factory.mktemp("demonstration") / "demonstration.sqlite"
    shutil.copyfile(laid_out_file, file)
    engine = engine_for(f"sqlite:///{file}")
    load_demo(engine)
    engine.dispose()
    return file


@pytest.fixture
def fjordby(demonstration: Path, quick_folder: Path) -> Iterator[str]:
    """Where a browser finds a Fjordby Kommune of the test's own."""
    with served(lay_out(demonstration, quick_folder / "fjordby.sqlite")) as address:
        yield address


Visit = Callable[..., Page]
"""A fresh browser: () -> its page; the arguments are those of Playwright's contexts."""


@pytest.fixture(autouse=True, scope="session")
def _patience() -> None:
    """Several browsers and their server share the machine with whatever else runs there."""
    expect.set_options(timeout=20_000)


@pytest.fixture
def page(page: Page) -> Page:
    """The one visitor of a journey at a desk."""
    page.set_default_timeout(20_000)
    return page


@pytest.fixture
def visit(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Visit]:
    """Browsers of several people at once: at a desk, unless the arguments say otherwise."""
    opened: list[BrowserContext] = []

    def open_(**arguments: Any) -> Page:
        context = browser.new_context(**{**browser_context_args, **arguments})
        context.set_default_timeout(20_000)
        opened.append(context)
        return context.new_page()

    yield open_
    for context in opened:
        context.close()


@pytest.fixture
def phone(visit: Visit) -> Visit:
    """Phones in people's hands."""
    return lambda: visit(viewport=PHONE, user_agent="Mobile Chromium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a journey."""
    for item in items:
        if item.path.is_relative_to(__file__.rpartition("/")[0]):
            item.add_marker(pytest.mark.journey)

"""A real browser before a real server: Debian's Chromium, driven by Playwright, without any other download."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from werkzeug.serving import make_server

from tests.browser.scenes import Stage
from tests.cast import Clock, People
from tests.needs import needs


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser that leaves a page hangs up on what it was still fetching: the server's file is closed a little later."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed file.*static:ResourceWarning"))


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium lies. Without it these tests are skipped, or fail where everything is required."""
    path = which("chromium") or ""
    needs(path, "Chromium (apt-get install chromium)")
    return path


@pytest.fixture(scope="session")
def playwright(chromium: str) -> Iterator[Playwright]:
    """What drives Chromium: there can be one only in a process."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """Chromium, once for all tests."""
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
    yield browser
    browser.close()


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The application served on a free port of this machine; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """A window of a new visitor, at the site."""
    context = browser.new_context(base_url=site)
    yield context.new_page()
    context.close()


@pytest.fixture
def stage(page: Page, app: Flask, people: People, clock: Clock) -> Stage:
    return Stage(page, app, people, clock)

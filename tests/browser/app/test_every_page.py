"""Every page in a real browser, as a person it is for: axe-core finds nothing, nothing scrolls sideways."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from playwright.sync_api import Browser, Page
from waitress.server import create_server

from qm.app import create_app
from qm.core import database
from qm.core.settings import settings
from tests.support.every_page import PEOPLE, VISITS, Furnished, Visit, documented, expected_status, get_rules
from tests.support.furnished import Rows
from tests.support.people import PASSWORD
from tests.support.servers.chromium import DESKTOP

pytestmark = pytest.mark.browser

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
WIDE = {"width": 1440, "height": 900}
AXE = """rules => axe.run({
  resultTypes: ["violations"], runOnly: { type: "tag", values: rules },
  // Style sheets would be copied into the page, which its policy forbids; no rule asked for needs them.
  preload: { assets: ["media"], timeout: 10000 },
})
  .then(found => found.violations.flatMap(rule => rule.nodes.map(node => [
    rule.id, node.target.join(" "),
    [...node.any, ...node.all, ...node.none].map(check => check.message).join("; "),
  ].join(": "))))"""


@dataclass
class Served:
    """The furnished installation behind a real server, and a window for each person."""

    app: Flask
    rows: Rows
    url: str
    browser: Browser
    windows: dict[str, Page] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def address(self, asked: Visit) -> str:
        """Where a visit leads."""
        return self.url + self.app.url_map.bind("localhost").build(
            asked.endpoint, dict(asked.values(self.rows))
        )

    def person_for(self, asked: Visit) -> str:
        """The first of the people who may open it."""
        roles = documented()[get_rules(self.app)[asked.endpoint]]
        return next(who for who in PEOPLE if expected_status(asked, who, roles) == 200)

    def note(self, text: str) -> None:
        """Keep what the browser complained of, but for the sound that a call without sound does not have."""
        if "the server responded with a status of 404" not in text:
            self.errors.append(text)

    def window(self, person: str) -> Page:
        """A window in which this person is signed in."""
        if person not in self.windows:
            page = self.browser.new_context(viewport=DESKTOP, locale="zh-CN").new_page()
            page.on("pageerror", lambda error: self.errors.append(str(error)))
            page.on("console", lambda said: self.note(said.text) if said.type == "error" else None)
            page.goto(f"{self.url}/sign-in")
            page.fill("#username", person)
            page.fill("#password", PASSWORD)
            page.click("button[type=submit].go")
            page.wait_for_url(lambda url: "/sign-in" not in url)
            self.windows[person] = page
        return self.windows[person]


@pytest.fixture(scope="module")
def served(furnished: Furnished, chromium: Browser) -> Iterator[Served]:
    """Opening pages changes nothing, so one server does for all of them."""
    with pytest.MonkeyPatch.context() as patch:
        folder = shutil.copytree(furnished.folder, furnished.folder.with_name("served"), dirs_exist_ok=True)
        patch.setenv("QM_DATA_DIR", str(folder))
        patch.setenv("QM_SECRET_KEY", "only for tests")
        patch.setenv("QM_WORKER_PROCESSES", "0")
        settings.cache_clear()
        database.bind(database.make_engine(settings().resolved_database_url))
        app = create_app()
        server = create_server(app, host="127.0.0.1", port=0, threads=8)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        found = Served(app, furnished.rows, f"http://127.0.0.1:{server.effective_port}", chromium)
        yield found
        for page in found.windows.values():
            page.context.close()
        server.close()
        thread.join(timeout=10)
        database.unbind()
    settings.cache_clear()


def violations(page: Page) -> list[Any]:
    """What axe-core finds on the page as it stands: rule, element, reason."""
    page.evaluate(AXE_SCRIPT)
    found: list[Any] = page.evaluate(AXE, list(RULES))
    return found


def widths(page: Page) -> list[int]:
    """The width of the document in either window beyond the window's own."""
    beyond = []
    for size in (WIDE, DESKTOP):
        page.set_viewport_size(size)
        beyond.append(page.evaluate("document.documentElement.scrollWidth") - size["width"])
    return beyond


@pytest.mark.parametrize("asked", [visit for visit in VISITS if visit.is_page], ids=lambda visit: visit.name)
def test_a_page_is_accessible_and_fits(served: Served, asked: Visit) -> None:
    person = served.person_for(asked)
    page = served.window(person)
    served.errors.clear()
    page.goto(served.address(asked))
    assert violations(page) == [], person
    assert widths(page) == [0, 0], person
    assert served.errors == []


def test_the_sign_in_page_is_accessible_and_fits(served: Served) -> None:
    page = served.browser.new_context(viewport=DESKTOP, locale="zh-CN").new_page()
    page.goto(f"{served.url}/sign-in")
    assert violations(page) == []
    assert widths(page) == [0, 0]
    page.context.close()

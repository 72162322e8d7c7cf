"""The web application served from a thread over the small centre, for a real browser.

No worker: two calls are brought in once a session (`tests.support.heard`), and each test gets a copy.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from waitress.server import create_server

from qm import database, schema
from qm.settings import Settings, settings
from qm.web import create_app
from tests.support.heard import bring_in
from tests.support.people import PASSWORD, Centre, build_centre


@dataclass(frozen=True)
class Prepared:
    """A data folder with the centre and two calls, to be copied."""

    folder: Path
    centre: Centre
    rude: str
    """A call full of forbidden speech, with a word misheard; agent 8023."""
    curt: str
    """A call without closing; agent 8023 too."""


@dataclass(frozen=True)
class Live:
    """A served centre."""

    url: str
    centre: Centre
    rude: str
    curt: str
    browser: Browser

    def page_of(self, username: str, *, width: int = 1280, height: int = 720, scripts: bool = True) -> Page:
        """A window of its own in which this person is signed in."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", java_script_enabled=scripts
        )
        page = context.new_page()
        page.goto(f"{self.url}/sign-in")
        page.fill("#username", username)
        page.fill("#password", PASSWORD)
        page.click("button[type=submit].go")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The folder that every browser test of the desk starts from."""
    folder = tmp_path_factory.mktemp("desk") / "data"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QM_DATA_DIR", str(folder))
        settings.cache_clear()
        database.bind(database.make_engine(settings().resolved_database_url))
        schema.migrate()
        centre = build_centre()
        rude = bring_in("p02_rude_transfer", misheard={"网点": "往点"})
        curt = bring_in("p07_no_closing")
        database.unbind()
        settings.cache_clear()
    return Prepared(folder, centre, rude, curt)


@pytest.fixture
def live(prepared: Prepared, config: Settings, chromium: Browser) -> Iterator[Live]:
    """The application on a free port of loopback, with its form tokens and headers as in production."""
    shutil.copytree(prepared.folder, config.data_dir, dirs_exist_ok=True)
    database.bind(database.make_engine(config.resolved_database_url))
    server = create_server(create_app(), host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.effective_port}"
    yield Live(url, prepared.centre, prepared.rude, prepared.curt, chromium)
    for context in chromium.contexts:
        context.close()
    server.close()
    thread.join(timeout=10)
    database.unbind()


def until(page: Page, expression: str, *, seconds: float = 8) -> None:
    """Wait until a JavaScript expression holds; the page's own rules forbid playwright's way of waiting."""
    give_up = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < give_up, f"never became true: {expression}"
        page.wait_for_timeout(60)

"""The web application served from a thread over the small centre, for a real browser.

No worker: two calls are brought in once a session (`tests.support.heard`), and each test gets a copy.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from waitress.server import create_server

from qm.app import create_app
from qm.core import database
from qm.core.settings import Settings, settings
from tests.support.heard import bring_in
from tests.support.people import Centre, build_centre, sign_in
from tests.support.servers.chromium import WITHIN_MS
from tests.support.servers.shared import shared


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
    app: Flask

    def page_of(self, username: str, *, width: int = 1280, height: int = 720, scripts: bool = True) -> Page:
        """An empty window of its own in which this person is signed in.

        The form of signing in is walked through by the test of the whole way.
        """
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", java_script_enabled=scripts
        )
        context.set_default_timeout(WITHIN_MS)
        session = sign_in(self.app.test_client(), username).get_cookie(self.app.config["SESSION_COOKIE_NAME"])
        assert session is not None
        context.add_cookies([{"name": session.key, "value": session.value, "url": self.url}])
        return context.new_page()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Prepared]:
    """The folder that every browser test of the desk starts from."""
    with shared(tmp_path_factory, "desk", partial(_prepare, migrated_sqlite)) as made:
        yield made


def _prepare(migrated_sqlite: Path, above: Path) -> Prepared:
    folder = above / "data"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QM_DATA_DIR", str(folder))
        settings.cache_clear()
        engine = database.make_engine(settings().resolved_database_url)
        shutil.copy(migrated_sqlite, str(engine.url.database))
        database.bind(engine)
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
    app = create_app()
    server = create_server(app, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.effective_port}"
    yield Live(url, prepared.centre, prepared.rude, prepared.curt, chromium, app)
    for context in chromium.contexts:
        context.close()
    server.trigger.pull_trigger(server.close)  # in its own thread, which else looks up once a second
    thread.join(timeout=10)
    database.unbind()


def until(page: Page, expression: str) -> None:
    """Wait until a JavaScript expression holds; the page's own rules forbid playwright's way of waiting."""
    give_up = time.monotonic() + WITHIN_MS / 1000
    while not page.evaluate(expression):
        assert time.monotonic() < give_up, f"never became true: {expression}"
        page.wait_for_timeout(60)

"""The installed application as its users meet it: `qm serve` with a worker, in processes of their own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page

from qm.app import demo
from qm.cli.setup import open_database
from qm.core import database
from qm.core.settings import Settings, settings

START_WITHIN_S = 240


@dataclass
class Site:
    """A served installation with the demonstration's five people."""

    url: str
    passwords: dict[str, str]
    log: Path

    def sign_in(self, page: Page, username: str) -> None:
        """Sign out whoever is in, and this person in."""
        page.context.clear_cookies()
        page.goto(f"{self.url}/sign-in")
        page.fill("#username", username)
        page.fill("#password", self.passwords[username])
        page.click("button[type=submit].go")
        page.wait_for_url(lambda url: "/sign-in" not in url)


@pytest.fixture
def site(config: Settings, models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """`qm serve` on a free loopback port, with one worker and an empty installation."""
    monkeypatch.setenv("QM_MODELS_DIR", str(models_dir))
    monkeypatch.setenv("QM_PORT", "0")
    monkeypatch.setenv("QM_WORKER_PROCESSES", "1")
    settings.cache_clear()
    database.unbind()
    open_database()
    passwords = {person.username: person.password for person in demo.ensure_people()}
    log = config.data_dir / "site.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "qm", "serve"], stdout=output, stderr=output, env=dict(os.environ)
        )
        try:
            yield Site(_address(log, process), passwords, log)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=START_WITHIN_S)
            database.unbind()


def _address(log: Path, process: subprocess.Popen[bytes]) -> str:
    """Where the site says that it listens, once it is ready to answer."""
    give_up = time.monotonic() + START_WITHIN_S
    while time.monotonic() < give_up:
        assert process.poll() is None, log.read_text("utf-8")[-2000:]
        said = re.search(r"http://[\d.]+:\d+(?=/)", log.read_text("utf-8"))
        if said and _ready(said.group()):
            return said.group()
        time.sleep(0.1)
    raise AssertionError(log.read_text("utf-8")[-2000:])


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=30) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False

"""The installed application as its users meet it: `qm serve` with a worker, in processes of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page

from qm import database
from qm.cli.setup import open_database
from qm.services import demo
from qm.settings import Settings, settings

START_WITHIN_S = 60


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
    port = _free_port()
    monkeypatch.setenv("QM_MODELS_DIR", str(models_dir))
    monkeypatch.setenv("QM_PORT", str(port))
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
            served = Site(f"http://127.0.0.1:{port}", passwords, log)
            _await(served, process)
            yield served
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
            database.unbind()


def _await(site: Site, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + START_WITHIN_S
    while time.monotonic() < give_up:
        assert process.poll() is None, site.log.read_text("utf-8")[-2000:]
        try:
            with urllib.request.urlopen(f"{site.url}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(site.log.read_text("utf-8")[-2000:])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""A real Chromium, one a session, and a fresh page a test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
)
WITHIN_MS = 60_000
"""How long a page may take to show what is expected: the machine may be busy with other tests."""
DESKTOP = {"width": 1280, "height": 720}


def executable() -> str | None:
    """The machine's Chromium; playwright's own download is not used."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser. Skips with its reason where there is none, but never in CI."""
    path = executable()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing: scripts/test-packages installs it")
        pytest.skip("no Chromium: scripts/test-packages installs it")
    expect.set_options(timeout=WITHIN_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A fresh, signed-out page of 1280×720; fails the test on any script error or blocked resource."""
    context = chromium.new_context(viewport=DESKTOP, locale="zh-CN")
    context.set_default_timeout(WITHIN_MS)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield opened
    context.close()
    # An expected refusal (4xx answered in words) is logged by the browser itself.
    assert [text for text in errors if "the server responded with a status of 4" not in text] == []

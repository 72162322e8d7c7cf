"""Personal numbers on the review page: hidden, shown on request without losing the form, hidden again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.servers.live import Live

pytestmark = pytest.mark.browser

DIGITS = "七七零二"


def test_an_inspector_shows_the_numbers_and_keeps_what_was_typed(live: Live) -> None:
    page = live.page_of("inspector")
    page.goto(f"{live.url}/desk/review/{live.curt}")
    talk = page.locator("#transcript")
    expect(talk).to_contain_text("****")
    expect(talk).not_to_contain_text(DIGITS)
    page.locator("[name=comment]").first.fill("打到一半的话")
    page.get_by_role("button", name="显示 1 处个人信息").click()
    expect(talk).to_contain_text(DIGITS)
    expect(page.locator("#private")).to_contain_text("已记录")
    expect(page.locator("[name=comment]").first).to_have_value("打到一半的话")
    page.get_by_role("link", name="隐藏").click()
    expect(talk).not_to_contain_text(DIGITS)

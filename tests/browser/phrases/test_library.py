"""The phrase library by keyboard."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from qm.app.seeds import ensure_seeded
from tests.support.servers.live import Live


def test_a_phrase_is_added_removed_and_brought_back_by_keyboard(live: Live) -> None:
    ensure_seeded()
    page = live.page_of("headquarters")
    page.goto(f"{live.url}/manage/phrases/groups/closing")
    page.get_by_role("button", name="开始编辑").press("Enter")
    page.wait_for_url(re.compile("/manage/phrases/groups/closing"))
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("祝您一切顺利再见")
    page.keyboard.press("Enter")
    added = page.locator(".phrases input[name=text][value='祝您一切顺利再见']")
    expect(added).to_have_count(1)
    page.get_by_role("button", name="删除 祝您一切顺利再见").press("Enter")
    expect(added).to_have_count(0)
    page.get_by_role("button", name="撤销").press("Enter")
    expect(added).to_have_count(1)

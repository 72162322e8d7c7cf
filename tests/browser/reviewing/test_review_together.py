"""Nobody's work vanishes: two inspectors on one call, a lost connection, a closed window, no scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from qm.reviewing.reads.answers import answers_of
from qm.reviewing.reads.evaluations import human_evaluation
from tests.support.servers.live import Live

pytestmark = pytest.mark.browser


@pytest.fixture
def call(live: Live) -> str:
    """A call that both inspectors may score."""
    return live.rude


def open_review(live: Live, recording_id: str, username: str) -> Page:
    page = live.page_of(username)
    page.goto(f"{live.url}/desk/review/{recording_id}")
    expect(page.locator("#controls")).to_be_visible()
    return page


def options(recording_id: str) -> dict[str, tuple[str, ...]]:
    row = human_evaluation(recording_id)
    return {answer.criterion: answer.options for answer in answers_of(row.id or 0)} if row else {}


def choose(page: Page, key: str, digit: str) -> None:
    page.locator(f"#q-{key} b").first.click()
    page.keyboard.press(digit)


def saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_text("已自动保存")


def test_the_second_of_two_inspectors_is_told_and_merges_both_works(live: Live, call: str) -> None:
    first, second = open_review(live, call, "inspector"), open_review(live, call, "inspector2")
    choose(first, "greeting", "1")
    choose(first, "courtesy", "2")
    saved(first)
    choose(second, "greeting", "3")
    choose(second, "accuracy", "1")
    conflict = second.locator(".conflict")
    expect(conflict).to_contain_text("Inspector 在")
    expect(conflict).to_contain_text("问候并报工号")
    expect(conflict).to_contain_text("无规范问候")
    assert options(call)["greeting"] == ("full",), "the first one's work stays as it was"
    conflict.locator('input[name="keep.courtesy"][value="theirs"]').check()
    conflict.get_by_role("button", name="按选择合并并保存").click()
    saved(second)
    kept = options(call)
    assert (kept["greeting"], kept["courtesy"], kept["accuracy"]) == (("none",), ("good",), ("full",))


def test_all_of_the_stored_version_can_be_taken(live: Live, call: str) -> None:
    first, second = open_review(live, call, "inspector"), open_review(live, call, "inspector2")
    choose(first, "greeting", "1")
    saved(first)
    choose(second, "greeting", "3")
    second.get_by_role("button", name="全部采用已保存的").click()
    expect(second.locator('#q-greeting [value="full"]')).to_be_checked()
    expect(second.locator(".form-notice")).to_contain_text("Inspector 在")


def test_work_done_without_a_connection_is_saved_when_it_returns(live: Live, call: str) -> None:
    page = open_review(live, call, "inspector")
    page.context.set_offline(True)
    choose(page, "greeting", "1")
    expect(page.locator("#saved")).to_contain_text("离线")
    assert options(call) == {}
    page.context.set_offline(False)
    saved(page)
    assert options(call)["greeting"] == ("full",)


def test_a_window_closed_offline_finds_its_work_again(live: Live, call: str) -> None:
    page = open_review(live, call, "inspector")
    page.context.set_offline(True)
    choose(page, "greeting", "2")
    choose(page, "courtesy", "1")
    page.keyboard.press("e")
    expect(page.locator("#saved")).to_contain_text("离线")
    page.close()
    context = live.browser.contexts[-1]
    context.set_offline(False)
    again = context.new_page()
    again.goto(f"{live.url}/desk/review/{call}")
    expect(again.locator('#q-greeting [value="partial"]')).to_be_checked()
    saved(again)
    assert options(call) == {"greeting": ("partial",), "courtesy": ("excellent",)}


def test_the_form_works_without_scripts(live: Live, call: str) -> None:
    page = live.page_of("inspector", scripts=False)
    page.goto(f"{live.url}/desk/review/{call}")
    page.locator('#q-greeting [value="none"]').check(force=True)
    page.get_by_role("button", name="暂存").click()
    expect(page.locator("#notice")).to_contain_text("已保存")
    expect(page.locator('#q-greeting [value="none"]')).to_be_checked()
    page.get_by_role("button", name=re.compile("提交并下一通")).click()
    expect(page.locator("#lacks a").first).to_contain_text("还没有评")
    expect(page.locator('#q-greeting [value="none"]')).to_be_checked()


def test_without_scripts_too_the_second_inspector_is_told_and_keeps_the_form(live: Live, call: str) -> None:
    page = live.page_of("inspector", scripts=False)
    page.goto(f"{live.url}/desk/review/{call}")
    other = open_review(live, call, "inspector2")
    choose(other, "greeting", "1")
    saved(other)
    page.locator('#q-greeting [value="none"]').check(force=True)
    page.get_by_role("button", name="暂存").click()
    expect(page.locator(".conflict")).to_contain_text("问候并报工号")
    expect(page.locator('#items > #q-greeting [value="none"]')).to_be_checked()
    page.get_by_role("button", name="暂存").click()
    assert options(call)["greeting"] == ("none",)

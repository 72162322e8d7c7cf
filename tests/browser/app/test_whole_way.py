"""The whole way: a file comes in, is heard by the real model, scored, released, acknowledged, recorded."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from qm.core.paths import SAMPLES
from tests.support.servers.live import until
from tests.support.servers.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.whisper]

HEARD_WITHIN_MS = 240_000


def test_a_recording_walks_the_whole_way_from_upload_to_the_agents_record(site: Site, page: Page) -> None:
    upload(site, page)
    wait_until_heard(site, page)
    score = score_as_inspector(site, page)
    read_and_acknowledge_as_agent(site, page, score)
    see_the_record_move(site, page, score)
    see_it_as_leader(site, page, score)


def upload(site: Site, page: Page) -> None:
    site.sign_in(page, "wugang")
    page.goto(f"{site.url}/manage/upload")
    page.set_input_files("#files", [SAMPLES / "p07_no_closing.wav", SAMPLES / "p07_no_closing.json"])
    page.click("#upload button[type=submit]")
    expect(page.locator("#upload-outcomes li")).to_have_count(1)
    expect(page.locator("#upload-outcomes")).to_contain_text("p07_no_closing.wav")


def wait_until_heard(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/manage/jobs")
    expect(page.locator("main")).to_contain_text("p07_no_closing.wav")
    row = page.locator("tr", has_text="p07_no_closing.wav")
    expect(row).to_contain_text(re.compile("完成|失败"), timeout=HEARD_WITHIN_MS)
    assert "完成" in row.inner_text(), row.inner_text()


def score_as_inspector(site: Site, page: Page) -> str:
    site.sign_in(page, "zhoumin")
    page.get_by_role("button", name=re.compile("领取下一通")).click()
    page.wait_for_url(re.compile("/desk/review/"))
    page.keyboard.press("a")  # accept what the machine has evidence for
    expect(page.locator("#accept")).to_be_hidden()
    still_open = page.locator(".q[data-criterion]:not(.answered):visible", has=page.locator("label.opt"))
    while still_open.count():
        still_open.first.locator("label.opt").first.click()
    closed = page.locator(".q[data-criterion]:visible details.remark:not([open]) > summary")
    while closed.count():
        closed.first.click()
    remarks = page.locator(".q[data-criterion]:visible textarea")
    for number in range(remarks.count()):
        remarks.nth(number).fill("与录音一致。")
    page.fill("#overall textarea", "解答清楚，请注意规范结束语。")
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    score = page.locator("#total").inner_text()
    assert re.fullmatch(r"\d+(\.\d)?", score)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: "/desk/review/" not in url)
    expect(page.locator("main")).to_contain_text(score)
    return score


def read_and_acknowledge_as_agent(site: Site, page: Page, score: str) -> None:
    site.sign_in(page, "zhangwei")
    expect(page.locator("main")).to_contain_text(score)
    page.locator("main table a").first.click()
    page.wait_for_url(re.compile("/mine/evaluations?/"))
    expect(page.locator("main")).to_contain_text("请注意规范结束语")
    page.locator(".ev").first.click()
    until(page, "document.querySelector('audio')?.currentTime > 0")
    page.get_by_role("button", name=re.compile("确认")).click()
    expect(page.locator("main")).to_contain_text("已确认")


def see_the_record_move(site: Site, page: Page, score: str) -> None:
    page.goto(f"{site.url}/mine/performance")
    expect(page.locator("main")).to_contain_text(score)
    expect(page.locator("main svg")).not_to_have_count(0)


def see_it_as_leader(site: Site, page: Page, score: str) -> None:
    site.sign_in(page, "sunli")
    expect(page.locator("main tr", has_text="张伟").first).to_contain_text(score)

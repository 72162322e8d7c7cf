"""The rule workshop in a real browser: a rule is written, tried, marked, published; also without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from qm.actor import SYSTEM
from qm.queries import rules as queries
from qm.queries import rules_figures as figures
from tests.support.live import Live, until

pytestmark = pytest.mark.browser

RULE = """key: shirks
title: 推诿
violated_when:
  pattern:
    sounds: [不归我管, 没办法]
"""
FIXTURE = """- name: 推给别人
  script: |
    座席：这个不归我管。
  expect: {shirks: not_met}
"""


def _quiet(page: Page) -> list[str]:
    """Everything the browser complains of from now on, but for refusals answered in words."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text)
            if message.type == "error" and "status of 4" not in message.text
            else None
        ),
    )
    return complaints


def test_a_supervisor_writes_tries_marks_and_publishes_a_rule(live: Live) -> None:
    page = live.page_of("supervisor")
    complaints = _quiet(page)
    page.goto(f"{live.url}/manage/rules")
    page.get_by_role("link", name="新建规则").click()
    page.fill("#document", RULE.replace("sounds", "noises"))
    page.get_by_role("button", name="存为草稿").click()
    expect(page.get_by_role("alert")).to_contain_text("第 5 行")
    until(page, "document.getSelection().toString().includes('noises')")
    page.fill("#document", RULE)
    page.get_by_role("button", name="存为草稿").click()
    expect(page).to_have_url(re.compile("/manage/rules/shirks/edit"))
    page.get_by_text("用例：对话和应有的结论").click()
    page.fill("#fixtures", FIXTURE)
    page.get_by_role("button", name="运行用例").click()
    expect(page.get_by_text("通过", exact=True)).to_be_visible()
    page.get_by_role("button", name="保存草稿").click()
    page.get_by_role("button", name="试最近的通话").click()
    expect(page.locator("#trial")).to_contain_text("试的结果：2 通")
    page.locator("#trial form.mark").first.get_by_role("button", name="确有").click()
    expect(page.locator("#trial form.mark").first).to_contain_text("撤销")
    assert len(figures.marks(SYSTEM, "shirks")["shirks"]) == 1
    page.get_by_role("link", name="去发布").click()
    page.get_by_role("button", name="发布第 1 版").click()
    expect(page.get_by_role("status")).to_contain_text("第 1 版已发布")
    assert queries.line("shirks").in_force is not None
    assert complaints == []


def test_a_rule_is_composed_in_the_form_and_nothing_typed_is_lost(live: Live) -> None:
    page = live.page_of("supervisor")
    complaints = _quiet(page)
    page.goto(f"{live.url}/manage/workshop/new")
    page.fill("#key", "identity_before")
    page.fill("#title", "先核身再办理")
    page.fill("#words", "身份证")
    page.get_by_text("在另一句话之前或之后").click()
    page.select_option("#place", label="在这之前：")
    page.fill("#anchor_words", "给您办理")
    page.fill("#within_s", "120")
    page.get_by_text("只在这些情形下判定").click()
    page.get_by_label("第 1 项通话数据").fill("direction")
    page.get_by_label("第 1 项的值").fill("inbound")
    page.get_by_role("button", name="存为草稿").click()
    expect(page.locator("#unwritten")).to_be_visible()
    page.get_by_role("button", name="写成 YAML").click()
    expect(page.locator("#document")).to_have_value(re.compile("before:"))
    expect(page.locator("#anchor_words")).to_have_value("给您办理")
    page.get_by_role("button", name="存为草稿").click()
    expect(page).to_have_url(re.compile("/manage/rules/identity_before/edit"))
    expect(page.locator("#anchor_words")).to_have_value("给您办理")
    assert complaints == []


def test_evidence_plays_in_place(live: Live) -> None:
    page = live.page_of("supervisor")
    complaints = _quiet(page)
    page.goto(f"{live.url}/manage/rules/forbidden_speech")
    chip = page.locator("[data-clip]").first
    chip.click()
    expect(chip).to_have_attribute("data-playing", "")
    chip.click()
    expect(chip).not_to_have_attribute("data-playing", "")
    assert complaints == []


def test_without_scripts_a_pasted_conversation_can_be_tried(live: Live) -> None:
    page = live.page_of("supervisor", scripts=False)
    page.goto(f"{live.url}/manage/workshop/new")
    page.fill("#document", RULE)
    page.fill("#script", "座席：这个不归我管。\n客户：那找谁？")
    page.get_by_role("button", name="试这段对话").click()
    expect(page.locator("#trial")).to_contain_text("不归我管")
    expect(page.locator("#trial")).to_contain_text("不符合")

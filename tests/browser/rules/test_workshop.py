"""The rule workshop in a real browser: a rule is written, tried, marked, published; also without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from qm.core.actor import SYSTEM
from qm.rules.reads import figures as rule_figures
from qm.rules.reads import versions as rule_reads
from scoring.rules.language.nodes import CallData, Comparison, DeadAir, Not, Pattern, Who
from tests.support.servers.live import Live, until

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
    page.get_by_role("button", name="YAML", exact=True).click()
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
    expect(page.get_by_role("status")).to_contain_text("草稿已保存")
    page.get_by_role("button", name="试最近的通话").click()
    expect(page.locator("#trial")).to_contain_text("试的结果：2 通")
    page.locator("#trial form.mark").first.get_by_role("button", name="确有").click()
    expect(page.locator("#trial form.mark").first).to_contain_text("撤销")
    assert len(rule_figures.marks(SYSTEM, "shirks")["shirks"]) == 1
    page.get_by_role("button", name="保存并去发布").click()
    page.get_by_role("button", name="发布第 1 版").click()
    expect(page.get_by_role("status")).to_contain_text("第 1 版已发布")
    assert rule_reads.line("shirks").in_force is not None
    assert complaints == []


def _add(page: Page, at: str, kind: str) -> None:
    """Choose a kind of condition below a part of the form, and add it."""
    page.select_option(f"[id='{at}.new']", label=kind)
    page.locator(f"button[value='add:{at}']").click()


def test_silence_is_written_tried_on_a_call_and_published_without_yaml(live: Live) -> None:
    page = live.page_of("supervisor")
    complaints = _quiet(page)
    page.goto(f"{live.url}/manage/workshop/new")
    page.fill("#title", "不得冷场")
    page.select_option("#must", label="不符合（不得出现）")
    page.get_by_role("button", name="静音", exact=True).click()
    until(page, "document.activeElement.id === 'condition.0.min_s'")
    page.fill("[id='condition.0.min_s']", "半")
    page.fill("#recording", live.curt)
    page.get_by_role("button", name="试这一通").click()
    expect(page.get_by_role("alert")).to_contain_text("“静音”：“至少” 应为数字")
    until(page, "document.activeElement.id === 'condition.0.min_s'")
    expect(page.locator("#workshop")).to_have_attribute("data-unsaved", "")
    page.fill("[id='condition.0.min_s']", "0.2")
    page.get_by_role("button", name="试这一通").click()
    expect(page.locator("#trial .proofs").first).to_contain_text("秒")
    expect(page.locator("#trial")).to_contain_text("不符合")
    page.get_by_role("button", name="存为草稿").click()
    expect(page).to_have_url(re.compile("/manage/rules/bu_de_leng_chang/edit"))
    expect(page.locator("[id='condition.0.min_s']")).to_have_value("0.2")
    page.get_by_role("button", name="试最近的通话").click()
    expect(page.locator("#workshop")).not_to_have_attribute("data-unsaved", "")
    page.get_by_role("button", name="保存并去发布").click()
    page.get_by_role("button", name="发布第 1 版").click()
    expect(page.get_by_role("status")).to_contain_text("第 1 版已发布")
    line = rule_reads.line("bu_de_leng_chang").in_force
    assert line is not None
    assert rule_reads.rule_of(line).violated_when == DeadAir(role=Who.ANYONE, min_s=0.2)
    assert complaints == []


def test_what_must_not_be_missing_is_written_by_keyboard_and_opens_again_as_published(live: Live) -> None:
    page = live.page_of("supervisor")
    complaints = _quiet(page)
    page.goto(f"{live.url}/manage/workshop/new")
    until(page, "document.activeElement.id === 'title'")
    page.keyboard.type("投诉不能没有致歉")
    page.select_option("#must", label="不符合（不得出现）")
    page.get_by_role("button", name="不成立", exact=True).press("Enter")
    until(page, "document.activeElement.id === 'condition.0.part.new'")
    page.keyboard.press("ArrowDown")  # from phrases of the library to words
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(page, "document.activeElement.name === 'condition.0.part.0.role'")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("抱歉")
    page.get_by_text("只在这些情形下判定").click()
    _add(page, "applies_when", "通话数据")
    page.fill("[id='applies_when.0.key']", "queue")
    page.select_option("[id='applies_when.0.op']", label="包含")
    page.fill("[id='applies_when.0.values']", "投诉")
    page.get_by_role("button", name="试最近的通话").click()
    expect(page.locator("#trial")).to_contain_text("试的结果：2 通")
    expect(page.locator("#workshop")).to_contain_text("以下不成立")
    page.get_by_role("button", name="存为草稿").click()
    page.get_by_role("button", name="保存并去发布").click()
    page.get_by_role("button", name="发布第 1 版").click()
    expect(page.get_by_role("status")).to_contain_text("第 1 版已发布")
    (line,) = (line for line in rule_reads.lines() if line.shown.title == "投诉不能没有致歉")
    published = rule_reads.rule_of(line.shown)
    assert published.violated_when == Not(Pattern(sounds=("抱歉",)))
    assert published.applies_when == CallData(key="queue", op=Comparison.CONTAINS, values=("投诉",))
    page.get_by_role("button", name="编辑", exact=True).click()
    expect(page.locator("[id='condition.0.part.0.sounds']")).to_have_value("抱歉")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_role("status")).to_contain_text("草稿已保存")
    again = rule_reads.line(line.key).draft
    assert again is not None
    assert again.document == line.shown.document
    assert complaints == []


def test_a_procedure_with_a_branch_is_put_together_moved_and_shown_as_yaml(live: Live) -> None:
    page = live.page_of("supervisor")
    complaints = _quiet(page)
    page.goto(f"{live.url}/manage/workshop/new")
    page.fill("#title", "挂失")
    page.get_by_role("button", name="流程", exact=True).click()
    page.get_by_label("第 1 步的名称").fill("挂失")
    _add(page, "condition.0.steps.0.done_when", "这些话或句式")
    page.fill("[id='condition.0.steps.0.done_when.0.sounds']", "已经挂失")
    page.get_by_role("button", name="＋ 下一步").click()
    page.get_by_label("第 2 步的名称").fill("核实身份")
    _add(page, "condition.0.steps.1.done_when", "短语库里的短语")
    page.locator("[name='condition.0.steps.1.done_when.0.groups'][value='identity_check']").check()
    page.locator("[id='more-condition.0.steps.1.when'] summary").click()
    _add(page, "condition.0.steps.1.when", "通话时长")
    page.fill("[id='condition.0.steps.1.when.0.min_s']", "30")
    page.get_by_role("button", name="“第 2 步”上移").click()
    expect(page.get_by_label("第 1 步的名称")).to_have_value("核实身份")
    until(page, "document.activeElement.closest('.block.step') !== null")
    page.get_by_role("button", name="YAML", exact=True).click()
    document = page.input_value("#document")
    assert document.index("核实身份") < document.index("\n      when:") < document.index("已经挂失")
    page.get_by_role("button", name="表单", exact=True).click()
    expect(page.locator("[id='condition.0.steps.0.when.0.min_s']")).to_have_value("30")
    expect(page.locator(".rule-words")).to_contain_text("只在这种情形下要求")
    page.locator("button[value='remove:condition.0.steps.0']").click()
    expect(page.get_by_label("第 1 步的名称")).to_have_value("挂失")
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
    page.get_by_role("button", name="这些话或句式").click()
    page.fill("#title", "推诿")
    page.select_option("#must", label="不符合（不得出现）")
    page.fill("[id='condition.0.sounds']", "不归我管\n没办法")
    page.fill("#script", "座席：这个不归我管。\n客户：那找谁？")
    page.get_by_role("button", name="试这段对话").click()
    expect(page.locator("#trial")).to_contain_text("不归我管")
    expect(page.locator("#trial")).to_contain_text("不符合")

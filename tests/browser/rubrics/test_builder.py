"""A supervisor's path from the Excel sheet of twenty criteria to a published form, in under five minutes."""

from __future__ import annotations

import re
import time
from io import BytesIO

import pytest
from openpyxl import Workbook
from playwright.sync_api import Page, expect
from sqlmodel import select

from qm.app.seeds import ensure_seeded
from qm.core.database import reading
from qm.models import RubricVersion, VersionState
from scoring.rubric import rubric_from_dict
from tests.support.servers.live import Live

pytestmark = pytest.mark.browser

WITHIN_S = 300
SHEET = {
    "开场": (15, ["规范问候", "报出工号", "核实身份"]),
    "沟通": (35, ["倾听", "复述需求", "语速适中", "用语礼貌", "等待前征得同意", "等待后致谢", "无冷场"]),
    "业务": (30, ["解答正确", "流程规范", "提示风险", "不作收益承诺", "信息完整", "及时升级"]),
    "结束": (20, ["确认无其他需求", "邀请评价", "规范结束语", "客户先挂机"]),
}  # fmt: skip


def sheet() -> bytes:
    """Twenty criteria as a supervisor keeps them; one cell is unclear, one weight is off by five."""
    book = Workbook()
    page = book.worksheets[0]
    page.append(["电话服务质检表"])
    page.append(["一级项", "权重", "评分项", "分值", "评分标准", "一票否决"])
    for section, (weight, titles) in SHEET.items():
        for n, title in enumerate(titles):
            points = "五分" if title == "语速适中" else 5
            veto = "是" if title == "不作收益承诺" else None
            stated = (weight - 5 if section == "结束" else weight) if n == 0 else None
            page.append([section if n == 0 else None, stated, title, points, f"{title}的要求", veto])
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


class Path:
    """Counts what a person does on the way."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.begun = time.monotonic()

    def did(self, what: str) -> None:
        self.steps.append(f"{time.monotonic() - self.begun:5.1f} s  {what}")

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begun


def settled(page: Page) -> None:
    """Whatever was sent has been answered and swapped in."""
    expect(page.locator(".htmx-request")).to_have_count(0)


def test_a_form_of_twenty_criteria_from_a_sheet_to_publication(
    live: Live, capsys: pytest.CaptureFixture[str]
) -> None:
    ensure_seeded()
    page = live.page_of("supervisor")
    path = Path()
    page.goto(f"{live.url}/manage/rubrics")
    page.set_input_files(
        "#file", {"name": "质检表.xlsx", "mimeType": "application/vnd.ms-excel", "buffer": sheet()}
    )
    page.get_by_role("button", name="导入", exact=True).click()
    page.wait_for_url(re.compile(r"/build$"))
    path.did("导入，打开编辑页")
    expect(page.locator(".unread")).to_contain_text("D8")
    expect(page.locator(".part.item")).to_have_count(20)
    expect(page.locator(".builder-head")).to_contain_text("处要改")
    publish = page.get_by_role("button", name="发布第 1 版")
    expect(publish).to_be_disabled()

    page.locator(".part.section", has_text="结束").click()
    page.locator("#s-weight").fill("20")
    page.locator("#s-title").click()
    settled(page)
    path.did("改权重 15 为 20")
    page.locator(".part.item", has_text="语速适中").click()
    page.locator("#c-max").fill("5")
    page.keyboard.press("Tab")
    settled(page)
    path.did("补分值 D8")
    expect(page.locator(".option .figure").first).to_have_value("5")
    page.get_by_role("button", name="都核对过了").click()
    expect(page.locator(".unread")).to_have_count(0)
    expect(page.locator(".builder-head")).to_contain_text("可以发布")
    path.did("核对导入问题")

    for option in page.locator("#trial .q .seg").all()[:20]:
        option.locator(".opt").first.click()
    expect(page.locator("#trial-total")).to_have_text("100")
    page.locator("#trial .q", has_text="不作收益承诺").locator(".opt").nth(1).click()
    expect(page.locator("#trial-total")).to_have_text(re.compile(r"^0"))
    path.did("试评 20 项，看否决")
    publish.click()
    page.wait_for_url(re.compile(r"/manage/rubrics/\d+$"))
    expect(page.locator("#notice")).to_contain_text("已发布")
    path.did("发布")

    with reading() as session:
        row = session.exec(select(RubricVersion).where(RubricVersion.title == "电话服务质检表")).one()
    assert row.state is VersionState.PUBLISHED
    assert len(rubric_from_dict(row.document).criteria) == 20
    with capsys.disabled():
        print(f"\n{len(path.steps)} steps, {path.seconds:.1f} s\n" + "\n".join(path.steps))
    assert path.seconds < WITHIN_S


def begun(page: Page, live: Live) -> None:
    page.goto(f"{live.url}/manage/rubrics")
    page.fill("#title", "投诉专项")
    page.get_by_role("button", name="新建", exact=True).click()
    page.wait_for_url(re.compile("/build"))


def test_edits_are_kept_as_they_are_made_and_taken_back(live: Live) -> None:
    ensure_seeded()
    page = live.page_of("supervisor")
    begun(page, live)
    page.locator(".part.section").first.click()
    page.fill("#s-title", "受理")
    page.get_by_role("button", name="＋ 单选").click()
    page.fill("#c-title", "安抚情绪")
    page.get_by_role("button", name="＋ 选项").click()
    expect(page.locator(".option")).to_have_count(4)
    expect(page.locator(".part[aria-current]")).to_contain_text("安抚情绪")
    page.locator(".option .btn.danger").last.click()
    expect(page.locator(".option")).to_have_count(3)
    page.get_by_role("button", name="评分项上移").click()
    expect(page.locator(".part.item").first).to_contain_text("安抚情绪")
    page.locator("h1").click()
    page.keyboard.press("Control+z")
    expect(page.locator(".part.item").first).not_to_contain_text("安抚情绪")


def test_the_builder_works_without_scripts(live: Live) -> None:
    ensure_seeded()
    page = live.page_of("supervisor", scripts=False)
    begun(page, live)
    page.locator(".part.item").first.click()
    page.fill("#c-title", "致歉")
    page.select_option("#c-kind", "scale")
    page.locator(".editor-head").get_by_role("button", name="保存").click()
    expect(page.locator(".option")).to_have_count(2)
    page.get_by_role("button", name="＋ 选项").click()
    expect(page.locator(".option")).to_have_count(3)
    page.locator("#trial .opt").first.click()
    page.get_by_role("button", name="计算").click()
    expect(page.locator("#trial-total")).to_have_text("100")
    page.locator("#undo").click()
    expect(page.locator(".option")).to_have_count(2)

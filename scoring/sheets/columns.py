"""Which column of a supervisor's table means what."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum


class Column(StrEnum):
    """What a column holds; the value is the heading that we write ourselves."""

    SECTION = "一级项"
    WEIGHT = "权重"
    TITLE = "评分项"
    POINTS = "分值"
    GUIDANCE = "评分标准"
    OPTIONS = "选项"
    DEDUCT = "每次扣分"
    CAP = "扣分上限"
    VETO = "一票否决"
    NOT_APPLICABLE = "可不适用"
    CRITICAL = "严重差错"
    KIND = "题型"
    RULE = "绑定规则"
    BONUS = "加分项"
    OPTIONAL = "可不评"
    KEY = "编号"
    SECTION_KEY = "一级项编号"


DEEPEST = ("三级项", "三级指标", "三级项目")
"""Of three levels the third is what is scored, whatever the second is called."""

ALIASES: dict[Column, tuple[str, ...]] = {
    Column.SECTION: (
        "一级项", "一级指标", "一级项目", "一级分类", "分类", "类别", "大项", "大类", "部分", "模块", "维度",
        "考核维度", "考核项目", "项目", "环节", "section", "category",
    ),
    Column.WEIGHT: ("权重", "权重占比", "占比", "比重", "部分权重", "一级权重", "部分分值", "weight"),
    Column.TITLE: (
        "评分项", "评分项目", "二级项", "二级指标", "二级项目", "指标", "考核指标", "考核内容", "考核点",
        "评分点", "检查项", "检查内容", "细项", "质检项", "质检点", "质检内容", "评分内容", "内容", "差错项",
        "扣分项", "criterion", "item", *DEEPEST,
    ),
    Column.POINTS: ("分值", "满分", "标准分", "分数", "得分上限", "基准分", "points", "score"),
    Column.GUIDANCE: (
        "评分标准", "说明", "评分说明", "标准", "评分细则", "细则", "扣分标准", "考核标准", "标准说明",
        "备注说明", "评分标准说明", "要求", "guidance",
    ),
    Column.OPTIONS: ("选项", "评分选项", "答案选项", "档位", "options"),
    Column.DEDUCT: ("每次扣分", "扣分", "扣分值", "单次扣分", "扣分分值", "每次扣", "deduction"),
    Column.CAP: ("扣分上限", "上限", "最多扣", "最高扣分", "封顶", "扣分封顶", "cap"),
    Column.VETO: (
        "一票否决", "否决", "否决项", "是否否决", "是否一票否决", "一票否决项", "致命项",
        "红线", "veto",
    ),
    Column.NOT_APPLICABLE: ("可不适用", "不适用", "是否可不适用", "允许不适用", "可选不适用", "na", "n/a"),
    Column.CRITICAL: (
        "严重差错", "差错类别", "差错类型", "关键差错", "严重差错类别", "重大差错", "致命错误",
        "致命差错", "critical",
    ),
    Column.KIND: ("题型", "类型", "评分方式", "kind", "type"),
    Column.RULE: ("绑定规则", "规则", "自动规则", "rule"),
    Column.BONUS: ("加分项", "加分", "是否加分", "bonus"),
    Column.OPTIONAL: ("可不评", "选评", "选填", "optional"),
    Column.KEY: ("编号", "编码", "代码", "key", "code"),
    Column.SECTION_KEY: ("一级项编号", "部分编号", "section_key"),
}  # fmt: skip
"""Headings as supervisors write them."""

_BY_NAME = {name: column for column, names in ALIASES.items() for name in names}


def plain_heading(text: object) -> str:
    """A heading without spaces, brackets, units and marks: `权重（%）` and `权 重 *` are both 权重."""
    word = unicodedata.normalize("NFKC", str(text or "")).lower()
    word = re.sub(r"\(.*?\)|\[.*?\]", "", word)
    return re.sub(r"[\s*:%_、。.]|是否(?=可)", "", word) or re.sub(r"\s", "", word)


def column_of(text: object) -> Column | None:
    """The column a heading names (`评分标准/说明`: the first part known), None where it names none."""
    word = plain_heading(text)
    if word in _BY_NAME:
        return _BY_NAME[word]
    parts = [part for part in re.split(r"[/&,，]|及|和|与", word) if part]
    return next((_BY_NAME[part] for part in parts if part in _BY_NAME), None)


def columns_of(headings: Sequence[object]) -> dict[Column, int]:
    """Columns found in one row, with their position from 0; the first of two equal ones counts."""
    found: dict[Column, int] = {}
    for position, heading in enumerate(headings):
        column = column_of(heading) if heading is not None else None
        if column is Column.TITLE and plain_heading(heading) in DEEPEST:
            found[column] = position
        elif column is not None:
            found.setdefault(column, position)
    return found


def is_header(found: dict[Column, int]) -> bool:
    """True where a row can head a table: it names the criteria, and their worth or their section."""
    worth = {Column.POINTS, Column.DEDUCT, Column.WEIGHT, Column.SECTION, Column.OPTIONS}
    return Column.TITLE in found and bool(worth & found.keys())

"""The Excel tables supervisors keep: read as they are, faults by cell, written without loss."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from scoring.arithmetic import score
from scoring.rubric import RubricInvalid, seeded, validate
from scoring.sheets import Imported, Omitted, not_in_table, read_rubric, template, write_rubric
from scoring.types import (
    Answer,
    Criterion,
    CriterionKind,
    CriticalClass,
    Option,
    Policy,
    Rubric,
    ScoringMode,
    Veto,
)
from tests.support.rubrics import D, form, section, yes_no

Rows = list[list[Any]]


def _sheet(rows: Rows, *merged: str, percent: tuple[str, ...] = ()) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for cell in percent:
        sheet[cell].number_format = "0%"
    for area in merged:
        sheet.merge_cells(area)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _read(rows: Rows, *merged: str, percent: tuple[str, ...] = ()) -> Imported:
    return read_rubric(_sheet(rows, *merged, percent=percent))


def _plain(rubric: Rubric) -> Rubric:
    """The rubric without what a table does not carry."""
    return replace(
        rubric,
        sections=tuple(
            replace(s, criteria=tuple(replace(c, policy=Policy.SUGGEST) for c in s.criteria))
            for s in rubric.sections
        ),
    )


@pytest.mark.parametrize("rubric", seeded(), ids=lambda rubric: rubric.key)
def test_written_table_gives_the_same_form_back(rubric: Rubric) -> None:
    again = read_rubric(write_rubric(rubric))
    assert again.problems == ()
    assert again.rubric == _plain(rubric)


def test_bands_choices_and_text_survive_the_table() -> None:
    bands = (
        Option("slow", "慢；很慢=差", D(0), high=D("59.5")),
        Option("fit", "适中", D(10), low=D("59.5"), high=D(90), requires_comment=True),
        Option("fast", "快", D(5), Veto.SECTION, CriticalClass.BUSINESS, low=D(90)),
    )
    bands = (replace(bands[0], label="慢，很慢"), *bands[1:])
    several = Criterion(
        "m", "多选", CriterionKind.MULTIPLE, D(10), tuple(Option(k, k * 2, D(5)) for k in "xy"), optional=True
    )
    rubric = form(
        section("a", "100", Criterion("n", "数值", CriterionKind.NUMBER, D(10), bands), several),
        section("b", "0", Criterion("t", "评语", CriterionKind.TEXT, D(0), optional=True)),
        max_total=D(110),
    )
    assert validate(rubric) == []
    assert read_rubric(write_rubric(rubric)).rubric == rubric


def _outcome(data: bytes) -> object:
    """The rubric, or what was said against it; any other error escapes."""
    try:
        return read_rubric(data).rubric
    except RubricInvalid as refused:
        return refused.problems


SUPERVISOR: Rows = [
    ["电话银行服务质量评分表（2026 版）"],
    [],
    ["一级项", "权重（%）", "评分项 *", "分值", "评分标准/说明", "一票否决", "不适用"],
    ["开场", 0.2, "首问语规范", "5分", "问候并报工号", None, None],
    [None, None, "核实身份", 15, "办理前核身", "是", "是"],
    ["服务", 0.5, "态度", 50, "优秀50分，良好30分，差0分", None, None],
    ["结束", 0.3, "结束语", 30, "", "部分", "√"],
    ["合计", 1, None, 100, None, None, None],
]


def test_table_with_merged_sections_percent_weights_and_a_sum_row() -> None:
    found = _read(SUPERVISOR, "A4:A5", "B4:B5", "A1:G1", percent=("B4", "B6", "B7", "B8"))
    rubric = found.rubric
    assert found.problems == ()
    assert rubric.title == "电话银行服务质量评分表（2026 版）"
    assert [(s.title, s.weight, len(s.criteria)) for s in rubric.sections] == [
        ("开场", 20, 2),
        ("服务", 50, 1),
        ("结束", 30, 1),
    ]
    first, identity, manner, closing = rubric.criteria
    assert (first.title, first.max_points, first.guidance) == ("首问语规范", 5, "问候并报工号")
    assert identity.options[1].veto is Veto.EVALUATION
    assert identity.not_applicable_allowed
    assert [(o.label, o.points) for o in manner.options] == [("优秀", 50), ("良好", 30), ("差", 0)]
    assert closing.options[1].veto is Veto.SECTION
    assert score(
        rubric, [Answer("c01", ("yes",)), Answer("c03", ("o2",)), Answer("c04", ("yes",))]
    ).total == D(80)


@pytest.mark.parametrize(
    "weights",
    [[20, 80], ["20%", "80％"], [0.2, 0.8]],
)
def test_weights_as_figures_per_cent_or_shares(weights: list[Any]) -> None:
    rows = [["分类", "权重", "评分项", "分值"], ["甲", weights[0], "一", 5], ["乙", weights[1], "二", 5]]
    assert [s.weight for s in _read(rows).rubric.sections] == [20, 80]


def test_weights_written_in_each_row_are_added() -> None:
    rows = [["分类", "权重", "指标", "分值"], ["甲", 30, "一", 5], ["甲", 30, "二", 5], ["乙", 40, "三", 5]]
    found = _read(rows)
    assert [s.weight for s in found.rubric.sections] == [60, 40]
    assert any("相加" in note for note in found.notes)


def test_without_weights_the_points_weigh() -> None:
    rows = [["类别", "考核内容", "标准分"], ["甲", "一", 20], ["甲", "二", 10], ["乙", "三", 70]]
    found = _read(rows)
    assert [s.weight for s in found.rubric.sections] == [30, 70]
    assert found.problems == ()


def test_deduction_table() -> None:
    rows = [
        ["项目", "扣分项", "扣分", "扣分上限", "差错类别"],
        ["用语", "未用礼貌用语", "每次扣2分，最多10分", None, None],
        ["用语", "超时", "0.5分/5分钟", 5, None],
        ["红线", "使用禁语", -30, None, "客户"],
    ]
    found = _read(rows)
    rubric = found.rubric
    assert found.problems == ()
    assert rubric.mode is ScoringMode.DEDUCTION
    assert [(c.deduct_points, c.deduct_cap) for c in rubric.criteria] == [(2, 10), (D("0.5"), 5), (30, None)]
    answers = [
        Answer("c01", occurrences=9),
        Answer("c02", occurrences=3),
        Answer("c03", occurrences=1),
    ]
    result = score(rubric, answers)
    assert result.total == D("58.5")
    assert result.critical_errors[CriticalClass.CUSTOMER] == 1


def test_three_levels_score_the_third() -> None:
    rows = [
        ["一级指标", "二级指标", "三级指标", "分值"],
        ["服务", "用语", "问候", 40],
        [None, None, "道别", 60],
    ]
    found = _read(rows, "A2:A3", "B2:B3")
    assert [c.title for c in found.rubric.criteria] == ["问候", "道别"]
    assert [s.title for s in found.rubric.sections] == ["服务"]


def test_rows_of_falling_points_under_one_title_are_its_grades() -> None:
    rows = [
        ["分类", "评分项", "评分标准", "分值"],
        ["服务", "态度", "热情", 10],
        [None, None, "一般", 6],
        [None, None, "冷淡", 0],
    ]
    (criterion,) = _read(rows, "A2:A4", "B2:B4").rubric.criteria
    assert [(o.label, o.points) for o in criterion.options] == [("热情", 10), ("一般", 6), ("冷淡", 0)]
    assert criterion.max_points == 10


def test_rows_of_equal_points_under_one_title_are_criteria() -> None:
    rows = [
        ["分类", "评分项", "评分标准", "分值"],
        ["服务", "态度", "语气平和", 50],
        [None, None, "使用敬语", 50],
    ]
    rubric = _read(rows, "A2:A3", "B2:B3").rubric
    assert [(c.title, c.max_points) for c in rubric.criteria] == [("语气平和", 50), ("使用敬语", 50)]


def test_table_that_calls_its_criteria_standards() -> None:
    rows = [["项目", "评分标准", "分值"], ["服务", "语气平和", 40], [None, "使用敬语", 60]]
    rubric = _read(rows).rubric
    assert [s.title for s in rubric.sections] == ["服务"]
    assert [c.title for c in rubric.criteria] == ["语气平和", "使用敬语"]


def test_faults_are_collected_by_cell() -> None:
    rows = [
        ["分类", "权重", "评分项", "分值", "一票否决", "严重差错", "题型", "选项"],
        ["甲", "很重", "一", "五分", "也许", "其他", "抢答", "优秀"],
        ["乙", 100, "二", 5, None, None, None, None],
    ]
    found = _read(rows)
    by_cell = {problem.path: problem.message for problem in found.problems}
    assert {"B2", "D2", "E2", "F2", "G2", "H2"} <= by_cell.keys()
    assert "“五分”不是数字" in by_cell["D2"]
    assert found.rubric.criteria[1].title == "二"


def test_faults_of_the_whole_form_name_a_cell_too() -> None:
    rows = [["分类", "权重", "评分项", "分值"], ["甲", 100, "一", 0], ["乙", 20, "二", 5]]
    places = {(p.path, p.message) for p in _read(rows).problems}
    assert ("D2", "满分应大于 0。") in places
    assert any(path == "" and "合计为 120" in said for path, said in places)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "不是可以读取"),
        (b"PK\x03\x04 broken", "不是可以读取"),
        (b"\xd0\xcf\x11\xe0 old", "另存为 .xlsx"),
        (_sheet([["姓名", "电话"], ["甲", 1]]), "没有找到表头"),
        (_sheet([]), "没有找到表头"),
    ],
)
def test_bytes_without_a_table_are_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(RubricInvalid, match=words):
        read_rubric(data)


def test_truncated_and_damaged_workbooks_never_raise_anything_else() -> None:
    whole = write_rubric(seeded()[0])
    for cut in range(0, len(whole), 997):
        with pytest.raises(RubricInvalid):
            read_rubric(whole[:cut])
    for place in range(0, len(whole), 499):
        damaged = whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :]
        assert _outcome(damaged)


def test_text_that_begins_like_a_formula_stays_text() -> None:
    bad = replace(yes_no("a1"), title='=HYPERLINK("http://x")', guidance="+1")
    data = write_rubric(form(section("a", "100", bad)))
    sheet = load_workbook(BytesIO(data))["评分表"]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert read_rubric(data).rubric.criteria[0].title == '=HYPERLINK("http://x")'


def test_template_can_be_filled_and_read() -> None:
    found = read_rubric(template())
    assert found.problems == ()
    greeting, password = found.rubric.criteria
    assert [o.points for o in greeting.options] == [5, D("2.5"), 0]
    assert password.options[1].veto is Veto.EVALUATION
    assert password.options[1].critical is CriticalClass.COMPLIANCE


def test_what_a_table_does_not_carry_is_named() -> None:
    assert Omitted.POLICY in not_in_table(seeded()[0])
    assert not_in_table(form(section("a", "100", yes_no("a1")))) == ()

"""Rubrics as text and documents, their faults in words, their differences, and what a form lacks."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.types import Role
from scoring.arithmetic import score
from scoring.rubric import (
    ChangeKind,
    Lack,
    RubricInvalid,
    change_in_words,
    diff,
    missing,
    rubric_and_lines,
    rubric_from_dict,
    rubric_from_yaml,
    rubric_to_dict,
    rubric_to_yaml,
    seeded,
    validate,
)
from scoring.types import (
    Answer,
    Condition,
    ConditionSource,
    CriterionKind,
    Evidence,
    Example,
    Operator,
    Policy,
    Rubric,
    ScoringMode,
    Veto,
)
from tests.support.rubrics import D, form, per_case, rubrics, said, section, yes_no

RULES = {
    "greeting", "closing", "identity_check", "risk_disclosure", "forbidden_speech", "no_promise_of_return",
    "no_password_request", "no_interruption", "no_dead_air", "hold_courtesy", "rating_invitation",
    "anything_else", "complaint_handled", "speech_rate", "no_hang_up_first", "pii_minimal",
    "no_inside_information",
}  # fmt: skip


@given(rubrics())
@settings(max_examples=50)
def test_round_trip_through_json_and_yaml_loses_nothing(rubric: Rubric) -> None:
    assert rubric_from_dict(json.loads(json.dumps(rubric_to_dict(rubric)))) == rubric
    assert rubric_from_yaml(rubric_to_yaml(rubric)) == rubric


def test_round_trip_keeps_conditions_examples_and_digits() -> None:
    condition = Condition(ConditionSource.CALL_DATA, "queue", Operator.NOT_ONE_OF, ("no", "1.50"))
    rich = yes_no(
        "a1",
        "2.50",
        show_if=(condition,),
        example=Example("call-1", 0.30000000000000004, 12.5, "好例子"),
        policy=Policy.ACCEPT_WHEN_SURE,
        sure_level=D("0.85"),
    )
    rubric = form(section("a", "100", rich), max_total=D("105.00"))
    again = rubric_from_yaml(rubric_to_yaml(rubric))
    assert again == rubric
    assert str(again.criteria[0].max_points) == "2.50"


@pytest.mark.parametrize("rubric", seeded(), ids=lambda rubric: rubric.key)
def test_seeded_rubrics_are_sound_and_bound_to_known_rules(rubric: Rubric) -> None:
    assert validate(rubric, rule_keys=RULES) == []


def test_seeded_phone_banking_form_covers_every_rule_and_has_veto_items() -> None:
    phone = seeded()[0]
    assert phone.title == "电话银行通用评分表"
    assert sum(s.weight for s in phone.sections) == 100
    assert {c.rule for c in phone.criteria if c.rule} == RULES
    vetoing = {c.key for c in phone.criteria if any(o.veto is Veto.EVALUATION for o in c.options)}
    assert vetoing == {
        "forbidden_speech",
        "no_promise_of_return",
        "no_inside_information",
        "no_password_request",
    }


def test_seeded_form_gives_full_marks_to_best_answers_and_zero_after_a_promise() -> None:
    phone = seeded()[0]
    best = {c.key: said(c.key, max(c.options, key=lambda o: o.points).key) for c in phone.criteria}
    assert score(phone, best.values()).total == 100
    fallen = score(phone, [*(best | {"no_promise_of_return": said("no_promise_of_return", "no")}).values()])
    assert (fallen.total, fallen.lost_total) == (D(0), D("97.5"))


def test_deduction_form_takes_points_by_the_table() -> None:
    deduct = seeded()[2]
    assert deduct.mode is ScoringMode.DEDUCTION
    answers = [
        Answer("forbidden_speech", occurrences=1),
        Answer("interruption", occurrences=2),
        Answer("overtime", occurrences=3),
    ]
    assert score(deduct, answers).total == D("64.5")


BROKEN = """\
key: x
title: 表
mode: weighted
sections:
  - key: a
    title: 甲
    weight: ninety
    criteria:
      - key: a1
        title: 问候
        kind: yesno
        max_points: 5
        wieght: 3
"""


def test_reading_names_every_fault_with_its_line() -> None:
    with pytest.raises(RubricInvalid) as caught:
        rubric_from_yaml(BROKEN)
    found = {(problem.path, problem.line) for problem in caught.value.problems}
    assert found == {
        ("sections[0].weight", 7),
        ("sections[0].criteria[0].kind", 11),
        ("sections[0].criteria[0].wieght", 13),
    }
    assert "“ninety”不是数字" in caught.value.detail


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [1", "不是有效的 YAML"),
        ("key: x\nkey: y\n", "写了两次"),
        ("a: &a 1\nb: *a\n", "别名"),
        ("- 1\n", "名称: 值"),
        ("", "名称: 值"),
        ("key: x\ntitle: t\nsections: 3\n", "应是列表"),
        ("key: x\ntitle: t\nstart_points: 1e99\n", "超出范围"),
        ("key: x\ntitle: t\nstart_points: nan\n", "超出范围"),
        ("format: other/9\nkey: x\ntitle: t\n", "不认识的格式"),
    ],
)
def test_text_that_is_no_rubric_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(RubricInvalid, match=words):
        rubric_from_yaml(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "key",
                    "title",
                    "sections",
                    "criteria",
                    "options",
                    "weight",
                    "kind",
                    "show_if",
                    "values",
                    "example",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=10,
)


def _read(read: Callable[[Any], Rubric], given_: object) -> object:
    """The rubric, or what was said against it; any other error escapes."""
    try:
        return read(given_)
    except RubricInvalid as refused:
        return refused.problems


@given(st.dictionaries(st.sampled_from(["key", "title", "mode", "sections", "decimals"]), JSON))
@settings(max_examples=80)
def test_any_document_is_read_or_refused_in_words(document: dict[str, Any]) -> None:
    assert _read(rubric_from_dict, document)


@given(st.text() | st.text("key:title- []{}&*!|>'\"\n 12", max_size=60) | st.just("[" * 5000))
@settings(max_examples=80)
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    assert _read(rubric_from_yaml, text)


def test_yes_and_no_as_keys_stay_words() -> None:
    text = rubric_to_yaml(form(section("a", "100", yes_no("a1"))))
    assert [o.key for o in rubric_from_yaml(text.replace("'no'", "no")).criteria[0].options] == ["yes", "no"]


def _objections(rubric: Rubric) -> str:
    return "\n".join(map(str, validate(rubric, rule_keys=RULES)))


def test_validation_speaks_of_weights() -> None:
    rubric = form(section("a", "60", yes_no("a1")), section("b", "35", yes_no("b1")))
    assert "合计为 95，应为 100，还差 5" in _objections(rubric)


def test_validation_gives_the_line_of_the_text() -> None:
    text = rubric_to_yaml(seeded()[0]).replace("max_points: '10'", "max_points: '-1'", 1)
    rubric, lines = rubric_and_lines(text)
    faults = [p for p in validate(rubric, lines) if p.path.endswith("max_points")]
    assert faults
    assert "-1" in text.splitlines()[(faults[0].line or 0) - 1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"key": "A 1"}, "编号“A 1”"),
        ({"title": " "}, "没有名称"),
        ({"max_points": D(0)}, "满分应大于 0"),
        ({"max_points": D(20)}, "没有选项能得到满分 20"),
        ({"options": ()}, "没有选项，请添加"),
        ({"rule": "nobody"}, "没有规则“nobody”"),
        ({"rule": "greeting"}, "没有选项对应规则"),
        ({"policy": Policy.ACCEPT_WHEN_SURE, "sure_level": D(1)}, "门槛"),
        ({"example": Example("c", 5, 5)}, "结束时间"),
        ({"show_if": (Condition(ConditionSource.ANSWER, "gone", Operator.ONE_OF, ("x",)),)}, "“gone”不存在"),
        ({"show_if": (Condition(ConditionSource.ANSWER, "a2", Operator.ONE_OF, ("x",)),)}, "没有选项“x”"),
        ({"show_if": (Condition(ConditionSource.ANSWER, "a1", Operator.ONE_OF, ("yes",)),)}, "成环"),
        ({"show_if": (Condition(ConditionSource.CALL_DATA, "age", Operator.AT_LEAST, ("x",)),)}, "一个数字"),
    ],
)
def test_validation_names_the_fault_of_a_criterion(change: dict[str, object], words: str) -> None:
    base = form(section("a", "100", yes_no("a1"), yes_no("a2")))
    assert _objections(base) == ""
    spoilt = replace(base.sections[0], criteria=(replace(base.criteria[0], **change), base.criteria[1]))  # type: ignore[arg-type]
    assert words in _objections(replace(base, sections=(spoilt,)))


def test_validation_speaks_of_deduction_caps() -> None:
    rubric = form(
        section("a", "0", per_case("a1", "3", cap="2"), yes_no("a2", veto=Veto.SECTION)),
        mode=ScoringMode.DEDUCTION,
    )
    said_ = _objections(rubric)
    assert "上限 2 小于每次扣分 3" in said_
    assert "要写明分值" in said_


def test_difference_names_what_was_added_removed_moved_and_changed() -> None:
    old = form(section("a", "60", yes_no("a1"), yes_no("a2")), section("b", "40", yes_no("b1")))
    changed = replace(old.criteria[0], max_points=D(8))
    new = form(section("a", "50", changed, yes_no("b1")), section("c", "50", yes_no("c1")))
    changes = diff(old, new)
    told = {(c.kind, c.where, c.field) for c in changes}
    assert (ChangeKind.REMOVED, "b", "") in told
    assert (ChangeKind.ADDED, "c/c1", "") in told
    assert (ChangeKind.REMOVED, "a/a2", "") in told
    assert (ChangeKind.MOVED, "a/b1", "section") in told
    assert (ChangeKind.CHANGED, "a", "weight") in told
    assert "“a1”的满分由“10”改为“8”" in [change_in_words(c) for c in changes]
    assert diff(old, replace(old, version=2)) == ()


def test_a_difference_in_another_language_keeps_what_the_author_wrote() -> None:
    old = form(section("a", "100", yes_no("权重")))
    new = form(section("a", "100", replace(old.criteria[0], policy=Policy.HUMAN_ONLY)))
    english = {
        "“%(title)s”的%(what)s由“%(before)s”改为“%(after)s”": "“%(title)s”: %(what)s %(before)s → %(after)s",
        "权重": "weight",
        "采纳方式": "taken over",
        "系统建议，人工确认": "suggested",
        "只由人工评": "by people",
    }
    told = [change_in_words(change, lambda word: english.get(word, word)) for change in diff(old, new)]
    assert told == ["“权重”: taken over suggested → by people"]


def test_missing_asks_for_answer_comment_and_evidence_and_then_for_nothing() -> None:
    phone = seeded()[0]
    best = {c.key: said(c.key, max(c.options, key=lambda o: o.points).key) for c in phone.criteria}
    assert missing(phone, best.values()) == ()
    del best["greeting"]
    best["accuracy"] = said("accuracy", "wrong")
    lacks = [(m.criterion, m.lack) for m in missing(phone, best.values())]
    assert lacks == [("greeting", Lack.ANSWER), ("accuracy", Lack.COMMENT), ("accuracy", Lack.EVIDENCE)]
    heard = Evidence(3.0, 5.0, Role.AGENT, "听到的话", "human")
    best["accuracy"] = Answer("accuracy", ("wrong",), comment="费率说错", evidence=(heard,))
    best["greeting"] = said("greeting", "full")
    assert missing(phone, best.values()) == ()


def test_a_form_all_not_applicable_cannot_be_submitted() -> None:
    rubric = form(section("a", "100", yes_no("a1")))
    assert [m.lack for m in missing(rubric, [Answer("a1", not_applicable=True)])] == [Lack.SCORABLE]


def test_document_figures_may_be_numbers() -> None:
    document = rubric_to_dict(form(section("a", "100", yes_no("a1"))))
    document["start_points"] = 99.5
    assert rubric_from_dict(document).start_points == Decimal("99.5")


def test_form_of_the_documentation_is_sound() -> None:
    page = (Path(__file__).parents[3] / "docs" / "rubrics.md").read_text("utf-8")
    rubric, lines = rubric_and_lines(page.split("```yaml\n")[1].split("```")[0])
    assert validate(rubric, lines) == []
    assert {c.kind for c in rubric.criteria} >= {
        CriterionKind.NUMBER,
        CriterionKind.DEDUCTION,
        CriterionKind.TEXT,
    }

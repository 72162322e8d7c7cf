"""Rule files: one schema, mistakes named with their line, writing and reading in agreement."""
# ruff: noqa: E501  (one case a line reads best)

from __future__ import annotations

import pytest

from scoring.rules import RuleInvalid, conversation_from_script, dump, judge, load_rules, seeded
from scoring.rules.language.nodes import AnyOf, CallData, Comparison, Flow, Not, Pattern, Phrase, Who
from scoring.types import Verdict

GOOD = """
key: greeting
title: 开头语
version: 3
met_when:
  any:
    - phrase: {groups: [greeting], role: agent, first_s: 15}
    - not:
        pattern: {sounds: [喂], first_turns: 1}
explain: {met: 好, not_met: 没有}
"""


def test_a_rule_is_read_with_its_windows_and_texts() -> None:
    (rule,) = load_rules(GOOD)
    assert (rule.key, rule.version, rule.explain.met) == ("greeting", 3, "好")
    assert isinstance(rule.met_when, AnyOf)
    first, second = rule.met_when.parts
    assert isinstance(first, Phrase)
    assert first.window.first_s == 15
    assert isinstance(second, Not)
    assert isinstance(second.part, Pattern)
    assert second.part.window.first_turns == 1
    assert second.part.role is Who.AGENT


def test_aliases_do_not_make_a_rule_without_end() -> None:
    doubled = "".join(f"  a{n}: &a{n} {{all: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 41))
    shared = f"shared:\n  a0: &a0 {{ended_by: agent}}\n{doubled}"
    with pytest.raises(RuleInvalid, match="最多 500 个条件"):
        load_rules(f"{shared}rules:\n  - {{key: a1, title: x, met_when: *a40}}\n")
    (first, second) = load_rules(
        f"{shared}rules:\n  - {{key: a1, title: x, met_when: *a7}}\n  - {{key: a2, title: x, met_when: *a7}}\n"
    )
    assert first.met_when is second.met_when


@pytest.mark.parametrize("field", ["words", "sounds", "unless"])
@pytest.mark.parametrize("expression", ["(?i)b", r"(a)(b)\2", "(?P<x>a)(?P=x)", "a{99999999999}", "[(-)]"])
def test_an_expression_that_cannot_stand_beside_others_is_refused(field: str, expression: str) -> None:
    with pytest.raises(RuleInvalid, match="正则"):
        load_rules(f"key: a1\ntitle: x\nmet_when:\n  pattern:\n    {field}: ['甲', '{expression}']\n")


def test_expressions_may_name_the_same_group() -> None:
    rules = load_rules("key: a1\ntitle: x\nmet_when:\n  pattern: {words: ['(?P<x>甲)', '(?P<x>乙)']}\n")
    found = judge(rules, conversation_from_script("座席：乙方。"))
    assert found["a1"].verdict is Verdict.MET


def test_what_is_written_is_read_again_the_same() -> None:
    assert load_rules(dump(seeded())) == seeded()


def test_an_empty_text_holds_no_rule() -> None:
    assert load_rules("") == ()


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("key: a1\ntitle: x\n", 1, "met_when"),
        ("key: a1\nmet_when: {ended_by: agent}\n", 1, "title"),
        ("key: A 1\ntitle: x\nmet_when: {ended_by: agent}\n", 1, "小写"),
        ("key: a1\ntitle: x\nmet_when:\n  phrases: {groups: [a]}\n", 4, "phrases"),
        ("key: a1\ntitle: x\nmet_when:\n  phrase:\n    group: [a]\n", 5, "group"),
        ("key: a1\ntitle: x\nmet_when:\n  phrase:\n    role: agent\n", 5, "至少"),
        ("key: a1\ntitle: x\nmet_when:\n  pattern:\n    sounds:\n      - 好\n      - '(坏'\n", 7, "正则"),
        ("key: a1\ntitle: x\nmet_when:\n  dead_air:\n    min_s: 八\n", 5, "数字"),
        ("key: a1\ntitle: x\nmet_when:\n  dead_air:\n    min_s: -1\n", 5, "小于"),
        ("key: a1\ntitle: x\nmet_when:\n  dead_air:\n    min_s: nan\n", 5, "数字"),
        ("key: a1\ntitle: x\nmet_when:\n  dead_air:\n    min_s: 1e999\n", 5, "数字"),
        (f"key: a1\ntitle: x\nversion: {'9' * 400}\nmet_when: {{ended_by: agent}}\n", 3, "数字"),
        ("key: a1\ntitle: x\nmet_when:\n  ended_by: robot\n", 4, "robot"),
        ("key: a1\ntitle: x\nmet_when:\n  any: []\n", 4, "非空"),
        ("key: a1\ntitle: x\nmet_when:\n  dead_air: {within_s: 3}\n", 4, "within_s"),
        ("key: a1\ntitle: x\nversion: 0\nmet_when: {ended_by: agent}\n", 3, "小于"),
        ("key: a1\ntitle: x\ntitel: y\nmet_when: {ended_by: agent}\n", 3, "titel"),
        ("key: a1\ntitle: x\ntitle: y\nmet_when: {ended_by: agent}\n", 3, "两次"),
        ("key: a1\ntitle: x\nmet_when:\n  manner: {examples: [a]}\n", 4, "unlike"),
        ("key: a1\ntitle: [x\n", 3, "YAML"),
        ("- {key: a1, title: x, met_when: {ended_by: agent}}\n- {key: a1, title: x, met_when: {ended_by: agent}}", 2, "重复"),
        ("key: a1\ntitle: x\nmet_when:\n  all:\n    - ended_by: agent\n      opened_by: agent\n", 5, "一种"),
        ("just text", 1, "规则"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(text: str, line: int, part: str) -> None:
    with pytest.raises(RuleInvalid) as fault:
        load_rules(text)
    assert fault.value.line == line
    assert part in fault.value.detail


def test_call_data_and_flows_survive_a_round_trip() -> None:
    text = """
- key: vip_flow
  title: 贵宾流程
  applies_when:
    call_data: {key: queue, op: one_of, values: [贵宾, 私行]}
  met_when:
    flow:
      ordered: false
      steps:
        - key: name
          title: 称呼
          done_when: {pattern: {words: ['先生|女士']}}
        - key: gift
          title: 送礼
          optional: true
          when: {duration: {min_s: 60}}
          done_when: {phrase: {phrases: [礼品]}}
"""
    rules = load_rules(text)
    assert load_rules(dump(rules)) == rules
    assert isinstance(rules[0].applies_when, CallData)
    assert rules[0].applies_when.op is Comparison.ONE_OF
    assert isinstance(rules[0].met_when, Flow)
    assert rules[0].met_when.steps[1].optional


def test_shared_parts_may_be_named_once_and_used_twice() -> None:
    text = """
shared:
  - &hello {pattern: {sounds: [您好]}}
rules:
  - {key: r1, title: x, met_when: *hello}
  - {key: r2, title: y, met_when: {not: *hello}}
"""
    first, second = load_rules(text)
    assert isinstance(second.met_when, Not)
    assert first.met_when is second.met_when.part

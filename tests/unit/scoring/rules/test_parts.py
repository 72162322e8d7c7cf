"""Flows, contacts, previews, scripts, sounds, and the bench's counting."""
# ruff: noqa: E501  (one case a line reads best)

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.types import Role
from scoring.bench.judgement import run
from scoring.rules import (
    Change,
    ContactFault,
    ContactPolicy,
    ScriptInvalid,
    changes,
    contact_faults,
    conversation_from_script,
    judge_many,
    load_rules,
    nearest,
    trace_flow,
)
from scoring.rules.judging.order import in_order
from scoring.rules.judging.prepared import Match
from scoring.rules.judging.similarity import clauses
from scoring.rules.language.nodes import Flow, Similar
from scoring.rules.sound import fold, plain, sound, sound_pattern
from scoring.types import Conversation, Verdict
from tests.unit.scoring.rules import calls

FLOW = """
key: loss
title: 挂失
met_when:
  flow:
    steps:
      - {key: identity, title: 核实, done_when: {pattern: {words: [身份证]}}}
      - key: credit
        title: 确认额度
        when: {pattern: {role: customer, words: [信用卡]}}
        done_when: {pattern: {words: [额度]}}
      - {key: lock, title: 挂失, done_when: {pattern: {words: [挂失]}}}
      - {key: fee, title: 费用, optional: true, done_when: {pattern: {words: [手续费]}}}
"""


def flow_of(text: str) -> Flow:
    (rule,) = load_rules(text)
    assert isinstance(rule.met_when, Flow)
    return rule.met_when


def test_a_flow_tells_done_missed_and_order() -> None:
    call = conversation_from_script("C: 信用卡丢了\nA: 报身份证\nC: 好\nA: 给您挂失了，手续费六十")
    trace = trace_flow(flow_of(FLOW), call)
    assert trace.missed == ("credit",)
    assert trace.order == ("identity", "lock", "fee")
    assert trace.out_of_order == ()
    assert trace.outcome.truth.name == "NO"


def test_a_branch_that_was_not_taken_is_not_missed() -> None:
    call = conversation_from_script("C: 存折丢了\nA: 报身份证\nC: 好\nA: 给您挂失了")
    trace = trace_flow(flow_of(FLOW), call)
    assert trace.missed == ()
    assert trace.outcome.truth.name == "YES"


def test_steps_in_the_wrong_order_are_named() -> None:
    call = conversation_from_script("C: 存折丢了\nA: 给您挂失了\nC: 好\nA: 报身份证")
    trace = trace_flow(flow_of(FLOW), call)
    assert trace.out_of_order == ("lock",)
    assert trace.outcome.truth.name == "NO"


def contact(name: str, started_at: str, caller: str = "13800138000") -> Conversation:
    data = {"started_at": started_at, "caller": caller, "direction": "outbound"}
    return conversation_from_script("A: 您好", call_data=data, recording_id=name)


def test_contacts_at_night_and_too_often_are_faults() -> None:
    found = contact_faults(
        [
            contact("a", "2026-11-02T09:00:00+08:00"),
            contact("b", "2026-11-02T07:59:00+08:00"),
            contact("c", "2026-11-02T22:00:00+08:00"),
            contact("d", "2026-11-02T12:00:00+08:00"),
            contact("e", "2026-11-03T08:00:00+08:00"),
            contact("f", "yesterday"),
        ],
        ContactPolicy(max_per_day=3),
    )
    assert [(f.recording_id, f.fault, f.nth_that_day) for f in found] == [
        ("b", ContactFault.QUIET_HOURS, 1),
        ("c", ContactFault.QUIET_HOURS, 4),
        ("c", ContactFault.TOO_OFTEN, 4),
        ("f", ContactFault.UNKNOWN_TIME, 0),
    ]


@given(st.lists(st.integers(0, 23), max_size=8), st.randoms())
def test_the_order_of_calls_does_not_matter_to_contacts(hours: list[int], chance: random.Random) -> None:
    made = [contact(f"r{i}", f"2026-11-02T{hour:02d}:00:00+08:00") for i, hour in enumerate(hours)]
    mixed = list(made)
    chance.shuffle(mixed)
    assert contact_faults(made) == contact_faults(mixed)


def test_the_preview_shows_what_counts_and_what_nearly_does() -> None:
    call = conversation_from_script("A: 感谢您的耐心等待\nC: 好\nA: 谢谢您等待\nA: 贷款利率是多少")
    found = nearest(Similar(examples=("感谢您的耐心等待",), threshold=0.9), [call])
    assert [item.clause for item in found][:2] == ["感谢您的耐心等待", "谢谢您等待"]
    assert [item.counts for item in found][:2] == [True, False]
    assert found[0].score >= found[1].score >= found[2].score


def test_changes_name_the_calls_a_draft_judges_otherwise() -> None:
    (old,) = load_rules("key: r1\ntitle: x\nmet_when: {pattern: {words: [再见]}}")
    (new,) = load_rules("key: r1\ntitle: x\nversion: 2\nmet_when: {pattern: {words: [再见, 拜拜]}}")
    made = [conversation_from_script(f"A: {w}", recording_id=w) for w in ("再见", "拜拜", "好")]
    assert changes(old, new, made) == (Change("拜拜", Verdict.NOT_MET, Verdict.MET),)


def test_one_by_one_or_together_the_findings_are_the_same() -> None:
    rules = load_rules("key: r1\ntitle: x\nmet_when: {similar: {examples: [感谢您的来电], threshold: 0.6}}")
    made = [call for call, _ in calls.load("dev")][:6]
    together = list(judge_many(rules, made))
    assert together == [next(judge_many(rules, (call,))) for call in made]


def test_progress_is_told_and_nothing_is_judged_twice() -> None:
    rules = load_rules("key: r1\ntitle: x\nmet_when: {pattern: {words: [好]}}")
    seen: list[int] = []
    made = (conversation_from_script("A: 好", recording_id=str(n)) for n in range(450))
    assert len(list(judge_many(rules, made, progress=seen.append))) == 450
    assert seen == [200, 400, 450]


@pytest.mark.parametrize(("script", "line"), [("A: 好\n你好", 2), ("X: 好", 1), ("~Z 3", 1)])
def test_a_script_that_cannot_be_read_names_its_line(script: str, line: int) -> None:
    with pytest.raises(ScriptInvalid) as fault:
        conversation_from_script(script)
    assert fault.value.line == line


def test_a_script_may_give_times_cut_in_and_lose_speech() -> None:
    call = conversation_from_script("座席 1-3: 您好\n客户: 我想问\nA!: 说吧说吧\n~C 2\n-- 9\nA: 再见")
    assert call.utterances[0].start_s == 1
    assert len(call.acoustics.overlaps) == 1
    assert call.transcript.unheard[Role.CUSTOMER][0].duration_s == 2
    assert [round(gap.duration_s) for gap in call.acoustics.dead_air] == [9]


def test_characters_of_one_sound_are_one_and_digits_are_read() -> None:
    assert sound("公号8021") == sound("工号八零二一")
    assert sound("身份证") == sound("深分正")
    assert sound("幺三九") == sound("139")
    assert fold("zhang") == "zang"
    assert fold("ming") == "min"


@given(st.text(alphabet="您好工号八零二一挂失abc，。 ", max_size=30))
def test_text_and_sound_have_the_same_length(text: str) -> None:
    assert len(sound(plain(text))) == len(plain(text))


def test_a_pattern_of_sounds_keeps_its_syntax() -> None:
    assert sound_pattern("(.{0,3})[ab]$") == "(.{0,3})[ab]$"


@given(st.text(alphabet="好的您稍等，。？ ", max_size=60))
def test_clauses_are_stretches_of_the_plain_text(text: str) -> None:
    assert all(piece in plain(text) and len(piece) >= 2 for piece in clauses(text))


@given(st.lists(st.lists(st.integers(0, 20), max_size=4), min_size=1, max_size=4))
def test_a_chain_is_found_exactly_where_one_exists(starts: list[list[int]]) -> None:
    lists = [
        [Match(float(s), s + 0.5, Role.AGENT, f"{n}.{s}", "x") for s in each] for n, each in enumerate(starts)
    ]
    chain = in_order(lists, None)
    reached = -1.0
    possible = True
    for each in starts:
        later = [s for s in each if s >= reached]
        possible = possible and bool(later)
        reached = float(min(later)) if later else reached
    assert (chain is not None) is possible
    if chain is not None:
        assert [m.start_s for m in chain] == sorted(m.start_s for m in chain)


def test_the_bench_counts_cannot_tell_apart_and_leaves_null_out() -> None:
    rules = load_rules(
        """
- {key: greeting, title: 开头, met_when: {pattern: {words: [工号], first_s: 9}}}
- {key: risk_disclosure, title: 风险, applies_when: {pattern: {words: [基金]}}, met_when: {pattern: {words: [风险]}}}
"""
    )
    blank = dict.fromkeys(("closing", "identity_check", "complaint", "dead_air_s", "agent_interrupts"))

    def labels(greeting: bool | None, risk: bool | None) -> dict[str, object]:
        return blank | {"greeting": greeting, "risk_disclosure": risk, "forbidden": None}

    made = [
        (conversation_from_script("A: 您好工号一\nC: 好\nA: 基金有风险"), labels(True, True)),
        (conversation_from_script("A: 喂\nC: 好\nA: 买基金"), labels(False, True)),
        (conversation_from_script("A: 喂\nC: 好\nA: 嗯"), labels(True, None)),
        (conversation_from_script("~A 5\nC: 好\nA: 嗯"), labels(True, True)),
    ]
    report = run(made, rules=rules).as_json()
    assert (report["greeting.n"], report["greeting.cannot_tell"]) == (4, 1)
    assert (report["greeting.precision"], report["greeting.recall"]) == (1.0, 0.5)
    assert (report["risk_disclosure.n"], report["risk_disclosure.cannot_tell"]) == (3, 1)
    assert report["risk_disclosure.recall"] == 0.5
    assert report["complaint.n"] == 0
    assert report["complaint.precision"] is None

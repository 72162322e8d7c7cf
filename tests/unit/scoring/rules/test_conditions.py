"""What each condition finds, where it looks, and when it cannot tell."""
# ruff: noqa: E501  (one case a line reads best)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from recorder.types import Role
from scoring.rules import conversation_from_script, judge, load_rules
from scoring.types import Conversation, Finding, Verdict
from transcribe.types import Hit, MatchKind, PhraseKind, Utterance

TALK = """
A: 您好，工号八零二一为您服务。
C: 我要查余额。
A: 请稍等。
-- 20
A: 感谢您的等待，余额是三百元。
C: 好的。
A: 再见。
"""


def ask(
    condition: str, script: str = TALK, *, data: Mapping[str, str] | None = None, certain: bool = True
) -> Finding:
    (rule,) = load_rules(f"key: r1\ntitle: 试\nmet_when:\n  {condition}\n")
    call = conversation_from_script(script, call_data=data, roles_certain=certain)
    return judge((rule,), call)["r1"]


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [
        ("pattern: {words: [再见]}", Verdict.MET),
        ("pattern: {words: [再见], first_s: 10}", Verdict.NOT_MET),
        ("pattern: {words: [再见], last_s: 3}", Verdict.MET),
        ("pattern: {words: [您好], first_turns: 1}", Verdict.MET),
        ("pattern: {words: [请稍等], first_turns: 1}", Verdict.NOT_MET),
        ("pattern: {words: [再见], last_turns: 1}", Verdict.MET),
        ("pattern: {words: [余额], count: 2}", Verdict.NOT_MET),
        ("pattern: {words: [余额], role: anyone, count: 2}", Verdict.MET),
        ("pattern: {words: [感谢], after: {pattern: {words: [稍等]}}}", Verdict.MET),
        ("pattern: {words: [感谢], after: {pattern: {words: [稍等]}}, within_s: 5}", Verdict.NOT_MET),
        ("pattern: {words: [稍等], before: {pattern: {words: [感谢]}}}", Verdict.MET),
        ("pattern: {words: [感谢], before: {pattern: {words: [稍等]}}}", Verdict.NOT_MET),
        ("pattern: {words: [余额], near: {pattern: {words: [感谢]}}, within_s: 3}", Verdict.MET),
        ("pattern: {words: [余额], after: {pattern: {words: [没有这话]}}}", Verdict.NOT_MET),
        ("pattern: {sounds: [甘泄您的等带]}", Verdict.MET),
        ("pattern: {words: [甘泄]}", Verdict.NOT_MET),
        ("pattern: {words: [感谢], unless: [余额]}", Verdict.NOT_MET),
        ("dead_air: {role: anyone, min_s: 15}", Verdict.MET),
        ("dead_air: {role: anyone, min_s: 15, hold: {pattern: {words: [请稍等]}}}", Verdict.NOT_MET),
        ("dead_air: {role: anyone, min_s: 15, hold_s: 10, hold: {pattern: {words: [请稍等]}}}", Verdict.MET),
        ("duration: {min_s: 30}", Verdict.MET),
        ("duration: {max_s: 30}", Verdict.NOT_MET),
        ("talk_share: {role: agent, min: 0.5}", Verdict.MET),
        ("turns: {role: customer, max: 2}", Verdict.MET),
        ("turns: {min: 9}", Verdict.NOT_MET),
        ("opened_by: agent", Verdict.MET),
        ("ended_by: customer", Verdict.NOT_MET),
        ("similar: {examples: [多谢您的等待], threshold: 0.5}", Verdict.MET),
        ("similar: {examples: [今天天气不错], threshold: 0.5}", Verdict.NOT_MET),
        ("sequence: [{pattern: {words: [稍等]}}, {pattern: {words: [感谢]}}, {pattern: {words: [再见]}}]", Verdict.MET),
        ("sequence: [{pattern: {words: [再见]}}, {pattern: {words: [感谢]}}]", Verdict.NOT_MET),
        ("sequence: {parts: [{pattern: {words: [稍等]}}, {pattern: {words: [感谢]}}], within_s: 5}", Verdict.NOT_MET),
        ("count: {min: 2, parts: [{opened_by: agent}, {ended_by: agent}, {ended_by: customer}]}", Verdict.MET),
        ("except: {part: {pattern: {words: [余额]}}, exception: {pattern: {words: [感谢]}}, within_s: 3}", Verdict.NOT_MET),
        ("except: {part: {pattern: {words: [余额]}}, exception: {pattern: {words: [您好]}}, within_s: 3}", Verdict.MET),
        ("entity: {role: agent, kind: amount}", Verdict.MET),
        ("entity: {role: agent, kind: card}", Verdict.NOT_MET),
    ],
)  # fmt: skip
def test_condition(condition: str, verdict: Verdict) -> None:
    assert ask(condition).verdict is verdict


@pytest.mark.parametrize(
    ("body", "data", "verdict"),
    [
        ("{key: queue, values: [贷款]}", {"queue": "贷款"}, Verdict.MET),
        ("{key: queue, values: [贷款]}", {}, Verdict.CANNOT_TELL),
        ("{key: queue, values: [贷款], missing_is_no: true}", {}, Verdict.NOT_MET),
        ("{key: queue, op: is_not, values: [贷款]}", {"queue": "理财"}, Verdict.MET),
        ("{key: queue, op: one_of, values: [贷款, 理财]}", {"queue": "理财"}, Verdict.MET),
        ("{key: queue, op: contains, values: [理]}", {"queue": "理财"}, Verdict.MET),
        ("{key: wait, op: at_least, values: ['9']}", {"wait": "10"}, Verdict.MET),
        ("{key: wait, op: at_most, values: ['9']}", {"wait": "10"}, Verdict.NOT_MET),
    ],
)
def test_call_data(body: str, data: dict[str, str], verdict: Verdict) -> None:
    assert ask(f"call_data: {body}", data=data).verdict is verdict


def test_the_number_given_must_be_the_roster_s() -> None:
    assert ask("agent_number: {equal: true}", data={"agent_no": "8021"}).verdict is Verdict.MET
    assert ask("agent_number: {equal: true}", data={"agent_no": "8022"}).verdict is Verdict.NOT_MET
    assert ask("agent_number: {equal: true}").verdict is Verdict.CANNOT_TELL


def test_a_phrase_counts_unless_it_is_denied_or_another_s() -> None:
    call = conversation_from_script("A: 我不能保证收益\nC: 保证收益吗\nA: 好")
    hit = Hit(
        "p1",
        "保证收益",
        "promise",
        PhraseKind.FORBIDDEN,
        Role.AGENT,
        0,
        3,
        7,
        1.0,
        2.0,
        "保证收益",
        MatchKind.EXACT,
        1.0,
    )
    (rule,) = load_rules("key: r1\ntitle: x\nmet_when: {phrase: {groups: [promise]}}")
    assert verdict(rule, replace(call, hits=(hit,))) is Verdict.MET
    assert verdict(rule, replace(call, hits=(replace(hit, negated=True),))) is Verdict.NOT_MET
    assert (
        verdict(rule, replace(call, hits=(replace(hit, role=Role.CUSTOMER, utterance=1),))) is Verdict.NOT_MET
    )
    (guarded,) = load_rules("key: r1\ntitle: x\nmet_when: {phrase: {groups: [promise], unless: [不能]}}")
    assert verdict(guarded, replace(call, hits=(hit,))) is Verdict.NOT_MET


def verdict(rule: object, call: Conversation) -> Verdict:
    return judge((rule,), call)["r1"].verdict  # type: ignore[arg-type]


def test_all_of_several_groups_are_asked_for_by_number() -> None:
    call = conversation_from_script("A: 甲乙\nC: 好\nA: 再见")
    first = Hit("p1", "甲", "g1", PhraseKind.TOPIC, Role.AGENT, 0, 0, 1, 0.6, 0.8, "甲", MatchKind.EXACT, 1.0)
    second = replace(first, phrase_id="p2", phrase="乙", group="g2")
    (rule,) = load_rules("key: r1\ntitle: x\nmet_when: {phrase: {groups: [g1, g2], distinct: 2}}")
    assert verdict(rule, replace(call, hits=(first,))) is Verdict.NOT_MET
    assert verdict(rule, replace(call, hits=(first, second))) is Verdict.MET


def test_what_was_not_heard_is_neither_missing_nor_found() -> None:
    lost = "~A 4\nC: 你好\nA: 您请说\nC: 没有了\nA: 再见"
    assert ask("pattern: {words: [工号], first_s: 10}", lost).verdict is Verdict.CANNOT_TELL
    assert ask("pattern: {words: [工号], last_s: 3}", lost).verdict is Verdict.NOT_MET
    assert ask("pattern: {words: [再见]}", lost).verdict is Verdict.MET
    assert ask("not: {pattern: {words: [工号]}}", lost).verdict is Verdict.CANNOT_TELL


def test_a_rule_says_how_much_unheard_speech_may_hide_something() -> None:
    text = "key: r1\ntitle: x\nblind_s: {}\nviolated_when: {{pattern: {{words: [滚]}}}}"
    call = conversation_from_script("~A 2\nC: 你好\nA: 您请说")
    for seconds, expected in (("1", Verdict.CANNOT_TELL), ("2.5", Verdict.MET)):
        (rule,) = load_rules(text.format(seconds))
        assert verdict(rule, call) is expected


def test_words_of_low_confidence_were_not_heard() -> None:
    call = conversation_from_script("A: 您好\nC: 你好\nA: 再见")
    first = call.utterances[0]
    from transcribe.types import Word

    unsure = replace(first, end_s=first.start_s + 2, confidence=0.2, words=(Word("您好", 0.5, 2.5, 0.2),))
    spoken: tuple[Utterance, ...] = (unsure, *call.utterances[1:])
    heard = replace(call, transcript=replace(call.transcript, utterances=spoken))
    (rule,) = load_rules("key: r1\ntitle: x\nmet_when: {pattern: {words: [工号], first_s: 10}}")
    assert verdict(rule, heard) is Verdict.CANNOT_TELL


def test_where_speakers_are_unsure_only_words_that_speak_for_themselves_count() -> None:
    script = "?: 您好，工号八零二一为您服务\n?: 我查余额\n?: 再见"
    assert ask("pattern: {words: [工号]}", script).verdict is Verdict.CANNOT_TELL
    assert ask("pattern: {words: [工号], self_evident: true}", script).verdict is Verdict.MET
    assert ask("pattern: {words: [投诉]}", script).verdict is Verdict.NOT_MET
    assert ask("interruption: {role: agent}", script).verdict is Verdict.CANNOT_TELL
    assert ask("opened_by: agent", script).verdict is Verdict.CANNOT_TELL
    assert ask("talk_share: {role: agent, min: 0.1}", script).verdict is Verdict.CANNOT_TELL


def test_hung_up_by_in_the_call_data_wins_over_the_last_word() -> None:
    assert ask("ended_by: agent", data={"hung_up_by": "customer"}).verdict is Verdict.NOT_MET


def test_absence_names_where_was_looked() -> None:
    finding = ask("pattern: {words: [工号九], first_s: 10}")
    assert finding.evidence[0].source == "absence"
    assert "前 10 秒" in finding.evidence[0].text


def test_a_match_is_timed_inside_its_utterance() -> None:
    finding = ask("pattern: {words: [余额]}")
    spoken = finding.evidence[0]
    assert 27.0 < spoken.start_s < spoken.end_s < 33.0
    assert spoken.text == "余额"


def test_nothing_heard_at_all_cannot_be_told() -> None:
    assert ask("pattern: {words: [您好]}", "# nothing").verdict is Verdict.CANNOT_TELL


def test_speech_rate_loudness_repetition_and_slow_answers() -> None:
    script = "A 0-3: 一二三四五六七八九十一二三四五六七八九十\nC 3-5: 慢一点\nA 13-17: 好的我慢慢说"
    assert ask("speech_rate: {role: agent, above: 300}", script).verdict is Verdict.MET
    assert ask("speech_rate: {role: agent, above: 500}", script).verdict is Verdict.NOT_MET
    assert ask("speech_rate: {role: agent, above_own: 1.3}", script).verdict is Verdict.MET
    assert ask("slow_answer: {role: agent, min_s: 7}", script).verdict is Verdict.MET
    again = "C: 我的卡取不出来了怎么办\nA: 什么\nC: 我的卡取不出来了怎么办啊\nA: 好"
    assert ask("repetition: {role: customer}", again).verdict is Verdict.MET
    call = conversation_from_script("A: 一\nC: 二\nA: 三\nC: 四\nA: 五")
    loud = tuple(replace(u, loudness_db=-10.0 if u.index == 4 else -25.0) for u in call.utterances)
    (rule,) = load_rules("key: r1\ntitle: x\nmet_when: {loudness_rise: {role: agent, min_db: 8}}")
    assert verdict(rule, replace(call, transcript=replace(call.transcript, utterances=loud))) is Verdict.MET


def test_words_found_in_several_ways_are_one_proof_and_counted_once() -> None:
    (rule,) = load_rules(
        "key: rude\ntitle: 推诿\nviolated_when:\n  any:\n    - pattern: {words: [不归我管]}\n"
        "    - similar: {examples: [这个不归我管], threshold: 0.4}\n    - pattern: {words: [不知道]}\n"
        "explain: {not_met: '{at} “{quote}”，共 {n} 处'}\n"
    )
    found = judge([rule], conversation_from_script("C: 帮我查一下\nA: 这个不归我管\nC: 那谁管\nA: 不知道"))[
        "rude"
    ]
    assert [proof.text for proof in found.evidence] == ["不归我管", "不知道"]
    assert found.explanation.endswith("“不归我管”，共 2 处")
    assert found.explanation.startswith("0:")


@pytest.mark.parametrize(
    ("kind", "number"),
    [("phone", "***********"), ("card", "***************零零一八"), ("id_number", "******************")],
)
def test_a_masked_number_is_still_a_number_and_stays_masked(kind: str, number: str) -> None:
    found = ask(f"entity: {{role: agent, kind: {kind}}}", f"A: 您的号码是{number}对吗。")
    assert found.verdict is Verdict.MET
    assert found.evidence[0].text == number.replace("零零一八", "0018")

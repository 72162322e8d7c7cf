from __future__ import annotations

import pytest

from transcribe.phrases.explain import Decision, explain
from transcribe.types import MatchKind


def test_wrong_characters_of_the_right_sound_are_explained_as_such() -> None:
    found = explain("办理挂失", "我马上为您办理挂师")
    assert (found.decision, found.match, found.heard) == (Decision.FOUND, MatchKind.SOUND, "办理挂师")
    assert [p.note for p in found.pairs] == ["", "", "", "同音"]
    assert (found.pairs[3].wanted_sound, found.pairs[3].heard_sound) == ("shi1", "shi1")


def test_near_sounds_cost_less_than_unlike_ones() -> None:
    near, far = explain("身份证号码", "省份证号码"), explain("身份证号码", "大份证号码")
    assert 0 < near.pairs[0].distance < far.pairs[0].distance


def test_a_text_that_does_not_hold_the_phrase_is_rejected() -> None:
    assert explain("保证收益", "请问您还有其他问题吗").decision is Decision.REJECTED


def test_a_missing_syllable_stands_alone() -> None:
    found = explain("请您提供一下身份证号码", "请提供一下身份证号码")
    assert ("您", "") in [(p.wanted, p.heard) for p in found.pairs]
    assert "漏听" in found.render()


def test_the_table_names_each_cost_and_the_decision() -> None:
    text = explain("不归我管", "这个不归我观").render()
    assert "guan3" in text
    assert "guan1" in text
    assert "判定：说了（同音）" in text


def test_a_denied_phrase_says_that_it_does_not_count() -> None:
    assert explain("保证收益", "我们不能保证收益").negated


def test_equal_characters_are_certain() -> None:
    found = explain("8021", "工号八零二一为您服务")
    assert (found.match, found.likelihood, found.distance) == (MatchKind.EXACT, 1.0, 0.0)


@pytest.mark.parametrize(("phrase", "heard"), [("，", "您好"), ("您好", "…")])
def test_silence_cannot_be_compared(phrase: str, heard: str) -> None:
    with pytest.raises(ValueError, match="不能为空"):
        explain(phrase, heard)

from __future__ import annotations

import pytest

from recorder.types import Role
from tests.unit.transcribe.phrases.conversation import AGENT, CUSTOMER, UNKNOWN, phrase, said
from transcribe.phrases import Level, PhraseMatcher
from transcribe.types import MatchKind, PhraseKind, Utterance, Word


def scan(
    texts: list[str], *turns: tuple[Role, str], level: Level = Level.SOUND
) -> list[tuple[str, MatchKind]]:
    hits = PhraseMatcher([phrase(t) for t in texts], level=level).scan(said(*turns))
    return [(h.phrase, h.match) for h in hits]


def test_characters_that_agree_are_an_exact_hit_in_spite_of_punctuation() -> None:
    assert scan(["不归我管"], (AGENT, "这个，不归、我管啊。")) == [("不归我管", MatchKind.EXACT)]


def test_wrong_characters_of_the_right_sound_are_a_sound_hit() -> None:
    assert scan(["工号"], (AGENT, "公号八零二一")) == [("工号", MatchKind.SOUND)]
    assert scan(["工号"], (AGENT, "公号八零二一"), level=Level.EXACT) == []


def test_a_polyphone_in_the_phrase_is_found_by_either_reading() -> None:
    assert scan(["银行"], (AGENT, "银航")) == [("银行", MatchKind.SOUND)]


def test_digits_match_numerals_said_one_by_one_or_as_a_value() -> None:
    found = scan(["提前十五天", "八零二三"], (AGENT, "提前15天，8023"), level=Level.EXACT)
    assert found == [("提前十五天", MatchKind.EXACT), ("八零二三", MatchKind.EXACT)]


def test_a_phrase_counts_for_its_role_only() -> None:
    assert scan(["烦死了"], (CUSTOMER, "烦死了")) == []


def test_speakers_that_are_not_told_apart_may_hold_any_phrase_and_stay_unknown() -> None:
    (hit,) = PhraseMatcher([phrase("烦死了")]).scan(said((UNKNOWN, "烦死了")))
    assert hit.role is UNKNOWN


def test_a_phrase_split_by_a_short_pause_is_found_where_it_starts() -> None:
    (hit,) = PhraseMatcher([phrase("不归我管")]).scan(
        said((AGENT, "那也不归"), (AGENT, "我管啊"), every_s=2, length_s=1.5)
    )
    assert (hit.utterance, hit.start_char, hit.end_char, hit.heard) == (0, 2, 4, "不归我管")


def test_a_phrase_is_not_put_together_over_a_long_silence() -> None:
    assert scan(["不归我管"], (AGENT, "那也不归"), (CUSTOMER, "什么"), (AGENT, "我管啊")) == []


def test_the_agents_number_fills_its_place_written_or_spoken() -> None:
    matcher = PhraseMatcher([phrase("工号{agent_no}为您服务", kind=PhraseKind.REQUIRED)])
    calls = said((AGENT, "您好，工号八零二一为您服务")), said((AGENT, "工号8021为您服务"))
    assert [len(matcher.scan(c, agent_no="8021")) for c in calls] == [1, 1]
    assert matcher.scan(calls[0], agent_no="9999") == ()


def test_without_a_roster_any_number_heard_stands_for_the_agents() -> None:
    matcher = PhraseMatcher([phrase("工号{agent_no}为您服务")])
    assert len(matcher.scan(said((AGENT, "您好，工号7733为您服务")))) == 1
    assert matcher.scan(said((AGENT, "您好，工号为您服务"))) == ()


def test_the_longest_phrase_of_a_group_wins_and_other_groups_keep_theirs() -> None:
    known = [phrase("投诉", group="a"), phrase("我要投诉", group="a"), phrase("要投诉", group="b")]
    hits = PhraseMatcher(known).scan(said((AGENT, "我要投诉")))
    assert {(h.group, h.phrase) for h in hits} == {("a", "我要投诉"), ("b", "要投诉")}


def test_a_hit_takes_its_time_from_the_words() -> None:
    words = (Word("您好", 1.0, 1.4, 0.9), Word("不归", 2.0, 2.4, 0.9), Word("我管", 2.4, 3.0, 0.9))
    call = [Utterance(0, AGENT, 1.0, 3.0, "您好，不归我管", "您好不归我管", words)]
    (hit,) = PhraseMatcher([phrase("不归我管")]).scan(call)
    assert (hit.start_s, hit.end_s) == pytest.approx((2.0, 3.0))


def test_a_hit_says_where_in_the_heard_text_it_stands() -> None:
    heard = "好的，这款产品保证收益，您放心"
    (hit,) = PhraseMatcher([phrase("保证收益")]).scan(said((AGENT, heard)))
    assert heard[hit.start_char : hit.end_char] == hit.heard == "保证收益"


def test_an_empty_library_and_an_empty_call_give_nothing() -> None:
    assert PhraseMatcher([]).scan(said((AGENT, "您好"))) == ()
    assert PhraseMatcher([phrase("您好")]).scan([]) == ()

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.transcribe.phrases.conversation import AGENT, phrase, said
from transcribe.bench.phrases_speed import misheard
from transcribe.normalize import normalize
from transcribe.phrases import PhraseMatcher, ProofScore, Question, seed
from transcribe.phrases.dense import Dense
from transcribe.phrases.doubt import PROOFS_MIN
from transcribe.phrases.similar import ACCEPTED, CERTAIN
from transcribe.phrases.trace import banded, covered, straight
from transcribe.sound.phonology import distance
from transcribe.sound.space import apart
from transcribe.types import MatchKind, PhraseKind


def matched(known: str, heard: str) -> list[MatchKind]:
    return [h.match for h in PhraseMatcher([phrase(known)]).scan(said((AGENT, heard)))]


@pytest.mark.parametrize(
    ("known", "heard"),
    [
        ("身份证号码后四位", "请提供省份证号码后四位"),
        ("提前还款需要申请", "提前海款需要身寝"),
        ("你自己想办法解决", "你资籍向邦法解决"),
        ("对我的服务作出评价", "请您稍后对我的户务做出平家再见"),
    ],
)
def test_a_phrase_of_near_sound_is_found(known: str, heard: str) -> None:
    assert matched(known, heard) == [MatchKind.SIMILAR]


@pytest.mark.parametrize(
    ("known", "heard"),
    [
        ("保证收益", "请您保持手机畅通"),
        ("在七个工作日内", "会在一个工作日内给您回复"),
        ("挂了", "怪了"),
        ("百分之五", "百分之一"),
        ("我要投诉", "我要转账"),
        ("什么事", "请问您的卡是什么时候丢的"),
        ("挂电话了", "这不归他们管。电话里不能办吗"),
    ],
)
def test_a_different_phrase_is_not(known: str, heard: str) -> None:
    assert matched(known, heard) == []


def test_confusions_of_accents_and_of_the_line_are_nearer_than_others() -> None:
    assert distance("zhi", "zi") < distance("zhi", "ji") < distance("zhi", "ma")
    assert distance("lan", "nan") < distance("lan", "ban")
    assert distance("jin", "jing") < distance("jin", "jia")
    assert distance("wen", "wei") < distance("wen", "wu")


@given(st.sampled_from("工号八为您服务请问挂失身份证"), st.sampled_from("公好把位林父无庆文瓜试神分政"))
def test_distance_is_symmetric_and_bounded(a: str, b: str) -> None:
    assert apart(a, b) == apart(b, a)
    assert 0 <= apart(a, b) <= 2.0


def test_the_table_finds_a_phrase_with_a_syllable_missing() -> None:
    near = Dense(["请您提供一下身份证号码"]).near("好的那麻烦请您提供下身份证号码谢谢")
    assert any(n.shifted for n in near)
    steps = banded("请您提供一下身份证号码", "好的那麻烦请您提供下身份证号码谢谢", 5)
    assert [s.wanted for s in steps if s.heard is None] == [4]
    assert covered(steps) == (5, 15)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000))
def test_the_table_gives_the_same_distance_as_laying_syllables_side_by_side(number: int) -> None:
    rng = random.Random(number)
    known = [normalize(rng.choice(s.phrases).text.replace("{agent_no}", "")).text for s in seed()]
    text = misheard("好的" + rng.choice(known) + "谢谢" + rng.choice(known), 0.2, rng)
    for near in Dense(known).near(text):
        if not near.shifted:
            steps = straight(known[near.form], text, near.start)
            assert near.distance == pytest.approx(sum(s.distance for s in steps), abs=0.01)


class Ears:
    """A prover that hears one phrase and nothing else."""

    def __init__(self, truly_said: str) -> None:
        self.truly_said = truly_said
        self.asked: list[str] = []

    def prove(self, questions: Sequence[Question]) -> list[ProofScore]:
        self.asked += [question.wanted for question in questions]
        return [
            ProofScore(0.0, q.start_s, q.end_s, -1.5 if self.truly_said in q.wanted else -20.0)
            for q in questions
        ]


def test_what_the_text_leaves_in_doubt_is_settled_by_the_sound() -> None:
    matcher = PhraseMatcher([phrase("我挂了")])
    call = said((AGENT, "没事我怪了"))
    assert matcher.scan(call) == ()
    (hit,) = matcher.scan(call, prover=Ears("我挂了"))
    assert (hit.match, hit.phrase, hit.acoustic) == (MatchKind.ACOUSTIC, "我挂了", -1.5)
    assert matcher.scan(call, prover=Ears("我怪了")) == ()


def test_the_sound_is_not_asked_for_what_the_text_makes_certain() -> None:
    ears = Ears("")
    PhraseMatcher([phrase("工号为您服务")]).scan(said((AGENT, "公号为您服务，请问")), prover=ears)
    assert ears.asked == []


class Deaf:
    """A prover to whom no sound can be judged."""

    def prove(self, questions: Sequence[Question]) -> list[None]:
        return [None for _ in questions]


def test_a_phrase_that_the_text_alone_would_just_accept_is_still_put_to_the_sound() -> None:
    matcher = PhraseMatcher([phrase("什么时候", kind=PhraseKind.TOPIC)])
    call = said((AGENT, "您神马时候"))
    (by_text,) = matcher.scan(call)
    assert ACCEPTED <= by_text.score < CERTAIN
    assert matcher.scan(call, prover=Ears("神马时候")) == ()
    (by_sound,) = matcher.scan(call, prover=Ears("什么时候"))
    assert by_sound.match is MatchKind.ACOUSTIC
    assert matcher.scan(call, prover=Deaf()) == (by_text,)


def test_what_there_is_no_time_to_ask_the_sound_for_counts_by_its_text() -> None:
    matcher = PhraseMatcher([phrase("什么时候", kind=PhraseKind.TOPIC)])
    call = said(*[(AGENT, "您神马时候")] * (PROOFS_MIN + 5), every_s=1.0, length_s=0.9)
    refusing = Ears("神马时候")
    hits = matcher.scan(call, prover=refusing)
    assert len(refusing.asked) == PROOFS_MIN
    assert len(hits) == 5
    assert {hit.match for hit in hits} == {MatchKind.SIMILAR}


@pytest.mark.parametrize(("group", "asked"), [("g", 0), ("other", 1)])
def test_the_sound_is_not_asked_where_the_group_is_certain_already(group: str, asked: int) -> None:
    ears = Ears("我挂了")
    known = [phrase("没事我怪", group="g"), phrase("我挂了", group=group)]
    PhraseMatcher(known).scan(said((AGENT, "没事我怪了")), prover=ears)
    assert len(ears.asked) == asked


def test_a_place_refused_for_one_reading_is_asked_for_the_next() -> None:
    doubtful = phrase("我挂了", group="g")
    ears = Ears("nothing")
    PhraseMatcher([doubtful]).scan(said((AGENT, "我怪了我怪了")), prover=ears)
    assert len(ears.asked) == 2


def test_most_phrases_survive_a_tenth_of_their_characters_misheard() -> None:
    rng = random.Random(5)
    known = [
        p for s in seed() for p in s.phrases if len(p.text) >= 5 and "{" not in p.text and p.role is AGENT
    ]
    matcher = PhraseMatcher(known)
    chosen = rng.sample(known, 120)
    found = sum(
        p.text in {h.phrase for h in matcher.scan(said((AGENT, f"好的{misheard(p.text, 0.1, rng)}那么")))}
        for p in chosen
    )
    assert found >= 100

"""Criteria learned from human answers: measured on unseen calls, versioned, with evidence or silent."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import pytest

from scoring.errors import NotEnoughData
from scoring.learn import Labelled, LearnedModel, ModelInvalid, model_from_bytes, model_to_bytes, train
from scoring.rules import conversation_from_script
from scoring.types import Conversation

KIND = [
    "非常理解您的心情",
    "给您添麻烦了真抱歉",
    "您别着急我来想办法",
    "我理解您现在很着急",
    "抱歉让您久等又着急了",
]
COLD = ["这是系统规定", "您自己看短信吧", "那没有别的办法", "规定就是这样的", "系统就是这么规定的没办法"]
FILLER = [
    "我帮您查一下账户",
    "请您稍等",
    "您的余额是三千元",
    "这笔交易是昨天的",
    "请问还有其他需要吗",
    "您说一下卡号后四位",
]
ASKED = ["我的卡被吞了", "这笔钱怎么还没到", "我要查一下余额", "你们怎么扣了我的钱", "我想问问利率"]


def _call(number: int, words: list[str], chance: random.Random) -> Conversation:
    lines = [
        f"C: {chance.choice(ASKED)}",
        *(f"A: {line}" for line in chance.sample(FILLER, 3)),
        f"A: {chance.choice(words)}",
    ]
    chance.shuffle(lines)
    return replace(conversation_from_script("\n".join(lines)), recording_id=f"call-{number:03}")


def _examples(count: int = 80, *, truth: bool = True) -> list[Labelled]:
    chance = random.Random(4)
    found = []
    for n in range(count):
        kind = n % 2 == 0
        answer = ("yes" if kind else "no") if truth else chance.choice(["yes", "no"])
        found.append(Labelled(_call(n, KIND if kind else COLD, chance), answer, f"agent-{n % 11}"))
    return found


@cache
def _model() -> LearnedModel:
    return train("empathy", _examples())


def test_agreement_is_measured_on_calls_not_seen() -> None:
    checked = _model().checked
    assert checked.n == 80
    assert checked.answers == {"no": 40, "yes": 40}
    assert checked.majority == 0.5
    assert checked.kappa.value is not None
    assert checked.kappa.value > 0.8
    assert checked.measured.compared == 80
    assert checked.suggested > 0.5


def test_suggestion_rests_on_the_utterances_that_weighed_most() -> None:
    call = conversation_from_script(
        "C: 我的卡被吞了\nA: 请您稍等\nA: 我非常理解您着急的心情\nA: 您的余额是三千元"
    )
    found = _model().suggest(call)
    assert found is not None
    assert found.answer.options == ("yes",)
    assert found.answer.evidence[0].text == "我非常理解您着急的心情"
    assert found.answer.evidence[0].source == f"learned:{_model().version[:12]}"
    assert 0.7 <= found.probability <= 1


def test_unsure_calls_get_no_suggestion() -> None:
    call = conversation_from_script("C: 我想问问利率\nA: 请您稍等")
    chances = _model().probabilities(call)
    assert sum(chances.values()) == pytest.approx(1)
    assert _model().suggest(call, sure=max(chances.values()) + 0.01) is None


def test_a_call_without_words_has_no_evidence_and_no_suggestion() -> None:
    silent = replace(conversation_from_script("A: 。。。"), recording_id="silent")
    assert _model().suggest(silent, sure=0.0) is None


def test_answers_without_pattern_are_not_called_useful() -> None:
    checked = train("noise", _examples(120, truth=False)).checked
    assert not checked.useful
    assert checked.kappa.low is None or checked.kappa.low < 0


def test_same_answers_give_the_same_version_in_any_order() -> None:
    examples = _examples()
    again = train("empathy", list(reversed(examples)))
    assert again.version == _model().version
    assert again.checked == _model().checked
    changed = train("empathy", [replace(examples[0], answer="no"), *examples[1:]])
    assert changed.version != _model().version


def test_model_survives_storage_as_plain_json() -> None:
    stored = model_from_bytes(model_to_bytes(_model()))
    call = _examples()[0].conversation
    assert stored.probabilities(call) == _model().probabilities(call)
    assert stored.checked == _model().checked
    assert stored.version == _model().version


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"format": "qm-learned/1"}', b"\x80\x04pickle"])
def test_bytes_that_are_no_model_are_refused(data: bytes) -> None:
    with pytest.raises(ModelInvalid):
        model_from_bytes(data)


def test_three_answers_are_learned_too() -> None:
    chance = random.Random(8)
    words = {"good": KIND, "poor": COLD, "fair": ["好的知道了", "嗯我知道了", "好的好的知道"]}
    examples = [Labelled(_call(n, words[name], chance), name) for n, name in enumerate(list(words) * 25)]
    model = train("manner", examples)
    assert model.classes == ("fair", "good", "poor")
    assert model.checked.measured.same > 60
    found = model.suggest(conversation_from_script("C: 我想问问利率\nA: 好的我知道了"))
    assert found is not None
    assert found.answer.options == ("fair",)


def test_too_few_answers_or_only_one_kind_are_refused_in_words() -> None:
    with pytest.raises(NotEnoughData, match="至少需要 50 个"):
        train("empathy", _examples(40))
    with pytest.raises(NotEnoughData, match="只有一种"):
        train("empathy", [replace(item, answer="yes") for item in _examples()])

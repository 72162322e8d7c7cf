from __future__ import annotations

import pytest

from tests.unit.transcribe.phrases.conversation import AGENT, phrase, said
from transcribe.phrases import PhraseMatcher


def negated(text: str, known: str = "保证收益") -> bool:
    (hit, *_) = PhraseMatcher([phrase(known)]).scan(said((AGENT, text)))
    return hit.negated


@pytest.mark.parametrize(
    "text",
    [
        "我们不能保证收益。",
        "理财产品是不保证收益的",
        "我没有说保证收益啊",
        "不是说保证收益，是历史业绩",
        "任何银行都不会向您承诺保证收益",
        "有人跟您说保证收益的都是骗子",
        "凡是跟您保证收益的，请提高警惕",
        "您是问保证收益吗",
        "保证收益这种话我们是不能说的",
    ],
)
def test_a_promise_that_is_denied_or_quoted_is_negated(text: str) -> None:
    assert negated(text)


@pytest.mark.parametrize(
    "text",
    [
        "这款产品保证收益百分之五",
        "您放心，没问题的，保证收益",
        "我们不是小银行，保证收益",
        "买不买随您，反正保证收益",
        "不可能不保证收益",
    ],
)
def test_a_promise_that_is_made_is_not(text: str) -> None:
    assert not negated(text)


def test_a_phrase_that_is_a_denial_is_not_undone_by_itself() -> None:
    assert not negated("那也不归我管啊", "不归我管")
    assert negated("不是说不归我管", "不归我管")


def test_a_question_of_the_form_a_not_a_asserts_nothing() -> None:
    assert negated("您是担心会不会亏本吗", "不会亏本")

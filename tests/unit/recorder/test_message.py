"""Sentences with their parameters."""

from __future__ import annotations

import json
import pickle
from decimal import Decimal

import pytest

from recorder.message import Message, NotAMessage, advised, listed, message_of, message_of_json

SILENCE = Message("静音 %(seconds)s 秒", seconds="17.2")
NESTED = advised(Message("文件不完整：%(what)s", what=SILENCE), Message("请重新导出"))


def test_a_message_is_the_chinese_sentence_and_keeps_what_it_was_made_from() -> None:
    assert SILENCE == "静音 17.2 秒"
    assert (SILENCE.text, dict(SILENCE.params)) == ("静音 %(seconds)s 秒", {"seconds": "17.2"})
    assert NESTED == "文件不完整：静音 17.2 秒。请重新导出"


@pytest.mark.parametrize("message", [SILENCE, NESTED, Message("此处未听清"), Message("%(n)d 句", n=2)])
def test_a_message_comes_back_from_json_and_from_another_process(message: Message) -> None:
    for back in (
        message_of_json(json.loads(json.dumps(message.to_json()))),
        pickle.loads(pickle.dumps(message)),
    ):
        assert isinstance(back, Message)
        assert (back, back.to_json()) == (message, message.to_json())


def test_decimals_are_kept_as_they_are_read() -> None:
    assert Message("共 %(points)s 分", points=Decimal("2.50")).to_json()["params"] == {"points": "2.50"}


@pytest.mark.parametrize("document", [None, "x", [], {}, {"text": 1}, {"text": "x", "params": {"a": None}}])
def test_what_is_no_message_is_named(document: object) -> None:
    with pytest.raises(ValueError, match="not a message"):
        message_of_json(document)


def test_a_template_cannot_ask_for_more_than_its_parameters() -> None:
    text = "%(n)999999999s %(missing)s 100%% %(n)s"
    assert Message(text, n=1) == "%(n)999999999s %(missing)s 100% 1"
    assert Message("满 100%") == "满 100%"


def test_places_within_places_do_not_double_without_end() -> None:
    document: dict[str, object] = {"text": "x" * 100}
    for _ in range(40):
        document = {"text": "%(a)s%(a)s", "params": {"a": document}}
    with pytest.raises(NotAMessage):
        message_of_json(document)


def test_an_error_says_what_it_was_raised_with() -> None:
    assert message_of(ValueError(SILENCE)).text == SILENCE.text
    assert message_of(ValueError("x")) == "x"
    assert message_of(ValueError()) == "ValueError"


def test_several_faults_are_one_message() -> None:
    assert listed((SILENCE, Message("此处未听清"))) == "静音 17.2 秒；此处未听清"

"""Words become turns, turns a conversation."""

from __future__ import annotations

import numpy as np

from recorder.types import CallAudio, Role
from transcribe.assemble import Stretch, turns, utterances
from transcribe.types import Span, Word

A, C = Role.AGENT, Role.CUSTOMER


def stretch(role: Role, start_s: float, end_s: float, text: str) -> Stretch:
    step = (end_s - start_s) / len(text)
    words = tuple(Word(c, start_s + i * step, start_s + (i + 1) * step, 0.8) for i, c in enumerate(text))
    return Stretch(role, Span(start_s, end_s), words)


def conversation(*stretches: Stretch):
    silence = np.zeros(60 * 16_000, dtype=np.float32)
    voiced = {r: tuple(s.span for s in stretches if s.role is r) for r in (A, C)}
    audio = CallAudio({A: silence, C: silence}, 16_000, 60.0)
    return utterances(list(stretches), audio, voiced, lambda words: "".join(w.text for w in words))


def test_stretches_with_a_short_pause_are_one_turn() -> None:
    assert len(turns([stretch(A, 0, 2, "您好"), stretch(A, 2.5, 4, "请讲")])) == 1


def test_a_long_pause_begins_a_new_turn() -> None:
    assert len(turns([stretch(A, 0, 2, "请稍等"), stretch(A, 6, 8, "久等了")])) == 2


def test_the_others_word_in_between_begins_a_new_turn() -> None:
    found = turns([stretch(A, 0, 2, "请稍等"), stretch(C, 2.1, 2.5, "好"), stretch(A, 2.6, 4, "查到了")])
    assert [turn.role for turn in found] == [A, C, A]


def test_a_very_long_turn_is_divided_at_its_pauses() -> None:
    found = turns([stretch(A, i * 8.0, i * 8.0 + 7.5, "说" * 30) for i in range(8)])
    assert len(found) > 1
    assert all(turn.span.duration_s <= 31 for turn in found)


def test_the_conversation_is_ordered_and_numbered_by_start() -> None:
    found = conversation(stretch(C, 5, 7, "我的卡丢了"), stretch(A, 0, 3, "您好"), stretch(A, 8, 9, "好的"))
    assert [u.index for u in found] == [0, 1, 2]
    assert [u.role for u in found] == [A, C, A]


def test_joined_words_are_what_was_heard() -> None:
    found = conversation(stretch(A, 0, 3, "您好,请讲"))
    assert "".join(w.text for w in found[0].words).strip() == found[0].heard
    assert abs(found[0].confidence - 0.8) < 1e-9


def test_punctuation_alone_is_no_utterance() -> None:
    assert conversation(stretch(A, 0, 1, "。。")) == ()

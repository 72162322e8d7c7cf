"""Marks carried from what was heard to what is displayed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qm.hearing.reads.call_views import Moment, MomentKind, Tone
from qm.hearing.reads.marking import SpanMark, align, find_words, low_spans, pieces, same_words
from recorder.types import Role
from transcribe.types import Utterance, Word

TEXT = st.text(alphabet="这个我不清楚网往点，。123 ", max_size=24)


def moment(key: str = "m1", tone: Tone = Tone.BAD) -> Moment:
    return Moment(key, MomentKind.PHRASE, tone, 1.0, 2.0, Role.AGENT, "推诿", "我不清楚", "phrase:shirking")


def said(text: str, heard: str, words: tuple[Word, ...] = ()) -> Utterance:
    return Utterance(0, Role.AGENT, 0.0, 3.0, text, heard, words)


def test_a_hit_in_the_heard_text_marks_the_same_words_in_the_displayed_text() -> None:
    runs = pieces(said("这个，我不清楚。", "这个我不清楚"), [SpanMark(moment(), 2, 6)])
    assert [(run.text, run.moment is not None) for run in runs] == [
        ("这个，", False),
        ("我不清楚", True),
        ("。", False),
    ]


def test_repaired_words_keep_their_mark() -> None:
    runs = pieces(said("请去网点查询", "请去往点查询"), [SpanMark(moment(), 2, 4)])
    assert [run.text for run in runs if run.moment] == ["网点"]


def test_unsure_words_inside_a_mark_share_it_and_its_label_is_written_once() -> None:
    words = tuple(
        Word(char, 0.1 * n, 0.1 * n + 0.1, 0.2 if char == "不" else 0.9) for n, char in enumerate("我不清楚")
    )
    runs = pieces(said("我不清楚", "我不清楚", words), [SpanMark(moment(), 0, 4)])
    assert [(run.text, run.low, run.ends) for run in runs] == [
        ("我", False, False),
        ("不", True, False),
        ("清楚", False, True),
    ]


def test_the_gravest_of_overlapping_marks_lies_on_top() -> None:
    found = [SpanMark(moment("m1", Tone.PLAIN), 0, 6), SpanMark(moment("m2", Tone.BAD), 2, 4)]
    runs = pieces(said("零一二三四五", "零一二三四五"), found)
    assert [run.moment.key if run.moment else None for run in runs] == ["m1", "m2", "m1"]


def test_leading_spaces_of_words_do_not_shift_their_places() -> None:
    words = (Word(" 我", 0, 1, 0.9), Word("不", 1, 2, 0.1), Word("管", 2, 3, 0.9))
    assert low_spans(words, "我不管") == [(1, 2)]


def test_punctuation_alone_is_no_difference() -> None:
    assert same_words("你好，请问？", "你好 请问")
    assert not same_words("网点", "往点")


def test_words_are_found_across_punctuation() -> None:
    assert find_words("您好，工号，八零二三。", "工号八零二三") == (3, 10)
    assert find_words("您好", "再见") is None
    assert find_words("您好", "，") is None


@given(TEXT, TEXT)
def test_carrying_never_leaves_the_text_and_never_runs_backwards(heard: str, text: str) -> None:
    alignment = align(heard, text)
    assert len(alignment.starts) == len(alignment.ends) == len(heard)
    for start, end in zip(alignment.starts, alignment.ends, strict=True):
        assert 0 <= start <= end <= len(text)
    assert list(alignment.starts) == sorted(alignment.starts)


@given(TEXT, TEXT, st.integers(0, 24), st.integers(0, 24))
def test_the_runs_always_add_up_to_the_displayed_text(heard: str, text: str, start: int, end: int) -> None:
    runs = pieces(said(text, heard), [SpanMark(moment(), min(start, end), max(start, end))])
    assert "".join(run.text for run in runs) == text

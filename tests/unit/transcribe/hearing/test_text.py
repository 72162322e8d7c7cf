"""Numbers, digits, repair and what is shown."""

from __future__ import annotations

import cn2an
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transcribe.display import shown
from transcribe.language.digits import digits_repaired
from transcribe.language.lexicon import sentences
from transcribe.language.repair import repair
from transcribe.numbers import displayed, value_of
from transcribe.phrases.library import seed
from transcribe.script import simplified, simplified_pieces, spoken, syllables
from transcribe.types import PhraseKind, Word


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("工号八零二一为您服务", "工号8021为您服务"),
        ("幺三九幺二三四五六七八", "13912345678"),
        ("二零二六年", "2026年"),
        ("三千二百一十五元六角", "3215.6元"),
        ("一万两千四百元整", "12400元整"),
        ("五万元", "5万元"),
        ("最高一百万", "最高100万"),
        ("提前十五天", "提前15天"),
        ("十一月二十日", "11月20日"),
        ("百分之一点五", "1.5%"),
        ("千分之三", "3‰"),
        ("两千块钱", "2000块钱"),
        ("七个工作日", "7个工作日"),
    ],
)
def test_spoken_numbers_are_shown_in_digits(said: str, written: str) -> None:
    assert displayed(said) == written


@pytest.mark.parametrize(
    "words",
    [
        "等一下",
        "万一丢了",
        "十分抱歉",
        "千万不要",
        "第一年",
        "一一核对",
        "三五天",
        "一点用都没有",
        "一起",
        "下午三点",
    ],
)
def test_words_that_contain_numerals_stay_words(words: str) -> None:
    assert displayed(words) == words


@given(st.integers(1, 99_999_999))
def test_every_whole_number_that_can_be_said_is_read_back(number: int) -> None:
    assert value_of(cn2an.an2cn(str(number), "low")) == number


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("工号把零二二为您服务", "工号八零二二为您服务"),
        ("要三九一二三四五六七八", "幺三九一二三四五六七八"),
        ("我要三千二", "我要三千二"),
        ("你以三四五为准", "你以三四五为准"),
    ],
)
def test_words_that_sound_like_digits_in_a_run_of_digits_are_digits(heard: str, meant: str) -> None:
    assert digits_repaired(heard) == meant


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("挂施手续费", "挂失手续费"),
        ("请问有神么可以帮您", "请问有什么可以帮您"),
        ("帮我查一下处虚卡余额", "帮我查一下储蓄卡余额"),
        ("去往点办理", "去网点办理"),
        ("不去贵台", "不去柜台"),
    ],
)
def test_same_sounding_characters_are_repaired_by_service_language(heard: str, meant: str) -> None:
    assert repair(heard) == meant


@pytest.mark.parametrize(
    "right", ["我的信用卡丢了", "请问有什么可以帮您", "今天天气很好", "他昨天去了北京", "投诉你们支行的柜员"]
)
def test_what_is_right_already_is_left_alone(right: str) -> None:
    assert repair(right) == right


def test_the_sentences_that_repair_learns_from_hold_no_forbidden_speech() -> None:
    forbidden = [p.text for g in seed() if g.kind is PhraseKind.FORBIDDEN for p in g.phrases]
    learned = "\n".join(sentences())
    assert len(forbidden) >= 60
    assert [text for text in forbidden if spoken(text) in learned] == []


han = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=12)


@settings(max_examples=60, deadline=None)
@given(han)
def test_repair_keeps_the_number_of_characters(text: str) -> None:
    assert len(repair(text)) == len(text)


@given(st.text("零一二三四五六七八九幺", min_size=2, max_size=18))
def test_repair_never_changes_a_number(number: str) -> None:
    assert number in repair(f"号码是{number}对吗")


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("工号一零八六四位您服务", "工号一零八六四为您服务"),
        ("编号是二零二六", "编号是二零二六"),
        ("请提供后四位", "请提供后四位"),
    ],
)
def test_numbers_do_not_pull_the_words_beside_them(heard: str, meant: str) -> None:
    assert repair(heard) == meant


def test_a_word_the_engine_was_unsure_of_changes_more_easily() -> None:
    heard = "去往点"
    sure, unsure = repair(heard, [1.0, 1.0, 1.0]), repair(heard, [1.0, 0.1, 1.0])
    assert unsure == "去网点"
    assert sure in {heard, unsure}


def test_the_shown_text_has_chinese_punctuation_repaired_characters_and_digits() -> None:
    words = tuple(Word(c, 0, 0, 0.9) for c in "您好,公号八零二一为您服务,请问有什么可以帮您?")
    assert shown(words) == "您好，工号8021为您服务，请问有什么可以帮您？"


def test_traditional_script_becomes_simplified_with_words_kept_apart() -> None:
    assert simplified("掛失手續費") == "挂失手续费"
    assert simplified_pieces(["請", "問", "什麼"]) == ["请", "问", "什么"]


def test_punctuation_is_not_spoken_and_syllables_are_counted() -> None:
    assert spoken("您好，80 元！") == "您好80元"
    assert syllables("您好，80 元！APP") == 6

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.types import Role
from tests.unit.transcribe.phrases.conversation import AGENT, CUSTOMER, said
from transcribe.pii import PiiFinder, PiiKind, identity_checksum, luhn

FINDER = PiiFinder()


def found(*turns: tuple[Role, str]) -> list[tuple[PiiKind, str]]:
    return [(s.kind, s.digits) for s in FINDER.find(said(*turns))]


@pytest.mark.parametrize("heard", ["六二二八四八零四零二五六四八九零零一八", "6228 4804 0256 4890 018"])
def test_a_card_is_known_by_its_check_digit(heard: str) -> None:
    assert found((CUSTOMER, heard)) == [(PiiKind.CARD, "6228480402564890018")]


def test_a_mobile_number_may_be_said_with_yao() -> None:
    assert found((CUSTOMER, "幺三九，幺二三四，五六七八")) == [(PiiKind.MOBILE, "13912345678")]


def test_an_identity_number_needs_its_checksum() -> None:
    assert found((CUSTOMER, "我的身份证是11010519491231002X"))[0] == (PiiKind.IDENTITY, "11010519491231002X")
    assert not identity_checksum("110105194912310021")


@pytest.mark.parametrize(
    ("question", "answer", "digits"),
    [
        ("请您提供一下身份证号码的后四位", "后四位是三五幺八", "3518"),
        ("请提供身份证后六位", "零四一五二二", "041522"),
        ("核对一下您的证件号码后四位", "7702", "7702"),
    ],
)
def test_a_partial_answer_is_known_by_the_question(question: str, answer: str, digits: str) -> None:
    assert found((AGENT, question), (CUSTOMER, answer)) == [(PiiKind.IDENTITY_TAIL, digits)]


def test_an_answer_written_in_other_characters_is_read_by_its_sound() -> None:
    (span,) = FINDER.find(said((AGENT, "请说一下身份证后四位"), (CUSTOMER, "是三母腰吧")))
    assert (span.digits, span.certain) == ("3518", False)


def test_a_neighbour_that_sounds_like_a_digit_completes_a_number() -> None:
    assert found((CUSTOMER, "是要三九一二三四五六七八")) == [(PiiKind.MOBILE, "13912345678")]


def test_a_verification_code_is_known_by_its_name() -> None:
    assert found((AGENT, "请您说一下短信验证码"), (CUSTOMER, "三八四七二一")) == [
        (PiiKind.VERIFICATION, "384721")
    ]


def test_a_number_goes_on_over_turns_with_a_nod_between() -> None:
    call = said(
        (CUSTOMER, "六二二八四八零四"),
        (AGENT, "嗯"),
        (CUSTOMER, "零二五六四八九零零一八"),
        every_s=4,
        length_s=3.5,
    )
    (span,) = FINDER.find(call)
    assert span.digits == "6228480402564890018"
    assert [p.utterance for p in span.pieces] == [0, 2]
    assert (span.start_s, span.end_s) == pytest.approx((0.0, 11.5))


@pytest.mark.parametrize(
    "text",
    [
        "一万两千四百元整",
        "3215.6元",
        "二零二六年十一月二十日",
        "工号8021为您服务",
        "工单编号是20261104003",
        "提前15天",
        "三点取的号",
    ],
)
def test_amounts_dates_and_the_houses_own_numbers_are_not_personal(text: str) -> None:
    assert found((AGENT, text), (CUSTOMER, "好的，" + text)) == []


def test_the_agents_reading_of_a_card_tail_is_not_an_answer() -> None:
    assert found((AGENT, "请提供身份证后四位"), (AGENT, "您尾号六二零九的信用卡")) == []


@given(st.integers(min_value=10**14, max_value=10**18 - 1), st.integers(0, 9))
def test_luhn_accepts_exactly_one_last_digit(body: int, digit: int) -> None:
    assert sum(luhn(f"{body}{d}") for d in range(10)) == 1


@settings(deadline=None)
@given(st.text(alphabet="零一二三四五六七八九幺0123456789 ，的是x十", max_size=30))
def test_any_text_of_digits_gives_spans_inside_it(text: str) -> None:
    for span in FINDER.find(said((AGENT, "请说一下您的卡号"), (CUSTOMER, text))):
        assert 0 <= span.start_char < span.end_char <= len(text)

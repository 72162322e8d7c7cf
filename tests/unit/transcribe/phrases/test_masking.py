from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.types import Role
from tests.unit.transcribe.phrases.conversation import AGENT, CUSTOMER, phrase, said
from transcribe.masking import Secret, masked, masked_hit, restored
from transcribe.numbers import displayed
from transcribe.phrases import PhraseMatcher
from transcribe.pii import PiiFinder, PiiKind
from transcribe.types import Acoustics, Transcript, Utterance, Word

FINDER = PiiFinder()


def call(*turns: tuple[Role, str]) -> Transcript:
    """A transcript with a word a character, numbers shown in digits."""
    return Transcript(
        tuple(map(_with_words, said(*turns, every_s=4.0, length_s=3.5))),
        Acoustics(),
        60.0,
        "zh",
        "truth",
        "1",
        "none",
    )


def _with_words(turn: Utterance) -> Utterance:
    step = (turn.end_s - turn.start_s) / (len(turn.heard) + 1)
    words = tuple(
        Word(char, turn.start_s + step * at, turn.start_s + step * (at + 1), 0.9)
        for at, char in enumerate(" " + turn.heard)
    )
    return replace(turn, text=displayed(turn.heard), words=words)


def hidden(*turns: tuple[Role, str]) -> tuple[list[tuple[str, str]], tuple[Secret, ...]]:
    """What is heard and shown of each turn once masked, and what was hidden."""
    transcript, secrets = masked(call(*turns), FINDER)
    return [(u.heard, u.text) for u in transcript.utterances], secrets


def test_a_number_is_hidden_in_what_was_heard_and_in_what_is_shown() -> None:
    turns, (secret,) = hidden((AGENT, "身份证后四位是多少"), (CUSTOMER, "是三五幺八，谢谢"))
    assert turns[1] == ("是****，谢谢", "是****，谢谢")
    assert (secret.kind, secret.heard, secret.text) == (PiiKind.IDENTITY_TAIL, "三五幺八", "3518")
    assert 4.0 < secret.start_s < secret.end_s < 7.5


def test_words_hide_what_their_turn_hides() -> None:
    transcript, _ = masked(call((AGENT, "请报手机号码"), (CUSTOMER, "幺三九幺二三四五六七八")), FINDER)
    assert "".join(word.text for word in transcript.utterances[1].words).strip() == "*" * 11


def test_a_card_keeps_its_last_four_also_over_turns() -> None:
    turns, secrets = hidden(
        (CUSTOMER, "六二二八四八零四零二五六四八九零零"), (AGENT, "嗯"), (CUSTOMER, "一八")
    )
    assert [heard for heard, _ in turns] == ["*" * 15 + "零零", "嗯", "一八"]
    assert {s.number for s in secrets} == {0}


def test_a_number_said_again_by_the_other_is_hidden_too() -> None:
    turns, secrets = hidden(
        (AGENT, "请提供身份证后四位"), (CUSTOMER, "三五幺八"), (AGENT, "好的，三五一八，核对成功")
    )
    assert turns[2] == ("好的，****，核对成功", "好的，****，核对成功")
    assert len({s.number for s in secrets}) == 2


def test_a_number_completed_by_its_sound_is_one_number() -> None:
    turns, secrets = hidden((CUSTOMER, "是要三九一二三四五六七八"))
    assert (turns[0][0], len(secrets)) == ("是" + "*" * 11, 1)


def test_the_agents_own_number_and_amounts_stay() -> None:
    turns, secrets = hidden((AGENT, "您好，工号八零二一为您服务"), (AGENT, "一共三千二百一十五元六角"))
    assert [text for _, text in turns] == ["您好，工号8021为您服务", "一共3215.6元"]
    assert secrets == ()


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([AGENT, CUSTOMER]),
            st.text(alphabet="零一二三四五六七八九幺0123456789 ，的是x十吧", min_size=1, max_size=24),
        ),
        max_size=4,
    )
)
def test_masking_can_be_taken_back_to_the_letter(turns: list[tuple[Role, str]]) -> None:
    given_call = call((AGENT, "请说一下您的卡号"), *turns)
    transcript, secrets = masked(given_call, FINDER)
    assert restored(transcript, secrets) == given_call
    for said_there, plain in zip(transcript.utterances, given_call.utterances, strict=True):
        assert len(said_there.heard) == len(plain.heard)
        assert len(said_there.text) == len(plain.text)


def test_a_hit_quotes_what_is_masked() -> None:
    plain = call((AGENT, "请报手机号码"), (CUSTOMER, "号码是幺三九幺二三四五六七八"))
    transcript, secrets = masked(plain, FINDER)
    (hit,) = PhraseMatcher([phrase("号码是幺三九", role=CUSTOMER)]).scan(restored(transcript, secrets))
    assert masked_hit(hit, transcript).heard == "号码是***"

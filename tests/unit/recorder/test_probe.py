"""Probing: every format is recognised, every fault is named, and no bytes can break it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recorder.limits import Limits
from recorder.probe import probe
from recorder.types import AudioInfo, AudioRefused, Refusal
from tests.support import audio
from tests.support.malformed import EXPECTED, make_malformed

SECONDS = 3.0
WRITERS: dict[str, tuple[Callable[[Path], Path], str, str, int, int]] = {
    "pcm8.wav": (lambda p: audio.write_pcm(p, audio.two_speakers(3), bits=8), "wav", "pcm_u8", 2, 8_000),
    "pcm16.wav": (lambda p: audio.write_pcm(p, audio.bursts(3)), "wav", "pcm_s16le", 1, 8_000),
    "pcm24.wav": (
        lambda p: audio.write_pcm(p, audio.two_speakers(3, rate_hz=48_000), rate_hz=48_000, bits=24),
        "wav",
        "pcm_s24le",
        2,
        48_000,
    ),
    "mulaw.wav": (
        lambda p: audio.encode(p, audio.two_speakers(3), codec="pcm_mulaw"),
        "wav",
        "pcm_mulaw",
        2,
        8_000,
    ),
    "alaw.wav": (lambda p: audio.encode(p, audio.bursts(3), codec="pcm_alaw"), "wav", "pcm_alaw", 1, 8_000),
    "gsm.wav": (lambda p: audio.write_gsm_wav(p, seconds=3), "wav", "gsm_ms", 1, 8_000),
    "raw.gsm": (lambda p: audio.write_raw_gsm(p, seconds=3), "gsm", "gsm", 1, 8_000),
    "a.mp3": (lambda p: audio.encode(p, audio.two_speakers(3), codec="libmp3lame"), "mp3", "mp3", 2, 8_000),
    "mp3_44k.mp3": (
        lambda p: audio.encode(p, audio.two_speakers(3, rate_hz=44_100), codec="libmp3lame", rate_hz=44_100),
        "mp3",
        "mp3",
        2,
        44_100,
    ),
    "a.ogg": (lambda p: audio.encode(p, audio.two_speakers(3), codec="libopus"), "ogg", "opus", 2, 48_000),
    "a.m4a": (lambda p: audio.encode(p, audio.two_speakers(3), codec="aac"), "mp4", "aac", 2, 8_000),
    "a.aac": (lambda p: audio.encode(p, audio.bursts(3), codec="aac"), "aac", "aac", 1, 8_000),
    "a.amr": (
        lambda p: audio.encode(p, audio.bursts(3), codec="libopencore_amrnb"),
        "amr",
        "amr_nb",
        1,
        8_000,
    ),
    "a.flac": (lambda p: audio.encode(p, audio.two_speakers(3), codec="flac"), "flac", "flac", 2, 8_000),
}
"""File name, how it is written, and the container, codec, channels and rate it must be recognised as."""


@pytest.fixture(scope="session")
def sound_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("sound")
    return {name: writer[0](folder / name) for name, writer in WRITERS.items()}


@pytest.mark.parametrize("name", WRITERS)
def test_each_accepted_format_is_recognised(name: str, sound_files: dict[str, Path]) -> None:
    _, container, codec, channels, rate_hz = WRITERS[name]
    path = sound_files[name]
    info = probe(path)
    assert (info.container, info.codec, info.channels, info.rate_hz) == (container, codec, channels, rate_hz)
    assert info.duration_s == pytest.approx(SECONDS, abs=0.25)
    assert info.warnings == ()
    assert not info.identical_channels
    assert info.size_bytes == path.stat().st_size
    assert info.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("path", sorted(audio.SAMPLES_DIR.glob("p*.[wmo][apg][v3g]")), ids=lambda p: p.name)
def test_every_sample_call_is_sound(path: Path) -> None:
    info = probe(path)
    assert info.warnings == ()
    assert info.speakers_apart == (info.channels == 2)
    assert info.duration_s > 20


@pytest.fixture(scope="session")
def malformed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {path.name: path for path in make_malformed(tmp_path_factory.mktemp("malformed"))}


def test_there_are_forty_malformed_files_and_nothing_else_in_the_folder(malformed: dict[str, Path]) -> None:
    assert len(malformed) == 40
    folder = next(iter(malformed.values())).parent
    assert {path.name for path in folder.iterdir()} == set(malformed)


@pytest.mark.parametrize(("name", "reason"), EXPECTED.items())
def test_each_malformed_file_meets_its_named_refusal(
    name: str, reason: Refusal, malformed: dict[str, Path]
) -> None:
    with pytest.raises(AudioRefused) as refused:
        probe(malformed[name])
    assert refused.value.reason is reason
    assert any(advice in refused.value.detail for advice in ("请", "可以丢弃")), "says what to do"


def test_longer_than_the_limit_is_refused_and_decoding_stops_there(tmp_path: Path) -> None:
    path = audio.write_pcm(tmp_path / "long.wav", audio.bursts(30))
    with pytest.raises(AudioRefused, match=r"超过上限 0\.1 分钟") as refused:
        probe(path, limits=Limits(max_duration_s=6))
    assert refused.value.reason is Refusal.TOO_LONG


@pytest.mark.parametrize("gain", [1.0, 0.5, -1.0])
def test_the_same_signal_on_both_channels_is_flagged_at_any_gain(gain: float, tmp_path: Path) -> None:
    one = audio.bursts(3)
    path = audio.encode(tmp_path / "same.wav", np.concatenate([one, one * gain]), codec="pcm_mulaw")
    info = probe(path)
    assert info.identical_channels
    assert not info.speakers_apart
    assert info.warnings == ("两个声道内容相同，按单声道处理",)


def test_two_speakers_with_echo_between_the_channels_are_not_identical(tmp_path: Path) -> None:
    left, right = audio.two_speakers(6)
    crossed = np.stack([left + 0.3 * right, right + 0.3 * left])
    assert not probe(audio.write_pcm(tmp_path / "echo.wav", crossed)).identical_channels


def test_two_silences_with_the_same_offset_are_silent_not_identical(tmp_path: Path) -> None:
    offset = np.full((2, 24_000), 0.2, np.float32)
    with pytest.raises(AudioRefused) as refused:
        probe(audio.write_pcm(tmp_path / "offset.wav", offset))
    assert refused.value.reason is Refusal.SILENT


def test_one_silent_channel_is_a_warning(tmp_path: Path) -> None:
    sound = audio.two_speakers(3)
    sound[1] = 0
    info = probe(audio.write_pcm(tmp_path / "half.wav", sound))
    assert info.warnings == ("第 2 声道没有声音",)
    assert info.speakers_apart


def test_a_wav_piped_without_length_is_taken_with_a_warning(tmp_path: Path) -> None:
    path = audio.write_pcm(tmp_path / "piped.wav", audio.bursts(3))
    data = path.read_bytes()
    at = data.index(b"data") + 4
    path.write_bytes(data[:4] + b"\xff" * 4 + data[8:at] + b"\xff" * 4 + data[at + 4 :])
    info = probe(path)
    assert info.duration_s == pytest.approx(3)
    assert "没有写数据长度" in info.warnings[0]


def test_a_hole_in_an_ogg_file_is_told_with_its_length(tmp_path: Path) -> None:
    path = audio.encode(tmp_path / "hole.ogg", audio.two_speakers(20), codec="libopus")
    data = path.read_bytes()
    middle = len(data) // 2
    path.write_bytes(data[:middle] + data[middle + len(data) // 8 :])
    info = probe(path)
    assert info.duration_s < 19
    assert any("缺少约" in warning for warning in info.warnings)


@pytest.mark.parametrize("name", ["a.mp3", "a.m4a", "a.flac", "pcm16.wav", "a.ogg"])
@pytest.mark.parametrize("tail", [b"TAG" + bytes(125), bytes(1000), b"APETAGEX" + b"comment" * 50])
def test_tags_and_padding_behind_the_sound_are_no_truncation(
    name: str, tail: bytes, sound_files: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(sound_files[name].read_bytes() + tail)
    assert probe(path).duration_s == pytest.approx(SECONDS, abs=0.3)


def test_a_playlist_dressed_as_sound_opens_no_other_file(tmp_path: Path) -> None:
    audio.write_pcm(tmp_path / "secret.wav", audio.bursts(3))
    path = tmp_path / "list.mp3"
    path.write_text(f"ffconcat version 1.0\nfile '{tmp_path / 'secret.wav'}'\n")
    with pytest.raises(AudioRefused) as refused:
        probe(path)
    assert refused.value.reason is Refusal.NOT_AUDIO


def _verdict(path: Path) -> AudioInfo | AudioRefused:
    try:
        return probe(path)
    except AudioRefused as refused:
        return refused


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(WRITERS)), data=st.data())
def test_any_damage_gives_facts_or_a_named_refusal(
    name: str, data: st.DataObject, sound_files: dict[str, Path], tmp_path: Path
) -> None:
    whole = bytearray(sound_files[name].read_bytes())
    reach = data.draw(st.sampled_from([64, 400, len(whole)]))
    places = data.draw(st.lists(st.tuples(st.integers(0, reach - 1), st.integers(0, 255)), max_size=40))
    for at, value in places:
        whole[min(at, len(whole) - 1)] = value
    keep = data.draw(st.one_of(st.just(len(whole)), st.integers(0, len(whole))))
    path = tmp_path / "damaged"
    path.write_bytes(whole[:keep])
    assert isinstance(_verdict(path), AudioInfo | AudioRefused)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    head=st.sampled_from(
        [b"", b"RIFF\0\0\0\0WAVE", b"OggS", b"fLaC", b"#!AMR\n", b"ID3", b"\0\0\0\x20ftypM4A "]
    ),
    body=st.binary(max_size=3000),
)
def test_arbitrary_bytes_give_facts_or_a_named_refusal(head: bytes, body: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(head + body)
    assert isinstance(_verdict(path), AudioInfo | AudioRefused)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["pcm16.wav", "mulaw.wav", "gsm.wav", "a.ogg", "a.m4a", "a.flac", "a.mp3"]),
    data=st.data(),
)
def test_a_file_cut_anywhere_is_never_taken(
    name: str, data: st.DataObject, sound_files: dict[str, Path], tmp_path: Path
) -> None:
    whole = sound_files[name].read_bytes()
    filled = name == "gsm.wav"  # its 75 blocks of 65 bytes are odd: the last byte only fills up
    keep = data.draw(st.integers(40, len(whole) - 1 - filled))
    path = tmp_path / "cut"
    path.write_bytes(whole[:keep])
    verdict = _verdict(path)
    assert isinstance(verdict, AudioRefused), f"{name} cut at {keep} of {len(whole)}"
    assert verdict.reason in {Refusal.TRUNCATED, Refusal.EMPTY, Refusal.NOT_AUDIO}


def test_a_wav_that_lacks_its_filling_byte_alone_is_whole(
    sound_files: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "unfilled.wav"
    path.write_bytes(sound_files["gsm.wav"].read_bytes()[:-1])
    assert isinstance(_verdict(path), AudioInfo)

"""Decoding: the right channel to the right role, at the right rate and the right time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from recorder.clip import clip
from recorder.decode import decode, decode_span
from recorder.playback import make_playable
from recorder.probe import probe
from recorder.types import AudioRefused, Role
from tests.support import audio

SECONDS = 24
TICKS: dict[str, Callable[[Path], Path]] = {
    "t.wav": lambda p: audio.write_pcm(p, audio.ticks(SECONDS)),
    "t.mulaw.wav": lambda p: audio.encode(p, audio.ticks(SECONDS), codec="pcm_mulaw"),
    "t.mp3": lambda p: audio.encode(p, audio.ticks(SECONDS), codec="libmp3lame"),
    "t.ogg": lambda p: audio.encode(p, audio.ticks(SECONDS), codec="libopus"),
    "t.m4a": lambda p: audio.encode(p, audio.ticks(SECONDS), codec="aac"),
    "t.amr": lambda p: audio.encode(p, audio.ticks(SECONDS), codec="libopencore_amrnb"),
    "t.flac": lambda p: audio.encode(p, audio.ticks(SECONDS), codec="flac"),
}


@pytest.fixture(scope="session")
def tick_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Files whose pitch names the second: 300 Hz and 50 more for each second."""
    folder = tmp_path_factory.mktemp("ticks")
    return {name: write(folder / name) for name, write in TICKS.items()}


def test_left_is_the_agent_and_right_the_customer_unless_the_source_says_otherwise(tmp_path: Path) -> None:
    sound = audio.two_speakers(4)
    path = audio.write_pcm(tmp_path / "two.wav", sound)
    info = probe(path)
    call = decode(path, info=info, rate_hz=8_000)
    assert list(call.channels) == [Role.AGENT, Role.CUSTOMER]
    np.testing.assert_allclose(call.channels[Role.AGENT], sound[0], atol=1e-4)
    np.testing.assert_allclose(call.channels[Role.CUSTOMER], sound[1], atol=1e-4)
    swapped = decode(path, info=info, roles=(Role.CUSTOMER, Role.AGENT), rate_hz=8_000)
    np.testing.assert_array_equal(swapped.channels[Role.AGENT], call.channels[Role.CUSTOMER])


@pytest.mark.parametrize("copies", [1, 2])
def test_mono_and_identical_channels_give_one_channel_of_unknown_role(copies: int, tmp_path: Path) -> None:
    path = audio.write_pcm(tmp_path / "one.wav", np.repeat(audio.bursts(3), copies, axis=0))
    call = decode(path, info=probe(path))
    assert list(call.channels) == [Role.UNKNOWN]
    assert call.rate_hz == 16_000
    assert call.duration_s == pytest.approx(3, abs=0.001)
    samples = call.channels[Role.UNKNOWN]
    assert samples.dtype == np.float32
    assert samples.shape == (round(call.duration_s * 16_000),)


@pytest.mark.parametrize("name", TICKS)
def test_the_whole_keeps_duration_and_pitch_at_hearing_rate(name: str, tick_files: dict[str, Path]) -> None:
    info = probe(tick_files[name])
    call = decode(tick_files[name], info=info)
    sound = call.channels[Role.UNKNOWN]
    assert call.duration_s == pytest.approx(info.duration_s, abs=0.002)
    for second in (1, 12, 22):
        part = sound[int((second + 0.3) * 16_000) : int((second + 0.8) * 16_000)]
        assert audio.pitch_of(part, 16_000) == pytest.approx(300 + 50 * second, abs=5)


@pytest.mark.parametrize("name", TICKS)
@pytest.mark.parametrize("start_s", [0.0, 0.35, 7.3, 21.05])
def test_a_span_is_the_same_sound_as_that_part_of_the_whole(
    name: str, start_s: float, tick_files: dict[str, Path]
) -> None:
    path = tick_files[name]
    info = probe(path)
    whole = decode(path, info=info, rate_hz=info.rate_hz).channels[Role.UNKNOWN]
    sound, rate_hz = decode_span(path, start_s, start_s + 0.5)
    assert rate_hz == info.rate_hz
    expected = whole[round(start_s * rate_hz) : round((start_s + 0.5) * rate_hz)]
    assert sound.shape == (1, len(expected))
    np.testing.assert_allclose(sound[0], expected, atol=0.06)


def test_a_span_can_be_had_at_hearing_rate_and_beyond_the_end_is_empty(tick_files: dict[str, Path]) -> None:
    sound, rate_hz = decode_span(tick_files["t.mp3"], 5.1, 5.9, rate_hz=16_000)
    assert rate_hz == 16_000
    assert sound.shape[1] == pytest.approx(0.8 * 16_000, abs=2)
    assert audio.pitch_of(sound[0], rate_hz) == pytest.approx(550, abs=5)
    assert decode_span(tick_files["t.wav"], SECONDS + 1, SECONDS + 2)[0].shape == (1, 0)
    assert decode_span(tick_files["t.wav"], SECONDS - 0.25, SECONDS + 2)[0].shape == (1, 2_000)


def test_a_file_that_is_no_longer_sound_is_refused_not_a_traceback(tmp_path: Path) -> None:
    path = audio.write_pcm(tmp_path / "a.wav", audio.bursts(2))
    info = probe(path)
    path.write_bytes(b"overwritten")
    with pytest.raises(AudioRefused, match="请重新核对"):
        decode(path, info=info)
    with pytest.raises(AudioRefused, match="请重新核对"):
        decode_span(path, 0, 1)


@pytest.mark.parametrize("fmt", ["wav", "mp3", "ogg"])
def test_a_clip_holds_just_the_span_with_both_channels(fmt: str, tmp_path: Path) -> None:
    sound = audio.ticks(12, channels=2)
    sound[1] = audio.bursts(12)[0]
    source = audio.encode(tmp_path / "call.mp3", sound, codec="libmp3lame")
    made = tmp_path / f"clip.{fmt}"
    made.write_bytes(clip(source, 5.1, 7.9, fmt))  # type: ignore[arg-type]
    info = probe(made)
    assert info.channels == 2
    assert info.duration_s == pytest.approx(2.8, abs=0.1)
    heard, rate_hz = decode_span(made, 0.2, 0.8)
    assert audio.pitch_of(heard[0], rate_hz) == pytest.approx(550, abs=8)


def test_a_clip_bleeps_the_stretches_it_is_told_and_nothing_else(tmp_path: Path) -> None:
    source = audio.write_pcm(tmp_path / "a.wav", np.stack([audio.bursts(12)[0]] * 2))
    made = tmp_path / "clip.wav"
    made.write_bytes(clip(source, 4.0, 8.0, "wav", bleeped=[(5.15, 5.85), (7.9, 30.0), (0.0, 1.0)]))
    plain, rate_hz = decode_span(source, 4.0, 5.0)
    bleeped, _ = decode_span(made, 0.0, 4.0)
    assert np.allclose(bleeped[:, 800:rate_hz], plain[:, 800:rate_hz], atol=0.01)
    for channel in bleeped:
        assert audio.pitch_of(channel[rate_hz + 100 : 2 * rate_hz - 100], rate_hz) == pytest.approx(
            1000, abs=8
        )


def test_a_clip_beyond_the_end_is_refused(tmp_path: Path) -> None:
    source = audio.write_pcm(tmp_path / "a.wav", audio.bursts(2))
    with pytest.raises(AudioRefused, match="重新选择"):
        clip(source, 10, 12)


@pytest.mark.parametrize("name", ["gsm.wav", "t.amr", "t.wav", "t.m4a"])
def test_the_rendition_is_opus_with_the_times_of_the_original(
    name: str, tick_files: dict[str, Path], tmp_path: Path
) -> None:
    source = tick_files.get(name) or audio.write_gsm_wav(tmp_path / name)
    info = probe(source)
    target = tmp_path / "play.ogg"
    make_playable(source, target, info=info)
    made = probe(target)
    assert (made.container, made.codec, made.channels) == ("ogg", "opus", 1)
    assert made.duration_s == pytest.approx(info.duration_s, abs=0.02)
    assert [path.name for path in tmp_path.glob(".*")] == [], "nothing unfinished is left"
    if name in tick_files:
        heard, rate_hz = decode_span(target, 20.2, 20.8)
        assert audio.pitch_of(heard[0], rate_hz) == pytest.approx(1300, abs=5)


def test_the_rendition_keeps_the_two_speakers_apart(tmp_path: Path) -> None:
    sound = np.concatenate([audio.ticks(6), np.zeros((1, 48_000), np.float32)])
    sound[1, 24_000:] = audio.bursts(3)[0]
    source = audio.encode(tmp_path / "call.wav", sound, codec="pcm_mulaw")
    target = tmp_path / "play.ogg"
    make_playable(source, target, info=probe(source))
    heard, _ = decode_span(target, 0.5, 2.5)
    loud, quiet = (float(np.sqrt(np.mean(channel**2))) for channel in heard)
    assert quiet < loud / 100, "40 dB"

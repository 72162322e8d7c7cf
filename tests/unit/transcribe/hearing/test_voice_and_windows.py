"""Where somebody speaks, and how speech is packed for the network and mapped back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.types import Role
from transcribe.crosstalk import own_frames
from transcribe.engines.windows import pack, sound, split_long
from transcribe.frames import FRAME, RATE_HZ
from transcribe.types import Span
from transcribe.voice import VoiceOptions, padded, sharpened, spans_of

FRAME_S = FRAME / RATE_HZ


def chances(*runs: tuple[float, int]) -> np.ndarray:
    """Frame probabilities from (value, frames) runs."""
    return np.concatenate([np.full(frames, value, dtype=np.float32) for value, frames in runs])


def test_speech_starts_at_the_onset_and_ends_below_the_offset() -> None:
    found = spans_of(chances((0, 20), (0.9, 30), (0.4, 5), (0, 20)), 75 * FRAME_S, VoiceOptions())
    assert len(found) == 1
    assert found[0].start_s == pytest.approx(20 * FRAME_S)
    assert found[0].end_s == pytest.approx(55 * FRAME_S)


def test_a_short_pause_does_not_divide_speech_but_a_long_one_does() -> None:
    short = spans_of(chances((0.9, 30), (0, 5), (0.9, 30)), 65 * FRAME_S, VoiceOptions())
    long = spans_of(chances((0.9, 30), (0, 30), (0.9, 30)), 90 * FRAME_S, VoiceOptions())
    assert (len(short), len(long)) == (1, 2)


def test_a_click_is_not_speech() -> None:
    assert spans_of(chances((0, 20), (0.9, 2), (0, 20)), 42 * FRAME_S, VoiceOptions()) == ()


def test_speech_that_lasts_to_the_end_ends_with_the_call() -> None:
    found = spans_of(chances((0, 10), (0.9, 20)), 0.9, VoiceOptions())
    assert found[-1].end_s == 0.9


def test_padding_meets_its_neighbour_halfway_and_stays_in_the_call() -> None:
    first, second = padded((Span(0.1, 1.0), Span(1.2, 2.0)), 0.5, 0.4, 2.1)
    assert first.start_s == 0.0
    assert first.end_s == pytest.approx(1.1)
    assert second.start_s == pytest.approx(1.1)
    assert second.end_s == pytest.approx(2.1)


spans = st.lists(st.tuples(st.floats(0.05, 3), st.floats(0.3, 12)), min_size=1, max_size=25)


def laid_out(gaps_and_lengths: list[tuple[float, float]]) -> tuple[Span, ...]:
    """Spans one after another from (gap, length) pairs."""
    at, found = 0.0, []
    for gap, length in gaps_and_lengths:
        found.append(Span(at + gap, at + gap + length))
        at += gap + length
    return tuple(found)


@given(spans)
def test_packing_keeps_every_stretch_once_in_order_and_never_overfills(
    layout: list[tuple[float, float]],
) -> None:
    given_spans = laid_out(layout)
    windows = pack(0, Role.AGENT, given_spans)
    assert [piece.span for window in windows for piece in window.pieces] == list(given_spans)
    assert all(window.duration_s <= 28.0 for window in windows)


@given(spans, st.floats(0, 1))
def test_a_window_time_maps_back_to_the_moment_it_was_taken_from(
    layout: list[tuple[float, float]], share: float
) -> None:
    for window in pack(0, Role.AGENT, laid_out(layout)):
        for at, piece in enumerate(window.pieces):
            inside = share * piece.span.duration_s
            moment = window.to_call(piece.offset_s + inside, at)
            assert moment == pytest.approx(piece.span.start_s + inside, abs=1e-6)


def test_a_window_carries_the_samples_of_its_stretches() -> None:
    samples = np.arange(5 * RATE_HZ, dtype=np.float32)
    window = pack(0, Role.AGENT, (Span(1.0, 2.0), Span(3.0, 3.5)))[0]
    packed = sound(window, samples, RATE_HZ)
    assert packed.size == int(1.5 * RATE_HZ)
    assert packed[0] == RATE_HZ
    assert packed[RATE_HZ] == 3 * RATE_HZ


def test_a_long_stretch_is_cut_where_it_is_quiet() -> None:
    samples = np.full(40 * RATE_HZ, 0.5, dtype=np.float32)
    samples[16 * RATE_HZ : 16 * RATE_HZ + RATE_HZ // 2] = 0.0
    found = split_long((Span(0.0, 30.0),), samples, RATE_HZ, max_s=20.0)
    assert len(found) == 2
    assert 16.0 <= found[0].end_s <= 16.5
    assert found[0].end_s == found[1].start_s


def talking(seed: int, seconds: float = 4.0) -> np.ndarray:
    """Noise in syllable-like bursts, as loud as speech."""
    noise = np.random.default_rng(seed).normal(0, 0.1, int(seconds * RATE_HZ))
    bursts = np.repeat(np.random.default_rng(seed + 1).uniform(0.3, 1.0, int(seconds * 5)), RATE_HZ // 5)
    return (noise * bursts).astype(np.float32)


def test_a_faint_copy_of_the_other_channel_is_not_ones_own_speech() -> None:
    agent = np.concatenate([talking(1), np.zeros(4 * RATE_HZ, dtype=np.float32)])
    customer = np.concatenate([np.zeros(4 * RATE_HZ, dtype=np.float32), talking(5)])
    leaking = customer + 0.15 * agent
    own = own_frames(leaking, agent)
    half = own.size // 2
    assert own[: half - 10].mean() < 0.1
    assert own[half + 10 :].mean() > 0.9


def test_two_people_speaking_at_once_are_both_kept() -> None:
    assert own_frames(0.3 * talking(1), talking(7)).all()


def test_a_start_found_late_is_moved_to_where_the_sound_begins() -> None:
    samples = np.random.default_rng(3).normal(0, 0.0005, 3 * RATE_HZ).astype(np.float32)
    samples[RATE_HZ : 2 * RATE_HZ] += talking(2, 1.0)
    (found,) = sharpened((Span(1.13, 2.0),), samples)
    assert found.start_s == pytest.approx(1.0, abs=0.03)
    assert found.end_s == 2.0


def test_a_start_is_not_moved_over_silence_or_into_the_span_before() -> None:
    samples = np.random.default_rng(3).normal(0, 0.0005, 3 * RATE_HZ).astype(np.float32)
    samples[RATE_HZ : 2 * RATE_HZ] += talking(2, 1.0)
    first, second = sharpened((Span(1.0, 1.5), Span(1.55, 2.0)), samples)
    assert first.start_s == pytest.approx(1.0, abs=0.03)
    assert second.start_s > first.end_s

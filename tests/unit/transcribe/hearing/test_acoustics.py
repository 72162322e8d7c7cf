"""Silence, overlap, rate and loudness."""

from __future__ import annotations

import numpy as np
import pytest

from recorder.types import CallAudio, Role
from transcribe.acoustics import SILENCE_DB, dead_air, interruptions, level_db, measure, overlaps, rate_of
from transcribe.types import Acoustics, Span

A, C = Role.AGENT, Role.CUSTOMER


def test_dead_air_is_when_nobody_speaks_between_first_and_last_speech() -> None:
    voiced = {A: (Span(12, 15), Span(40, 42)), C: (Span(16, 18),)}
    assert dead_air(voiced, 8.0) == (Span(18, 40),)


def test_one_speaking_long_over_the_others_pause_is_no_dead_air() -> None:
    assert dead_air({A: (Span(0, 30),), C: (Span(1, 2), Span(29, 31))}, 8.0) == ()


def test_a_call_without_speech_has_no_dead_air() -> None:
    assert dead_air({A: (), C: ()}, 8.0) == ()


def test_who_comes_in_second_is_the_interrupter() -> None:
    found = overlaps({A: (Span(4.7, 9),), C: (Span(0, 5),)})
    assert [(o.interrupter, o.start_s, o.end_s) for o in found] == [(A, 4.7, 5)]


def test_turns_that_follow_closely_do_not_overlap() -> None:
    assert overlaps({A: (Span(4.95, 9),), C: (Span(0, 5),)}) == ()


def test_a_word_of_listening_is_an_overlap_but_no_interruption() -> None:
    voiced = {A: (Span(2.0, 2.6), Span(8.5, 12)), C: (Span(0, 9),)}
    acoustics = Acoustics(voiced=voiced, overlaps=overlaps(voiced))
    assert len(acoustics.overlaps) == 2
    assert [o.start_s for o in interruptions(acoustics)] == [8.5]


def test_loudness_is_rms_in_decibels_of_full_scale() -> None:
    half = np.full(16_000, 0.5, dtype=np.float32)
    assert level_db(half, 16_000, (Span(0, 1),)) == pytest.approx(-6.02, abs=0.01)
    assert level_db(half * 0, 16_000, (Span(0, 1),)) == SILENCE_DB


def test_speech_rate_counts_syllables_a_minute_and_is_silent_on_too_little() -> None:
    assert rate_of("请稍等一下", 1.0) == 300
    assert rate_of("好", 0.2) is None


def test_talk_shares_add_up_to_one() -> None:
    audio = CallAudio({A: np.ones(160_000, np.float32), C: np.ones(160_000, np.float32)}, 16_000, 10.0)
    found = measure(audio, {A: (Span(0, 6),), C: (Span(6, 8),)}, ())
    assert found.talk_share == {A: 0.75, C: 0.25}

"""Peaks: one byte a tenth of a second, at the right place, whatever the block sizes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.peaks import PER_SECOND, SCALE, Peaks, _Drawing, peaks_of
from recorder.probe import probe
from tests.support import audio


def test_peaks_stand_where_the_sound_is(tmp_path: Path) -> None:
    sound = np.zeros((2, 24_000), np.float32)
    sound[0, 8_000 + 400] = 0.5
    sound[1, 20_000] = -1.0
    path = audio.write_pcm(tmp_path / "clicks.wav", sound)
    peaks = peaks_of(path, info=probe(path))
    assert [len(channel) for channel in peaks.channels] == [30, 30]
    assert [at for at, level in enumerate(peaks.channels[0]) if level] == [10]
    assert peaks.channels[0][10] == pytest.approx(SCALE / 2, abs=1)
    assert [(at, level) for at, level in enumerate(peaks.channels[1]) if level] == [(25, SCALE)]


def test_identical_channels_are_drawn_once(tmp_path: Path) -> None:
    path = audio.write_pcm(tmp_path / "same.wav", np.repeat(audio.bursts(2), 2, axis=0))
    assert len(peaks_of(path, info=probe(path)).channels) == 1


def test_the_json_form_is_small_and_can_be_read_back(tmp_path: Path) -> None:
    path = audio.encode(tmp_path / "a.ogg", audio.two_speakers(5), codec="libopus")
    peaks = peaks_of(path, info=probe(path))
    data = peaks.to_json()
    fields = json.loads(data)
    assert (fields["per_second"], fields["scale"], fields["duration_s"]) == (PER_SECOND, SCALE, 5.0)
    assert Peaks.from_json(data) == peaks
    assert len(data) < 5 * PER_SECOND * 2 * 4 + 100


@given(
    rate_hz=st.sampled_from([8_000, 11_025, 22_050]),
    sizes=st.lists(st.integers(0, 3_000), min_size=1, max_size=12),
    seed=st.integers(0, 99),
)
def test_block_sizes_make_no_difference(rate_hz: int, sizes: list[int], seed: int) -> None:
    samples = np.random.default_rng(seed).uniform(-1, 1, sum(sizes)).astype(np.float32)
    piecewise = _Drawing(rate_hz)
    for part in np.split(samples, np.cumsum(sizes)[:-1]):
        piecewise.add(part)
    tenths = np.arange(len(samples)) * PER_SECOND // rate_hz
    expected = [
        int(np.ceil(np.abs(samples[tenths == k]).max() * np.float32(SCALE))) for k in np.unique(tenths)
    ]
    assert list(piecewise.values) == expected

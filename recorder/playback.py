"""A rendition every browser plays: Opus in an Ogg file, the two channels kept apart.

Browsers do not play AMR or GSM, and A-law only by chance; the original stays the evidence, this is for ears.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer

from recorder.media import MediaUnreadable, blocks, open_source
from recorder.message import Message
from recorder.types import AudioInfo, AudioRefused, Refusal

CONTENT_TYPE = "audio/ogg; codecs=opus"
"""MIME type of a rendition."""

SUFFIX = ".ogg"

_OPUS_RATES_HZ = (8_000, 12_000, 16_000, 24_000, 48_000)
_TELEPHONE_BITS = 16_000
_WIDE_BITS = 24_000
_EFFORT = "5"
"""Opus complexity: half the time of the default 10, no difference to hear in telephone speech."""


def make_playable(path: Path, target: Path, *, info: AudioInfo) -> None:
    """Write the rendition of a probed file to `target`, whole or not at all.

    Mono and identical channels give one channel, otherwise left and right stay as they are; duration and
    times are those of the original. A sound Ogg/Opus file is taken as it is. Works through in small blocks.
    Raises `AudioRefused` where the file can no longer be opened.
    """
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=SUFFIX)
    os.close(handle)
    partial = Path(name)
    try:
        if info.codec == "opus" and info.container == "ogg" and not info.warnings:
            shutil.copyfile(path, partial)
        else:
            with av.open(name, "w", format="ogg") as out:
                _encode(path, out, info)
        partial.replace(target)
    except MediaUnreadable as error:
        raise AudioRefused(
            Refusal.NOT_AUDIO, Message("文件已无法打开。请重新核对存储中的原始文件")
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def _encode(path: Path, out: OutputContainer, info: AudioInfo) -> None:
    rate_hz = next((rate for rate in _OPUS_RATES_HZ if rate >= info.rate_hz), 48_000)
    channels = 2 if info.speakers_apart else 1
    layout = "stereo" if channels == 2 else "mono"
    stream: AudioStream = out.add_stream(
        "libopus", rate=rate_hz, layout=layout, options={"application": "voip", "compression_level": _EFFORT}
    )
    stream.bit_rate = (_TELEPHONE_BITS if rate_hz == _OPUS_RATES_HZ[0] else _WIDE_BITS) * channels
    resampler = AudioResampler(format="flt", layout=layout, rate=rate_hz)
    for frame in _frames(path, info, channels):
        for made in resampler.resample(frame):
            out.mux(stream.encode(made))
    for made in resampler.resample(None):
        out.mux(stream.encode(made))
    out.mux(stream.encode(None))


def _frames(path: Path, info: AudioInfo, channels: int) -> Iterator[AudioFrame]:
    """Decoded frames with gapless times, of the shape that probing found."""
    layout = "stereo" if channels == 2 else "mono"
    done = 0
    with open_source(path) as source:
        for block in blocks(source):
            if block.samples.shape[0] != info.channels or block.rate_hz != info.rate_hz:
                continue
            samples = np.ascontiguousarray(block.samples[:channels])
            frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout=layout)
            frame.sample_rate = block.rate_hz
            frame.time_base = Fraction(1, block.rate_hz)
            frame.pts = done
            done += frame.samples
            yield frame

"""Cut a span out of a recording into a small file of its own, for coaching and as shared examples."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal

import imageio_ffmpeg
import numpy as np

from recorder.decode import decode_span
from recorder.media import Samples
from recorder.message import Message
from recorder.types import AudioRefused, Refusal

ClipFormat = Literal["wav", "mp3", "ogg"]

BLEEP_HZ = 1000
BLEEP_LEVEL = 0.1
BLEEP_MARGIN_S = 0.15
"""Laid over on each side: times of words are right to about a tenth of a second."""
_FADE_MS = 10
_EXPORT: dict[ClipFormat, dict[str, Any]] = {
    "wav": {},
    "mp3": {"bitrate": "48k"},
    "ogg": {"codec": "libopus", "bitrate": "48k"},
}


def clip(
    path: Path,
    start_s: float,
    end_s: float,
    fmt: ClipFormat = "mp3",
    *,
    bleeped: Iterable[tuple[float, float]] = (),
) -> bytes:
    """The sound between two times as a file of its own; channels are kept, edges faded over 10 ms.

    `bleeped`: stretches of the recording, seconds, over which a tone is laid on every channel. Only the span
    is ever decoded. Raises `AudioRefused` where the span holds no sound.
    """
    samples, rate_hz = decode_span(path, start_s, end_s)
    if not samples.shape[1]:
        raise AudioRefused(Refusal.TOO_SHORT, Message("所选片段没有声音，请重新选择起止时间"))
    for from_s, to_s in bleeped:
        _bleep(samples, rate_hz, from_s - start_s - BLEEP_MARGIN_S, to_s - start_s + BLEEP_MARGIN_S)
    pcm = (np.clip(samples, -1.0, 1.0) * 32767).round().astype("<i2").T.tobytes()
    segment = _segment_class()(pcm, sample_width=2, frame_rate=rate_hz, channels=samples.shape[0])
    fade_ms = min(_FADE_MS, len(segment) // 2)
    segment = segment.fade_in(fade_ms).fade_out(fade_ms)
    out = io.BytesIO()
    segment.export(out, format=fmt, **_EXPORT[fmt])
    return out.getvalue()


def _bleep(samples: Samples, rate_hz: int, from_s: float, to_s: float) -> None:
    """Lay the tone over a stretch, seconds from the first sample; what lies outside is left out."""
    first = max(0, round(from_s * rate_hz))
    times = np.arange(first, min(samples.shape[1], round(to_s * rate_hz))) / rate_hz
    samples[:, first : first + times.size] = BLEEP_LEVEL * np.sin(2 * np.pi * BLEEP_HZ * times)


@cache
def _segment_class() -> Any:
    """pydub's segment, bound to the FFmpeg that came with the packages, never to one of the system's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pydub import AudioSegment  # noqa: PLC0415 - warns at import where the system has no FFmpeg
    AudioSegment.converter = os.fspath(imageio_ffmpeg.get_ffmpeg_exe())
    return AudioSegment

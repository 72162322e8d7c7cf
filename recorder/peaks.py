"""The waveform to draw: the loudest sample of every tenth of a second, a byte each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recorder.media import MediaUnreadable, Samples, blocks, open_source
from recorder.message import Message
from recorder.types import AudioInfo, AudioRefused, Refusal

PER_SECOND = 10
"""Peaks a second of sound."""

SCALE = 127
"""Value of a full-scale peak."""


@dataclass(frozen=True, slots=True)
class Peaks:
    """Peaks of each drawn channel, left first: one byte (0 to `SCALE`) for each `1 / PER_SECOND` second."""

    duration_s: float
    channels: tuple[bytes, ...]

    def to_json(self) -> bytes:
        """The form the player reads: `per_second`, `scale`, `duration_s`, `channels` (lists of integers)."""
        return json.dumps(
            {
                "per_second": PER_SECOND,
                "scale": SCALE,
                "duration_s": round(self.duration_s, 3),
                "channels": [list(channel) for channel in self.channels],
            },
            separators=(",", ":"),
        ).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Peaks:
        """Peaks from what `to_json` wrote."""
        fields = json.loads(data)
        return cls(float(fields["duration_s"]), tuple(bytes(channel) for channel in fields["channels"]))


class _Drawing:
    """Peaks of one channel while the sound goes by."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._samples = 0
        self.values = bytearray()

    def add(self, samples: Samples) -> None:
        """Take in the next samples of the channel (one-dimensional)."""
        if not samples.size:
            return
        first = self._samples * PER_SECOND // self._rate_hz
        last = (self._samples + samples.size - 1) * PER_SECOND // self._rate_hz
        begins = [
            max(0, -(-at * self._rate_hz // PER_SECOND) - self._samples) for at in range(first, last + 1)
        ]
        loudest = np.maximum.reduceat(np.abs(samples), begins)
        levels = np.ceil(np.minimum(loudest, 1.0) * SCALE).astype(int).tolist()
        if first < len(self.values):
            self.values[first] = max(self.values[first], levels.pop(0))
        self.values.extend(levels)
        self._samples += samples.size


def peaks_of(path: Path, *, info: AudioInfo) -> Peaks:
    """Peaks of a probed file: two channels where speakers are apart, else one. Heard in small blocks.

    Raises `AudioRefused` where the file can no longer be opened.
    """
    drawings = [_Drawing(info.rate_hz) for _ in range(2 if info.speakers_apart else 1)]
    try:
        with open_source(path) as source:
            for block in blocks(source):
                if block.samples.shape[0] == info.channels and block.rate_hz == info.rate_hz:
                    for drawing, samples in zip(drawings, block.samples, strict=False):
                        drawing.add(samples)
    except MediaUnreadable as error:
        raise AudioRefused(
            Refusal.NOT_AUDIO, Message("文件已无法打开。请重新核对存储中的原始文件")
        ) from error
    return Peaks(info.duration_s, tuple(bytes(drawing.values) for drawing in drawings))

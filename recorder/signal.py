"""Facts about a signal that is heard once, block by block: swing of each channel, likeness of two."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from recorder.media import Samples

IDENTICAL_R2 = 0.995
"""Squared correlation above which two channels count as one signal.

Two lossy codings (mu-law, joint stereo) of the same signal stay above it; a caller's echo on the agent's
channel stays far below, because each speaker also talks alone.
"""


@dataclass(slots=True)
class SignalFacts:
    """Running sums over the samples of a recording, in constant memory."""

    channels: int
    samples: int = 0
    low: NDArray[np.float64] = field(init=False)
    high: NDArray[np.float64] = field(init=False)
    _sum: NDArray[np.float64] = field(init=False)
    _square: NDArray[np.float64] = field(init=False)
    _cross: float = 0.0

    def __post_init__(self) -> None:
        self.low = np.full(self.channels, np.inf)
        self.high = np.full(self.channels, -np.inf)
        self._sum = np.zeros(self.channels)
        self._square = np.zeros(self.channels)

    def add(self, samples: Samples) -> None:
        """Take in one block of shape (channels, n)."""
        if not samples.shape[1]:
            return
        self.samples += samples.shape[1]
        self.low = np.minimum(self.low, samples.min(axis=1))
        self.high = np.maximum(self.high, samples.max(axis=1))
        self._sum += samples.sum(axis=1, dtype=np.float64)
        self._square += np.einsum("cn,cn->c", samples, samples, dtype=np.float64)
        if self.channels == 2:
            self._cross += float(np.einsum("n,n->", samples[0], samples[1], dtype=np.float64))

    def peaks(self) -> list[float]:
        """Half the swing of each channel (full scale = 1), so that a constant offset is no sound."""
        return [float(v) for v in (self.high - self.low) / 2] if self.samples else [0.0] * self.channels

    def identical(self) -> bool:
        """True where both of two channels carry the same signal, possibly at another level or inverted."""
        if self.channels != 2 or not self.samples:
            return False
        mean = self._sum / self.samples
        variance = self._square / self.samples - mean**2
        covariance = self._cross / self.samples - mean[0] * mean[1]
        if variance.min() <= 1e-12:
            return False
        return bool(covariance**2 / (variance[0] * variance[1]) >= IDENTICAL_R2)

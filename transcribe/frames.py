"""The frames in which one channel is looked at: how long they are, and how loud."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FRAME = 512
"""Samples of one frame: 32 ms at 16 kHz."""
RATE_HZ = 16_000
SILENT_DB = -100.0
"""Level of no sound at all."""


def levels_db(samples: NDArray[np.float32], step: int) -> NDArray[np.float64]:
    """Level of each whole block of `step` samples in dBFS; the sound is not copied, calls may last hours."""
    blocks = samples[: samples.size // step * step].reshape(-1, step)
    power = np.einsum("ij,ij->i", blocks, blocks, dtype=np.float64) / step
    return np.asarray(10 * np.log10(power + 10 ** (SILENT_DB / 10)))

"""Crosstalk: the other speaker heard faintly on one's own channel (echo, joint-stereo codecs, loud handsets).

Left in, every word of one speaker would also be written for the other. The leak is recognised by what only a
leak does: the quieter channel follows the louder one's waveform, at a steady distance in level.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from transcribe.frames import FRAME, SILENT_DB, levels_db

MIN_CORRELATION = 0.5
"""Median waveform correlation, over the louder channel's speech, from which a call is said to leak."""
MIN_DISTANCE_DB = 6.0
"""Frames this much quieter than the other channel are asked whether they are a leak."""
MARGIN_DB = 6.0
"""Sound this much above the expected leak is the speaker's own."""
_MAX_LAG = 480
"""Samples (30 ms) that an echo path may delay."""
_LOUD_DB = 25.0
"""Speech lies within this distance of the channel's loudest frames."""
_PROBES = 200
_RUN = 11
"""Frames over which the decision is smoothed."""


def own_frames(mine: NDArray[np.float32], theirs: NDArray[np.float32]) -> NDArray[np.bool_]:
    """For each 32 ms frame of `mine` (16 kHz): False where it holds nothing but a leak of `theirs`."""
    frames = -(-mine.size // FRAME)
    my_db, their_db = _levels(mine, frames), _levels(theirs, frames)
    suspects = _suspects(my_db, their_db)
    if suspects.size < 5 or _correlation(mine, theirs, suspects) < MIN_CORRELATION:
        return np.ones(frames, dtype=np.bool_)
    leak_db = float(np.median(my_db[suspects] - their_db[suspects]))
    own = my_db > _widest(their_db) + leak_db + MARGIN_DB
    return np.asarray(_smoothed(own) >= 0.5, dtype=np.bool_)


def _widest(levels_db: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each frame's loudest neighbour within two frames: leaks are smeared by codec and echo path."""
    padded = np.pad(levels_db, 2, mode="edge")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 5).max(axis=1))


def _smoothed(own: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Share of own frames within a third of a second: speech comes in runs, leaks leave single frames."""
    kernel = np.ones(_RUN) / _RUN
    return np.convolve(np.pad(own.astype(np.float64), _RUN // 2, mode="edge"), kernel, mode="valid")


def _levels(samples: NDArray[np.float32], frames: int) -> NDArray[np.float64]:
    whole = samples[: frames * FRAME]
    rest = whole[whole.size // FRAME * FRAME :]
    short = np.pad(rest, (0, -rest.size % FRAME))
    known = np.concatenate([levels_db(whole, FRAME), levels_db(short, FRAME)])
    return np.pad(known, (0, frames - known.size), constant_values=SILENT_DB)


def _suspects(my_db: NDArray[np.float64], their_db: NDArray[np.float64]) -> NDArray[np.intp]:
    """Frames in which the other clearly speaks and this channel is clearly quieter."""
    speaking = their_db > np.percentile(their_db, 95) - _LOUD_DB / 2
    return np.flatnonzero(speaking & (my_db < their_db - MIN_DISTANCE_DB))


def _correlation(mine: NDArray[np.float32], theirs: NDArray[np.float32], suspects: NDArray[np.intp]) -> float:
    """Median over probed frames of the greatest normalised correlation within the echo's possible delay."""
    found = []
    for frame in suspects[:: max(1, suspects.size // _PROBES)]:
        start = int(frame) * FRAME
        near = mine[start : start + FRAME]
        far = theirs[max(0, start - _MAX_LAG) : start + FRAME + 8]
        if near.size < FRAME or far.size < FRAME:
            continue
        product = np.correlate(far, near, mode="valid")
        squares = np.cumsum(np.concatenate([np.zeros(1), far.astype(np.float64) ** 2]))
        energy = (squares[FRAME:] - squares[:-FRAME]) * float(np.dot(near, near))
        found.append(float(np.max(np.abs(product) / np.sqrt(energy + 1e-12))))
    return float(np.median(found)) if found else 0.0

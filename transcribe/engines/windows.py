"""Packing: speech of one role laid end to end into full model windows, and times mapped back to the call.

The encoder costs thirty seconds whatever is in them, so a window is filled before it is heard.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recorder.types import Role
from transcribe.acoustics import within
from transcribe.types import Span

WINDOW_S = 28.0
"""Speech packed into one 30 s window; the rest stays silent so that the last syllable is not cut."""
MAX_STRETCH_S = 20.0
"""A longer stretch is cut at its quietest moment."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One stretch of the call inside a window."""

    span: Span
    """Where it lies in the call."""
    offset_s: float
    """Where it begins in the window."""

    @property
    def end_s(self) -> float:
        """Where it ends in the window."""
        return self.offset_s + self.span.duration_s

    def voiced_s(self, voiced: tuple[Span, ...]) -> float:
        """Seconds of voice in it, given its role's voiced spans of the whole call."""
        return sum(part.duration_s for part in within(voiced, self.span.start_s, self.span.end_s))


@dataclass(frozen=True, slots=True)
class Window:
    """Speech of one role of one call, ready for the encoder."""

    call: int
    """Which of the calls heard together."""
    role: Role
    pieces: tuple[Piece, ...]
    number: int = 0
    """Its place among the windows of its role and call."""

    @property
    def duration_s(self) -> float:
        """Filled length."""
        return self.pieces[-1].end_s if self.pieces else 0.0

    def voiced_s(self, voiced: tuple[Span, ...]) -> float:
        """Seconds of voice in the window, given its role's voiced spans of the whole call."""
        return sum(piece.voiced_s(voiced) for piece in self.pieces)

    def piece_at(self, time_s: float) -> int:
        """Index of the piece that holds a window time; the nearest where it falls between."""
        for at, piece in enumerate(self.pieces):
            if time_s < piece.end_s:
                return at
        return len(self.pieces) - 1

    def to_call(self, time_s: float, piece: int) -> float:
        """Call time of a window time, held inside `piece`."""
        found = self.pieces[piece]
        inside = min(max(time_s - found.offset_s, 0.0), found.span.duration_s)
        return found.span.start_s + inside


def split_long(
    spans: tuple[Span, ...], samples: NDArray[np.float32], rate_hz: int, max_s: float = MAX_STRETCH_S
) -> tuple[Span, ...]:
    """Cuts stretches longer than `max_s` at their quietest tenth of a second in the second half."""
    found: list[Span] = []
    for span in spans:
        rest = span
        while rest.duration_s > max_s:
            cut = _quietest(samples, rate_hz, rest.start_s + max_s / 2, rest.start_s + max_s)
            found.append(Span(rest.start_s, cut))
            rest = Span(cut, rest.end_s)
        found.append(rest)
    return tuple(found)


def _quietest(samples: NDArray[np.float32], rate_hz: int, low_s: float, high_s: float) -> float:
    step = rate_hz // 10
    part = samples[int(low_s * rate_hz) : int(high_s * rate_hz)]
    blocks = part[: part.size // step * step].reshape(-1, step)
    if not blocks.size:
        return high_s
    return low_s + (int(np.argmin((blocks**2).mean(axis=1))) + 0.5) * step / rate_hz


def pack(call: int, role: Role, spans: tuple[Span, ...], window_s: float = WINDOW_S) -> list[Window]:
    """Fills windows with spans in order; a span never falls apart between two windows."""
    windows: list[Window] = []
    pieces: list[Piece] = []
    filled = 0.0
    for span in spans:
        if pieces and filled + span.duration_s > window_s:
            windows.append(Window(call, role, tuple(pieces), len(windows)))
            pieces, filled = [], 0.0
        pieces.append(Piece(span, filled))
        filled += span.duration_s
    if pieces:
        windows.append(Window(call, role, tuple(pieces), len(windows)))
    return windows


def sound(window: Window, samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    """The window's samples, pieces end to end, exactly as long as the window says."""
    out = np.zeros(round(window.duration_s * rate_hz), dtype=np.float32)
    for piece in window.pieces:
        begin = round(piece.span.start_s * rate_hz)
        put = round(piece.offset_s * rate_hz)
        part = samples[begin : begin + round(piece.span.duration_s * rate_hz)]
        part = part[: out.size - put]
        out[put : put + part.size] = part
    return out

"""Voice activity: where on one channel somebody speaks.

The probabilities come from the Silero network that faster-whisper carries; the decisions are ours, because
telephone openings need more lead-in than its defaults leave.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recorder.types import Role
from transcribe.crosstalk import own_frames
from transcribe.frames import FRAME, RATE_HZ, levels_db
from transcribe.types import Span

_FRAME_S = FRAME / RATE_HZ
_STEP_S = 0.01
_SHARPEN_S = 0.25
_ABOVE_FLOOR_DB = 12.0
_BELOW_PEAK_DB = 40.0


@dataclass(frozen=True, slots=True)
class VoiceOptions:
    """Thresholds of voice activity; seconds and probabilities."""

    onset: float = 0.2
    """Probability from which speech begins."""
    offset: float = 0.1
    """Probability under which speech may end."""
    min_speech_s: float = 0.1
    """Shorter bursts are clicks."""
    min_silence_s: float = 0.3
    """Shorter pauses belong to the speech around them."""


_BESIDE_A_LEAK = VoiceOptions(onset=0.5, offset=0.3)
"""Where the other side is heard faintly, half certain is not certain enough."""
_BOTH_ON_ONE = VoiceOptions(offset=0.2)
"""Where two speak on one channel, speech must end between them, or their turns run together."""


@functools.cache
def _network() -> Any:
    from faster_whisper.vad import get_vad_model  # noqa: PLC0415 - loads onnxruntime, only where needed

    return get_vad_model()


def probabilities(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Speech probability of each 32 ms frame of 16 kHz mono `samples`."""
    if samples.size == 0:
        return np.zeros(0, dtype=np.float32)
    padded = np.pad(samples, (0, -samples.size % FRAME))
    output = np.asarray(_network()(padded), dtype=np.float32)
    return output.reshape(-1)


def voiced_by_role(
    channels: dict[Role, NDArray[np.float32]], options: VoiceOptions | None = None
) -> dict[Role, tuple[Span, ...]]:
    """Each role's own speech in 16 kHz channels; what one channel only leaks from the other is left out."""
    found = {}
    for role, samples in channels.items():
        chance = probabilities(samples)
        leaks = False
        for other, theirs in channels.items():
            if other is not role and chance.size:
                own = own_frames(samples, theirs)[: chance.size]
                leaks = leaks or not own.all()
                chance = np.where(own, chance, 0.0).astype(np.float32)
        usual = _BOTH_ON_ONE if len(channels) == 1 else VoiceOptions()
        chosen = options or (_BESIDE_A_LEAK if leaks else usual)
        spans = spans_of(chance, samples.size / RATE_HZ, chosen)
        found[role] = spans if leaks else sharpened(spans, samples)
    return found


def sharpened(spans: tuple[Span, ...], samples: NDArray[np.float32]) -> tuple[Span, ...]:
    """Starts moved to where the sound itself begins, at most `_SHARPEN_S` earlier, never into another span.

    The network answers some tens of milliseconds after an onset; interruptions are told by such times.
    """
    level = levels_db(samples, int(_STEP_S * RATE_HZ))
    if not level.size:
        return spans
    loud = level > max(float(np.percentile(level, 10)) + _ABOVE_FLOOR_DB, float(level.max()) - _BELOW_PEAK_DB)
    found: list[Span] = []
    for span in spans:
        at = first = min(int(span.start_s / _STEP_S), level.size - 1)
        least = max(first - int(_SHARPEN_S / _STEP_S), int(found[-1].end_s / _STEP_S) + 1 if found else 0)
        while at > least and loud[at - 1]:
            at -= 1
        found.append(Span(at * _STEP_S if at < first else span.start_s, span.end_s))
    return tuple(found)


def spans_of(chance: NDArray[np.float32], duration_s: float, options: VoiceOptions) -> tuple[Span, ...]:
    """Stretches of speech from frame probabilities: hysteresis, short pauses bridged, clicks dropped."""
    spans: list[Span] = []
    start: int | None = None
    for at, value in enumerate(chance):
        if start is None and value >= options.onset:
            start = at
        elif start is not None and value < options.offset:
            _append(spans, Span(start * _FRAME_S, at * _FRAME_S), options.min_silence_s)
            start = None
    if start is not None:
        _append(spans, Span(start * _FRAME_S, duration_s), options.min_silence_s)
    return tuple(span for span in spans if span.duration_s >= options.min_speech_s)


def _append(spans: list[Span], span: Span, min_silence_s: float) -> None:
    if spans and span.start_s - spans[-1].end_s < min_silence_s:
        spans[-1] = Span(spans[-1].start_s, span.end_s)
    else:
        spans.append(span)


def padded(spans: tuple[Span, ...], lead_s: float, trail_s: float, duration_s: float) -> tuple[Span, ...]:
    """Widens each span by `lead_s` before and `trail_s` after, never into a neighbour, inside the call."""
    found = []
    for at, span in enumerate(spans):
        room_before = span.start_s - spans[at - 1].end_s if at else span.start_s
        room_after = spans[at + 1].start_s - span.end_s if at + 1 < len(spans) else duration_s - span.end_s
        before = min(lead_s, room_before / 2 if at else room_before)
        after = min(trail_s, room_after / 2 if at + 1 < len(spans) else room_after)
        found.append(Span(span.start_s - before, span.end_s + after))
    return tuple(found)

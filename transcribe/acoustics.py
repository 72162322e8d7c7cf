"""How a call was spoken: silence, overlap, rate, loudness and share of talk, measured on the sound itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recorder.types import CallAudio, Role
from transcribe.script import syllables
from transcribe.types import Acoustics, Overlap, Span, Utterance

DEAD_AIR_MIN_S = 8.0
"""Nobody speaks for this long: shorter gaps are thinking, typing and announced waits."""
OVERLAP_MIN_S = 0.12
"""Shorter simultaneous speech is a turn that follows closely."""
INTERRUPTION_MIN_S = 1.0
"""Who comes in and then speaks no longer than this only signals listening (嗯, 好的)."""
RATE_MIN_S = 0.5
"""Speech shorter than this has no rate worth stating."""
SILENCE_DB = -100.0
"""Level reported for digital silence."""


def measure(
    audio: CallAudio,
    voiced: dict[Role, tuple[Span, ...]],
    utterances: tuple[Utterance, ...],
    *,
    dead_air_min_s: float = DEAD_AIR_MIN_S,
) -> Acoustics:
    """Acoustics of one call from its sound, each role's voiced spans and what was heard."""
    spoken_s = {role: sum(span.duration_s for span in spans) for role, spans in voiced.items()}
    total_s = sum(spoken_s.values())
    return Acoustics(
        voiced=voiced,
        dead_air=dead_air(voiced, dead_air_min_s),
        overlaps=overlaps(voiced),
        talk_share={role: length / total_s for role, length in spoken_s.items() if total_s},
        speech_rate=_rates(utterances, spoken_s),
        loudness_db={
            role: level_db(channel_of(audio, role), audio.rate_hz, spans)
            for role, spans in voiced.items()
            if spans
        },
    )


def dead_air(voiced: dict[Role, tuple[Span, ...]], min_s: float = DEAD_AIR_MIN_S) -> tuple[Span, ...]:
    """Stretches of at least `min_s` between the first and last speech in which no role speaks."""
    spans = sorted((span for found in voiced.values() for span in found), key=lambda span: span.start_s)
    found: list[Span] = []
    reached = spans[0].end_s if spans else 0.0
    for span in spans[1:]:
        if span.start_s - reached >= min_s:
            found.append(Span(reached, span.start_s))
        reached = max(reached, span.end_s)
    return tuple(found)


def overlaps(voiced: dict[Role, tuple[Span, ...]], min_s: float = OVERLAP_MIN_S) -> tuple[Overlap, ...]:
    """Simultaneous speech of agent and customer; the interrupter is whose stretch began later."""
    found = []
    for mine in voiced.get(Role.AGENT, ()):
        for theirs in voiced.get(Role.CUSTOMER, ()):
            start, end = max(mine.start_s, theirs.start_s), min(mine.end_s, theirs.end_s)
            if end - start >= min_s:
                late = Role.AGENT if mine.start_s > theirs.start_s else Role.CUSTOMER
                found.append(Overlap(start, end, late))
    return tuple(sorted(found, key=lambda overlap: overlap.start_s))


def interruptions(acoustics: Acoustics, by: Role = Role.AGENT) -> tuple[Overlap, ...]:
    """Overlaps in which `by` came in while the other spoke, and kept the floor.

    A word of listening inside the other's speech (shorter than `INTERRUPTION_MIN_S`) is none.
    """
    spans = acoustics.voiced.get(by, ())
    return tuple(
        overlap
        for overlap in acoustics.overlaps
        if overlap.interrupter is by
        and any(s.start_s <= overlap.start_s < s.end_s and s.duration_s > INTERRUPTION_MIN_S for s in spans)
    )


def channel_of(audio: CallAudio, role: Role) -> NDArray[np.float32]:
    """The samples on which `role` is heard: its own channel, or the one both share."""
    return audio.channels[role] if role in audio.channels else audio.channels[Role.UNKNOWN]


def level_db(samples: NDArray[np.float32], rate_hz: int, spans: tuple[Span, ...]) -> float:
    """RMS level in dBFS over `spans` of one channel; `SILENCE_DB` where there is no energy."""
    energy, count = 0.0, 0
    for span in spans:
        part = samples[int(span.start_s * rate_hz) : int(span.end_s * rate_hz)]
        energy += float(np.dot(part, part))
        count += part.size
    return float(10 * np.log10(energy / count)) if count and energy > 0 else SILENCE_DB


def within(spans: tuple[Span, ...], start_s: float, end_s: float) -> tuple[Span, ...]:
    """The parts of `spans` that lie between two times."""
    cut = (Span(max(span.start_s, start_s), min(span.end_s, end_s)) for span in spans)
    return tuple(span for span in cut if span.duration_s > 0)


def rate_of(text: str, spoken_s: float) -> float | None:
    """Syllables a minute; None where too little was spoken to tell."""
    return syllables(text) * 60 / spoken_s if spoken_s >= RATE_MIN_S else None


def _rates(utterances: tuple[Utterance, ...], spoken_s: dict[Role, float]) -> dict[Role, float]:
    found = {}
    for role, length in spoken_s.items():
        rate = rate_of("".join(u.heard for u in utterances if u.role is role), length)
        if rate is not None:
            found[role] = rate
    return found

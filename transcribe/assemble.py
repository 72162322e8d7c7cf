"""From timed words to a conversation: turns by role, interleaved by time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from recorder.types import CallAudio, Role
from transcribe.acoustics import channel_of, level_db, rate_of, within
from transcribe.script import is_spoken
from transcribe.types import Span, Utterance, Word

JOIN_GAP_S = 1.2
"""A pause shorter than this does not end a turn unless the other speaks in it."""
MAX_TURN_S = 30.0
"""A longer turn is divided at its pauses, so that a row in the transcript stays readable."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words of one voice-active stretch of one role."""

    role: Role
    span: Span
    words: tuple[Word, ...]


def turns(stretches: list[Stretch]) -> list[Stretch]:
    """Joins stretches of one role that belong to one turn; ordered by start."""
    ordered = sorted(stretches, key=lambda found: (found.span.start_s, found.span.end_s))
    joined: list[Stretch] = []
    for found in ordered:
        at = _latest(joined, found.role)
        if at is not None and _continues(joined[at], found, joined[at + 1 :]):
            before = joined[at]
            span = Span(before.span.start_s, max(before.span.end_s, found.span.end_s))
            joined[at] = replace(before, span=span, words=before.words + found.words)
        else:
            joined.append(found)
    return joined


def _latest(joined: list[Stretch], role: Role) -> int | None:
    return next((at for at in range(len(joined) - 1, -1, -1) if joined[at].role is role), None)


def _continues(before: Stretch, found: Stretch, later: list[Stretch]) -> bool:
    gap = found.span.start_s - before.span.end_s
    together = found.span.end_s - before.span.start_s
    interposed = any(other.role is not found.role for other in later)
    return gap < JOIN_GAP_S and together <= MAX_TURN_S and not interposed


def utterances(
    stretches: list[Stretch],
    audio: CallAudio,
    voiced: dict[Role, tuple[Span, ...]],
    display: Callable[[Sequence[Word]], str],
) -> tuple[Utterance, ...]:
    """The conversation. `display` turns what was heard into what is shown."""
    said = [turn for turn in turns(stretches) if any(is_spoken(c) for w in turn.words for c in w.text)]
    return tuple(_utterance(at, turn, audio, voiced, display) for at, turn in enumerate(said))


def _utterance(
    at: int,
    turn: Stretch,
    audio: CallAudio,
    voiced: dict[Role, tuple[Span, ...]],
    display: Callable[[Sequence[Word]], str],
) -> Utterance:
    heard = "".join(word.text for word in turn.words).strip()
    spans = within(voiced.get(turn.role, ()), turn.span.start_s, turn.span.end_s)
    sure = [word.probability for word in turn.words if any(is_spoken(c) for c in word.text)]
    return Utterance(
        index=at,
        role=turn.role,
        start_s=spans[0].start_s if spans else turn.span.start_s,
        end_s=spans[-1].end_s if spans else turn.span.end_s,
        text=display(turn.words),
        heard=heard,
        words=turn.words,
        confidence=sum(sure) / len(sure) if sure else 0.0,
        speech_rate=rate_of(heard, sum(span.duration_s for span in spans)),
        loudness_db=level_db(channel_of(audio, turn.role), audio.rate_hz, spans) if spans else None,
    )

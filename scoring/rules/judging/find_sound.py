"""Conditions over how it was said: silence, overlap, speed, loudness, repetition."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from statistics import median

from recorder.message import Message
from recorder.types import Role
from scoring.rules.judging.prepared import OTHER, Match, Prepared
from scoring.rules.judging.similarity import features
from scoring.rules.language.nodes import (
    DeadAir,
    Interruption,
    LoudnessRise,
    Repetition,
    SlowAnswer,
    SpeechRate,
    Who,
)
from transcribe.types import Overlap, Span, Utterance

_SETTLED_S = 0.3
"""Who has spoken for less has not taken the turn yet: both began together."""
_HOLD_REACH_S = 5.0
"""A hold request counts for a silence that begins within these seconds of the end of its utterance."""


def silences(prepared: Prepared) -> tuple[Span, ...]:
    """Stretches without any speech between the first and the last, from voiced stretches where known."""
    voiced = [span for spans in prepared.conversation.acoustics.voiced.values() for span in spans]
    spoken = voiced or [Span(u.start_s, u.end_s) for u in prepared.utterances]
    found: list[Span] = []
    reached: float | None = None
    for span in sorted(spoken, key=lambda item: item.start_s):
        if reached is not None and span.start_s > reached:
            found.append(Span(reached, span.start_s))
        reached = span.end_s if reached is None else max(reached, span.end_s)
    return tuple(found)


def dead_air(node: DeadAir, prepared: Prepared, holds: tuple[Match, ...]) -> Iterator[Match]:
    """Silences of at least the minimum; after a request to hold, only those beyond its allowance."""
    for span in silences(prepared):
        if span.duration_s < node.min_s:
            continue
        asked = any(_asked(hold, span, prepared) for hold in holds)
        if asked and span.duration_s <= node.hold_s:
            continue
        text = Message("静音 %(seconds)s 秒", seconds=f"{span.duration_s:.1f}")
        yield Match(span.start_s, span.end_s, Role.UNKNOWN, text, "acoustics:dead_air")


def _asked(hold: Match, silence: Span, prepared: Prepared) -> bool:
    """True where the silence follows the request: right after its utterance, or after a short answer."""
    spoken = prepared.position.get(hold.utterance) if hold.utterance is not None else None
    end_s = hold.end_s if spoken is None else max(hold.end_s, spoken.end_s)
    return hold.start_s < silence.start_s and silence.start_s - end_s <= _HOLD_REACH_S


def slow_answers(node: SlowAnswer, prepared: Prepared) -> Iterator[Match]:
    """Gaps between the end of the other's turn and the beginning of the speaker's."""
    for before, after in pairwise(prepared.utterances):
        if not prepared.counts_for(after, node.role) or before.role is after.role:
            continue
        gap_s = after.start_s - before.end_s
        if gap_s >= node.min_s:
            sure = prepared.is_certain(after, node.role)
            text = Message("%(seconds)s 秒后才应答", seconds=f"{gap_s:.1f}")
            yield Match(
                before.end_s, after.start_s, after.role, text, "acoustics:slow_answer", after.index, sure
            )


def interruptions(node: Interruption, prepared: Prepared) -> Iterator[Match]:
    """Overlaps in which the speaker came in second and took the turn."""
    for overlap in _overlaps(prepared):
        if node.role is not Who.ANYONE and overlap.interrupter is not node.role.role:
            continue
        length_s = overlap.end_s - overlap.start_s
        if length_s < node.min_s:
            continue
        own = _begun_at(prepared, overlap.interrupter, overlap.start_s)
        if own is None or _is_backchannel(own, prepared, node):
            continue
        told = {"seconds": f"{length_s:.2f}", "words": own.text[:12]}
        text = Message("抢话 %(seconds)s 秒：%(words)s", **told)
        yield Match(
            overlap.start_s,
            overlap.end_s,
            overlap.interrupter,
            text,
            "acoustics:interruption",
            own.index,
            prepared.roles_certain,
        )


def _overlaps(prepared: Prepared) -> Iterator[Overlap]:
    """Where one begins while the other has been speaking and speaks on: from voiced stretches if known."""
    acoustics = prepared.conversation.acoustics
    if not all(acoustics.voiced.get(role) for role in OTHER):
        yield from acoustics.overlaps
        return
    for role, other in OTHER.items():
        for own in acoustics.voiced[role]:
            for theirs in acoustics.voiced[other]:
                if theirs.start_s + _SETTLED_S < own.start_s < theirs.end_s:
                    yield Overlap(own.start_s, min(own.end_s, theirs.end_s), role)


def _begun_at(prepared: Prepared, role: Role, second: float) -> Utterance | None:
    """The role's utterance that begins nearest to a second, or that runs over it."""
    own = [u for u in prepared.utterances if u.role is role and u.start_s - 1.0 <= second <= u.end_s]
    return min(own, key=lambda u: abs(u.start_s - second), default=None)


def _is_backchannel(own: Utterance, prepared: Prepared, node: Interruption) -> bool:
    place = prepared.utterances.index(own)
    return len(prepared.plain[place]) <= node.backchannel


def speech_rates(node: SpeechRate, prepared: Prepared) -> Iterator[Match]:
    """Utterances (or whole calls) faster or slower than allowed."""
    if node.whole_call:
        yield from _call_rate(node, prepared)
        return
    own = [
        u
        for u in prepared.utterances
        if prepared.counts_for(u, node.role)
        and u.speech_rate is not None
        and u.end_s - u.start_s >= node.min_s
    ]
    usual = _usual_rate(prepared, node.role, own)
    before: float | None = None
    for u in own:
        rate = u.speech_rate or 0.0
        if _rate_out(node, rate, usual, before):
            sure = prepared.is_certain(u, node.role)
            text = Message("每分钟 %(rate)s 字", rate=f"{rate:.0f}")
            yield Match(u.start_s, u.end_s, u.role, text, "acoustics:speech_rate", u.index, sure)
        before = rate


def _call_rate(node: SpeechRate, prepared: Prepared) -> Iterator[Match]:
    rate = prepared.conversation.acoustics.speech_rate.get(node.role.role)
    if rate is None:
        return
    usual = _number(prepared.conversation.call_data.get("usual_rate"))
    if _rate_out(node, rate, usual, None):
        text = Message("全程每分钟 %(rate)s 字", rate=f"{rate:.0f}")
        yield Match(prepared.start_s, prepared.end_s, node.role.role, text, "acoustics:speech_rate")


def _usual_rate(prepared: Prepared, who: Who, own: list[Utterance]) -> float | None:
    given = _number(prepared.conversation.call_data.get("usual_rate"))
    if given is not None:
        return given
    rates = [u.speech_rate for u in own if u.speech_rate is not None]
    return prepared.conversation.acoustics.speech_rate.get(who.role) or (median(rates) if rates else None)


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _rate_out(node: SpeechRate, rate: float, usual: float | None, before: float | None) -> bool:
    return (
        (node.above is not None and rate > node.above)
        or (node.below is not None and rate < node.below)
        or (node.above_own is not None and usual is not None and rate > node.above_own * usual)
        or (node.jump is not None and before is not None and rate > node.jump * before)
    )


def loudness_rises(node: LoudnessRise, prepared: Prepared) -> Iterator[Match]:
    """Utterances well above the speaker's median level."""
    for role in (Role.AGENT, Role.CUSTOMER, Role.UNKNOWN):
        own = [
            (u, u.loudness_db)
            for u in prepared.utterances
            if u.role is role and u.loudness_db is not None and prepared.counts_for(u, node.role)
        ]
        if len(own) < 3:
            continue
        middle = median(level for _, level in own)
        for u, level in own:
            if level - middle >= node.min_db:
                sure = prepared.is_certain(u, node.role)
                text = Message("音量升高 %(db)s 分贝", db=f"{level - middle:.1f}")
                yield Match(u.start_s, u.end_s, u.role, text, "acoustics:loudness", u.index, sure)


def repetitions(node: Repetition, prepared: Prepared) -> Iterator[Match]:
    """Utterances that say much the same as an earlier one of the same speaker."""
    seen: dict[Role, list[frozenset[str]]] = {}
    for place, u in enumerate(prepared.utterances):
        text = prepared.plain[place]
        if not prepared.counts_for(u, node.role) or len(text) < node.min_chars:
            continue
        grams = frozenset(features(text))
        if any(_overlap(grams, earlier) >= node.threshold for earlier in seen.get(u.role, ())):
            sure = prepared.is_certain(u, node.role)
            yield Match(u.start_s, u.end_s, u.role, u.text or u.heard, "repetition", u.index, sure)
        seen.setdefault(u.role, []).append(grams)


def _overlap(left: frozenset[str], right: frozenset[str]) -> float:
    return float(len(left & right) / (len(left) * len(right)) ** 0.5)


SOUND_FINDERS: dict[type, Callable[..., Iterator[Match]]] = {
    SlowAnswer: slow_answers,
    Interruption: interruptions,
    SpeechRate: speech_rates,
    LoudnessRise: loudness_rises,
    Repetition: repetitions,
}

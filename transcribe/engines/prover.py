"""Second listening: is a phrase what was said? The sound itself is asked.

The network gives the probability of any text for a stretch of sound. What was said truly scores far better
than anything else, even where the free transcript wrote wrong characters; so the phrase is set beside what
was first heard, both over the same sound, and the difference of their log probabilities decides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from recorder.types import CallAudio, Role
from transcribe.engines.speech_model import RATE_HZ, SpeechModel, Token
from transcribe.phrases.proof import ProofScore, Question
from transcribe.script import spoken

MARGIN_S = 0.3
"""Sound taken on each side of the stretch in question."""
LONGEST_S = 20.0
_FLOOR = 1e-6

_Stretch = tuple[Role, float, float]


class SoundProver:
    """A `PhraseProver` for one call."""

    def __init__(self, network: SpeechModel, audio: CallAudio) -> None:
        self._network, self._audio = network, audio

    def prove(self, questions: Sequence[Question]) -> list[ProofScore | None]:
        """See `PhraseProver.prove`. Each stretch of sound is encoded once, stretches side by side."""
        stretches: dict[_Stretch, list[int]] = {}
        for at, asked in enumerate(questions):
            stretches.setdefault((asked.role, asked.start_s, asked.end_s), []).append(at)
        answers: list[ProofScore | None] = [None] * len(questions)
        with ThreadPoolExecutor(self._network.workers) as pool:
            alike = [[questions[at] for at in places] for places in stretches.values()]
            for places, found in zip(stretches.values(), pool.map(self._listen, alike), strict=True):
                for at, answer in zip(places, found, strict=True):
                    answers[at] = answer
        return answers

    def _listen(self, questions: list[Question]) -> list[ProofScore | None]:
        """Answers to questions about one stretch."""
        asked = questions[0]
        role = asked.role if asked.role in self._audio.channels else Role.UNKNOWN
        samples = self._audio.channels.get(role)
        begin_s = max(0.0, asked.start_s - MARGIN_S)
        stop_s = min(self._audio.duration_s, asked.end_s + MARGIN_S)
        length_s = stop_s - begin_s
        if samples is None or not 0.1 < length_s <= LONGEST_S:
            return [None] * len(questions)
        encoded = self._network.encode([samples[int(begin_s * RATE_HZ) : int(stop_s * RATE_HZ)]])
        known: dict[str, list[Token]] = {}

        def aligned(text: str) -> list[Token]:
            if text not in known:
                known[text] = self._align(encoded, text, length_s)
            return known[text]

        return [_score(aligned(spoken(q.wanted)), aligned(spoken(q.heard)), begin_s) for q in questions]

    def _align(self, encoded: Any, text: str, duration_s: float) -> list[Token]:
        tokens = self._network.tokens(text)
        return self._network.align(encoded, [tokens], [duration_s])[0] if tokens else []


def _score(phrase: list[Token], first: list[Token], begin_s: float) -> ProofScore | None:
    if not phrase:
        return None
    ratio = _mean_log(phrase) - _mean_log(first)
    total = _sum_log(phrase) - _sum_log(first)
    return ProofScore(ratio, begin_s + phrase[0].start_s, begin_s + phrase[-1].end_s, total)


def _mean_log(tokens: list[Token]) -> float:
    """Mean log probability a token; the floor where there are none."""
    return _sum_log(tokens) / len(tokens) if tokens else math.log(_FLOOR)


def _sum_log(tokens: list[Token]) -> float:
    """Log probability of all tokens together."""
    return sum(math.log(max(_FLOOR, token.probability)) for token in tokens)

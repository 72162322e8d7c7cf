"""Second listening: is a phrase what was said? The sound itself is asked.

The network gives the probability of any text for a stretch of sound. What was said truly scores far better
than anything else, even where the free transcript wrote wrong characters; so the phrase is set beside what
was first heard, both over the same sound, and the difference of their mean log probabilities a token decides.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import Any

from recorder.types import CallAudio, Role
from transcribe.engines.speech_model import RATE_HZ, SpeechModel, Token
from transcribe.phrases.proof import ProofScore
from transcribe.script import spoken

MARGIN_S = 0.3
"""Sound taken on each side of the stretch in question."""
LONGEST_S = 20.0
_FLOOR = 1e-6
_KEPT = 32


class SoundProver:
    """A `PhraseProver` for one call. Keeps the encoder's output of the last stretches it was asked about."""

    def __init__(self, network: SpeechModel, audio: CallAudio) -> None:
        self._network, self._audio = network, audio
        self._encoded: OrderedDict[tuple[Role, int, int], Any] = OrderedDict()

    def prove(
        self, role: Role, start_s: float, end_s: float, heard_text: str, phrase_text: str
    ) -> ProofScore | None:
        """See `PhraseProver.prove`. `llr` above 0 speaks for the phrase."""
        samples = self._audio.channels.get(role, self._audio.channels.get(Role.UNKNOWN))
        begin_s = max(0.0, start_s - MARGIN_S)
        stop_s = min(self._audio.duration_s, end_s + MARGIN_S)
        asked = spoken(phrase_text)
        if samples is None or not asked or not 0.1 < stop_s - begin_s <= LONGEST_S:
            return None
        encoded = self._encode(role, begin_s, stop_s)
        phrase = self._align(encoded, asked, stop_s - begin_s)
        first = self._align(encoded, spoken(heard_text), stop_s - begin_s)
        ratio = _mean_log(phrase) - _mean_log(first)
        total = _sum_log(phrase) - _sum_log(first)
        return ProofScore(ratio, begin_s + phrase[0].start_s, begin_s + phrase[-1].end_s, total)

    def _encode(self, role: Role, begin_s: float, stop_s: float) -> Any:
        key = (role, round(begin_s * 10), round(stop_s * 10))
        if key not in self._encoded:
            samples = self._audio.channels[role if role in self._audio.channels else Role.UNKNOWN]
            part = samples[int(begin_s * RATE_HZ) : int(stop_s * RATE_HZ)]
            self._encoded[key] = self._network.encode([part])
            while len(self._encoded) > _KEPT:
                self._encoded.popitem(last=False)
        return self._encoded[key]

    def _align(self, encoded: Any, text: str, duration_s: float) -> list[Token]:
        tokens = self._network.tokens(text)
        return self._network.align(encoded, [tokens], [duration_s])[0] if tokens else []


def _mean_log(tokens: list[Token]) -> float:
    """Mean log probability a token; the floor where there are none."""
    if not tokens:
        return math.log(_FLOOR)
    return _sum_log(tokens) / len(tokens)


def _sum_log(tokens: list[Token]) -> float:
    """Log probability of all tokens together."""
    return sum(math.log(max(_FLOOR, token.probability)) for token in tokens)

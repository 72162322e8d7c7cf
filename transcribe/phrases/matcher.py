"""Finding the phrase library in a conversation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import IntEnum

from recorder.types import Role
from transcribe.phrases.doubt import proved, similar_hit
from transcribe.phrases.hits import make_hit
from transcribe.phrases.library import AGENT_NO
from transcribe.phrases.overlap import settle
from transcribe.phrases.patterns import Patterns, counts_for
from transcribe.phrases.proof import PhraseProver
from transcribe.phrases.similar import Candidate, candidates
from transcribe.phrases.stream import Stream, streams
from transcribe.types import Hit, Phrase, Transcript, Utterance

_NUMBERS = re.compile("[零一二三四五六七八九]{3,8}")
_NUMBERS_MAX = 8
"""Numbers tried for `{agent_no}` where the agent's number is not known."""


class Level(IntEnum):
    """How far from the written phrase a hit may be."""

    EXACT = 0
    SOUND = 1
    """Same toneless pinyin."""
    SIMILAR = 2
    """Near pinyin by weighted confusions."""


class PhraseMatcher:
    """A compiled phrase library. One matcher may scan many calls; it keeps no trace of any."""

    def __init__(self, phrases: Iterable[Phrase], *, level: Level = Level.SIMILAR) -> None:
        known = list(phrases)
        self.level = level
        self._fixed = Patterns(p for p in known if AGENT_NO not in p.text)
        self._numbered = [p for p in known if AGENT_NO in p.text]
        self._by_number: dict[str, Patterns] = {}

    def scan(
        self,
        conversation: Transcript | Iterable[Utterance],
        *,
        agent_no: str | None = None,
        prover: PhraseProver | None = None,
    ) -> tuple[Hit, ...]:
        """Every phrase said in a conversation, by time, negated ones marked.

        `agent_no` fills `{agent_no}`; without it any number of 3 to 8 digits that was heard does.
        `prover` settles by the sound itself what the text leaves in doubt.
        """
        utterances = conversation.utterances if isinstance(conversation, Transcript) else conversation
        lines = streams(utterances)
        hits: list[Hit] = []
        doubts: list[Candidate] = []
        for patterns in (self._fixed, *self._with_numbers(lines, agent_no)):
            hits += self._written(patterns, lines)
            if self.level >= Level.SIMILAR and lines:
                soundless = prover is None
                near = list(candidates(patterns.dense, patterns.forms, lines, doubtful=not soundless))
                hits += (similar_hit(c) for c in near if c.suffices(soundless=soundless))
                doubts += (c for c in near if not c.suffices(soundless=soundless))
        if prover is not None:
            hits += proved(doubts, hits, prover)
        return settle(hits)

    def _written(self, patterns: Patterns, lines: Iterable[Stream]) -> list[Hit]:
        """Hits by characters and, where nothing nearer is wanted, by same sound."""
        hits: list[Hit] = []
        for line in lines:
            found = list(patterns.exact(line.text))
            if self.level == Level.SOUND:
                seen = {(f.form.text, f.start) for f in found}
                found += [f for f in patterns.same_sound(line.text) if (f.form.text, f.start) not in seen]
            hits += (
                make_hit(line, f.form.phrase, f.start, f.end, match=f.match, score=f.score)
                for f in found
                if counts_for(f.form.phrase, line.role)
            )
        return hits

    def _with_numbers(self, lines: list[Stream], agent_no: str | None) -> list[Patterns]:
        if not self._numbered:
            return []
        numbers = [agent_no] if agent_no else _heard_numbers(lines)
        return [self._for_number(n) for n in numbers]

    def _for_number(self, number: str) -> Patterns:
        """The numbered phrases with one number filled in, kept: the agents of a centre recur."""
        if number not in self._by_number:
            if len(self._by_number) > 512:
                self._by_number.clear()
            self._by_number[number] = Patterns(_filled(p, number) for p in self._numbered)
        return self._by_number[number]


def _filled(phrase: Phrase, number: str) -> Phrase:
    text = phrase.text.replace(AGENT_NO, number)
    return Phrase(phrase.id, text, phrase.group, phrase.kind, phrase.role)


def _heard_numbers(lines: Iterable[Stream]) -> list[str]:
    agents = (line.text for line in lines if line.role is not Role.CUSTOMER)
    numbers = dict.fromkeys(n for text in agents for n in _NUMBERS.findall(text))
    return list(numbers)[:_NUMBERS_MAX]

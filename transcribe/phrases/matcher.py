"""Finding the phrase library in a conversation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import IntEnum

from recorder.types import Role
from transcribe.phrases.guard import negated
from transcribe.phrases.library import AGENT_NO
from transcribe.phrases.overlap import settle
from transcribe.phrases.patterns import Found, Patterns, counts_for
from transcribe.phrases.proof import PhraseProver
from transcribe.phrases.stream import Stream, streams
from transcribe.types import Hit, MatchKind, Phrase, Transcript, Utterance

_CONTEXT = 40
"""Characters of speech on each side that the negation guard reads."""
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
    """A compiled phrase library. Immutable in use: one matcher may scan many calls, in several threads."""

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
        hits: dict[tuple[str, int, int], Hit] = {}
        for patterns in (self._fixed, *self._with_numbers(lines, agent_no)):
            for line in lines:
                for found in self._search(patterns, line):
                    hit = _hit(line, found)
                    key = (hit.phrase_id, hit.utterance, hit.start_char)
                    if key not in hits or hits[key].score < hit.score:
                        hits[key] = hit
        return settle(hits.values())

    def _search(self, patterns: Patterns, line: Stream) -> Iterable[Found]:
        found = [f for f in patterns.exact(line.text) if counts_for(f.form.phrase, line.role)]
        if self.level >= Level.SOUND:
            seen = {(f.form.text, f.start) for f in found}
            same = (f for f in patterns.same_sound(line.text) if counts_for(f.form.phrase, line.role))
            found += [f for f in same if (f.form.text, f.start) not in seen]
        return found

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


def _hit(line: Stream, found: Found) -> Hit:
    index, start_char = line.place(found.start)
    last_index, end_char = line.place_after(found.end - 1)
    utterance = line.utterances[line.owner[found.start]]
    if last_index != index:
        end_char = len(utterance.heard)
    phrase = found.form.phrase
    heard = line.heard(found.start, found.end)
    return Hit(
        phrase_id=phrase.id,
        phrase=phrase.text,
        group=phrase.group,
        kind=phrase.kind,
        role=line.role,
        utterance=index,
        start_char=start_char,
        end_char=end_char,
        start_s=line.start_s(found.start),
        end_s=line.end_s(found.end - 1),
        heard=heard,
        match=found.match,
        score=found.score,
        negated=_is_negated(line, found),
    )


def _is_negated(line: Stream, found: Found) -> bool:
    before, after = _surroundings(line, found)
    return negated(before, found.form.text, after, kind=found.form.phrase.kind)


def _surroundings(line: Stream, found: Found) -> tuple[str, str]:
    """Speech with its punctuation before and after a hit; a pause between utterances ends a sentence."""
    first, last = line.owner[found.start], line.owner[found.end - 1]
    before = line.utterances[first].heard[: line.origin[found.start][0]]
    after = line.utterances[last].heard[line.origin[found.end - 1][1] :]
    if first > 0:
        before = line.utterances[first - 1].heard + "，" + before
    if last + 1 < len(line.utterances):
        after = after + "，" + line.utterances[last + 1].heard
    return before[-_CONTEXT:], after[:_CONTEXT]


__all__ = ["Level", "MatchKind", "PhraseMatcher"]

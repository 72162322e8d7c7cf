"""What one role said as one line of characters, each with its utterance, place and time.

Phrases are searched in streams rather than in utterances, so that a phrase which a short pause
split in two is still found.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from recorder.types import Role
from transcribe.normalize import normalize
from transcribe.types import Utterance, Word

PAUSE_MAX_S = 2.0
"""Utterances of one role further apart than this are never read as one sentence."""


_UNTOLD = 0.6
"""Probability assumed of words from engines that give none."""


@dataclass(frozen=True, slots=True)
class Detail:
    """Times and certainty of each character of one utterance's `heard`, by the word it stands in."""

    starts: tuple[int, ...]
    """First character of each word; increasing, the first at most 0."""
    words: tuple[Word, ...]

    def start_s(self, at: int) -> float:
        """When character `at` starts: its share of its word's time."""
        number, word = self._word(at)
        share = (at - self.starts[number]) / len(word.text)
        return word.start_s + share * (word.end_s - word.start_s)

    def end_s(self, at: int) -> float:
        """When character `at` ends."""
        number, word = self._word(at)
        share = min(1.0, (at + 1 - self.starts[number]) / len(word.text))
        return word.start_s + share * (word.end_s - word.start_s)

    def probability(self, at: int) -> float:
        """How sure the engine was of character `at`, 0..1."""
        return self._word(at)[1].probability

    def _word(self, at: int) -> tuple[int, Word]:
        number = max(0, bisect_right(self.starts, at) - 1)
        return number, self.words[number]


@dataclass(frozen=True, slots=True)
class Stream:
    """One reading of consecutive utterances of one role."""

    role: Role
    text: str
    """Folded characters (see `Reading.text`)."""
    spoken: str
    """Unfolded characters, same length."""
    owner: tuple[int, ...]
    """For each character the position of its utterance in `utterances`."""
    origin: tuple[tuple[int, int], ...]
    """For each character its slice of that utterance's `heard`."""
    utterances: tuple[Utterance, ...]
    details: dict[int, Detail] = field(default_factory=dict, compare=False, repr=False)

    def start_s(self, at: int) -> float:
        """When character `at` starts, seconds."""
        return self.detail(at).start_s(self.origin[at][0])

    def end_s(self, last: int) -> float:
        """When character `last` ends, seconds."""
        return self.detail(last).end_s(self.origin[last][1] - 1)

    def probability(self, at: int) -> float:
        """How sure the engine was of character `at`, 0..1."""
        return self.detail(at).probability(self.origin[at][0])

    def adjoins(self, at: int) -> bool:
        """Whether characters `at` and the next follow each other in one utterance without punctuation."""
        if not 0 <= at < len(self.text) - 1 or self.owner[at] != self.owner[at + 1]:
            return False
        return self.origin[at][1] >= self.origin[at + 1][0]

    def sentence_ends(self, start: int, end: int) -> bool:
        """Whether a full stop, question or exclamation mark was heard inside characters `start:end`."""
        return any(mark in self.heard(start, end) for mark in "。？！?!")

    def detail(self, at: int) -> Detail:
        """Times and probabilities of the utterance of character `at`, worked out when first asked for."""
        owner = self.owner[at]
        if owner not in self.details:
            self.details[owner] = detail(self.utterances[owner])
        return self.details[owner]

    def place(self, at: int) -> tuple[int, int]:
        """Index of the utterance and first character in its `heard` that character `at` stands for."""
        return self.utterances[self.owner[at]].index, self.origin[at][0]

    def place_after(self, last: int) -> tuple[int, int]:
        """Index of the utterance of character `last` and the end of its slice of `heard`."""
        return self.utterances[self.owner[last]].index, self.origin[last][1]

    def heard(self, start: int, end: int) -> str:
        """What was heard from character `start` to before `end` (not empty)."""
        first, last = self.owner[start], self.owner[end - 1]
        begin, stop = self.origin[start][0], self.origin[end - 1][1]
        if first == last:
            return self.utterances[first].heard[begin:stop]
        middle = "".join(u.heard for u in self.utterances[first + 1 : last])
        return self.utterances[first].heard[begin:] + middle + self.utterances[last].heard[:stop]


def detail(utterance: Utterance) -> Detail:
    """Its words where they make up `heard`; else one word, evenly spread over the utterance."""
    heard, words = utterance.heard, tuple(w for w in utterance.words if w.text)
    joined = "".join(w.text for w in words)
    if not words or joined.strip() != heard.strip():
        whole = Word(heard or " ", utterance.start_s, utterance.end_s, utterance.confidence or _UNTOLD)
        return Detail((0,), (whole,))
    skipped = (len(joined) - len(joined.lstrip())) - (len(heard) - len(heard.lstrip()))
    lengths = accumulate((len(w.text) for w in words[:-1]), initial=-skipped)
    return Detail(tuple(lengths), words)


def _stretches(utterances: Iterable[Utterance]) -> Iterable[list[Utterance]]:
    """Consecutive utterances of one role without a long pause between them."""
    open_: dict[Role, list[Utterance]] = {}
    for utterance in sorted(utterances, key=lambda u: (u.start_s, u.index)):
        current = open_.setdefault(utterance.role, [])
        if current and utterance.start_s - current[-1].end_s > PAUSE_MAX_S:
            yield current
            current = open_[utterance.role] = []
        current.append(utterance)
    yield from (stretch for stretch in open_.values() if stretch)


def _pieces(stretch: Sequence[Utterance]) -> list[list[Utterance]]:
    """A mono stretch mixes speakers: each of its utterances stands alone."""
    return [[u] for u in stretch] if stretch[0].role is Role.UNKNOWN else [list(stretch)]


def streams(utterances: Iterable[Utterance]) -> list[Stream]:
    """Streams of a conversation: one for each stretch of a role, two where numbers have two readings."""
    found: list[Stream] = []
    for stretch in _stretches(utterances):
        for piece in _pieces(stretch):
            found += _build(piece)
    return found


def _build(piece: list[Utterance]) -> list[Stream]:
    texts = [normalize(u.heard) for u in piece]
    built: list[Stream] = []
    for reading in range(max(len(t.readings) for t in texts)):
        chosen = [t.readings[min(reading, len(t.readings) - 1)] for t in texts]
        built.append(
            Stream(
                role=piece[0].role,
                text="".join(r.text for r in chosen),
                spoken="".join(r.spoken for r in chosen),
                owner=tuple(i for i, r in enumerate(chosen) for _ in r.text),
                origin=tuple(o for r in chosen for o in r.origin),
                utterances=tuple(piece),
            )
        )
    return [b for b in built if b.text]

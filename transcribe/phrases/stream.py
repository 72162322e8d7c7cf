"""What one role said as one line of characters, each with its utterance, place and time.

Phrases are searched in streams rather than in utterances, so that a phrase which a short pause
split in two is still found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recorder.types import Role
from transcribe.normalize import normalize
from transcribe.types import Utterance

PAUSE_MAX_S = 2.0
"""Utterances of one role further apart than this are never read as one sentence."""


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

    def start_s(self, at: int) -> float:
        """When character `at` starts, seconds."""
        return character_times(self.utterances[self.owner[at]])[self.origin[at][0]][0]

    def end_s(self, last: int) -> float:
        """When character `last` ends, seconds."""
        return character_times(self.utterances[self.owner[last]])[self.origin[last][1] - 1][1]

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


def character_times(utterance: Utterance) -> tuple[tuple[float, float], ...]:
    """Start and end of each character of `heard`: by its word where there are words, else evenly spread."""
    heard = utterance.heard
    joined = "".join(w.text for w in utterance.words)
    lead = len(joined) - len(joined.lstrip())
    if not heard or joined.strip() != heard.strip():
        return _spread(len(heard), utterance.start_s, utterance.end_s)
    times: list[tuple[float, float]] = []
    for word in utterance.words:
        times += _spread(len(word.text), word.start_s, word.end_s)
    lead -= len(heard) - len(heard.lstrip())
    times = times[max(lead, 0) :]
    times += [(utterance.end_s, utterance.end_s)] * (len(heard) - len(times))
    return tuple(times[: len(heard)])


def _spread(count: int, start_s: float, end_s: float) -> tuple[tuple[float, float], ...]:
    step = (end_s - start_s) / count if count else 0.0
    return tuple((start_s + i * step, start_s + (i + 1) * step) for i in range(count))


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

"""From a place in a stream to a hit with its time, place and guard."""

from __future__ import annotations

from transcribe.phrases.guard import negated
from transcribe.phrases.stream import Stream
from transcribe.types import Hit, MatchKind, Phrase

_CONTEXT = 40
"""Characters of speech on each side that the negation guard reads."""


def make_hit(line: Stream, phrase: Phrase, start: int, end: int, *, match: MatchKind, score: float) -> Hit:
    """The hit of `phrase` on characters `start:end` (not empty) of a stream."""
    index, start_char = line.place(start)
    last_index, end_char = line.place_after(end - 1)
    if last_index != index:
        end_char = len(line.utterances[line.owner[start]].heard)
    before, after = _surroundings(line, start, end)
    return Hit(
        phrase_id=phrase.id,
        phrase=phrase.text,
        group=phrase.group,
        kind=phrase.kind,
        role=line.role,
        utterance=index,
        start_char=start_char,
        end_char=end_char,
        start_s=line.start_s(start),
        end_s=line.end_s(end - 1),
        heard=line.heard(start, end),
        match=match,
        score=score,
        negated=negated(before, phrase.text, after, kind=phrase.kind),
    )


def _surroundings(line: Stream, start: int, end: int) -> tuple[str, str]:
    """Speech with its punctuation before and after; a pause between utterances ends a clause."""
    first, last = line.owner[start], line.owner[end - 1]
    before = line.utterances[first].heard[: line.origin[start][0]]
    after = line.utterances[last].heard[line.origin[end - 1][1] :]
    if first > 0:
        before = line.utterances[first - 1].heard + "，" + before
    if last + 1 < len(line.utterances):
        after = after + "，" + line.utterances[last + 1].heard
    return before[-_CONTEXT:], after[:_CONTEXT]

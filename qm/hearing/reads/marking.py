"""Marks on displayed text: spans found in what the engine heard, carried over to what is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from qm.hearing.reads.call_views import Moment, Piece, Tone
from transcribe.alignment import align
from transcribe.types import Utterance, Word

T = TypeVar("T")

LOW_PROBABILITY = 0.5
"""Words the engine gives less than this are underlined with dots."""

_AROUND = " ，。？！、；：,.?!;:"
_RANK = {Tone.BAD: 0, Tone.DOUBT: 1, Tone.GOOD: 2, Tone.PLAIN: 3}


@dataclass(frozen=True, slots=True)
class SpanMark:
    """A moment with its span in an utterance's `heard`, as Python slice indices."""

    moment: Moment
    start_char: int
    end_char: int


def same_words(left: str, right: str) -> bool:
    """True where two texts differ in punctuation and spaces only."""
    return _letters(left) == _letters(right)


def find_words(text: str, words: str) -> tuple[int, int] | None:
    """The slice of `text` that says `words`, whatever its punctuation; None where it does not."""
    places = [index for index, char in enumerate(text) if char.isalnum()]
    wanted = _letters(words)
    at = "".join(text[index] for index in places).casefold().find(wanted) if wanted else -1
    return None if at < 0 else (places[at], places[at + len(wanted) - 1] + 1)


def shown_words(utterance: Utterance, mark: SpanMark) -> str:
    """The displayed words of a mark, without punctuation around them; empty where none stand for it."""
    start, end = align(utterance.heard, utterance.text).of(mark.start_char, mark.end_char)
    return utterance.text[start:end].strip(_AROUND)


def pieces(utterance: Utterance, marks: Iterable[SpanMark]) -> tuple[Piece, ...]:
    """The displayed text in runs of one look, marks and doubtful words carried over from `heard`."""
    alignment = align(utterance.heard, utterance.text)
    low = [False] * len(utterance.text)
    for start, end in low_spans(utterance.words, utterance.heard):
        _paint(low, alignment.of(start, end), True)
    low = [unsure and char.isalnum() for unsure, char in zip(low, utterance.text, strict=True)]
    owner: list[Moment | None] = [None] * len(utterance.text)
    # The gravest, then the longest, is painted last and stays on top.
    ordered = sorted(marks, key=lambda m: (-_RANK[m.moment.tone], m.end_char - m.start_char))
    for mark in ordered:
        _paint(owner, alignment.of(mark.start_char, mark.end_char), mark.moment)
    return _runs(utterance.text, low, owner)


def low_spans(words: Sequence[Word], heard: str) -> list[tuple[int, int]]:
    """Spans of `heard` that the engine was unsure of."""
    joined = "".join(word.text for word in words)
    position = -(len(joined) - len(joined.lstrip()))
    found = []
    for word in words:
        start, position = position, position + len(word.text)
        if word.probability < LOW_PROBABILITY:
            found.append((max(start, 0), min(position, len(heard))))
    return [(start, end) for start, end in found if start < end]


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _paint(cells: list[T], span: tuple[int, int], value: T) -> None:
    for index in range(*span):
        cells[index] = value


def _runs(text: str, low: list[bool], owner: list[Moment | None]) -> tuple[Piece, ...]:
    last = {moment.key: index for index, moment in enumerate(owner) if moment is not None}
    runs = []
    looks = groupby(range(len(text)), key=lambda i: (owner[i].key if owner[i] else "", low[i]))  # type: ignore[union-attr]
    for (key, is_low), group in looks:
        indices = list(group)
        ends = bool(key) and last[key] == indices[-1]
        runs.append(Piece(text[indices[0] : indices[-1] + 1], is_low, owner[indices[0]], ends))
    return tuple(runs)

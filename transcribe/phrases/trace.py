"""A phrase laid beside what was heard, syllable by syllable."""

from __future__ import annotations

from dataclasses import dataclass

from transcribe.phrases.dense import INSERTED, MISSING
from transcribe.sound.space import apart

_MARGIN = 2


@dataclass(frozen=True, slots=True)
class Step:
    """One syllable of the phrase beside one heard; one of the two may be lacking."""

    wanted: int | None
    """Character of the phrase, None where a syllable was inserted."""
    heard: int | None
    """Character of the text, None where a syllable is missing."""
    distance: float
    """0 for the same sound."""


def straight(wanted: str, heard: str, start: int) -> tuple[Step, ...]:
    """Every syllable of `wanted` beside the next one of `heard` from `start` (all must exist)."""
    return tuple(Step(i, start + i, apart(c, heard[start + i])) for i, c in enumerate(wanted))


def banded(wanted: str, heard: str, start: int) -> tuple[Step, ...]:
    """The alignment of least distance that begins within two characters of `start`.

    Syllables may be missing or inserted; heard syllables before and after are free of charge.
    """
    first = max(0, start - _MARGIN)
    piece = heard[first : start + len(wanted) + _MARGIN]
    table = _table(wanted, piece)
    end = min(range(len(piece) + 1), key=lambda j: table[-1][j])
    return _walk_back(wanted, piece, table, end, first)


def anywhere(wanted: str, heard: str) -> tuple[Step, ...]:
    """The alignment of least distance anywhere in `heard`."""
    table = _table(wanted, heard)
    end = min(range(len(heard) + 1), key=lambda j: table[-1][j])
    return _walk_back(wanted, heard, table, end, 0)


def _table(wanted: str, piece: str) -> list[list[float]]:
    """Least distances of each prefix of `wanted` ending at each place of `piece` (Sellers 1980)."""
    table = [[0.0] * (len(piece) + 1)]
    for i, char in enumerate(wanted):
        above, row = table[-1], [(i + 1) * MISSING]
        for j, other in enumerate(piece):
            row.append(min(above[j] + apart(char, other), above[j + 1] + MISSING, row[j] + INSERTED))
        table.append(row)
    return table


def _walk_back(wanted: str, piece: str, table: list[list[float]], end: int, offset: int) -> tuple[Step, ...]:
    i, j, steps = len(wanted), end, list[Step]()
    while i > 0:
        here = table[i][j]
        if j > 0 and here == table[i - 1][j - 1] + apart(wanted[i - 1], piece[j - 1]):
            i, j = i - 1, j - 1
            steps.append(Step(i, offset + j, apart(wanted[i], piece[j])))
        elif j == 0 or here == table[i - 1][j] + MISSING:
            i -= 1
            steps.append(Step(i, None, MISSING))
        else:
            j -= 1
            steps.append(Step(None, offset + j, INSERTED))
    return tuple(reversed(steps))


def covered(steps: tuple[Step, ...]) -> tuple[int, int]:
    """Slice of the text under an alignment; (0, 0) where nothing of it was heard."""
    heard = [s.heard for s in steps if s.heard is not None]
    return (heard[0], heard[-1] + 1) if heard else (0, 0)

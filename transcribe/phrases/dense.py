"""Every phrase against every place of a text at once: sound distances summed by table.

For each phrase syllable a row holds its distance to each syllable heard. The sum of a phrase's rows,
each shifted by its place, is the phrase's distance at every place: some additions of bytes a
syllable, so that a thousand phrases cost little more than an exact automaton. Where half of a phrase
fits in place, a banded alignment looks for one syllable more or less in the other half.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcribe.sound.space import FAR_STEPS, STEP, distances, sounds

INSERTED = 1.0
"""Distance of a heard syllable that the phrase does not have."""
MISSING = 1.2
"""Distance of a phrase syllable that was not heard."""
_MARGIN = 2
_SHIFT_MIN = 4
"""Shorter phrases allow no syllable more or less."""
_SHIFT_SURE = 7
"""Shorter phrases with a syllable more or less are never certain by the text alone."""
_SURE_PER_SYLLABLE = 0.3
_SURE_SHIFTED_PER_SYLLABLE = 0.25
_BLOCK_BYTES = 1 << 17
_LIMIT_PER_SYLLABLE = 0.42


def limit(syllables: int, *, wide: bool = True, shifted: bool = False) -> float:
    """Distance up to which a place is looked at more closely.

    Not `wide` leaves out what measurement never found certain without second listening.
    """
    if syllables <= 1:
        return 0.0
    if not wide:
        each = _SURE_SHIFTED_PER_SYLLABLE if shifted else _SURE_PER_SYLLABLE
        return 0.0 if syllables == 2 else each * syllables
    return 0.5 if syllables == 2 else _LIMIT_PER_SYLLABLE * syllables


@dataclass(frozen=True, slots=True)
class Near:
    """A place where a form may stand."""

    form: int
    """Position in the phrases given."""
    start: int
    """Character from which to align; the alignment may begin up to two characters around it."""
    distance: float
    shifted: bool
    """True where syllables must be inserted or missing."""


class SoundTable:
    """Distances of the sounds of some phrases to any character, filled as characters are met."""

    def __init__(self, chars: Sequence[str]) -> None:
        keys = {c: i for i, c in enumerate(dict.fromkeys(chars))}
        self.row_of = keys
        options = [sounds(c) for c in keys]
        self._flat = np.array([o for options_ in options for o in options_], np.intp)
        self._starts = np.cumsum([0, *(len(o) for o in options[:-1])]) if options else np.zeros(0, np.intp)
        self._column_of: dict[str, int] = {}
        self._columns: NDArray[np.uint8] = np.zeros((len(keys), 64), np.uint8)

    def columns(self, text: str) -> NDArray[np.intp]:
        """Column numbers of the characters of a text, shape (len(text),)."""
        known = self._column_of
        for char in set(text) - known.keys():
            self._add(char)
        return np.fromiter(map(known.__getitem__, text), np.intp, len(text))

    def rows(self, text: str) -> NDArray[np.uint8]:
        """Distances in `STEP`ths, shape (sounds of the phrases, len(text))."""
        columns = self.columns(text)
        return np.take(self._columns, columns, axis=1)

    def _add(self, char: str) -> None:
        number = len(self._column_of)
        if number == self._columns.shape[1]:
            self._columns = np.concatenate([self._columns, np.zeros_like(self._columns)], axis=1)
        nearest = distances()[:, list(sounds(char))].min(axis=1)
        if len(self._flat):
            self._columns[:, number] = np.minimum.reduceat(nearest[self._flat], self._starts)
        self._column_of[char] = number


class Dense:
    """Phrases (as unfolded characters) grouped by length, ready to be laid over texts."""

    def __init__(self, wanted: Sequence[str]) -> None:
        self.table = SoundTable([c for w in wanted for c in w])
        lengths = sorted({len(w) for w in wanted})
        self._groups = [
            (
                np.array([i for i, w in enumerate(wanted) if len(w) == n], np.intp),
                np.array([[self.table.row_of[c] for c in w] for w in wanted if len(w) == n], np.intp),
            )
            for n in lengths
        ]

    def near(self, spoken: str, *, wide: bool = True) -> list[Near]:
        """Places of a text that come near a phrase, unordered. Characters without sound match nothing.

        `wide` looks as far as second listening can help (see `limit`).
        """
        rows = self.table.rows(spoken)
        found: list[Near] = []
        for numbers, keys in self._groups:
            if keys.shape[1] <= len(spoken):
                found += self._group(numbers, keys, rows, wide)
        return found

    def _group(
        self, numbers: NDArray[np.intp], keys: NDArray[np.intp], rows: NDArray[np.uint8], wide: bool
    ) -> Iterator[Near]:
        n = keys.shape[1]
        most = round(limit(n, wide=wide) * STEP)
        step = max(1, _BLOCK_BYTES // rows.shape[1])
        for at in range(0, len(keys), step):
            block = keys[at : at + step]
            total, head = _laid(block, rows)
            which, where = _places(total <= most)
            for p, t, d in zip(which.tolist(), where.tolist(), total[which, where].tolist(), strict=True):
                yield Near(int(numbers[at + p]), t, d / STEP, shifted=False)
            if n >= (_SHIFT_MIN if wide else _SHIFT_SURE):
                yield from self._shifted(numbers[at : at + step], block, rows, total, head, wide)

    def _shifted(
        self,
        numbers: NDArray[np.intp],
        block: NDArray[np.intp],
        rows: NDArray[np.uint8],
        total: NDArray[np.uint16],
        head: NDArray[np.uint16],
        wide: bool,
    ) -> Iterator[Near]:
        n = block.shape[1]
        most, half = round(limit(n, wide=wide, shifted=True) * STEP), n // 2
        tail = total - head
        good = (head <= _half_limit(half)) | (tail <= _half_limit(n - half))
        which, where = _places(good & (total > most))
        if not len(which):
            return
        costs = _banded(block[which], where, rows)
        for i in np.flatnonzero(costs <= most):
            yield Near(int(numbers[which[i]]), int(where[i]), costs[i] / STEP, shifted=True)


def _places(true: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Row and column of each true element; much faster than `nonzero` of two dimensions."""
    flat = np.flatnonzero(true)
    return flat // true.shape[1], flat % true.shape[1]


def _half_limit(syllables: int) -> int:
    return round(0.2 * syllables * STEP)


def _laid(block: NDArray[np.intp], rows: NDArray[np.uint8]) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Distance of each form of a block at each start, whole and of its first half."""
    n = block.shape[1]
    width = rows.shape[1] - n + 1
    kind = np.dtype(np.uint8 if n * FAR_STEPS < 256 else np.uint16)
    total: NDArray[np.uint16] = rows[block[:, 0], :width].astype(kind)
    head = total
    for i in range(1, n):
        if i == n // 2:
            head = total.copy()
        np.add(total, rows[block[:, i], i : i + width], out=total)
    return total, head


def _banded(keys: NDArray[np.intp], where: NDArray[np.intp], rows: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Least distance of each form around its place, syllables more or less allowed."""
    n, length = keys.shape[1], rows.shape[1]
    window = where[:, None] + np.arange(-_MARGIN, n + _MARGIN)
    outside = (window < 0) | (window >= length)
    window = np.clip(window, 0, length - 1)
    inserted = round(INSERTED * STEP) * np.arange(window.shape[1] + 1, dtype=np.int32)
    missing = round(MISSING * STEP)
    best = np.zeros((len(keys), window.shape[1] + 1), np.int32)
    for i in range(n):
        here = rows[keys[:, i][:, None], window].astype(np.int32)
        here[outside] = 4 * FAR_STEPS
        step = best + missing
        np.minimum(step[:, 1:], best[:, :-1] + here, out=step[:, 1:])
        best = np.minimum.accumulate(step - inserted, axis=1) + inserted
    least: NDArray[np.int32] = best.min(axis=1)
    return least

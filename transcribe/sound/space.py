"""All sounds a character can have, numbered, with the distances between them as one matrix."""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from pypinyin.contrib.tone_convert import to_tone3
from pypinyin.pinyin_dict import pinyin_dict

from transcribe.sound.phonology import FAR, distance, parts
from transcribe.sound.syllables import readings, split

STEP = 16
"""Distances are kept as whole sixteenths, so that sums of a phrase fit a byte."""
FAR_STEPS = int(FAR * STEP)


@lru_cache(maxsize=1)
def bases() -> dict[str, int]:
    """Numbers of all toneless spellings; letters follow, and last `?` for whatever has no sound."""
    marked = {m for listed in pinyin_dict.values() for m in listed.split(",")}
    spelled = {split(to_tone3(m, neutral_tone_with_five=True)).base for m in marked}
    listed = sorted(b for b in spelled if parts(b) is not None)
    letters = [f"letter {chr(c)}" for c in range(ord("a"), ord("z") + 1)]
    return {b: i for i, b in enumerate([*listed, *letters, "?"])}


@lru_cache(maxsize=1)
def distances() -> NDArray[np.uint8]:
    """Distance in `STEP`ths of every two numbered spellings, shape (n, n), symmetric."""
    names = list(bases())
    matrix = np.full((len(names), len(names)), FAR_STEPS, np.uint8)
    spoken = [i for i, b in enumerate(names) if parts(b) is not None]
    for i in spoken:
        for j in spoken[: spoken.index(i)]:
            matrix[i, j] = matrix[j, i] = round(distance(names[i], names[j]) * STEP)
    known = np.arange(len(names) - 1)
    matrix[known, known] = 0
    return matrix


@cache
def sounds(char: str) -> tuple[int, ...]:
    """Numbers of the usual pronunciations of a character, never empty."""
    known = bases()
    found = tuple(known[s.base] for s in readings(char) if s.base in known)
    return found or (known.get(f"letter {char}", len(known) - 1),)


@cache
def apart(a: str, b: str) -> float:
    """Distance of two characters by their closest pronunciations, 0 for the same character."""
    if a == b:
        return 0.0
    table = distances()
    return min(int(table[i, j]) for i in sounds(a) for j in sounds(b)) / STEP

"""Common words of two characters: what tells that a character belongs to its neighbour."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

COMMON = 300
"""Occurrences in jieba's counts from which a word is everyday speech (时候, 已经)."""


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    with files("jieba").joinpath("dict.txt").open(encoding="utf-8") as lines:
        split = (line.split(" ", 2) for line in lines)
        return frozenset(word for word, count, _kind in split if len(word) == 2 and int(count) >= COMMON)


def is_common_word(text: str) -> bool:
    """Whether two characters are an everyday word. Reads the dictionary once a process (0.2 s)."""
    return text in _common()

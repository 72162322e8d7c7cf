"""How one writing of an utterance lies on another: what was heard on what is shown."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True)
class Alignment:
    """For each character of one text, the slice of the other that stands for it."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def of(self, start: int, end: int) -> tuple[int, int]:
        """The slice of the other text for this slice; empty where nothing stands for it."""
        end = min(end, len(self.starts))
        if start >= end:
            return (0, 0)
        return self.starts[start], self.ends[end - 1]


def align(heard: str, text: str) -> Alignment:
    """How `heard` lies on `text`: equal runs one to one, replaced runs in proportion."""
    starts = [0] * len(heard)
    ends = [0] * len(heard)
    matcher = SequenceMatcher(None, heard, text, autojunk=False)
    for _tag, i1, i2, j1, j2 in matcher.get_opcodes():
        size, room = i2 - i1, j2 - j1
        for offset in range(size):
            starts[i1 + offset] = j1 + offset * room // size
            ends[i1 + offset] = j1 + -(-(offset + 1) * room // size)
    return Alignment(tuple(starts), tuple(ends))

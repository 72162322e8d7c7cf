"""Character errors between what was said and what is shown, with the rules of comparison.

Punctuation and space are dropped, script is simplified, letters are lower case, 幺 counts as 一 and 两 as 二.
A number in digits is read both digit by digit and as a value; the reading nearer to the truth counts, because
the digits alone do not tell which was said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from transcribe.normalize import normalize

RULES = (
    "punctuation and space dropped",
    "traditional characters read as simplified, letters as lower case",
    "digits read as Chinese numerals, digit by digit or as a value, whichever is nearer to the truth",
    "幺 equals 一, 两 equals 二",
    "edits and characters summed over each role's whole text in a call, then over calls",
)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?[%‰]?[年元块]?")


@dataclass(frozen=True, slots=True)
class Errors:
    """Edits against characters that were said."""

    edits: int = 0
    characters: int = 0

    def __add__(self, other: Errors) -> Errors:
        return Errors(self.edits + other.edits, self.characters + other.characters)

    @property
    def rate(self) -> float | None:
        """Character error rate; None where nothing was said."""
        return self.edits / self.characters if self.characters else None


def compare(said: str, shown: str) -> Errors:
    """Errors of `shown` against `said`, two texts of the same stretch."""
    truth = normalize(said).text
    parts = _parts(shown)
    chosen = [readings[0] for readings in parts]
    best = Levenshtein.distance(truth, "".join(chosen))
    for at, readings in enumerate(parts):
        for other in readings[1:]:
            tried = [*chosen[:at], other, *chosen[at + 1 :]]
            distance = Levenshtein.distance(truth, "".join(tried))
            if distance < best:
                best, chosen = distance, tried
    return Errors(best, len(truth))


def _parts(shown: str) -> list[tuple[str, ...]]:
    """The text in stretches without digits (one reading) and numbers (one or two readings)."""
    found: list[tuple[str, ...]] = []
    at = 0
    for number in _NUMBER.finditer(shown):
        found.append((normalize(shown[at : number.start()]).text,))
        found.append(tuple(reading.text for reading in normalize(number.group()).readings))
        at = number.end()
    found.append((normalize(shown[at:]).text,))
    return found

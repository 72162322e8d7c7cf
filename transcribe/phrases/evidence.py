"""How likely it is that a phrase was said, given how it lies beside what was heard.

A logistic model over a few plain measures of the alignment. Its weights come from
`transcribe.bench.phrases_fit`, which lays thousands of word sequences, said and not said, over heard
text and fits them with each call left out in turn; none of the measures knows any particular word.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from transcribe.phrases.trace import Step
from transcribe.phrases.weights import INTERCEPT, WEIGHTS

_NUMERALS = frozenset("零一二三四五六七八九十百千万亿")
_NEAR_MAX = 1.0
_CLEAR = 0.7

MEASURES: tuple[str, ...] = (
    "same_characters", "same_sounds", "near", "near_distance", "far", "far_distance", "shifts", "worst_edge",
    "better_edge", "worst", "mean", "longest_run", "longest_run_share", "numerals", "beyond_clear",
    "log_length", "inverse_length", "doubt_sure", "doubt_sure_distance", "two", "three", "two_distance",
    "clean",
)  # fmt: skip
"""Names of what `measure` gives, in order."""


def measure(
    wanted: str, heard: str, steps: Sequence[Step], probability: Callable[[int], float]
) -> tuple[float, ...]:
    """Measures of one alignment, one a name of `MEASURES`.

    `wanted` and `heard` are folded characters (`Reading.text`); `probability` says how sure the engine
    was of a character of `heard`.
    """
    n = sum(s.wanted is not None for s in steps)
    pairs = [(s.wanted, s.heard, s.distance) for s in steps if s.wanted is not None and s.heard is not None]
    equal = [wanted[w] == heard[h] for w, h, _ in pairs]
    apart_by = [d for _, _, d in pairs if d > 0]
    near = [d for d in apart_by if d <= _NEAR_MAX]
    far = [d for d in apart_by if d > _NEAR_MAX]
    total = sum(s.distance for s in steps)
    edges = sorted((steps[0].distance, steps[-1].distance))
    run = _longest_run(steps)
    doubts = _doubts(wanted, heard, steps)
    sure = sum(map(probability, doubts)) / len(doubts) if doubts else 0.0
    return (
        sum(equal),
        sum(d == 0 and not e for (_, _, d), e in zip(pairs, equal, strict=True)),
        len(near), sum(near), len(far), sum(far),
        len(steps) - len(pairs),
        edges[1], edges[0], max(s.distance for s in steps), total / n,
        run, run / n,
        _numerals(wanted, heard, steps),
        sum(max(0.0, d - _CLEAR) for d in apart_by),
        math.log(n), 1 / n, sure, sure * total,
        float(n == 2), float(n == 3), total if n == 2 else 0.0, float(total == 0),
    )  # fmt: skip


def likelihood(measures: Sequence[float]) -> float:
    """Probability that the phrase was said, 0..1, before any second listening."""
    log_odds = INTERCEPT + sum(WEIGHTS[name] * m for name, m in zip(MEASURES, measures, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds))))


def other_number(wanted: str, heard: str, steps: Sequence[Step]) -> bool:
    """Whether a numeral of the phrase stands beside a different one (both folded)."""
    return any(
        s.wanted is not None
        and s.heard is not None
        and wanted[s.wanted] != heard[s.heard]
        and {wanted[s.wanted], heard[s.heard]} <= _NUMERALS
        for s in steps
    )


def _longest_run(steps: Sequence[Step]) -> int:
    best = run = 0
    for step in steps:
        run = run + 1 if step.distance == 0 else 0
        best = max(best, run)
    return best


def _doubts(wanted: str, heard: str, steps: Sequence[Step]) -> list[int]:
    """Heard characters that are not the phrase's."""
    return [
        s.heard
        for s in steps
        if s.heard is not None and (s.wanted is None or wanted[s.wanted] != heard[s.heard])
    ]


def _numerals(wanted: str, heard: str, steps: Sequence[Step]) -> float:
    """Numbers that differ: 一 for 七 changes what is said, however alike they sound."""
    count = 0.0
    for step in steps:
        a = wanted[step.wanted] if step.wanted is not None else ""
        b = heard[step.heard] if step.heard is not None else ""
        if a != b:
            numbers = sum(c in _NUMERALS for c in (a, b) if c)
            whole = numbers == 2 or (numbers == 1 and not (a and b))
            count += 1.0 if whole else 0.3 * numbers
    return count

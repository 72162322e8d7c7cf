"""Who stands before whom, only where it can be told.

Rank intervals after H. Goldstein and D. J. Spiegelhalter, J. R. Statist. Soc. A 159 (1996): an agent's
rank is bounded by how many are surely better and how many surely worse. All pairs are tested together,
so the tests are corrected after S. Holm, Scand. J. Statist. 6 (1979).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from scoring.averages import CONFIDENCE, Average, difference


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one agent stands among others."""

    name: str
    average: Average
    best_rank: int
    """1 + how many are surely better."""
    worst_rank: int
    """How many there are, less those surely worse."""
    surely_better: frozenset[str]
    """Who is told apart above this agent."""
    surely_worse: frozenset[str]

    @property
    def ranked(self) -> bool:
        """True where one single rank can be stated."""
        return self.best_rank == self.worst_rank


def standings(averages: Mapping[str, Average], *, confidence: float = CONFIDENCE) -> tuple[Standing, ...]:
    """Standings in order of mean, then name; equal or overlapping ranks are not an order."""
    above: dict[str, set[str]] = {name: set() for name in averages}
    below: dict[str, set[str]] = {name: set() for name in averages}
    for better, worse in _told_apart(averages, 1 - confidence):
        above[worse].add(better)
        below[better].add(worse)
    order = sorted(averages, key=lambda name: (-averages[name].mean, name))
    return tuple(
        Standing(
            name,
            averages[name],
            1 + len(above[name]),
            len(averages) - len(below[name]),
            frozenset(above[name]),
            frozenset(below[name]),
        )
        for name in order
    )


def _told_apart(averages: Mapping[str, Average], level: float) -> list[tuple[str, str]]:
    """Pairs (better, worse) whose difference is told from zero, all pairs together at `level`."""
    tested = []
    for first, second in combinations(sorted(averages), 2):
        found = difference(averages[first], averages[second])
        if found.p_value is not None:
            tested.append((found.p_value, (first, second) if found.value > 0 else (second, first)))
    tested.sort()
    pairs = []
    for done, (p_value, pair) in enumerate(tested):
        if p_value > level / (len(tested) - done):
            break
        pairs.append(pair)
    return pairs

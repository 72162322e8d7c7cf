"""Averages of released scores: which weight an evaluation has, the rest is `scoring.averages`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from scoring import averages, ranking
from scoring.averages import Average, Difference
from scoring.ranking import Standing

__all__ = ["Average", "Difference", "Standing", "average", "difference", "standings"]


class Scored(Protocol):
    """Anything with a score and a chance of having been sampled."""

    @property
    def total(self) -> Decimal:
        """The score, after veto."""

    @property
    def inclusion_probability(self) -> float | None:
        """Chance of having been sampled, 0..1; None for calls picked by hand."""


def average(calls: Iterable[Scored]) -> Average | None:
    """The weighted average of these calls with n and 95 % interval; None of none.

    A call picked by hand stands for itself alone, as if it had been certain to be picked.
    """
    seen = [averages.Observation(float(c.total), c.inclusion_probability or 1.0) for c in calls]
    return averages.average(seen) if seen else None


def difference(first: Sequence[Scored], second: Sequence[Scored]) -> Difference | None:
    """The first average minus the second; None where either is empty."""
    one, other = average(first), average(second)
    return averages.difference(one, other) if one and other else None


def standings(figures: Mapping[str, Average | None]) -> dict[str, Standing]:
    """Who is told apart from whom, by name; names without an average are left out."""
    known = {name: figure for name, figure in figures.items() if figure is not None}
    return {standing.name: standing for standing in ranking.standings(known)}

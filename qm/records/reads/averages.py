"""Averages of released scores: which weight an evaluation has, the rest is `scoring.averages`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from scoring import averages, ranking
from scoring.averages import Average, Difference
from scoring.ranking import Standing

__all__ = ["Average", "Difference", "Standing", "Tally", "average", "difference", "standings"]


@dataclass(frozen=True, slots=True)
class Tally:
    """So many evaluations with the same score and the same chance of having been sampled."""

    total: Decimal
    """The score, after veto."""
    inclusion_probability: float | None
    """0..1; None for calls picked by hand."""
    count: int
    waiting: int = 0
    """Of these, those the agent has not acknowledged."""
    vetoed: int = 0


def average(tallies: Iterable[Tally]) -> Average | None:
    """The weighted average of these calls with n and 95 % interval; None of none.

    A call picked by hand stands for itself alone, as if it had been certain to be picked.
    """
    seen = [
        averages.Observation(float(t.total), t.inclusion_probability or 1.0, count=t.count) for t in tallies
    ]
    return averages.average(seen) if seen else None


def difference(first: Iterable[Tally], second: Iterable[Tally]) -> Difference | None:
    """The first average minus the second; None where either is empty."""
    one, other = average(first), average(second)
    return averages.difference(one, other) if one and other else None


def standings(figures: Mapping[str, Average | None]) -> dict[str, Standing]:
    """Who is told apart from whom, by name; names without an average are left out."""
    known = {name: figure for name, figure in figures.items() if figure is not None}
    return {standing.name: standing for standing in ranking.standings(known)}

"""Averages that a person may be judged by: weighted by the chance of being sampled, with n and interval.

Sources. Mean: J. Hájek, discussion in Godambe & Sprott (eds.), Foundations of Statistical Inference
(1971). Its variance by linearisation: C.-E. Särndal, B. Swensson, J. Wretman, Model Assisted Survey
Sampling (1992), § 5.7, as if drawn with replacement (no finite population correction: an agent is
judged for how they work, not for these calls alone). Effective n: L. Kish, Survey Sampling (1965).
Proportions: E. B. Wilson, JASA 22 (1927). Two means: B. L. Welch, Biometrika 34 (1947).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, repeat
from math import fsum, isfinite, sqrt

from scipy.special import ndtri, stdtr, stdtrit

from scoring.errors import NotEnoughData

CONFIDENCE = 0.95
FULL = (0.0, 100.0)
"""Lowest and highest score there can be."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One released evaluation. `probability` is its chance of having been sampled, above 0 to 1."""

    score: float
    probability: float = 1.0
    day: date | None = None
    count: int = 1
    """So many evaluations that are equal in all of this."""

    @property
    def weight(self) -> float:
        """How many calls each stands for. Raises `NotEnoughData` for an impossible probability."""
        if not 0 < self.probability <= 1:
            raise NotEnoughData(f"抽样概率 {self.probability} 不在 0 到 1 之间，请检查抽样计划。")
        return 1 / self.probability


@dataclass(frozen=True, slots=True)
class Average:
    """An average with what must be shown beside it."""

    mean: float
    low: float | None
    """Lower end of the 95 % interval; None with a single observation."""
    high: float | None
    n: int
    effective_n: float
    """Kish: as many equally weighted observations say as much."""
    variance: float | None
    """Of the mean; None where it cannot be estimated (one observation, or all equal)."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One average minus another."""

    value: float
    low: float | None
    high: float | None
    p_value: float | None
    """Two-sided; None where a spread is not known: then nothing can be told."""

    @property
    def told_apart(self) -> bool:
        """True where the interval does not hold zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True, slots=True)
class Proportion:
    """A share of n with its Wilson interval."""

    share: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """The average of one day."""

    day: date
    average: Average


def average(
    observations: Iterable[Observation],
    *,
    bounds: tuple[float, float] = FULL,
    confidence: float = CONFIDENCE,
) -> Average:
    """Hájek mean with its interval, cut to what scores can be.

    Where all observations are equal their spread is unknown, not zero: the interval then allows that
    a share 1 − α^(1/n) of calls, which n equal ones cannot exclude, lies at the far bound.
    Raises `NotEnoughData` without observations.
    """
    seen = list(observations)
    if not seen:
        raise NotEnoughData("还没有已发布的评分，无法计算平均分。")
    weights, total, mean = _weighted_mean(seen)
    spread = _mean_variance(seen, mean, total)
    n = _n(seen)
    effective = total**2 / _sum(seen, (w**2 for w in weights))
    if n == 1:
        return Average(mean, None, None, n, effective, None)
    tail = (1 - confidence) / 2
    if spread == 0:
        unseen = 1 - tail ** (1 / n)
        low, high = mean - unseen * (mean - bounds[0]), mean + unseen * (bounds[1] - mean)
        return Average(mean, low, high, n, effective, None)
    reach = -float(stdtrit(n - 1, tail)) * sqrt(spread)
    return Average(mean, max(mean - reach, bounds[0]), min(mean + reach, bounds[1]), n, effective, spread)


def _weighted_mean(seen: Sequence[Observation]) -> tuple[list[float], float, float]:
    if not all(isfinite(item.score) for item in seen):
        raise NotEnoughData("有一个分数不是数字，请检查该次评分。")
    weights = [item.weight for item in seen]
    total = _sum(seen, weights)
    if len({item.score for item in seen}) == 1:
        return weights, total, seen[0].score
    whole = _sum(seen, (w * item.score for w, item in zip(weights, seen, strict=True)))
    return weights, total, whole / total


def _mean_variance(seen: Sequence[Observation], mean: float, total: float) -> float:
    """Linearised variance: n/(n−1) · Σ (wᵢ (yᵢ − ȳ))² / (Σ wᵢ)²."""
    n = _n(seen)
    if n < 2:
        return 0.0
    return n / (n - 1) * _sum(seen, ((item.weight * (item.score - mean)) ** 2 for item in seen)) / total**2


def _n(seen: Sequence[Observation]) -> int:
    return sum(item.count for item in seen)


def _sum(seen: Sequence[Observation], values: Iterable[float]) -> float:
    """One value an observation, each as often as it was seen. Exact but for one rounding at the end, so that
    neither the order nor how equal ones are put together moves a figure."""
    return fsum(chain.from_iterable(repeat(v, item.count) for v, item in zip(values, seen, strict=True)))


def difference(first: Average, second: Average, *, confidence: float = CONFIDENCE) -> Difference:
    """Welch's comparison of two averages; undecided where a spread is not known."""
    value = first.mean - second.mean
    if first.variance is None or second.variance is None:
        return Difference(value, None, None, None)
    variance = first.variance + second.variance
    freedom = variance**2 / (first.variance**2 / (first.n - 1) + second.variance**2 / (second.n - 1))
    error = sqrt(variance)
    reach = -float(stdtrit(freedom, (1 - confidence) / 2)) * error
    return Difference(value, value - reach, value + reach, _two_sided_p(abs(value) / error, freedom))


def _two_sided_p(t: float, freedom: float) -> float:
    return 2 * float(stdtr(freedom, -t))


def wilson(successes: int, n: int, *, confidence: float = CONFIDENCE) -> Proportion:
    """Wilson's score interval for a share. Raises `NotEnoughData` for n = 0 or impossible counts."""
    if n < 1 or not 0 <= successes <= n:
        raise NotEnoughData(f"{successes}/{n} 不能算作比例，请先积累数据。")
    z = float(ndtri(1 - (1 - confidence) / 2))
    share = successes / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = 0.0 if successes == 0 else max(middle - reach, 0.0)
    high = 1.0 if successes == n else min(middle + reach, 1.0)
    return Proportion(share, low, high, n)


def by_day(
    observations: Iterable[Observation], *, bounds: tuple[float, float] = FULL
) -> tuple[TrendPoint, ...]:
    """One average a day, in order of days; days without evaluations are left out, never filled in."""
    days: dict[date, list[Observation]] = defaultdict(list)
    for item in observations:
        if item.day is not None:
            days[item.day].append(item)
    return tuple(TrendPoint(day, average(days[day], bounds=bounds)) for day in sorted(days))

"""Do evaluators mean the same? Kappa and alpha with bootstrap intervals, per cent agreement beside them.

Sources. Kappa: J. Cohen, Educ. Psychol. Meas. 20 (1960). Weighted kappa: J. Cohen, Psychol. Bull. 70
(1968). Alpha: K. Krippendorff, Content Analysis (2004), ch. 11, and "Computing Krippendorff's
Alpha-Reliability" (2011). Percentile bootstrap over calls: B. Efron, R. Tibshirani, An Introduction to
the Bootstrap (1993), § 13.3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from scoring.errors import NotEnoughData

Matrix = NDArray[np.float64]
RESAMPLES = 2000
CONFIDENCE = 0.95


class Weights(StrEnum):
    """How much a disagreement counts in weighted kappa, by the distance of the categories."""

    NONE = "none"
    LINEAR = "linear"
    QUADRATIC = "quadratic"


class Metric(StrEnum):
    """The level of measurement for alpha."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


@dataclass(frozen=True, slots=True)
class Agreement:
    """One coefficient with its interval over `n` calls.

    `value` is None where chance leaves nothing to measure (all answers alike); the interval is None
    where resampling cannot state one: most resamples leave nothing to measure, or none differs.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int


def percent_agreement(first: Sequence[str], second: Sequence[str]) -> float:
    """Share of calls answered alike. Raises `NotEnoughData` without calls or for unequal lengths."""
    _paired(first, second)
    return sum(a == b for a, b in zip(first, second, strict=True)) / len(first)


def cohen_kappa(
    first: Sequence[str],
    second: Sequence[str],
    *,
    categories: Sequence[str] = (),
    weights: Weights = Weights.NONE,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Agreement:
    """Two evaluators on the same calls, in the same order.

    `categories` gives the order of the options, which weights need; without it, the order of text.
    Raises `NotEnoughData` without calls, for unequal lengths, or an answer outside `categories`.
    """
    _paired(first, second)
    order = list(categories) or sorted({*first, *second})
    place = {name: n for n, name in enumerate(order)}
    if not {*first, *second} <= place.keys():
        raise NotEnoughData("有答案不在给出的选项之中，请核对评分表版本。")
    size = len(order)
    units = np.zeros((len(first), size * size))
    for n, (a, b) in enumerate(zip(first, second, strict=True)):
        units[n, place[a] * size + place[b]] = 1
    cost = _kappa_cost(size, weights)
    return _with_interval(units, lambda table: _kappa(table.reshape(size, size), cost), seed, resamples)


def krippendorff_alpha(
    ratings: Sequence[Sequence[str | float | None]],
    metric: Metric = Metric.NOMINAL,
    *,
    order: Sequence[str] = (),
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Agreement:
    """Any number of evaluators, with gaps: one row an evaluator, one column a call, None where not rated.

    Values are figures for `INTERVAL`; for `ORDINAL` figures, or words whose `order` is given.
    Calls rated fewer than twice say nothing and are not counted in n.
    Raises `NotEnoughData` where no call was rated twice, or for values that fit no order.
    """
    calls = [[v for v in column if v is not None] for column in zip(*ratings, strict=True)]
    calls = [call for call in calls if len(call) >= 2]
    if not calls:
        raise NotEnoughData("没有一通录音由两人以上评过，无法计算一致性。")
    values = _ordered({v for call in calls for v in call}, metric, order)
    place = {value: n for n, value in enumerate(values)}
    size = len(values)
    units = np.stack([_coincidences([place[v] for v in call], size).ravel() for call in calls])
    figures = np.array([float(v) for v in values]) if metric is Metric.INTERVAL else np.zeros(size)
    return _with_interval(
        units, lambda table: _alpha(table.reshape(size, size), metric, figures), seed, resamples
    )


def _paired(first: Sequence[str], second: Sequence[str]) -> None:
    if not first or len(first) != len(second):
        raise NotEnoughData("两位评分人要评同一批录音，且至少一通。")


def _kappa_cost(size: int, weights: Weights) -> Matrix:
    distance = np.abs(np.subtract.outer(np.arange(size), np.arange(size))).astype(np.float64)
    if weights is Weights.NONE:
        return (distance > 0).astype(np.float64)
    return distance if weights is Weights.LINEAR else distance**2


def _kappa(table: Matrix, cost: Matrix) -> float:
    """1 − observed / expected disagreement; nan where none could be expected."""
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    chance = float((cost * expected).sum())
    return 1 - float((cost * table).sum()) / chance if chance > 0 else float("nan")


def _ordered(values: set[str | float], metric: Metric, order: Sequence[str]) -> list[str | float]:
    if order:
        if not values <= set(order):
            raise NotEnoughData("有答案不在给出的顺序之中，请核对评分表版本。")
        return [value for value in order if value in values]
    if metric is not Metric.NOMINAL and not all(isinstance(v, int | float) for v in values):
        raise NotEnoughData("等级或数值一致性需要数字，或给出选项的顺序。")
    return sorted(values, key=lambda v: (isinstance(v, str), v))


def _coincidences(call: Sequence[int], size: int) -> Matrix:
    """One call's pairs of values, each weighted 1/(m−1) (Krippendorff 2011, step B)."""
    counts = np.bincount(call, minlength=size).astype(np.float64)
    return (np.outer(counts, counts) - np.diag(counts)) / (len(call) - 1)


def _alpha(table: Matrix, metric: Metric, figures: Matrix) -> float:
    """1 − observed / expected disagreement of a coincidence matrix; nan where none could be expected."""
    margin = table.sum(axis=1)
    cost = _alpha_cost(margin, metric, figures)
    chance = float((cost * np.outer(margin, margin)).sum())
    return 1 - (margin.sum() - 1) * float((cost * table).sum()) / chance if chance > 0 else float("nan")


def _alpha_cost(margin: Matrix, metric: Metric, figures: Matrix) -> Matrix:
    if metric is Metric.NOMINAL:
        return 1 - np.eye(len(margin))
    if metric is Metric.INTERVAL:
        return np.asarray(np.subtract.outer(figures, figures) ** 2, dtype=np.float64)
    ends = np.cumsum(margin)
    middle = ends - margin / 2  # Σ from c to k, less half of both ends, is the distance of their middles
    return np.asarray(np.subtract.outer(middle, middle) ** 2, dtype=np.float64)


def _with_interval(
    units: Matrix, coefficient: Callable[[Matrix], float], seed: int, resamples: int
) -> Agreement:
    """The coefficient of all calls, and the percentile interval of it over resampled calls."""
    n = len(units)
    value = coefficient(units.sum(axis=0))
    if np.isnan(value):
        return Agreement(None, None, None, n)
    chance = np.random.default_rng(seed)
    alike, counts = np.unique(units, axis=0, return_counts=True)  # drawing kinds of calls is drawing calls
    draws = chance.multinomial(n, counts / n, size=resamples) @ alike if n > 1 else np.empty((0, 1))
    found = np.array([coefficient(table) for table in draws])
    found = found[~np.isnan(found)] if len(found) else found
    if len(found) < resamples / 2 or not len(found):
        return Agreement(value, None, None, n)
    low, high = np.quantile(found, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    if np.ptp(found) < 1e-9:  # no call differs: how rare a difference is cannot be resampled
        return Agreement(value, None, None, n)
    return Agreement(value, float(low), float(high), n)

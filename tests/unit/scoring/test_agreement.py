"""Agreement coefficients against published worked examples and an independent implementation."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from scoring.agreement import Metric, Weights, cohen_kappa, krippendorff_alpha, percent_agreement
from scoring.errors import NotEnoughData

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), examples A, B and C.
BINARY = ([0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0])
NOMINAL = ("aabbdcccedda", "babbbcccEddd".lower())
WITH_GAPS = (
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
)


def test_alpha_of_binary_data_is_the_published_figure() -> None:
    assert krippendorff_alpha(BINARY).value == pytest.approx(0.095, abs=5e-4)


def test_alpha_of_nominal_data_is_the_published_figure() -> None:
    assert krippendorff_alpha([list(row) for row in NOMINAL]).value == pytest.approx(0.692, abs=5e-4)


@pytest.mark.parametrize(
    ("metric", "published"), [(Metric.NOMINAL, 0.743), (Metric.ORDINAL, 0.815), (Metric.INTERVAL, 0.849)]
)
def test_alpha_with_gaps_is_the_published_figure_at_each_level(metric: Metric, published: float) -> None:
    found = krippendorff_alpha(WITH_GAPS, metric)
    assert found.value == pytest.approx(published, abs=5e-4)
    assert found.n == 11  # the twelfth call was rated once


def test_alpha_reads_words_by_their_order() -> None:
    words = {1: "poor", 2: "fair", 3: "good", 4: "fine", 5: "best"}
    rows = [[None if v is None else words[v] for v in row] for row in WITH_GAPS]
    found = krippendorff_alpha(rows, Metric.ORDINAL, order=list(words.values()))
    assert found.value == pytest.approx(0.815, abs=5e-4)


def test_kappa_of_the_textbook_table_of_fifty_is_point_four() -> None:
    # 20 both yes, 5 and 10 mixed, 15 both no: observed 0.7, by chance 0.5.
    first = ["y"] * 25 + ["n"] * 25
    second = ["y"] * 20 + ["n"] * 5 + ["y"] * 10 + ["n"] * 15
    assert percent_agreement(first, second) == pytest.approx(0.7)
    assert cohen_kappa(first, second).value == pytest.approx(0.4)


def test_kappa_of_the_table_of_two_hundred_is_the_published_figure() -> None:
    # The table of Cohen (1968), for which he gives 0.492 unweighted.
    counts = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
    first, second = [], []
    for i, row in enumerate(counts):
        for j, count in enumerate(row):
            first += [str(i)] * count
            second += [str(j)] * count
    assert cohen_kappa(first, second).value == pytest.approx(0.492, abs=5e-4)


@pytest.mark.parametrize("weights", list(Weights))
def test_kappa_equals_an_independent_implementation(weights: Weights) -> None:
    chance = np.random.default_rng(7)
    first = chance.integers(0, 4, 60)
    second = np.clip(first + chance.integers(-1, 2, 60), 0, 3)
    other = None if weights is Weights.NONE else weights.value
    expected = cohen_kappa_score(first, second, weights=other)
    found = cohen_kappa([str(v) for v in first], [str(v) for v in second], categories="0123", weights=weights)
    assert found.value == pytest.approx(expected)


def test_interval_holds_the_value_and_repeats_with_its_seed() -> None:
    chance = np.random.default_rng(3)
    first = [str(v) for v in chance.integers(0, 3, 80)]
    second = [v if chance.random() < 0.8 else "0" for v in first]
    once, again, other = (cohen_kappa(first, second, seed=seed) for seed in (1, 1, 2))
    assert once == again
    assert once != other
    assert once.low is not None
    assert once.high is not None
    assert once.value is not None
    assert -1 <= once.low < once.value < once.high <= 1


def test_interval_covers_the_true_alpha_about_as_often_as_it_says() -> None:
    chance = np.random.default_rng(11)
    # Two evaluators, each right with 0.9, otherwise a coin: true nominal alpha = 0.9 ** 2.
    covered = 0
    for trial in range(60):
        truth = chance.integers(0, 2, 120)
        rows = [np.where(chance.random(120) < 0.9, truth, chance.integers(0, 2, 120)).tolist() for _ in "ab"]
        found = krippendorff_alpha(rows, seed=trial, resamples=300)
        covered += found.low is not None and found.high is not None and found.low <= 0.81 <= found.high
    assert covered >= 51


def test_answers_all_alike_have_no_coefficient() -> None:
    assert cohen_kappa(["y"] * 9, ["y"] * 9).value is None
    assert krippendorff_alpha([["y"] * 9, ["y"] * 9]).value is None


def test_perfect_agreement_states_no_interval_it_cannot_know() -> None:
    found = cohen_kappa(["y", "n", "y"], ["y", "n", "y"])
    assert (found.value, found.low, found.high) == (1.0, None, None)


def test_too_little_data_is_refused_in_words() -> None:
    with pytest.raises(NotEnoughData, match="至少一通"):
        cohen_kappa([], [])
    with pytest.raises(NotEnoughData, match="两人以上"):
        krippendorff_alpha([["y", None], [None, "n"]])
    with pytest.raises(NotEnoughData, match="选项之中"):
        cohen_kappa(["y"], ["z"], categories=["y", "n"])
    with pytest.raises(NotEnoughData, match="需要数字"):
        krippendorff_alpha([["y"], ["n"]], Metric.ORDINAL)

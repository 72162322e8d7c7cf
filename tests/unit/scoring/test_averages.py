"""Averages weighted by the chance of being sampled, their intervals, and who may be ranked."""

from __future__ import annotations

from datetime import date
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scoring.averages import Observation, average, by_day, difference, wilson
from scoring.errors import NotEnoughData
from scoring.ranking import standings


def _equal(*scores: float) -> list[Observation]:
    return [Observation(score) for score in scores]


def test_equal_chances_give_the_plain_mean_and_students_interval() -> None:
    scores = [80.0, 90.0, 85.0, 70.0, 95.0]
    found = average(_equal(*scores))
    low, high = stats.t.interval(0.95, 4, np.mean(scores), stats.sem(scores))
    assert found.mean == pytest.approx(84)
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(min(high, 100)))
    assert found.n == found.effective_n == 5


def test_calls_picked_for_risk_do_not_drag_the_average_down() -> None:
    ordinary = [Observation(90, 0.1)] * 10
    risky = [Observation(30, 1.0)] * 10
    found = average([*ordinary, *risky])
    assert found.mean == pytest.approx((90 * 100 + 30 * 10) / 110)
    assert found.effective_n < found.n


def test_one_evaluation_has_no_interval_and_none_has_no_average() -> None:
    single = average(_equal(88))
    assert (single.mean, single.low, single.high, single.n) == (88, None, None, 1)
    with pytest.raises(NotEnoughData, match="还没有"):
        average([])


def test_equal_scores_do_not_pretend_to_certainty() -> None:
    few, many = average(_equal(*[100.0] * 3)), average(_equal(*[100.0] * 60))
    assert few.low is not None
    assert many.low is not None
    assert few.low < 40
    assert 90 < many.low < 100
    assert few.high == many.high == 100


def test_interval_covers_the_true_mean_about_as_often_as_it_says() -> None:
    chance = np.random.default_rng(5)
    scores = np.clip(chance.normal(80, 10, 400), 0, 100)
    risk = np.where(scores < 70, 0.5, 0.08)
    covered = 0
    for _ in range(300):
        drawn = chance.random(400) < risk
        found = average([Observation(s, p) for s, p in zip(scores[drawn], risk[drawn], strict=True)])
        covered += (
            found.low is not None and found.high is not None and found.low <= scores.mean() <= found.high
        )
    assert covered >= 0.9 * 300


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0.01, 1)), min_size=1, max_size=20))
def test_mean_and_interval_stay_within_what_scores_can_be(pairs: list[tuple[float, float]]) -> None:
    found = average([Observation(score, probability) for score, probability in pairs])
    assert min(s for s, _ in pairs) - 1e-9 <= found.mean <= max(s for s, _ in pairs) + 1e-9
    if found.low is not None and found.high is not None:
        assert -1e-9 <= found.low <= found.mean + 1e-9
        assert found.mean - 1e-9 <= found.high <= 100 + 1e-9
    assert 1 - 1e-9 <= found.effective_n <= found.n + 1e-9


@pytest.mark.parametrize("probability", [0, -0.1, 1.2, float("nan")])
def test_impossible_chances_are_refused(probability: float) -> None:
    with pytest.raises(NotEnoughData, match="抽样概率"):
        average([Observation(80, probability)])


def test_difference_is_welchs_test() -> None:
    first, second = [80.0, 82, 84, 86], [70.0, 75, 80, 72, 71]
    found = difference(average(_equal(*first)), average(_equal(*second)))
    expected = stats.ttest_ind(first, second, equal_var=False)
    assert found.p_value == pytest.approx(expected.pvalue)
    interval = expected.confidence_interval()
    assert (found.low, found.high) == (pytest.approx(interval.low), pytest.approx(interval.high))
    assert found.told_apart


def test_difference_to_a_single_evaluation_is_not_told() -> None:
    assert not difference(average(_equal(10)), average(_equal(90, 91, 92))).told_apart


def test_agents_that_cannot_be_told_apart_share_their_ranks() -> None:
    chance = np.random.default_rng(2)
    team = {
        "甲": average(_equal(*chance.normal(90, 3, 40))),
        "乙": average(_equal(*chance.normal(89.5, 3, 40))),
        "丙": average(_equal(*chance.normal(60, 3, 40))),
    }
    found = {s.name: s for s in standings(team)}
    assert (found["甲"].best_rank, found["甲"].worst_rank) == (1, 2)
    assert (found["乙"].best_rank, found["乙"].worst_rank) == (1, 2)
    assert (found["丙"].best_rank, found["丙"].ranked) == (3, True)
    assert found["丙"].surely_better == {"甲", "乙"}


def test_many_equal_agents_are_seldom_ranked_by_chance() -> None:
    chance = np.random.default_rng(9)
    wrong = 0
    for _ in range(100):
        team = {str(n): average(_equal(*chance.normal(80, 8, 6))) for n in range(10)}
        wrong += any(s.surely_better for s in standings(team))
    assert wrong <= 10


def test_wilson_interval_is_the_published_formula() -> None:
    found = wilson(8, 10)
    z = stats.norm.ppf(0.975)
    middle = (0.8 + z * z / 20) / (1 + z * z / 10)
    reach = z * sqrt(0.8 * 0.2 / 10 + z * z / 400) / (1 + z * z / 10)
    assert (found.low, found.high) == (pytest.approx(middle - reach), pytest.approx(middle + reach))
    assert (wilson(0, 5).low, wilson(5, 5).high) == (0.0, 1.0)
    with pytest.raises(NotEnoughData):
        wilson(1, 0)


def test_trend_has_one_point_a_day_and_fills_no_gaps() -> None:
    first, third = date(2026, 11, 2), date(2026, 11, 4)
    trend = by_day([Observation(70, day=third), Observation(80, day=first), Observation(90, day=first)])
    assert [(p.day, p.average.mean, p.average.n) for p in trend] == [(first, 85, 2), (third, 70, 1)]

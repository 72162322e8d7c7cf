"""Samples that repeat, and chances that are what they say."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.averages import Observation, average
from scoring.errors import SamplingImpossible
from scoring.sampling import (
    Candidate,
    allocate,
    combined,
    draw_by_risk,
    draw_random,
    draw_stratified,
    inclusion_probabilities,
)

CALLS = [Candidate(f"call-{n:02}", "甲" if n < 8 else "乙", risk=n % 5) for n in range(20)]
RISKS = st.lists(st.floats(0, 1000), min_size=1, max_size=40)


def test_same_seed_gives_the_same_sample_whatever_the_order_of_the_calls() -> None:
    for draw in (draw_random, draw_by_risk):
        assert draw(CALLS, 6, seed=4) == draw(list(reversed(CALLS)), 6, seed=4)
        assert len({draw(CALLS, 6, seed=seed) for seed in range(20)}) > 15
    assert draw_stratified(CALLS, 2, seed=4) == draw_stratified(list(reversed(CALLS)), 2, seed=4)


def test_random_sample_gives_each_call_the_same_chance() -> None:
    drawn = draw_random(CALLS, 5, seed=1)
    assert len(drawn) == 5
    assert {d.probability for d in drawn} == {0.25}
    assert len(draw_random(CALLS, 99, seed=1)) == 20


def test_marked_calls_are_certain_and_come_on_top() -> None:
    calls = [Candidate("complaint", always=True), *CALLS]
    for draw in (draw_random, draw_by_risk):
        drawn = {d.id: d.probability for d in draw(calls, 5, seed=3)}
        assert len(drawn) == 6
        assert drawn["complaint"] == 1.0


def test_strata_give_so_many_each_and_all_where_they_have_fewer() -> None:
    drawn = draw_stratified(CALLS, {"甲": 2, "乙": 30}, seed=1)
    assert Counter(d.stratum for d in drawn) == {"甲": 2, "乙": 12}
    assert {d.stratum: d.probability for d in drawn} == {"甲": 0.25, "乙": 1.0}
    with pytest.raises(SamplingImpossible, match="“乙”抽几通"):
        draw_stratified(CALLS, {"甲": 2}, seed=1)


def test_shares_follow_the_counts_with_a_minimum_for_each() -> None:
    assert allocate({"甲": 80, "乙": 19, "丙": 1}, 20) == {"甲": 15, "乙": 4, "丙": 1}
    assert allocate({"甲": 3, "乙": 2}, 99) == {"甲": 3, "乙": 2}
    assert allocate({"甲": 5, "乙": 5}, 1, at_least=2) == {"甲": 2, "乙": 2}


@given(st.dictionaries(st.text("abc", min_size=1), st.integers(0, 50)), st.integers(0, 120))
def test_shares_add_up_and_never_exceed_a_stratum(counts: dict[str, int], size: int) -> None:
    given_ = allocate(counts, size, at_least=0)
    assert sum(given_.values()) == min(size, sum(counts.values()))
    assert all(0 <= given_[name] <= counts[name] for name in counts)


@given(RISKS, st.integers(0, 50), st.integers(0, 10**6))
def test_risk_sample_has_its_size_and_chances_that_add_up_to_it(
    risks: list[float], size: int, seed: int
) -> None:
    calls = [Candidate(f"c{n}", risk=risk) for n, risk in enumerate(risks)]
    drawn = draw_by_risk(calls, size, seed=seed)
    assert len(drawn) == min(size, len(calls))
    assert all(0 < d.probability <= 1 for d in drawn)


@given(st.lists(st.floats(0.001, 1000), min_size=1, max_size=40), st.data())
def test_chances_proportional_to_size_add_up_to_the_count(sizes: list[float], data: st.DataObject) -> None:
    count = data.draw(st.integers(0, len(sizes)))
    chances = inclusion_probabilities(sizes, count)
    assert sum(chances) == pytest.approx(count)
    assert all(0 <= chance <= 1 + 1e-12 for chance in chances)
    ordered = [chance for _, chance in sorted(zip(sizes, chances, strict=True))]
    assert all(a <= b + 1e-9 for a, b in pairwise(ordered))


def test_calls_are_drawn_as_often_as_their_stated_chance() -> None:
    rounds = 4000
    times: Counter[str] = Counter()
    stated: dict[str, float] = {}
    for seed in range(rounds):
        for d in draw_by_risk(CALLS, 6, seed=seed):
            times[d.id] += 1
            stated[d.id] = d.probability
    assert len(stated) == len(CALLS)
    for name, chance in stated.items():
        assert times[name] / rounds == pytest.approx(chance, abs=4 * (chance * (1 - chance) / rounds) ** 0.5)


def test_average_over_risk_samples_meets_the_average_of_all_calls() -> None:
    # 200 calls, drawn 60: a ratio is off by little, the less the larger the sample.
    calls = [Candidate(f"call-{n:03}", risk=n % 5) for n in range(200)]
    scores = {c.id: 95.0 - 12 * c.risk for c in calls}
    truth = sum(scores.values()) / len(scores)
    means, plain = [], []
    for seed in range(200):
        drawn = draw_by_risk(calls, 60, seed=seed)
        means.append(average([Observation(scores[d.id], d.probability) for d in drawn]).mean)
        plain.append(sum(scores[d.id] for d in drawn) / len(drawn))
    assert sum(means) / 200 == pytest.approx(truth, abs=0.8)
    assert sum(plain) / 200 < truth - 5  # what weighting is there to mend


def test_chance_of_a_call_that_two_plans_could_draw() -> None:
    assert combined([0.5, 0.2]) == pytest.approx(0.6)
    assert combined([1.0, 0.1]) == 1.0


@pytest.mark.parametrize(
    ("calls", "more", "words"),
    [
        ([Candidate("a", risk=-1)], {}, "风险值"),
        ([Candidate("a"), Candidate("a")], {}, "出现两次"),
        ([Candidate("a", risk=1), Candidate("b")], {"uniform_share": 0}, "永远不会被抽到"),
        ([Candidate("a", risk=1)], {"uniform_share": 2}, "份额"),
    ],
)
def test_plans_that_cannot_be_carried_out_are_refused_in_words(
    calls: list[Candidate], more: dict[str, float], words: str
) -> None:
    with pytest.raises(SamplingImpossible, match=words):
        draw_by_risk(calls, 1, seed=1, **more)

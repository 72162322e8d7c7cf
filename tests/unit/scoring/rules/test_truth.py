"""Kleene's laws."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scoring.rules.judging.truth import Truth, at_least, conjunction, disjunction, negate

truths = st.sampled_from(Truth)
many = st.lists(truths, max_size=6)


@given(truths)
def test_double_negation_gives_the_value_back(a: Truth) -> None:
    assert negate(negate(a)) is a


@given(many)
def test_de_morgan_holds(values: list[Truth]) -> None:
    assert negate(conjunction(values)) is disjunction(negate(v) for v in values)
    assert negate(disjunction(values)) is conjunction(negate(v) for v in values)


@given(truths, truths, truths)
def test_and_or_distribute_and_absorb(a: Truth, b: Truth, c: Truth) -> None:
    assert conjunction((a, disjunction((b, c)))) is disjunction((conjunction((a, b)), conjunction((a, c))))
    assert disjunction((a, conjunction((a, b)))) is a


@given(many, st.randoms())
def test_order_does_not_matter(values: list[Truth], random: object) -> None:
    mixed = list(values)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert conjunction(values) is conjunction(mixed)
    assert at_least(2, values) is at_least(2, mixed)


@given(many)
def test_at_least_one_is_or_and_at_least_all_is_and(values: list[Truth]) -> None:
    assert at_least(1, values) is disjunction(values)
    assert at_least(len(values), values) is conjunction(values)


@given(many, st.integers(0, 6))
def test_settling_an_unknown_never_contradicts_a_settled_answer(values: list[Truth], n: int) -> None:
    before = at_least(n, values)
    for settled in (Truth.YES, Truth.NO):
        after = at_least(n, [settled if v is Truth.UNKNOWN else v for v in values])
        assert before is Truth.UNKNOWN or after is before


def test_unknown_is_neither_missing_nor_found() -> None:
    assert conjunction((Truth.YES, Truth.UNKNOWN)) is Truth.UNKNOWN
    assert conjunction((Truth.NO, Truth.UNKNOWN)) is Truth.NO
    assert disjunction((Truth.YES, Truth.UNKNOWN)) is Truth.YES
    assert disjunction((Truth.NO, Truth.UNKNOWN)) is Truth.UNKNOWN

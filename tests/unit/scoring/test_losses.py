"""Where the points of an evaluation went."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from scoring.arithmetic import score
from scoring.losses import losses
from scoring.rubric import seeded
from scoring.types import Answer, Criterion, CriterionKind, Rubric

BANKING, _OUTBOUND, DEDUCTION = seeded()


def answered(rubric: Rubric, picks: list[int]) -> list[Answer]:
    """Every criterion answered; `picks` chooses among its options (or occurrences) in turn."""
    return [_answer(criterion, pick) for criterion, pick in zip(rubric.criteria, picks, strict=True)]


def _answer(criterion: Criterion, pick: int) -> Answer:
    if criterion.kind is CriterionKind.DEDUCTION:
        return Answer(criterion.key, occurrences=pick % 3)
    if criterion.kind is CriterionKind.TEXT:
        return Answer(criterion.key, comment="好")
    return Answer(criterion.key, options=(criterion.options[pick % len(criterion.options)].key,))


def picks_for(rubric: Rubric) -> st.SearchStrategy[list[int]]:
    count = len(rubric.criteria)
    return st.lists(st.integers(0, 5), min_size=count, max_size=count)


@given(picks_for(BANKING))
def test_losses_of_a_weighted_form_add_up_to_what_the_total_lacks(picks: list[int]) -> None:
    answers = answered(BANKING, picks)
    outcome = score(BANKING, answers)
    whole = outcome.total if outcome.lost_total is None else outcome.lost_total
    lost = sum((item.points for item in losses(BANKING, answers)), Decimal(0))
    assert abs(Decimal(100) - lost - whole) <= Decimal("0.05") + Decimal("0.0001")


def test_a_criterion_done_well_loses_nothing_and_one_not_applicable_is_left_out() -> None:
    best = [max(c.options, key=lambda o: o.points).key for c in BANKING.criteria]
    answers = [Answer(c.key, options=(key,)) for c, key in zip(BANKING.criteria, best, strict=True)]
    optional = next(c.key for c in BANKING.criteria if c.not_applicable_allowed)
    answers = [Answer(a.criterion, not_applicable=True) if a.criterion == optional else a for a in answers]
    found = {item.criterion: item.points for item in losses(BANKING, answers)}
    assert optional not in found
    assert set(found.values()) == {Decimal(0)}


def test_a_weighted_loss_is_its_share_of_the_section() -> None:
    best = {c.key: max(c.options, key=lambda o: o.points).key for c in BANKING.criteria}
    answers = [Answer(key, options=("none" if key == "greeting" else best[key],)) for key in best]
    found = {item.criterion: item.points for item in losses(BANKING, answers)}
    assert found["greeting"] == Decimal("7.5")  # 5 of the opening's 10 points, which weighs 15


@given(picks_for(DEDUCTION))
def test_losses_of_a_deduction_form_are_the_points_taken_off(picks: list[int]) -> None:
    answers = answered(DEDUCTION, picks)
    found = {item.criterion: item.points for item in losses(DEDUCTION, answers)}
    assert all(points >= 0 for points in found.values())
    for criterion, answer in zip(DEDUCTION.criteria, answers, strict=True):
        if criterion.kind is CriterionKind.DEDUCTION and answer.occurrences == 0:
            assert found[criterion.key] == 0

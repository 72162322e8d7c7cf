"""What holds for every rubric and every set of answers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.arithmetic import score
from scoring.types import Answer, CriterionKind, Option, Rubric, ScoringMode, Veto
from tests.support.rubrics import evaluations

Evaluation = tuple[Rubric, list[Answer]]
WEIGHTED = (ScoringMode.WEIGHTED,)
DEDUCTION = (ScoringMode.DEDUCTION,)


@given(evaluations())
def test_total_lies_between_zero_and_the_highest_total(evaluation: Evaluation) -> None:
    rubric, answers = evaluation
    result = score(rubric, answers)
    assert 0 <= result.total <= rubric.highest_total
    assert result.lost_total is None or result.total <= result.lost_total <= rubric.highest_total


@given(evaluations(), st.randoms(use_true_random=False))
def test_order_of_answers_and_of_criteria_does_not_matter(evaluation: Evaluation, chance: object) -> None:
    rubric, answers = evaluation
    mixed_sections = tuple(
        replace(s, criteria=tuple(sorted(s.criteria, key=lambda _: chance.random())))  # type: ignore[attr-defined]
        for s in sorted(rubric.sections, key=lambda _: chance.random())  # type: ignore[attr-defined]
    )
    first = score(rubric, answers)
    other = score(replace(rubric, sections=mixed_sections), list(reversed(answers)))
    assert (first.total, first.lost_total, set(first.vetoes)) == (
        other.total,
        other.lost_total,
        set(other.vetoes),
    )
    assert {s.key: s for s in first.sections} == {s.key: s for s in other.sections}


@given(evaluations())
def test_scoring_again_gives_the_same(evaluation: Evaluation) -> None:
    rubric, answers = evaluation
    assert score(rubric, answers) == score(rubric, answers)


@given(evaluations(WEIGHTED))
def test_not_applicable_equals_a_form_without_the_criterion(evaluation: Evaluation) -> None:
    rubric, answers = evaluation
    gone = {answer.criterion for answer in answers if answer.not_applicable}
    smaller = replace(
        rubric,
        sections=tuple(
            replace(s, criteria=tuple(c for c in s.criteria if c.key not in gone)) for s in rubric.sections
        ),
    )
    kept = [answer for answer in answers if not answer.not_applicable]
    assert score(rubric, answers).total == score(smaller, kept).total


@given(evaluations(WEIGHTED))
def test_effective_weights_of_what_applies_add_up_to_one_hundred(evaluation: Evaluation) -> None:
    rubric, answers = evaluation
    result = score(rubric, answers)
    whole = sum((s.weight for s in result.sections), Decimal(0))
    assert whole == 0 if not result.scorable else abs(whole - 100) < Decimal("0.0001")


@given(evaluations())
def test_veto_keeps_exactly_the_score_of_the_same_form_without_veto(evaluation: Evaluation) -> None:
    rubric, answers = evaluation

    def harmless(option: Option) -> Option:
        return replace(option, veto=Veto.NONE)

    mild = replace(
        rubric,
        sections=tuple(
            replace(
                s, criteria=tuple(replace(c, options=tuple(map(harmless, c.options))) for c in s.criteria)
            )
            for s in rubric.sections
        ),
    )
    result, without = score(rubric, answers), score(mild, answers)
    assert (result.lost_total if result.vetoes else result.total) == without.total
    assert without.lost_total is None


@given(evaluations(DEDUCTION), st.integers(1, 50))
def test_more_occurrences_never_raise_a_deduction_form_nor_take_it_below_zero(
    evaluation: Evaluation, more: int
) -> None:
    rubric, answers = evaluation
    worse = [
        replace(answer, occurrences=answer.occurrences + more) if answer.occurrences is not None else answer
        for answer in answers
    ]
    assert 0 <= score(rubric, worse).total <= score(rubric, answers).total


@given(evaluations(WEIGHTED))
@settings(max_examples=60)
def test_best_answers_make_full_marks(evaluation: Evaluation) -> None:
    rubric, _ = evaluation
    best = [
        Answer(c.key, occurrences=0) if c.kind is CriterionKind.DEDUCTION else Answer(c.key, ("yes",))
        for c in rubric.criteria
    ]
    result = score(rubric, best)
    assert result.total == 100 or not result.scorable

"""The arithmetic of docs/scoring.md, case by case."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from scoring.arithmetic import round_half_up, score
from scoring.errors import AnswerInvalid
from scoring.types import (
    Answer,
    Condition,
    ConditionSource,
    Criterion,
    CriterionKind,
    CriticalClass,
    Operator,
    Option,
    ScoringMode,
    Veto,
)
from tests.support.rubrics import D, form, per_case, said, section, skipped, yes_no

TWO = form(section("a", "60", yes_no("a1"), yes_no("a2")), section("b", "40", yes_no("b1")))


def test_section_score_is_earned_over_applicable_maximum_times_weight() -> None:
    result = score(TWO, [said("a1", "yes"), said("a2", "no"), said("b1", "yes")])
    assert [s.score for s in result.sections] == [D(30), D(40)]
    assert result.total == D("70.0")
    assert result.complete
    assert result.lost_total is None


def test_not_applicable_leaves_numerator_and_denominator() -> None:
    result = score(TWO, [said("a1", "yes"), skipped("a2"), said("b1", "no")])
    assert (result.sections[0].earned, result.sections[0].applicable_max) == (D(10), D(10))
    assert result.total == D(60)


def test_section_with_nothing_applicable_gives_its_weight_to_the_others_in_proportion() -> None:
    three = form(
        section("a", "50", yes_no("a1")), section("b", "30", yes_no("b1")), section("c", "20", yes_no("c1"))
    )
    result = score(three, [skipped("a1"), said("b1", "yes"), said("c1", "no")])
    assert [s.weight for s in result.sections] == [D(0), D(60), D(40)]
    assert result.sections[0].score is None
    assert result.total == D(60)


def test_total_is_rounded_half_up_once_at_the_end() -> None:
    thirds = form(*(section(k, "1", yes_no(k + "1", "3")) for k in "abcdef"), decimals=2)
    result = score(thirds, [said(k + "1", "yes" if k == "a" else "no") for k in "abcdef"])
    assert result.total == D("16.67")
    assert round_half_up(Fraction(1, 8), 2) == D("0.13")
    assert round_half_up(Fraction(5, 2), 0) == D(3)
    assert round_half_up(Fraction(-5, 2), 0) == D(-3)


def test_three_thirds_make_a_whole() -> None:
    part = Criterion("x", "x", CriterionKind.CHOICE, D(3), (Option("one", "一", D(1)),))
    sections = [
        section(f"s{n}", "1", Criterion(f"c{n}", "c", part.kind, D(3), part.options)) for n in range(3)
    ]
    result = score(form(*sections, decimals=4), [said(f"c{n}", "one") for n in range(3)])
    assert result.total == D("33.3333")


def test_veto_zeroes_the_evaluation_and_keeps_the_lost_score() -> None:
    veto = form(
        section("a", "60", yes_no("a1")),
        section(
            "b", "40", yes_no("b1"), yes_no("b2", veto=Veto.EVALUATION, critical=CriticalClass.COMPLIANCE)
        ),
    )
    result = score(veto, [said("a1", "yes"), said("b1", "yes"), said("b2", "no")])
    assert (result.total, result.lost_total) == (D(0), D(80))
    assert result.vetoes == ("b2",)
    assert result.critical_errors[CriticalClass.COMPLIANCE] == 1


def test_section_veto_zeroes_the_section_alone() -> None:
    veto = form(
        section("a", "60", yes_no("a1")), section("b", "40", yes_no("b1"), yes_no("b2", veto=Veto.SECTION))
    )
    result = score(veto, [said("a1", "yes"), said("b1", "yes"), said("b2", "no")])
    assert (result.total, result.lost_total) == (D(60), D(80))
    assert (result.sections[1].score, result.sections[1].lost_score) == (D(0), D(20))
    assert result.sections[1].vetoed


def test_deduction_form_starts_at_its_figure_and_never_falls_below_zero() -> None:
    deduct = form(
        section("a", "0", per_case("a1", "30"), per_case("a2", "0.5", cap="5")), mode=ScoringMode.DEDUCTION
    )
    some = [Answer("a1", occurrences=1), Answer("a2", occurrences=3)]
    many = [Answer("a1", occurrences=9), Answer("a2", occurrences=99)]
    assert score(deduct, some).total == D("68.5")
    assert score(deduct, many).total == D(0)


def test_deduction_stops_at_its_cap_and_at_the_section() -> None:
    deduct = form(
        section("a", "20", per_case("a1", "2", cap="6"), per_case("a2", "15"), yes_no("a3", "2")),
        mode=ScoringMode.DEDUCTION,
    )
    assert score(deduct, [Answer("a1", occurrences=9)]).total == D(94)
    assert score(deduct, [Answer("a1", occurrences=9), Answer("a2", occurrences=1)]).total == D(80)
    assert score(deduct, [said("a3", "no")]).total == D(98)


def test_section_veto_in_a_deduction_form_takes_the_points_of_the_section() -> None:
    deduct = form(
        section("a", "20", yes_no("a1", "2", veto=Veto.SECTION)),
        section("b", "80"),
        mode=ScoringMode.DEDUCTION,
    )
    result = score(deduct, [said("a1", "no")])
    assert (result.total, result.lost_total) == (D(80), D(98))


def test_deduction_inside_a_weighted_form_starts_from_the_criterion_maximum() -> None:
    weighted = form(section("a", "100", per_case("a1", "3", maximum="10"), yes_no("a2")))
    assert score(weighted, [Answer("a1", occurrences=2), said("a2", "yes")]).total == D(70)
    assert score(weighted, [Answer("a1", occurrences=7), said("a2", "yes")]).total == D(50)


def test_veto_and_critical_errors_of_a_deduction_hold_from_their_band_on() -> None:
    band = Option("bad", "违规", D(0), Veto.EVALUATION, CriticalClass.CUSTOMER, low=D(2))
    deduct = form(section("a", "0", per_case("a1", "5", options=(band,))), mode=ScoringMode.DEDUCTION)
    once, thrice = (score(deduct, [Answer("a1", occurrences=n)]) for n in (1, 3))
    assert (once.total, once.vetoes) == (D(95), ())
    assert (thrice.total, thrice.lost_total) == (D(0), D(85))
    assert thrice.critical_errors[CriticalClass.CUSTOMER] == 3


def test_several_choices_add_up_to_the_maximum() -> None:
    options = tuple(Option(k, k, D(4)) for k in "xyz")
    several = form(section("a", "100", Criterion("m", "m", CriterionKind.MULTIPLE, D(10), options)))
    assert score(several, [said("m", "x", "y")]).total == D(80)
    assert score(several, [said("m", "x", "y", "z")]).total == D(100)


def test_number_earns_the_points_of_its_band() -> None:
    bands = (
        Option("slow", "慢", D(0), high=D(60)),
        Option("fit", "适中", D(10), low=D(60), high=D(90)),
        Option("fast", "快", D(5), low=D(90)),
    )
    number = form(section("a", "100", Criterion("n", "n", CriterionKind.NUMBER, D(10), bands)))
    totals = [score(number, [Answer("n", number=D(n))]).total for n in ("59.9", "60", "89.99", "90")]
    assert totals == [D(0), D(100), D(100), D(50)]


def test_bonus_comes_on_top_and_stops_at_the_highest_total() -> None:
    asked = section("a", "100", yes_no("a1"), yes_no("a2"), yes_no("extra", "8", bonus=True))
    half = [said("a1", "yes"), said("a2", "no"), said("extra", "yes")]
    full = [said("a1", "yes"), said("a2", "yes"), said("extra", "yes")]
    assert score(form(asked), half).total == D(58)
    assert score(form(asked), full).total == D(100)
    assert score(form(asked, max_total=D(105)), full).total == D(105)


def test_criterion_not_shown_for_this_call_is_not_scored() -> None:
    on_calls = Condition(ConditionSource.CALL_DATA, "direction", Operator.ONE_OF, ("outbound",))
    on_answer = Condition(ConditionSource.ANSWER, "a2", Operator.ONE_OF, ("no",))
    rubric = form(
        section(
            "a", "100", yes_no("a1"), yes_no("a2", show_if=(on_calls,)), yes_no("a3", show_if=(on_answer,))
        )
    )
    answers = [said("a1", "yes"), said("a2", "no"), said("a3", "no")]
    inbound = score(rubric, answers, {"direction": "inbound"})
    outbound = score(rubric, answers, {"direction": "outbound"})
    assert (inbound.total, inbound.answerable) == (D(100), 1)
    assert (outbound.total, outbound.answerable) == (D("33.3"), 3)


def test_unanswered_criteria_are_left_out_and_counted() -> None:
    result = score(TWO, [said("a1", "yes")])
    assert (result.total, result.answered, result.answerable, result.complete) == (D(100), 1, 3, False)


def test_a_form_without_anything_applicable_is_not_scorable() -> None:
    result = score(TWO, [skipped("a1"), skipped("a2"), skipped("b1")])
    assert not result.scorable
    assert result.complete
    assert score(TWO, []).total == D(0)


def test_text_is_answered_but_never_scored() -> None:
    rubric = form(
        section("a", "100", yes_no("a1"), Criterion("note", "评语", CriterionKind.TEXT, D(0), optional=True))
    )
    result = score(rubric, [said("a1", "no"), Answer("note", comment="很好")])
    assert (result.total, result.answerable) == (D(0), 1)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([said("zzz", "yes")], "没有此项"),
        ([said("a1", "maybe")], "没有选项 maybe"),
        ([said("a1", "yes"), said("a1", "no")], "两个答案"),
        ([said("a1", "yes", "no")], "只能选一个"),
        ([said("a1", "yes", not_applicable=True)], "保留其中一个"),
        ([Answer("a1", number=Decimal(3))], "只能选一个"),
    ],
)
def test_answers_that_do_not_fit_are_refused_in_words(answers: list[Answer], words: str) -> None:
    with pytest.raises(AnswerInvalid, match=words):
        score(TWO, answers)


def test_not_applicable_is_refused_where_the_form_does_not_allow_it() -> None:
    strict = form(section("a", "100", yes_no("a1", not_applicable_allowed=False)))
    with pytest.raises(AnswerInvalid, match="不允许"):
        score(strict, [skipped("a1")])

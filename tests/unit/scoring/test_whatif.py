"""The preview of a change names every call and answer it would touch, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings

from scoring.rubric import seeded
from scoring.types import Answer, Rubric, Score, Veto
from scoring.whatif import CallChange, Case, Flip, FlipReason, carried, what_if
from tests.support.rubrics import D, evaluations, form, said, section, skipped, yes_no

OLD = form(section("a", "60", yes_no("a1"), yes_no("a2")), section("b", "40", yes_no("b1")))


def _case(call: str, agent: str, before: list[Answer], after: list[Answer] | None = None) -> Case:
    return Case(call, agent, tuple(before), tuple(before if after is None else after))


YES = [said("a1", "yes"), said("a2", "yes"), said("b1", "yes")]
MIXED = [said("a1", "yes"), said("a2", "no"), said("b1", "yes")]


def test_other_weights_shift_the_calls_they_touch_and_flip_no_answer() -> None:
    new = replace(
        OLD, sections=(replace(OLD.sections[0], weight=D(20)), replace(OLD.sections[1], weight=D(80)))
    )
    found = what_if(OLD, new, [_case("1", "甲", YES), _case("2", "甲", MIXED), _case("3", "乙", YES)])
    assert [(c.call_id, c.shift) for c in found.changed] == [("2", D(20))]
    assert found.flips == {}
    assert found.form_changes == ("“a”的权重由“60”改为“20”", "“b”的权重由“40”改为“80”")
    assert found.agents["乙"].change.mean == 0
    assert found.agents["甲"].change.mean == pytest.approx(10)
    assert found.whole is not None
    assert (found.whole.before.mean, found.whole.after.mean) == (pytest.approx(90), pytest.approx(290 / 3))


def test_rules_that_answer_otherwise_are_named_by_criterion() -> None:
    found = what_if(
        OLD, OLD, [_case("1", "甲", YES, MIXED), _case("2", "甲", YES, YES[:2]), _case("3", "乙", YES)]
    )
    flips = {c.call_id: [(f.criterion, f.reason) for f in c.flips] for c in found.calls}
    assert flips == {"1": [("a2", FlipReason.ANSWER)], "2": [("b1", FlipReason.NO_ANSWER)], "3": []}
    assert found.flips == {"a2": 1, "b1": 1}


def test_new_and_removed_criteria_are_told_apart() -> None:
    new = form(section("a", "60", yes_no("a1"), yes_no("a3")), section("b", "40", yes_no("b1")))
    after = [said("a1", "yes"), said("a3", "no"), said("b1", "yes")]
    (call,) = what_if(OLD, new, [_case("1", "甲", YES, after)]).calls
    assert [(f.criterion, f.reason) for f in call.flips] == [
        ("a2", FlipReason.REMOVED),
        ("a3", FlipReason.ADDED),
    ]


def test_vetoes_that_would_fall_are_counted() -> None:
    strict = form(
        section("a", "60", yes_no("a1"), yes_no("a2", veto=Veto.EVALUATION)), section("b", "40", yes_no("b1"))
    )
    found = what_if(OLD, strict, [_case("1", "甲", YES), _case("2", "甲", MIXED)])
    assert (found.new_vetoes, found.lifted_vetoes) == (1, 0)
    assert found.changed[0].after.lost_total == D(70)
    assert what_if(strict, OLD, [_case("2", "甲", MIXED)]).lifted_vetoes == 1


@given(evaluations())
@settings(max_examples=50)
def test_the_same_form_and_answers_change_nothing(evaluation: tuple[Rubric, list[Answer]]) -> None:
    rubric, answers = evaluation
    found = what_if(rubric, rubric, [_case("1", "甲", answers)])
    assert found.changed == ()
    assert found.form_changes == ()
    assert found.whole is None or found.whole.change.mean == 0


def test_human_answers_are_carried_where_the_form_still_has_them() -> None:
    new = form(
        section("a", "100", yes_no("a1"), yes_no("a2", not_applicable_allowed=False)),
    )
    kept, lost = carried(OLD, new, [said("a1", "no"), skipped("a2"), said("b1", "yes")])
    assert kept == (said("a1", "no"),)
    assert lost == ("a2", "b1")


def test_carrying_to_the_same_form_keeps_every_answer() -> None:
    phone = seeded()[0]
    answers = tuple(said(c.key, c.options[0].key) for c in phone.criteria)
    assert carried(phone, phone, answers) == (answers, ())


def test_a_score_that_stays_is_not_told_as_changed_though_an_answer_flips() -> None:
    same = Score(Decimal(100), None, (), (), {}, 1, 1)
    flip = Flip("q", "问", FlipReason.REMOVED, None, None)
    assert not CallChange("1", "a", same, same, (flip,)).changes
    assert CallChange("1", "a", same, replace(same, total=Decimal(99)), ()).changes

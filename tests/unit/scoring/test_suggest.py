"""Suggestions carry evidence or are not made; acceptance without a person is earned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recorder.types import Role
from scoring.arithmetic import score
from scoring.rubric import seeded
from scoring.suggest import Measured, compare, may_accept, suggest
from scoring.types import Answer, Evidence, Finding, Policy, Verdict
from tests.support.rubrics import said, skipped, yes_no

HEARD = Evidence(1.0, 4.0, Role.AGENT, "您好，工号8023为您服务", "phrase:greeting")
PHONE, _, DEDUCT = seeded()


def _finding(rule: str, verdict: Verdict, *evidence: Evidence) -> dict[str, Finding]:
    return {rule: Finding(rule, 3, verdict, evidence, "说明")}


@pytest.mark.parametrize(("verdict", "option"), [(Verdict.MET, "full"), (Verdict.NOT_MET, "none")])
def test_verdict_suggests_its_option_with_evidence_and_rule_version(verdict: Verdict, option: str) -> None:
    found = suggest(PHONE, _finding("greeting", verdict, HEARD))["greeting"]
    assert found.answer == Answer("greeting", (option,), evidence=(HEARD,))
    assert (found.rule_key, found.rule_version, found.policy) == ("greeting", 3, Policy.SUGGEST)


def test_without_evidence_or_certainty_nothing_is_suggested() -> None:
    assert suggest(PHONE, _finding("greeting", Verdict.MET)) == {}
    assert suggest(PHONE, _finding("greeting", Verdict.CANNOT_TELL, HEARD)) == {}
    assert suggest(PHONE, {}) == {}


def test_not_applicable_is_suggested_only_where_the_form_allows_it() -> None:
    allowed = suggest(PHONE, _finding("risk_disclosure", Verdict.NOT_APPLICABLE, HEARD))
    assert allowed["risk_disclosure"].answer.not_applicable
    assert suggest(PHONE, _finding("greeting", Verdict.NOT_APPLICABLE, HEARD)) == {}


def test_occurrences_of_a_deduction_are_the_pieces_of_evidence() -> None:
    found = suggest(DEDUCT, _finding("no_interruption", Verdict.NOT_MET, HEARD, HEARD))
    assert found["interruption"].answer.occurrences == 2
    assert score(DEDUCT, [found["interruption"].answer]).total == 96
    clean = suggest(DEDUCT, _finding("no_interruption", Verdict.MET, HEARD))
    assert clean["interruption"].answer.occurrences == 0


def test_criteria_for_people_only_get_no_suggestion() -> None:
    section = PHONE.sections[0]
    closed = replace(section, criteria=(replace(section.criteria[0], policy=Policy.HUMAN_ONLY),))
    assert suggest(replace(PHONE, sections=(closed,)), _finding("greeting", Verdict.MET, HEARD)) == {}


def test_acceptance_needs_the_policy_fifty_answers_and_a_lower_bound_above_the_level() -> None:
    sure = yes_no("a", policy=Policy.ACCEPT_WHEN_SURE)
    assert may_accept(sure, Measured(58, 60))
    assert not may_accept(sure, Measured(49, 49))
    assert not may_accept(sure, Measured(52, 60))  # 0.87 measured, but 0.76 at the lower end
    assert not may_accept(yes_no("a"), Measured(600, 600))
    assert not may_accept(sure, Measured(0, 0))


def test_comparison_counts_what_people_answered_alike() -> None:
    suggested = [said("a", "yes"), said("b", "no"), skipped("c"), said("d", "yes")]
    human = [said("a", "yes", comment="同意"), said("b", "yes"), skipped("c")]
    found = compare(suggested, human)
    assert found == {"a": Measured(1, 1), "b": Measured(0, 1), "c": Measured(1, 1)}

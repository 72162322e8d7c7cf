"""The seeded library: its fixtures, its keys, and how it does on written calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from scoring.bench.judgement import Report, run
from scoring.rules import Fixture, judge, seeded, seeded_fixtures
from scoring.types import Conversation, Verdict
from tests.unit.scoring.rules import calls
from transcribe.phrases import PhraseMatcher, seed

BOUND_BY_THE_RUBRIC = {
    "greeting", "closing", "identity_check", "risk_disclosure", "forbidden_speech", "no_promise_of_return",
    "no_inside_information", "no_password_request", "no_interruption", "no_dead_air", "hold_courtesy",
    "rating_invitation", "anything_else", "complaint", "complaint_handled", "speech_rate",
    "no_hang_up_first", "pii_minimal", "agent_number_correct",
}  # fmt: skip


@pytest.fixture(scope="module")
def matcher() -> PhraseMatcher:
    return PhraseMatcher(phrase for group in seed() for phrase in group.phrases)


def scanned(
    matcher: PhraseMatcher, pairs: Sequence[tuple[Conversation, dict[str, Any]]]
) -> list[tuple[Conversation, dict[str, Any]]]:
    return [
        (replace(call, hits=matcher.scan(call.transcript, agent_no=call.call_data.get("agent_no"))), labels)
        for call, labels in pairs
    ]


@pytest.mark.parametrize("fixture", seeded_fixtures(), ids=lambda fixture: fixture.name)
def test_each_fixture_gets_the_verdicts_it_expects(fixture: Fixture) -> None:
    findings = judge(seeded(), fixture.conversation)
    assert {key: findings[key].verdict for key in fixture.expected} == fixture.expected


def test_every_rule_the_rubric_binds_is_seeded_and_has_a_fixture() -> None:
    assert {rule.key for rule in seeded()} >= BOUND_BY_THE_RUBRIC
    tried = {key for fixture in seeded_fixtures() for key in fixture.expected}
    assert tried >= BOUND_BY_THE_RUBRIC


def test_every_finding_carries_evidence_and_an_explanation() -> None:
    for call, _ in calls.load("dev"):
        for finding in judge(seeded(), call).values():
            assert finding.evidence
            assert finding.explanation
            assert "{" not in finding.explanation


def test_the_same_conversation_is_judged_the_same_twice() -> None:
    call, _ = calls.load("dev")[2]
    assert judge(seeded(), call) == judge(seeded(), call)


@pytest.mark.parametrize("name", ["dev", "dev2", "dev3", "dev4", "dev5", "dev7", "heldout"])
def test_labels_are_answered_as_the_issue_asks(matcher: PhraseMatcher, name: str) -> None:
    report = run(scanned(matcher, calls.load(name)))
    assert_good(report, precision=0.93, recall=0.90)


def test_labels_of_look_alikes_are_mostly_answered(matcher: PhraseMatcher) -> None:
    """`dev6` is hard on purpose: half of its calls only look as if something was wrong with them."""
    report = run(scanned(matcher, calls.load("dev6")))
    assert_good(report, precision=0.85, recall=0.85)


@pytest.mark.parametrize("name", ["dev2", "dev4", "heldout"])
def test_labels_survive_wrong_characters_of_the_same_sound(matcher: PhraseMatcher, name: str) -> None:
    report = run(scanned(matcher, calls.misheard(name, seed=7, rate=0.12)))
    assert_good(report, precision=0.90, recall=0.85)


def assert_good(report: Report, *, precision: float, recall: float) -> None:
    for label, tally in report.tallies.items():
        assert tally.precision is not None
        assert tally.recall is not None
        assert tally.precision >= precision, (label, tally.wrong)
        assert tally.recall >= recall, (label, tally.wrong)


def test_complaint_found_means_met() -> None:
    call = next(call for call, labels in calls.load("dev") if labels["complaint"])
    assert judge(seeded(), call)["complaint"].verdict is Verdict.MET

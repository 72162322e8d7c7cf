"""What a machine proposes for a form: answers that carry their evidence, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scoring.averages import wilson
from scoring.types import Answer, Criterion, CriterionKind, Finding, Policy, Rubric, Verdict

LEAST_ANSWERS = 50
"""Fewer compared answers never allow automatic acceptance."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposed answer; `answer.evidence` is what it rests on."""

    criterion: str
    answer: Answer
    verdict: Verdict
    policy: Policy
    rule_key: str
    rule_version: int
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """How often inspectors gave the answer a machine had proposed, for one criterion."""

    same: int
    compared: int

    @property
    def lower_bound(self) -> float:
        """Lower end of the 95 % Wilson interval of agreement; 0 where nothing was compared."""
        return wilson(self.same, self.compared).low if self.compared else 0.0


def suggest(rubric: Rubric, findings: Mapping[str, Finding]) -> dict[str, Suggestion]:
    """Suggestions by criterion key, from findings by rule key.

    None where the rule cannot tell, gave no evidence, or does not map to an answer, and none for
    criteria that are for people only.
    """
    found = {}
    for criterion in rubric.criteria:
        finding = findings.get(criterion.rule) if criterion.rule else None
        if finding is None or criterion.policy is Policy.HUMAN_ONLY or not finding.evidence:
            continue
        answer = _answer(criterion, finding)
        if answer is not None:
            found[criterion.key] = Suggestion(
                criterion.key,
                answer,
                finding.verdict,
                criterion.policy,
                finding.rule_key,
                finding.rule_version,
                finding.explanation,
            )
    return found


def may_accept(criterion: Criterion, measured: Measured) -> bool:
    """True where a suggestion may be filled in without a person.

    Only under `ACCEPT_WHEN_SURE`, with at least 50 compared answers, and agreement whose lower bound
    lies above the criterion's `sure_level`.
    """
    return (
        criterion.policy is Policy.ACCEPT_WHEN_SURE
        and measured.compared >= LEAST_ANSWERS
        and measured.lower_bound > criterion.sure_level
    )


def compare(suggested: Iterable[Answer], human: Iterable[Answer]) -> dict[str, Measured]:
    """Counts by criterion of how often people answered as suggested; feed it call by call and add up."""
    given = {answer.criterion: answer for answer in human}
    return {
        answer.criterion: Measured(int(same_answer(answer, given[answer.criterion])), 1)
        for answer in suggested
        if answer.criterion in given
    }


def same_answer(first: Answer, second: Answer) -> bool:
    """True where two answers say the same, whatever their comments and evidence."""
    return (set(first.options), first.not_applicable, first.occurrences, first.number) == (
        set(second.options),
        second.not_applicable,
        second.occurrences,
        second.number,
    )


def full_marks(criterion: Criterion) -> Answer | None:
    """The answer that costs nothing: no occurrence, not applicable, else the dearest option.

    None where text is asked for.
    """
    if criterion.kind is CriterionKind.TEXT:
        return None
    if criterion.kind is CriterionKind.DEDUCTION:
        return Answer(criterion.key, occurrences=0)
    if criterion.not_applicable_allowed:
        return Answer(criterion.key, not_applicable=True)
    best = max(criterion.options, key=lambda option: option.points)
    return Answer(criterion.key, options=(best.key,))


def category(answer: Answer) -> str:
    """What was answered as one category, for measures of agreement; empty where nothing was."""
    if answer.not_applicable:
        return "not_applicable"
    if answer.occurrences is not None:
        return str(answer.occurrences)
    if answer.number is not None:
        return str(answer.number)
    return "+".join(sorted(answer.options))


def same_choice(first: Answer, second: Answer) -> bool:
    """True where the same options are chosen, in the same order, or both do not apply."""
    return (first.options, first.not_applicable) == (second.options, second.not_applicable)


def _answer(criterion: Criterion, finding: Finding) -> Answer | None:
    if finding.verdict is Verdict.CANNOT_TELL:
        return None
    if finding.verdict is Verdict.NOT_APPLICABLE:
        if not criterion.not_applicable_allowed:
            return None
        return Answer(criterion.key, not_applicable=True, evidence=finding.evidence)
    if criterion.kind is CriterionKind.DEDUCTION:
        times = 0 if finding.verdict is Verdict.MET else len(finding.evidence)
        return Answer(criterion.key, occurrences=times, evidence=finding.evidence)
    chosen = tuple(option.key for option in criterion.options if option.verdict is finding.verdict)
    return Answer(criterion.key, chosen, evidence=finding.evidence) if len(chosen) == 1 else None

"""From rules' verdicts to a form's suggested answers. Pure; without evidence there is no answer."""

from __future__ import annotations

from collections.abc import Mapping

from scoring.types import Answer, Criterion, CriterionKind, Finding, Policy, Rubric, Verdict


def answers_from(rubric: Rubric, findings: Mapping[str, Finding]) -> tuple[Answer, ...]:
    """Answers of a form that its bound rules give. *Cannot tell* and `HUMAN_ONLY` stay open."""
    bound = [(item, findings[item.rule]) for item in rubric.criteria if item.rule and item.rule in findings]
    made = (_answer(item, finding) for item, finding in bound if _may_answer(item, finding))
    return tuple(answer for answer in made if answer is not None)


def _may_answer(criterion: Criterion, finding: Finding) -> bool:
    sure = finding.verdict is not Verdict.CANNOT_TELL and bool(finding.evidence)
    return sure and criterion.policy is not Policy.HUMAN_ONLY


def _answer(criterion: Criterion, finding: Finding) -> Answer | None:
    if finding.verdict is Verdict.NOT_APPLICABLE:
        if not criterion.not_applicable_allowed:
            return None
        return Answer(criterion.key, not_applicable=True, evidence=finding.evidence)
    if criterion.kind is CriterionKind.DEDUCTION:
        times = len(finding.evidence) if finding.verdict is Verdict.NOT_MET else 0
        return Answer(criterion.key, occurrences=times, evidence=finding.evidence)
    option = next((o for o in criterion.options if o.verdict is finding.verdict), None)
    return Answer(criterion.key, options=(option.key,), evidence=finding.evidence) if option else None

"""Which criteria of a form are shown, given the call data and the answers so far."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from scoring.types import Answer, Condition, ConditionSource, Criterion, CriterionKind, Operator, Rubric

NOT_APPLICABLE = "not_applicable"
"""How a condition names the answer *not applicable*."""


def shown(rubric: Rubric, answers: Mapping[str, Answer], call_data: Mapping[str, str]) -> frozenset[str]:
    """Keys of the criteria that this call's form shows.

    A condition on a criterion that is itself hidden does not hold, and neither does one in a circle.
    """
    by_key = {criterion.key: criterion for criterion in rubric.criteria}
    known: dict[str, bool] = {}

    def is_shown(key: str) -> bool:
        if key in known or key not in by_key:
            return known.get(key, False)
        known[key] = False  # a circle of conditions finds itself hidden
        known[key] = all(
            _holds(condition, answers, call_data)
            and (condition.source is ConditionSource.CALL_DATA or is_shown(condition.key))
            for condition in by_key[key].show_if
        )
        return known[key]

    return frozenset(key for key in by_key if is_shown(key))


def is_answered(criterion: Criterion, answer: Answer | None) -> bool:
    """True where the answer says something for a criterion of this kind."""
    if answer is None:
        return False
    if answer.not_applicable or answer.options:
        return True
    if answer.number is not None or answer.occurrences is not None:
        return True
    return criterion.kind is CriterionKind.TEXT and bool(answer.comment.strip())


def is_counted(criterion: Criterion, answer: Answer) -> bool:
    """True where the answer earns or loses points: it says something, and the question applies."""
    return is_answered(criterion, answer) and not answer.not_applicable


def _holds(condition: Condition, answers: Mapping[str, Answer], call_data: Mapping[str, str]) -> bool:
    """One condition, without regard to whether the criterion it names is shown."""
    if condition.source is ConditionSource.CALL_DATA:
        found = [call_data[condition.key]] if condition.key in call_data else []
    else:
        found = _spoken(answers.get(condition.key))
        if not found:
            return False
    if condition.operator is Operator.ONE_OF:
        return any(value in condition.values for value in found)
    if condition.operator is Operator.NOT_ONE_OF:
        return all(value not in condition.values for value in found)
    return any(_compares(condition, value) for value in found)


def _spoken(answer: Answer | None) -> list[str]:
    """What an answer says, as condition values."""
    if answer is None:
        return []
    if answer.not_applicable:
        return [NOT_APPLICABLE]
    if answer.options:
        return list(answer.options)
    figure = answer.number if answer.number is not None else answer.occurrences
    return [] if figure is None else [str(figure)]


def _compares(condition: Condition, value: str) -> bool:
    try:
        figure, bound = Decimal(value), Decimal(condition.values[0])
    except (InvalidOperation, IndexError):
        return False
    return figure >= bound if condition.operator is Operator.AT_LEAST else figure <= bound

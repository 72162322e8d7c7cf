"""What one answer is worth: points, deductions, veto and critical errors of a single criterion."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from recorder.message import Message
from scoring.errors import AnswerInvalid
from scoring.types import Answer, Criterion, CriterionKind, CriticalClass, Option, Rubric, ScoringMode, Veto

ZERO = Decimal(0)
CHOSEN = frozenset({CriterionKind.YES_NO, CriterionKind.SCALE, CriterionKind.CHOICE, CriterionKind.MULTIPLE})
"""Kinds answered by choosing options."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The worth of one answered criterion. All points exact."""

    criterion: Criterion
    earned: Decimal
    lost: Decimal
    """What a deduction form takes off."""
    veto: Veto
    critical: tuple[CriticalClass, ...]


def mark(rubric: Rubric, criterion: Criterion, answer: Answer) -> Mark:
    """Judge one answer that is given and applicable.

    Raises `AnswerInvalid` where the answer does not fit the criterion.
    """
    if criterion.kind is CriterionKind.TEXT:
        return Mark(criterion, ZERO, ZERO, Veto.NONE, ())
    if criterion.kind is CriterionKind.DEDUCTION:
        return _deduction(rubric, criterion, answer)
    chosen = chosen_options(criterion, answer)
    earned = min(sum((option.points for option in chosen), ZERO), criterion.max_points)
    lost = ZERO if criterion.bonus else criterion.max_points - earned
    critical = tuple(option.critical for option in chosen if option.critical is not None)
    return Mark(criterion, earned, lost, heaviest(chosen), critical)


def chosen_options(criterion: Criterion, answer: Answer) -> tuple[Option, ...]:
    """The options an answer takes: those chosen, or the bands its figure falls in.

    Raises `AnswerInvalid` for options the criterion lacks, too many of them, or a figure in no band.
    """
    if answer.not_applicable or criterion.kind is CriterionKind.TEXT:
        return ()
    if criterion.kind in CHOSEN:
        return _picked(criterion, answer)
    figure = _figure(criterion, answer)
    bands = tuple(option for option in criterion.options if _in_band(option, figure))
    if criterion.kind is CriterionKind.NUMBER and not bands:
        raise AnswerInvalid(
            criterion.key, Message("%(figure)s 不在任何分数区间内，请核对数值或补全区间。", figure=figure)
        )
    return bands[:1]


def check(criterion: Criterion, answer: Answer) -> None:
    """Raise `AnswerInvalid` where a given answer does not fit its criterion."""
    if answer.not_applicable:
        if not criterion.not_applicable_allowed:
            raise AnswerInvalid(criterion.key, Message("此项不允许选“不适用”，请选择一个答案。"))
        if answer.options or answer.number is not None or answer.occurrences is not None:
            raise AnswerInvalid(criterion.key, Message("选了“不适用”就不能再选答案，请保留其中一个。"))
        return
    chosen_options(criterion, answer)


def heaviest(options: tuple[Option, ...]) -> Veto:
    """The widest veto among the options taken."""
    found = {option.veto for option in options}
    if Veto.EVALUATION in found:
        return Veto.EVALUATION
    return Veto.SECTION if Veto.SECTION in found else Veto.NONE


def _picked(criterion: Criterion, answer: Answer) -> tuple[Option, ...]:
    known = {option.key: option for option in criterion.options}
    for key in answer.options:
        if key not in known:
            raise AnswerInvalid(criterion.key, Message("没有选项 %(key)s，请从表单所列选项中选择。", key=key))
    if len(set(answer.options)) != len(answer.options):
        raise AnswerInvalid(criterion.key, Message("同一选项选了两次，请保留一个。"))
    if criterion.kind is not CriterionKind.MULTIPLE and len(answer.options) != 1:
        raise AnswerInvalid(criterion.key, Message("此项只能选一个答案。"))
    return tuple(option for option in criterion.options if option.key in answer.options)


def _figure(criterion: Criterion, answer: Answer) -> Decimal:
    if criterion.kind is CriterionKind.NUMBER:
        if answer.number is None or not answer.number.is_finite():
            raise AnswerInvalid(criterion.key, Message("请填写一个数值。"))
        return answer.number
    if answer.occurrences is None or answer.occurrences < 0:
        raise AnswerInvalid(criterion.key, Message("请填写发生次数（0 或更多）。"))
    return Decimal(answer.occurrences)


def _in_band(option: Option, figure: Decimal) -> bool:
    return (option.low is None or figure >= option.low) and (option.high is None or figure < option.high)


def _deduction(rubric: Rubric, criterion: Criterion, answer: Answer) -> Mark:
    """Points off per occurrence up to the cap; in a weighted form never more than the maximum."""
    chosen = chosen_options(criterion, answer)
    count = answer.occurrences or 0
    lost = criterion.deduct_points * count
    if criterion.deduct_cap is not None:
        lost = min(lost, criterion.deduct_cap)
    if rubric.mode is ScoringMode.WEIGHTED:
        lost = min(lost, criterion.max_points)
    critical = tuple(option.critical for option in chosen if option.critical is not None) * count
    return Mark(criterion, max(criterion.max_points - lost, ZERO), lost, heaviest(chosen), critical)

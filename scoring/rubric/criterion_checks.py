"""What is wrong with one criterion, kind by kind: (field, words)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from recorder.message import Message
from scoring.marks import CHOSEN
from scoring.types import Criterion, CriterionKind, Option, Policy, Rubric, ScoringMode

Objection = tuple[str, Message]


def criterion_objections(rubric: Rubric, criterion: Criterion) -> Iterator[Objection]:
    """Every objection to one criterion, by field."""
    if not criterion.title.strip():
        yield "title", Message("评分项没有名称，请填写。")
    yield from _binding(criterion)
    if criterion.example and criterion.example.end_s <= criterion.example.start_s:
        yield "example.end_s", Message("示例的结束时间应晚于开始时间。")
    if criterion.kind is CriterionKind.TEXT:
        if criterion.options or criterion.max_points:
            yield "kind", Message("文字项不计分，请删去分值和选项。")
        return
    if criterion.kind is CriterionKind.DEDUCTION:
        yield from _deduction(rubric, criterion)
    else:
        yield from _points(criterion)
    if criterion.kind in CHOSEN:
        yield from _choices(criterion)
    else:
        yield from _bands(criterion)


def _binding(criterion: Criterion) -> Iterator[Objection]:
    verdicts = Counter(option.verdict for option in criterion.options if option.verdict)
    if criterion.rule and not verdicts and criterion.kind is not CriterionKind.DEDUCTION:
        yield "rule", Message("绑定了规则，但没有选项对应规则的结论，系统无法给出建议。")
    for verdict, times in verdicts.items():
        if times > 1:
            yield (
                "options",
                Message(
                    "规则结论 %(verdict)s 对应了 %(times)s 个选项，只能对应一个。",
                    verdict=verdict,
                    times=times,
                ),
            )
    if criterion.policy is Policy.ACCEPT_WHEN_SURE and not 0 < criterion.sure_level < 1:
        yield "sure_level", Message("自动采纳的一致性门槛应在 0 和 1 之间，例如 0.8。")


def _points(criterion: Criterion) -> Iterator[Objection]:
    if criterion.max_points <= 0:
        yield "max_points", Message("满分应大于 0。")
    if not criterion.options:
        yield "options", Message("没有选项，请添加。")
        return
    for option in criterion.options:
        if not 0 <= option.points <= criterion.max_points:
            yield (
                "options",
                Message(
                    "选项“%(label)s”得 %(points)s 分，应在 0 到 %(max_points)s 之间。",
                    label=option.label,
                    points=option.points,
                    max_points=criterion.max_points,
                ),
            )
    points = [option.points for option in criterion.options]
    reachable = sum(points, Decimal(0)) if criterion.kind is CriterionKind.MULTIPLE else max(points)
    if 0 < reachable < criterion.max_points:
        yield (
            "options",
            Message(
                "没有选项能得到满分 %(max_points)s，最多只能得 %(reachable)s。",
                max_points=criterion.max_points,
                reachable=reachable,
            ),
        )
    if reachable <= 0:
        yield "options", Message("所有选项都是 0 分，此项无法得分。")


def _choices(criterion: Criterion) -> Iterator[Objection]:
    count = len(criterion.options)
    if criterion.kind is CriterionKind.YES_NO and count not in {0, 2}:
        yield "options", Message("是非题应有 2 个选项，现有 %(count)s 个。", count=count)
    if criterion.kind in {CriterionKind.SCALE, CriterionKind.CHOICE} and count == 1:
        yield "options", Message("只有 1 个选项，请至少写 2 个。")
    for option in criterion.options:
        if not option.label.strip():
            yield "options", Message("选项 %(key)s 没有文字，请填写。", key=option.key)
        if option.low is not None or option.high is not None:
            yield (
                "options",
                Message("选项“%(label)s”写了数值区间，只有数值项和扣分项可以写。", label=option.label),
            )


def _bands(criterion: Criterion) -> Iterator[Objection]:
    """Bands run upwards without overlap; those of a number leave no gap between them."""
    bands = sorted(criterion.options, key=_low)
    for band in bands:
        if band.low is not None and band.high is not None and band.low >= band.high:
            yield (
                "options",
                Message(
                    "区间“%(label)s”的下限 %(low)s 应小于上限 %(high)s（上限不含在内）。",
                    label=band.label,
                    low=band.low,
                    high=band.high,
                ),
            )
    for lower, upper in pairwise(bands):
        if lower.high is None or _low(upper) < lower.high:
            yield (
                "options",
                Message("区间“%(label)s”与“%(next)s”重叠。", label=lower.label, next=upper.label),
            )
        elif criterion.kind is CriterionKind.NUMBER and _low(upper) > lower.high:
            yield (
                "options",
                Message(
                    "区间“%(label)s”与“%(next)s”之间有空档，请补全。",
                    label=lower.label,
                    next=upper.label,
                ),
            )


def _low(option: Option) -> Decimal:
    return Decimal("-Infinity") if option.low is None else option.low


def _deduction(rubric: Rubric, criterion: Criterion) -> Iterator[Objection]:
    if criterion.bonus:
        yield "bonus", Message("扣分项不能同时是加分项。")
    if criterion.deduct_points <= 0:
        yield "deduct_points", Message("每次扣分应大于 0。")
    cap = criterion.deduct_cap
    if cap is not None and cap < criterion.deduct_points:
        yield (
            "deduct_cap",
            Message(
                "扣分上限 %(cap)s 小于每次扣分 %(deduct_points)s。",
                cap=cap,
                deduct_points=criterion.deduct_points,
            ),
        )
    if rubric.mode is ScoringMode.WEIGHTED and criterion.max_points <= 0:
        yield "max_points", Message("加权制中，扣分项要写明满分，从满分起扣。")
    if rubric.mode is ScoringMode.WEIGHTED and cap is not None and cap > criterion.max_points > 0:
        yield (
            "deduct_cap",
            Message(
                "扣分上限 %(cap)s 大于此项满分 %(max_points)s。", cap=cap, max_points=criterion.max_points
            ),
        )

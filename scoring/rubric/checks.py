"""Is a rubric fit to be published? Every objection in words, with its place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal

from recorder.message import Message
from scoring.rubric.criterion_checks import Objection, criterion_objections
from scoring.rubric.problems import Problem
from scoring.types import (
    ConditionSource,
    Criterion,
    CriterionKind,
    Operator,
    Rubric,
    ScoringMode,
    Section,
    Veto,
)
from scoring.visibility import NOT_APPLICABLE

KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
MOST_DECIMALS = 4


def validate(
    rubric: Rubric,
    lines: Mapping[str, int] | None = None,
    *,
    rule_keys: Collection[str] | None = None,
) -> list[Problem]:
    """Everything that keeps a rubric from being published; empty where it is sound.

    `lines` gives the line of each path (from `rubric_and_lines`); `rule_keys` the rules there are,
    None where bindings are not to be checked.
    """
    objections = [*_form(rubric), *_keys(rubric), *_sections(rubric, rule_keys), *_conditions(rubric)]
    return [Problem(path, message, _line(lines or {}, path)) for path, message in objections]


def _line(lines: Mapping[str, int], path: str) -> int | None:
    while path and path not in lines:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return lines.get(path)


def _form(rubric: Rubric) -> Iterator[Objection]:
    if not rubric.title.strip():
        yield "title", Message("评分表没有名称，请填写。")
    if rubric.version < 1:
        yield "version", Message("版本号从 1 开始。")
    if not 0 <= rubric.decimals <= MOST_DECIMALS:
        yield "decimals", Message("总分小数位应在 0 到 %(most)s 之间。", most=MOST_DECIMALS)
    if not rubric.sections:
        yield "sections", Message("评分表没有任何部分，请至少添加一个。")
    if rubric.mode is ScoringMode.DEDUCTION and rubric.start_points <= 0:
        yield "start_points", Message("扣分制的起始分应大于 0。")
    if rubric.max_total is not None and rubric.max_total < rubric.full_marks:
        yield "max_total", Message("最高总分不能低于满分 %(full_marks)s。", full_marks=rubric.full_marks)
    weights = sum((section.weight for section in rubric.sections), Decimal(0))
    if rubric.mode is ScoringMode.WEIGHTED and rubric.sections and weights != 100:
        gap = (
            Message("还差 %(number)s", number=100 - weights)
            if weights < 100
            else Message("超出 %(number)s", number=weights - 100)
        )
        yield (
            "sections",
            Message("各部分权重合计为 %(weights)s，应为 100，%(gap)s。", weights=weights, gap=gap),
        )


def _keys(rubric: Rubric) -> Iterator[Objection]:
    """Keys are well formed and unique: sections among themselves, criteria in the whole form."""
    places = [("key", rubric.key, "form")]
    for n, section in enumerate(rubric.sections):
        places.append((f"sections[{n}].key", section.key, "section"))
        for m, criterion in enumerate(section.criteria):
            path = f"sections[{n}].criteria[{m}]"
            places.append((f"{path}.key", criterion.key, "criterion"))
            for k, option in enumerate(criterion.options):
                places.append((f"{path}.options[{k}].key", option.key, path))
    counts = Counter((scope, key) for _, key, scope in places)
    for path, key, scope in places:
        if not KEY.fullmatch(key):
            yield path, Message("编号“%(key)s”应以小写字母开头，只含小写字母、数字和下划线。", key=key)
        if counts[scope, key] > 1:
            yield (
                path,
                Message(
                    "编号“%(key)s”用了 %(times)s 次，请改成不同的编号。", key=key, times=counts[scope, key]
                ),
            )


def _sections(rubric: Rubric, rule_keys: Collection[str] | None) -> Iterator[Objection]:
    for n, section in enumerate(rubric.sections):
        path = f"sections[{n}]"
        yield from _section(rubric, section, path)
        for m, criterion in enumerate(section.criteria):
            inner = f"{path}.criteria[{m}]"
            yield from ((f"{inner}.{field}", said) for field, said in criterion_objections(rubric, criterion))
            if rule_keys is not None and criterion.rule and criterion.rule not in rule_keys:
                yield (
                    f"{inner}.rule",
                    Message("没有规则“%(rule)s”，请选择已发布的规则或取消绑定。", rule=criterion.rule),
                )


def _section(rubric: Rubric, section: Section, path: str) -> Iterator[Objection]:
    if not section.title.strip():
        yield f"{path}.title", Message("这一部分没有名称，请填写。")
    if section.weight < 0:
        yield f"{path}.weight", Message("权重不能为负。")
    if not section.criteria:
        yield (
            f"{path}.criteria",
            Message("“%(title)s”没有评分项，请添加或删去这一部分。", title=section.title),
        )
        return
    counted = [c for c in section.criteria if c.kind is not CriterionKind.TEXT and not c.bonus]
    if rubric.mode is ScoringMode.WEIGHTED and section.weight == 0 and counted:
        yield f"{path}.weight", Message("“%(title)s”权重为 0，其中的评分项不起作用。", title=section.title)
    if section.weight > 0 and not counted:
        yield f"{path}.criteria", Message("“%(title)s”有权重，但没有可计分的项。", title=section.title)
    vetoes = any(option.veto is Veto.SECTION for c in section.criteria for option in c.options)
    if rubric.mode is ScoringMode.DEDUCTION and vetoes and section.weight == 0:
        yield f"{path}.weight", Message("扣分制中，含“本部分否决”的部分要写明分值（权重）。")


def _conditions(rubric: Rubric) -> Iterator[Objection]:
    by_key = {criterion.key: criterion for criterion in rubric.criteria}
    for n, section in enumerate(rubric.sections):
        for m, criterion in enumerate(section.criteria):
            for k, condition in enumerate(criterion.show_if):
                path = f"sections[{n}].criteria[{m}].show_if[{k}]"
                if condition.operator in {Operator.AT_LEAST, Operator.AT_MOST}:
                    yield from _bound(path, condition.values)
                if condition.source is not ConditionSource.ANSWER:
                    continue
                if condition.key not in by_key:
                    yield f"{path}.key", Message("显示条件引用的评分项“%(key)s”不存在。", key=condition.key)
                elif condition.operator in {Operator.ONE_OF, Operator.NOT_ONE_OF}:
                    yield from _option_names(path, by_key[condition.key], condition.values)
            if criterion.key in _reached(criterion, by_key):
                yield (
                    f"sections[{n}].criteria[{m}].show_if",
                    Message("显示条件互相引用成环，此项永远不会显示。"),
                )


def _bound(path: str, values: tuple[str, ...]) -> Iterator[Objection]:
    if len(values) != 1 or not re.fullmatch(r"-?\d+(\.\d+)?", values[0]):
        yield f"{path}.values", Message("与数值比较的条件要写一个数字。")


def _option_names(path: str, named: Criterion, values: tuple[str, ...]) -> Iterator[Objection]:
    known = {option.key for option in named.options} | {NOT_APPLICABLE}
    if named.kind in {CriterionKind.NUMBER, CriterionKind.DEDUCTION, CriterionKind.TEXT}:
        return
    for value in values:
        if value not in known:
            yield (
                f"{path}.values",
                Message("“%(title)s”没有选项“%(value)s”。", title=named.title, value=value),
            )


def _reached(criterion: Criterion, by_key: Mapping[str, Criterion]) -> set[str]:
    """Keys that a criterion's showing depends on, directly or through others."""
    found: set[str] = set()
    queue = [criterion]
    while queue:
        for condition in queue.pop().show_if:
            if condition.source is ConditionSource.ANSWER and condition.key not in found:
                found.add(condition.key)
                queue.extend([by_key[condition.key]] if condition.key in by_key else [])
    return found

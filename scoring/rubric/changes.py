"""The difference between two versions of a rubric, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any

from scoring.types import (
    Criterion,
    CriterionKind,
    CriticalClass,
    Example,
    Operator,
    Option,
    Policy,
    Rubric,
    ScoringMode,
    Section,
    Verdict,
    Veto,
)

Part = Rubric | Section | Criterion | Option


class ChangeKind(StrEnum):
    """What happened to a part."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `where` is like `opening/greeting/full`; empty for the form itself."""

    kind: ChangeKind
    where: str
    title: str
    """Title of the part, as the newer version has it where it is still there."""
    field: str = ""
    """Name of the changed field."""
    before: Any = ""
    """The earlier value; of a part that moved, its section's title."""
    after: Any = ""


WORDS = {
    "title": "名称", "weight": "权重", "max_points": "满分", "points": "分值", "kind": "题型",
    "guidance": "评分标准", "not_applicable_allowed": "可选不适用", "veto": "一票否决",
    "critical": "严重差错类别", "rule": "绑定规则", "policy": "采纳方式", "show_if": "显示条件",
    "deduct_points": "每次扣分", "deduct_cap": "扣分上限", "bonus": "加分项", "optional": "可不评",
    "label": "选项文字", "mode": "计分方式", "decimals": "小数位", "start_points": "起始分",
    "max_total": "最高总分", "requires_comment": "须写理由", "requires_evidence": "须有证据",
    "verdict": "对应规则结论", "low": "区间下限", "high": "区间上限", "example": "示例录音",
    "sure_level": "采纳门槛", "order": "各部分顺序",
}  # fmt: skip
"""Chinese names of the fields."""


VALUES: dict[type[Enum], dict[str, str]] = {
    ScoringMode: {"weighted": "加权计分", "deduction": "扣分制"},
    CriterionKind: {
        "yes_no": "是否", "scale": "等级", "choice": "单选", "multiple": "多选", "number": "数值",
        "deduction": "按次扣分", "text": "文字",
    },
    Veto: {"none": "不否决", "section": "否决本部分", "evaluation": "否决整份评分"},
    CriticalClass: {"customer": "客户类", "business": "业务类", "compliance": "合规类"},
    Policy: {
        "suggest": "系统建议，人工确认", "accept_when_sure": "把握足够时自动采纳", "human_only": "只由人工评",
    },
    Verdict: {"met": "符合", "not_met": "不符合", "not_applicable": "不适用"},
    Operator: {
        "one_of": "是其中之一", "not_one_of": "不是其中任一", "at_least": "不小于", "at_most": "不大于",
    },
}  # fmt: skip
"""Chinese names of what a field can hold."""


SENTENCES = {
    ChangeKind.ADDED: "新增“%(title)s”",
    ChangeKind.REMOVED: "删去“%(title)s”",
    ChangeKind.MOVED: "“%(title)s”从“%(before)s”移到“%(after)s”",
    ChangeKind.CHANGED: "“%(title)s”的%(what)s由“%(before)s”改为“%(after)s”",
}
"""What is said of each kind."""

Say = Callable[[str], str]
"""Puts a word of this module into another language."""


def diff(old: Rubric, new: Rubric) -> tuple[Change, ...]:
    """Every difference from `old` to `new`, matched by key; the version number itself is none."""
    return tuple(_rubric(old, new))


def change_in_words(change: Change, say: Say = str) -> str:
    """One line for one change, in Chinese unless `say` puts it into another language.

    What the form's author wrote stays as it is.
    """
    return say(SENTENCES[change.kind]) % {
        "title": change.title,
        "what": say(WORDS.get(change.field, change.field)),
        "before": _words(change.before, say) or say("无"),
        "after": _words(change.after, say) or say("无"),
    }


def _rubric(old: Rubric, new: Rubric) -> Iterator[Change]:
    yield from _fields(old, new, "", new.title, skip={"sections", "version", "key"})
    before, after = {s.key: s for s in old.sections}, {s.key: s for s in new.sections}
    for key, section in before.items():
        if key not in after:
            yield Change(ChangeKind.REMOVED, key, section.title)
    for key, section in after.items():
        if key not in before:
            yield Change(ChangeKind.ADDED, key, section.title)
        else:
            yield from _fields(before[key], section, key, section.title, skip={"criteria", "key"})
    yield from _criteria(old, new)
    shared = [[k for k in side if k in before and k in after] for side in (before, after)]
    if shared[0] != shared[1]:
        yield Change(ChangeKind.CHANGED, "", new.title, "order", "、".join(shared[0]), "、".join(shared[1]))


def _criteria(old: Rubric, new: Rubric) -> Iterator[Change]:
    before, after = _placed(old), _placed(new)
    for key, (section, criterion) in before.items():
        if key not in after:
            yield Change(ChangeKind.REMOVED, f"{section.key}/{key}", criterion.title)
    for key, (section, criterion) in after.items():
        where = f"{section.key}/{key}"
        if key not in before:
            yield Change(ChangeKind.ADDED, where, criterion.title)
            continue
        home, earlier = before[key]
        if home.key != section.key:
            yield Change(ChangeKind.MOVED, where, criterion.title, "section", home.title, section.title)
        yield from _fields(earlier, criterion, where, criterion.title, skip={"options", "key"})
        yield from _options(earlier, criterion, where)


def _placed(rubric: Rubric) -> dict[str, tuple[Section, Criterion]]:
    return {c.key: (section, c) for section in rubric.sections for c in section.criteria}


def _options(old: Criterion, new: Criterion, where: str) -> Iterator[Change]:
    before, after = {o.key: o for o in old.options}, {o.key: o for o in new.options}
    for key, option in before.items():
        if key not in after:
            yield Change(ChangeKind.REMOVED, f"{where}/{key}", f"{new.title}：{option.label}")
    for key, option in after.items():
        title = f"{new.title}：{option.label}"
        if key not in before:
            yield Change(ChangeKind.ADDED, f"{where}/{key}", title)
        else:
            yield from _fields(before[key], option, f"{where}/{key}", title, skip={"key"})


def _fields(old: Part, new: Part, where: str, title: str, *, skip: set[str]) -> Iterator[Change]:
    for item in fields(new):
        before, after = getattr(old, item.name), getattr(new, item.name)
        if item.name not in skip and before != after:
            yield Change(ChangeKind.CHANGED, where, title, item.name, before, after)


def _words(value: Any, say: Say) -> str:
    if isinstance(value, bool):
        return say("是" if value else "否")
    if isinstance(value, Enum):
        return say(VALUES.get(type(value), {}).get(value.value, str(value.value)))
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, tuple):
        conditions = (f"{c.key} {_words(c.operator, say)} {say('、').join(c.values)}" for c in value)
        return say("；").join(conditions)
    if isinstance(value, Example):
        span = f"{value.start_s:.1f}–{value.end_s:.1f}"
        return say("%(title)s %(span)s 秒") % {"title": value.title or value.recording_id[:8], "span": span}
    return "" if value is None else str(value)

"""A rule in words: each condition a line, its parts below it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString, gettext, lazy_gettext

from qm.frame.registry import template_filter
from qm.rules.words.patterns import in_plain_words
from qm.rules.writes.trial import Change
from scoring.rules import Rule
from scoring.rules.language import nodes as n
from scoring.rules.language.schema import KIND_OF_NODE
from scoring.types import Verdict


def _say(text: str, **values: object) -> str:
    return str(gettext(text, **values))


SHOWN = 6
"""Phrases or examples named before the rest is only counted."""

VERDICTS: Mapping[Verdict, LazyString] = {
    Verdict.MET: lazy_gettext("符合"),
    Verdict.NOT_MET: lazy_gettext("不符合"),
    Verdict.NOT_APPLICABLE: lazy_gettext("不适用"),
    Verdict.CANNOT_TELL: lazy_gettext("无法判断"),
}
CHANGES: Mapping[Change, LazyString] = {
    Change.NEW: lazy_gettext("新增"),
    Change.GONE: lazy_gettext("不再命中"),
    Change.OTHER: lazy_gettext("结论不同"),
    Change.SAME: lazy_gettext("相同"),
}
WHO: Mapping[n.Who, LazyString] = {
    n.Who.AGENT: lazy_gettext("座席"),
    n.Who.CUSTOMER: lazy_gettext("客户"),
    n.Who.ANYONE: lazy_gettext("任何人"),
}
ENTITIES: Mapping[n.EntityKind, LazyString] = {
    n.EntityKind.CARD: lazy_gettext("卡号"),
    n.EntityKind.PHONE: lazy_gettext("电话号码"),
    n.EntityKind.ID_NUMBER: lazy_gettext("证件号码"),
    n.EntityKind.AMOUNT: lazy_gettext("金额"),
    n.EntityKind.ANY_PII: lazy_gettext("个人信息号码"),
}
COMPARISONS: Mapping[n.Comparison, LazyString] = {
    n.Comparison.IS: lazy_gettext("是"),
    n.Comparison.IS_NOT: lazy_gettext("不是"),
    n.Comparison.ONE_OF: lazy_gettext("是其中之一："),
    n.Comparison.CONTAINS: lazy_gettext("包含"),
    n.Comparison.AT_LEAST: lazy_gettext("不小于"),
    n.Comparison.AT_MOST: lazy_gettext("不大于"),
}
MISCONDUCT: Mapping[str, LazyString] = {
    "abuse": lazy_gettext("辱骂"),
    "argue": lazy_gettext("与客户争辩"),
    "contempt": lazy_gettext("轻视客户"),
    "evade": lazy_gettext("教人规避监管"),
    "impatient": lazy_gettext("不耐烦"),
    "inside": lazy_gettext("内幕消息"),
    "mislead": lazy_gettext("误导欺骗"),
    "private": lazy_gettext("泄露隐私、私下收钱"),
    "promise": lazy_gettext("承诺收益"),
    "refuse": lazy_gettext("拒绝投诉、要挂电话"),
    "rude": lazy_gettext("粗鲁"),
    "sarcasm": lazy_gettext("讽刺挖苦"),
    "secret": lazy_gettext("索要密码"),
    "shirk": lazy_gettext("推诿"),
    "threat": lazy_gettext("威胁"),
}
"""Kinds of misconduct that a manner can be learned from."""


@dataclass(frozen=True, slots=True)
class Words:
    """A condition in words, with what it consists of."""

    text: str
    parts: tuple[Words, ...] = ()
    more: tuple[str, ...] = ()
    """Phrases, patterns or examples that the text only counts."""


@dataclass(frozen=True, slots=True)
class RuleWords:
    """A rule in words."""

    applies: Words | None
    demands: bool
    condition: Words


def rule_in_words(rule: Rule, groups: Mapping[str, str]) -> RuleWords:
    """The rule as sentences. `groups`: phrase group key to its name."""
    teller = _Teller(groups)
    applies = teller.tell(rule.applies_when) if rule.applies_when is not None else None
    return RuleWords(applies, rule.demands, teller.tell(rule.condition))


class _Teller:
    def __init__(self, groups: Mapping[str, str]) -> None:
        self._groups = groups

    def tell(self, node: n.Condition) -> Words:
        if isinstance(node, n.Spoken):
            return self._spoken(node)
        told = _COMPOUND.get(type(node))
        if told is not None:
            label, parts = told(node)
            return Words(label, tuple(self.tell(part) for part in parts))
        if isinstance(node, n.Flow):
            steps = tuple(self._step(step) for step in node.steps)
            return Words(_say("按顺序完成以下步骤") if node.ordered else _say("完成以下步骤"), steps)
        return Words(_FACTS[type(node)](node))

    def _step(self, step: n.Step) -> Words:
        title = _say("步骤“%(title)s”", title=step.title)
        if step.optional:
            title = _say("%(step)s（可做可不做）", step=title)
        branch = () if step.when is None else (Words(_say("只在这种情形下要求"), (self.tell(step.when),)),)
        return Words(title, (self.tell(step.done_when), *branch))

    def _spoken(self, node: n.Spoken) -> Words:
        text, more = self._what(node)
        where = _where(node.window)
        if where:
            text = f"{where}{_say('，')}{text}"
        if node.count > 1:
            text += _say("，至少 %(n)d 次", n=node.count)
        hung = (
            (_say("在此之后"), node.window.after),
            (_say("在此之前"), node.window.before),
            (_say("在此前后"), node.window.near),
        )
        within = node.window.within_s
        limit = _say("（%(s)g 秒内）", s=within) if within is not None else ""
        parts = tuple(Words(f"{name}{limit}", (self.tell(anchor),)) for name, anchor in hung if anchor)
        return Words(text, parts + self._guard(node), more)

    def _guard(self, node: n.Spoken) -> tuple[Words, ...]:
        """What takes a match back, where the node names something."""
        if isinstance(node, n.DeadAir) and node.hold is not None:
            return (
                Words(_say("之前请客户等待的，%(s)g 秒以内不算", s=node.hold_s), (self.tell(node.hold),)),
            )
        written = getattr(node, "unless", ())
        if not written:
            return ()
        items = [in_plain_words(text) for text in written]
        return (Words(_say("除非紧挨着：%(what)s", what=_listed(items)), more=tuple(items[SHOWN:])),)

    def _what(self, node: n.Spoken) -> tuple[str, tuple[str, ...]]:
        """What is listened for, and the items that the sentence only counts."""
        who = str(WHO[node.role])
        if isinstance(node, n.Phrase):
            items = [self._groups.get(key, key) for key in node.groups] + list(node.phrases)
            frame = _say("%(who)s说出短语：%(what)s", who=who, what=_listed(items))
        elif isinstance(node, n.Pattern):
            items = [in_plain_words(text) for text in (*node.words, *node.sounds)]
            frame = _say("%(who)s的话符合句式：%(what)s", who=who, what=_listed(items))
        elif isinstance(node, n.Similar):
            items = list(node.examples)
            text = _listed(items)
            frame = _say("%(who)s说的意思接近（%(t)g 以上）：%(what)s", who=who, t=node.threshold, what=text)
        elif isinstance(node, n.Manner):
            items = [*(str(MISCONDUCT[kind]) for kind in node.kinds), *node.examples]
            text = _listed(items)
            frame = _say("%(who)s的口吻像（%(t)g 以上）：%(what)s", who=who, t=node.threshold, what=text)
        else:
            return _SOUND[type(node)](node, who), ()
        return frame, tuple(items[SHOWN:])


def _listed(items: tuple[str, ...] | list[str]) -> str:
    shown = "、".join(f"“{item}”" for item in items[:SHOWN])
    more = len(items) - SHOWN
    return shown + (_say("等 %(n)d 个", n=len(items)) if more > 0 else "")


def _where(window: n.Window) -> str:
    limits = (
        (lazy_gettext("开头 %(n)g 秒内"), window.first_s),
        (lazy_gettext("最后 %(n)g 秒内"), window.last_s),
        (lazy_gettext("前 %(n)g 句内"), window.first_turns),
        (lazy_gettext("最后 %(n)g 句内"), window.last_turns),
    )
    return "、".join(str(text) % {"n": value} for text, value in limits if value is not None)


def _between(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return _say("在 %(low)g 到 %(high)g 之间", low=low, high=high)
    return _say("不少于 %(low)g", low=low) if low is not None else _say("不超过 %(high)g", high=high)


def _rate(node: n.SpeechRate, who: str) -> str:
    limits = (
        (lazy_gettext("超过每分钟 %(v)g 字"), node.above),
        (lazy_gettext("低于每分钟 %(v)g 字"), node.below),
        (lazy_gettext("超过本人平均 %(v)g 倍"), node.above_own),
        (lazy_gettext("比上一句快 %(v)g 倍"), node.jump),
    )
    said = "、".join(str(text) % {"v": value} for text, value in limits if value is not None)
    return _say("%(who)s语速%(limits)s", who=who, limits=said)


_SOUND: dict[type, Callable[[Any, str], str]] = {
    n.Entity: lambda node, who: _say("%(who)s说出%(what)s", who=who, what=ENTITIES[node.kind]),
    n.AgentNumber: lambda node, who: (
        _say("%(who)s报出工号，与名册一致", who=who)
        if node.equal
        else _say("%(who)s报出的工号与名册不一致", who=who)
    ),
    n.DeadAir: lambda node, _who: _say("静音 %(s)g 秒以上", s=node.min_s),
    n.SlowAnswer: lambda node, who: _say("%(who)s隔 %(s)g 秒以上才开口", who=who, s=node.min_s),
    n.Interruption: lambda node, who: _say("%(who)s打断对方 %(s)g 秒以上", who=who, s=node.min_s),
    n.SpeechRate: _rate,
    n.LoudnessRise: lambda node, who: _say("%(who)s音量升高 %(db)g 分贝以上", who=who, db=node.min_db),
    n.Repetition: lambda _node, who: _say("%(who)s重复说过的话", who=who),
}
_FACTS: dict[type, Callable[[Any], str]] = {
    n.Duration: lambda node: _say("通话时长（秒）%(v)s", v=_between(node.min_s, node.max_s)),
    n.TalkShare: lambda node: _say(
        "%(who)s说话占比%(v)s", who=WHO[node.role], v=_between(node.min, node.max)
    ),
    n.Turns: lambda node: _say("%(who)s的句数%(v)s", who=WHO[node.role], v=_between(node.min, node.max)),
    n.OpenedBy: lambda node: _say("%(who)s先开口", who=WHO[node.role]),
    n.EndedBy: lambda node: _say("%(who)s先挂断", who=WHO[node.role]),
    n.CallData: lambda node: _say(
        "通话数据 %(key)s %(op)s %(values)s",
        key=node.key,
        op=COMPARISONS[node.op],
        values="、".join(node.values),
    ),
}
_COMPOUND: dict[type, Callable[[Any], tuple[str, tuple[n.Condition, ...]]]] = {
    n.All: lambda node: (_say("以下全部成立"), node.parts),
    n.AnyOf: lambda node: (_say("以下任一成立"), node.parts),
    n.Not: lambda node: (_say("以下不成立"), (node.part,)),
    n.Count: lambda node: (_say("以下至少成立 %(n)d 项（次）", n=node.min), node.parts),
    n.Sequence: lambda node: (
        _say("以下依次出现，间隔不超过 %(s)g 秒", s=node.within_s) if node.within_s else _say("以下依次出现"),
        node.parts,
    ),
    n.Except: lambda node: (
        _say("前一项成立，且前后 %(s)g 秒内没有后一项", s=node.within_s),
        (node.part, node.exception),
    ),
}
UNTOLD = set(KIND_OF_NODE) - set(_SOUND) - set(_FACTS) - set(_COMPOUND)
"""Kinds that `_Teller` tells itself; a test keeps it complete."""


@template_filter
def verdict_words(verdict: Verdict) -> str:
    """A verdict as people read it."""
    return str(VERDICTS[Verdict(verdict)])


@template_filter
def change_words(change: Change) -> str:
    """How a draft's finding differs."""
    return str(CHANGES[change])


@template_filter
def percent(share: float) -> str:
    """A share as a whole per cent."""
    return f"{share * 100:.0f}%"

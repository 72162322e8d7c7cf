"""How the rule form names conditions and their fields: one entry a condition; the schema gives the rest.

A test compares this table with the schema, so a new condition cannot be forgotten here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from flask_babel import LazyString, lazy_gettext

from qm.rules.words.rules import COMPARISONS, ENTITIES, WHO
from scoring.rules.language.nodes import Comparison, EntityKind, Who

Text: TypeAlias = LazyString | str


class Family(StrEnum):
    """Where a condition stands in the menu."""

    WORDS = "words"
    SOUND = "sound"
    CALL = "call"
    TOGETHER = "together"


@dataclass(frozen=True, slots=True)
class Label:
    """A field in words."""

    text: Text
    unit: Text = ""
    apart: bool = False
    """Shown under “more”: most rules leave it as it is."""
    hint: Text = ""


@dataclass(frozen=True, slots=True)
class KindWords:
    """A condition in words."""

    family: Family
    name: Text
    about: Text
    fields: Mapping[str, Label] = field(default_factory=dict)
    """Its own fields, and common ones that mean something else here."""
    between: Text = ""
    """What stands between its parts."""


_SECONDS = lazy_gettext("秒")
_TURNS = lazy_gettext("句")
_TIMES = lazy_gettext("次")
_CHARS = lazy_gettext("个字")
_RATE = lazy_gettext("字/分钟")
_FOLD = lazy_gettext("倍")
SHARE = lazy_gettext("0 到 1")
"""The range of a share; no unit of its own."""
_EXAMPLES = lazy_gettext("例句，每行一句")
_UNLIKE = lazy_gettext("反例：更像这些的不算，每行一句")
_THRESHOLD = lazy_gettext("至少多像")

FAMILIES: Mapping[Family, Text] = {
    Family.WORDS: lazy_gettext("说的话"),
    Family.SOUND: lazy_gettext("声音和时间"),
    Family.CALL: lazy_gettext("整通电话"),
    Family.TOGETHER: lazy_gettext("组合"),
}
COMMON: Mapping[str, Label] = {
    "role": Label(lazy_gettext("谁")),
    "count": Label(lazy_gettext("至少几次"), _TIMES, apart=True),
    "first_s": Label(lazy_gettext("只看开头"), _SECONDS, apart=True),
    "last_s": Label(lazy_gettext("只看最后"), _SECONDS, apart=True),
    "first_turns": Label(lazy_gettext("只看此人的前"), _TURNS, apart=True),
    "last_turns": Label(lazy_gettext("只看此人的最后"), _TURNS, apart=True),
    "within_s": Label(lazy_gettext("相隔最多（空为不限）"), _SECONDS, apart=True),
    "after": Label(lazy_gettext("在这之后："), apart=True),
    "before": Label(lazy_gettext("在这之前："), apart=True),
    "near": Label(lazy_gettext("在这前后："), apart=True),
    "unless": Label(lazy_gettext("紧挨着这些就不算，每行一个；同音字也算"), apart=True),
    "self_evident": Label(lazy_gettext("只有此人才会这样说：分不清谁在说时也算"), apart=True),
    "parts": Label(""),
}
KIND_WORDS: Mapping[str, KindWords] = {
    "phrase": KindWords(
        Family.WORDS,
        lazy_gettext("短语库里的短语"),
        lazy_gettext("听到所选短语组里的任一句"),
        {
            "groups": Label(lazy_gettext("短语组")),
            "phrases": Label(lazy_gettext("只要这几句短语，每行一句，与短语库写得一样"), apart=True),
            "distinct": Label(lazy_gettext("至少几个不同的组或短语"), apart=True),
            "min_score": Label(lazy_gettext("匹配至少多可靠"), SHARE, apart=True),
            "negated": Label(lazy_gettext("否定句里的也算"), apart=True),
        },
    ),
    "pattern": KindWords(
        Family.WORDS,
        lazy_gettext("这些话或句式"),
        lazy_gettext("听到写下的话；同音字也算"),
        {
            "sounds": Label(
                lazy_gettext("听到这些话，每行一句；同音字也算"),
                hint=lazy_gettext("可以用 .{0,4} 表示中间最多隔四个字，用 (甲|乙) 表示任说其一。"),
            ),
            "words": Label(lazy_gettext("或按字完全一样的句式，每行一句"), apart=True),
        },
    ),
    "similar": KindWords(
        Family.WORDS,
        lazy_gettext("意思接近"),
        lazy_gettext("说的话与例句意思差不多"),
        {
            "examples": Label(_EXAMPLES),
            "unlike": Label(_UNLIKE),
            "threshold": Label(_THRESHOLD, SHARE, hint=lazy_gettext("试一试时会列出阈值附近的话。")),
            "margin": Label(lazy_gettext("至少比反例高出"), SHARE, apart=True),
        },
    ),
    "manner": KindWords(
        Family.WORDS,
        lazy_gettext("口吻"),
        lazy_gettext("从两类例句学到的口吻，没见过的说法也认"),
        {
            "kinds": Label(lazy_gettext("自带例句的不当言行（选了就不用再写例句）")),
            "examples": Label(lazy_gettext("这种口吻的例句，每行一句")),
            "unlike": Label(lazy_gettext("正常口吻的例句，每行一句")),
            "threshold": Label(lazy_gettext("至少多大把握"), SHARE),
            "min_chars": Label(lazy_gettext("短于几个字的不看"), _CHARS, apart=True),
        },
    ),
    "entity": KindWords(
        Family.WORDS,
        lazy_gettext("说出号码或金额"),
        lazy_gettext("卡号、电话、证件号码或金额"),
        {"kind": Label(lazy_gettext("哪一种"))},
    ),
    "agent_number": KindWords(
        Family.WORDS,
        lazy_gettext("报工号"),
        lazy_gettext("报出的工号与名册比对"),
        {"equal": Label(lazy_gettext("与名册一致（不勾：不一致）"))},
    ),
    "dead_air": KindWords(
        Family.SOUND,
        lazy_gettext("静音"),
        lazy_gettext("没有人说话"),
        {
            "min_s": Label(lazy_gettext("至少"), _SECONDS),
            "hold_s": Label(lazy_gettext("请等待之后宽限"), _SECONDS),
            "hold": Label(lazy_gettext("请客户等待的话（之后宽限）")),
            "role": Label(lazy_gettext("按句数限定时，数谁的话"), apart=True),
        },
    ),
    "slow_answer": KindWords(
        Family.SOUND,
        lazy_gettext("接话慢"),
        lazy_gettext("对方说完后隔很久才开口"),
        {"min_s": Label(lazy_gettext("隔了至少"), _SECONDS)},
    ),
    "interruption": KindWords(
        Family.SOUND,
        lazy_gettext("抢话"),
        lazy_gettext("对方还在说就插进来并说下去"),
        {
            "min_s": Label(lazy_gettext("重叠至少"), _SECONDS),
            "backchannel": Label(lazy_gettext("几个字以内的应声不算"), _CHARS),
        },
    ),
    "speech_rate": KindWords(
        Family.SOUND,
        lazy_gettext("语速"),
        lazy_gettext("太快、太慢，或忽然变快"),
        {
            "above": Label(lazy_gettext("快于"), _RATE),
            "below": Label(lazy_gettext("慢于"), _RATE),
            "above_own": Label(lazy_gettext("超过本人平均"), _FOLD),
            "jump": Label(lazy_gettext("比上一句快"), _FOLD),
            "min_s": Label(lazy_gettext("只看长于几秒的话"), _SECONDS, apart=True),
            "whole_call": Label(lazy_gettext("看全程平均，不看单句")),
        },
    ),
    "loudness_rise": KindWords(
        Family.SOUND,
        lazy_gettext("音量升高"),
        lazy_gettext("一句话比此人平时响"),
        {"min_db": Label(lazy_gettext("高出至少"), lazy_gettext("分贝"))},
    ),
    "repetition": KindWords(
        Family.SOUND,
        lazy_gettext("重复"),
        lazy_gettext("把差不多的话又说一遍"),
        {
            "threshold": Label(_THRESHOLD, SHARE),
            "min_chars": Label(lazy_gettext("短于几个字的不看"), _CHARS),
            "count": Label(lazy_gettext("至少几次"), _TIMES),
        },
    ),
    "duration": KindWords(
        Family.CALL,
        lazy_gettext("通话时长"),
        lazy_gettext("整通电话有多长"),
        {
            "min_s": Label(lazy_gettext("不短于"), _SECONDS),
            "max_s": Label(lazy_gettext("不长于"), _SECONDS),
        },
    ),
    "talk_share": KindWords(
        Family.CALL,
        lazy_gettext("说话占比"),
        lazy_gettext("一方占全部说话时间的几成"),
        {"min": Label(lazy_gettext("不少于"), SHARE), "max": Label(lazy_gettext("不多于"), SHARE)},
    ),
    "turns": KindWords(
        Family.CALL,
        lazy_gettext("句数"),
        lazy_gettext("一方说了多少句"),
        {"min": Label(lazy_gettext("不少于"), _TURNS), "max": Label(lazy_gettext("不多于"), _TURNS)},
    ),
    "opened_by": KindWords(Family.CALL, lazy_gettext("谁先开口"), lazy_gettext("接通后第一个说话的人")),
    "ended_by": KindWords(
        Family.CALL, lazy_gettext("谁先挂断"), lazy_gettext("通话数据没有记录时看谁最后说话")
    ),
    "call_data": KindWords(
        Family.CALL,
        lazy_gettext("通话数据"),
        lazy_gettext("队列、呼叫方向、班组，或随录音送来的任何一项"),
        {
            "key": Label(lazy_gettext("哪一项")),
            "op": Label(lazy_gettext("怎样比较")),
            "values": Label(lazy_gettext("值，每行一个")),
            "missing_is_no": Label(lazy_gettext("没有这一项时算不成立（不勾：无法判断）")),
        },
    ),
    "all": KindWords(
        Family.TOGETHER,
        lazy_gettext("全部成立"),
        lazy_gettext("下面每一条都成立"),
        between=lazy_gettext("并且"),
    ),
    "any": KindWords(
        Family.TOGETHER,
        lazy_gettext("任一成立"),
        lazy_gettext("下面至少一条成立"),
        between=lazy_gettext("或者"),
    ),
    "not": KindWords(
        Family.TOGETHER,
        lazy_gettext("不成立"),
        lazy_gettext("下面这条没有发生"),
        {"part": Label("")},
    ),
    "count": KindWords(
        Family.TOGETHER,
        lazy_gettext("至少几项"),
        lazy_gettext("下面至少几条成立；只写一条时是至少几次"),
        {"min": Label(lazy_gettext("至少几项（次）"))},
    ),
    "sequence": KindWords(
        Family.TOGETHER,
        lazy_gettext("依次出现"),
        lazy_gettext("下面各条一个接一个出现"),
        {"within_s": Label(lazy_gettext("每两条相隔最多（空为不限）"), _SECONDS)},
        between=lazy_gettext("然后"),
    ),
    "except": KindWords(
        Family.TOGETHER,
        lazy_gettext("有例外"),
        lazy_gettext("出现了，而附近没有例外"),
        {
            "part": Label(lazy_gettext("出现")),
            "exception": Label(lazy_gettext("附近有这个就不算")),
            "within_s": Label(lazy_gettext("附近：前后"), _SECONDS),
        },
    ),
    "flow": KindWords(
        Family.TOGETHER,
        lazy_gettext("流程"),
        lazy_gettext("一步一步完成；某一步可以只在一种情形下要求"),
        {"steps": Label(""), "ordered": Label(lazy_gettext("必须按这个顺序"))},
    ),
    "step": KindWords(
        Family.TOGETHER,
        lazy_gettext("步骤"),
        "",
        {
            "key": Label(lazy_gettext("键（英文）"), apart=True),
            "title": Label(lazy_gettext("步骤名称")),
            "done_when": Label(lazy_gettext("做到的标志")),
            "when": Label(lazy_gettext("分支：只在这种情形下要求")),
            "optional": Label(lazy_gettext("可做可不做")),
        },
    ),
}
RULE_WORDS: Mapping[str, Text] = {
    "key": lazy_gettext("键（英文）"),
    "title": lazy_gettext("名称"),
    "description": lazy_gettext("说明"),
    "version": lazy_gettext("版本"),
    "blind_s": lazy_gettext("没听清多久就算可能漏掉"),
    "condition": lazy_gettext("条件"),
    "met": lazy_gettext("符合时这样说明"),
    "not_met": lazy_gettext("不符合时这样说明"),
    "not_applicable": lazy_gettext("不适用时这样说明"),
    "cannot_tell": lazy_gettext("无法判断时这样说明"),
}
CHOICES: Mapping[type[StrEnum], Mapping[Any, LazyString]] = {
    Who: WHO,
    EntityKind: ENTITIES,
    Comparison: COMPARISONS,
}


def label_of(kind: str, name: str) -> Label:
    """A field in words. Raises `KeyError` where the table has none."""
    own = KIND_WORDS[kind].fields
    return own[name] if name in own else COMMON[name]

"""The details of an audited action as people read them; a key without words shows its own name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import LazyString, gettext, lazy_gettext

from qm.core.actor import UserRole
from qm.frame.registry import template_filter
from qm.frame.words import in_words
from recorder.types import Refusal

KEYS: Mapping[str, LazyString] = {
    "active": lazy_gettext("在岗"),
    "added": lazy_gettext("新增"),
    "changed": lazy_gettext("修改"),
    "removed": lazy_gettext("删除"),
    "answers": lazy_gettext("答案"),
    "bytes_missing": lazy_gettext("文件缺失"),
    "criterion": lazy_gettext("评分项"),
    "group": lazy_gettext("短语分组"),
    "key": lazy_gettext("键"),
    "left": lazy_gettext("未变"),
    "name": lazy_gettext("名称"),
    "number": lazy_gettext("工号"),
    "present": lazy_gettext("真有"),
    "problems": lazy_gettext("问题"),
    "reason": lazy_gettext("原因"),
    "recording": lazy_gettext("录音"),
    "recordings": lazy_gettext("录音通数"),
    "revision": lazy_gettext("第几次保存"),
    "role": lazy_gettext("角色"),
    "scores": lazy_gettext("改动的分数"),
    "sha256": lazy_gettext("校验值"),
    "source": lazy_gettext("来源"),
    "swapped": lazy_gettext("声道已对调"),
    "terms": lazy_gettext("词汇数"),
    "text": lazy_gettext("短语"),
    "user": lazy_gettext("用户"),
    "username": lazy_gettext("用户名"),
    "version": lazy_gettext("版本"),
    "what": lazy_gettext("改动"),
    "with_words": lazy_gettext("附有意见"),
}
"""What a detail is about."""
_NAMED = (UserRole, Refusal)
"""Kinds of values that have words of their own."""


@template_filter
def detail_words(detail: Mapping[str, object]) -> str:
    """All details of an event in one line."""
    return str(gettext("，")).join(f"{KEYS.get(key, key)} {_value(value)}" for key, value in detail.items())


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(gettext("是") if value else gettext("否"))
    if isinstance(value, str):
        kind = next((kind for kind in _NAMED if value in set(kind)), None)
        return str(in_words(kind(value))) if kind else value
    if isinstance(value, Sequence):
        return str(len(value))
    return "–" if value is None else str(value)

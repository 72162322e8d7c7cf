"""Speakers, kinds of phrases and states of versions in words."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.core.audit import AuditAction
from qm.frame.registry import name_actions, name_each
from qm.models import VersionState
from recorder.types import Role
from transcribe.types import PhraseKind

SPEAKERS = name_each(
    {
        Role.AGENT: lazy_gettext("座席"),
        Role.CUSTOMER: lazy_gettext("客户"),
        Role.UNKNOWN: lazy_gettext("任何人"),
    }
)
KINDS = name_each(
    {
        PhraseKind.REQUIRED: lazy_gettext("规范话术"),
        PhraseKind.FORBIDDEN: lazy_gettext("服务禁语"),
        PhraseKind.TOPIC: lazy_gettext("话题"),
    }
)
VERSION_STATES = name_each(
    {
        VersionState.DRAFT: lazy_gettext("草稿"),
        VersionState.PUBLISHED: lazy_gettext("现行"),
        VersionState.RETIRED: lazy_gettext("已停用"),
    }
)

ACTIONS = name_actions(
    {
        AuditAction.PHRASE_DRAFT_STARTED: lazy_gettext("开始编辑短语库"),
        AuditAction.PHRASE_DRAFT_DISCARDED: lazy_gettext("放弃短语库草稿"),
        AuditAction.PHRASE_ADDED: lazy_gettext("添加短语"),
        AuditAction.PHRASE_CHANGED: lazy_gettext("修改短语"),
        AuditAction.PHRASE_REMOVED: lazy_gettext("删除短语"),
        AuditAction.PHRASE_GROUP_RENAMED: lazy_gettext("短语分组改名"),
        AuditAction.PHRASE_GROUP_ADOPTED: lazy_gettext("采纳机构的短语分组"),
        AuditAction.PHRASES_IMPORTED: lazy_gettext("导入短语"),
        AuditAction.PHRASE_LIBRARY_PUBLISHED: lazy_gettext("发布短语库"),
        AuditAction.VOCABULARY_CHANGED: lazy_gettext("修改队列词汇"),
    }
)

"""What is done to rules, in words."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.core.audit import AuditAction
from qm.frame.registry import name_actions

ACTIONS = name_actions(
    {
        AuditAction.RULE_DRAFT_STARTED: lazy_gettext("开始编辑规则"),
        AuditAction.RULE_DRAFT_SAVED: lazy_gettext("保存规则草稿"),
        AuditAction.RULE_DRAFT_DISCARDED: lazy_gettext("放弃规则草稿"),
        AuditAction.RULE_SHADOW_STARTED: lazy_gettext("旁路运行规则"),
        AuditAction.RULE_SHADOW_STOPPED: lazy_gettext("停止旁路运行规则"),
        AuditAction.RULE_PUBLISHED: lazy_gettext("发布规则"),
        AuditAction.RULE_RETIRED: lazy_gettext("停用规则"),
        AuditAction.RULE_MARKED: lazy_gettext("标注规则命中"),
        AuditAction.RULE_MARK_REMOVED: lazy_gettext("取消规则标注"),
        AuditAction.RULE_UPDATE_TAKEN: lazy_gettext("取产品的规则为草稿"),
        AuditAction.RULE_UPDATE_DECLINED: lazy_gettext("不用产品的规则更新"),
        AuditAction.CONTACT_POLICY_CHANGED: lazy_gettext("修改联系规定"),
    }
)

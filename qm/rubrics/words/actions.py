"""What is done to forms, in words."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.core.audit import AuditAction
from qm.frame.registry import name_actions

ACTIONS = name_actions(
    {
        AuditAction.RUBRIC_IMPORTED: lazy_gettext("导入评分表草稿"),
        AuditAction.RUBRIC_DRAFT_STARTED: lazy_gettext("建立评分表草稿"),
        AuditAction.RUBRIC_EDITED: lazy_gettext("修改评分表草稿"),
        AuditAction.RUBRIC_EDIT_UNDONE: lazy_gettext("撤销评分表改动"),
        AuditAction.RUBRIC_PUBLISHED: lazy_gettext("发布评分表"),
        AuditAction.RUBRIC_DISCARDED: lazy_gettext("放弃评分表草稿"),
        AuditAction.RUBRIC_RETIRED: lazy_gettext("停用评分表"),
        AuditAction.RUBRIC_BOUND: lazy_gettext("指定评分表适用范围"),
        AuditAction.RUBRIC_UNBOUND: lazy_gettext("结束评分表适用范围"),
    }
)

"""What is done to calls that were heard, in words."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.core.audit import AuditAction
from qm.frame.registry import name_actions

ACTIONS = name_actions(
    {
        AuditAction.CHANNELS_SWAPPED: lazy_gettext("对调声道"),
        AuditAction.PERSONAL_DATA_REVEALED: lazy_gettext("查看个人信息"),
        AuditAction.RESCAN_STARTED: lazy_gettext("重新扫描"),
        AuditAction.JOB_RETRIED: lazy_gettext("任务重试"),
    }
)

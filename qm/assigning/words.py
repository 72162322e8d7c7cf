"""What is done to assignments, in words."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.core.audit import AuditAction
from qm.frame.registry import name_actions

ACTIONS = name_actions(
    {
        AuditAction.ASSIGNMENTS_GIVEN: lazy_gettext("分配录音"),
        AuditAction.ASSIGNMENT_TAKEN: lazy_gettext("领取录音"),
        AuditAction.ASSIGNMENT_WITHDRAWN: lazy_gettext("收回分配"),
    }
)

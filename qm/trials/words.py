"""What is done to trials and restated scores, in words."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.core.audit import AuditAction
from qm.frame.registry import name_actions

ACTIONS = name_actions(
    {
        AuditAction.WHATIF_STARTED: lazy_gettext("试算评分表影响"),
        AuditAction.SCORES_RESTATED: lazy_gettext("重述评分"),
    }
)

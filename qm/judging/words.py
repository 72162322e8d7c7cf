"""What is done to judgements and learned criteria, in words."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.core.audit import AuditAction
from qm.frame.registry import name_actions

ACTIONS = name_actions(
    {
        AuditAction.REJUDGE_REQUESTED: lazy_gettext("发起重新判断"),
        AuditAction.TRAINING_REQUESTED: lazy_gettext("要求训练学习项"),
        AuditAction.CRITERION_LEARNED: lazy_gettext("训练学习项"),
        AuditAction.LEARNED_MODEL_USED: lazy_gettext("启用学习模型"),
        AuditAction.LEARNED_MODEL_DROPPED: lazy_gettext("停用学习模型"),
    }
)

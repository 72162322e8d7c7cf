"""What is proposed and what is done to proposals, in words."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.core.audit import AuditAction
from qm.frame.registry import name_actions, name_each
from qm.models import ProposalKind

KINDS = name_each(
    {
        ProposalKind.RULE: lazy_gettext("规则"),
        ProposalKind.RUBRIC: lazy_gettext("评分表"),
        ProposalKind.PHRASES: lazy_gettext("短语库"),
    }
)

ACTIONS = name_actions(
    {
        AuditAction.PROPOSAL_MADE: lazy_gettext("提请总部发布"),
        AuditAction.PROPOSAL_ACCEPTED: lazy_gettext("采纳提议"),
        AuditAction.PROPOSAL_DECLINED: lazy_gettext("不采纳提议"),
        AuditAction.PROPOSAL_WITHDRAWN: lazy_gettext("撤回提议"),
    }
)

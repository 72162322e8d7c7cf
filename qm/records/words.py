"""Periods in words."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.core.audit import AuditAction
from qm.core.periods import PeriodKind
from qm.frame.registry import name_actions, name_each

PERIODS = name_each(
    {
        PeriodKind.TODAY: lazy_gettext("今天"),
        PeriodKind.WEEK: lazy_gettext("本周"),
        PeriodKind.MONTH: lazy_gettext("本月"),
    }
)

ACTIONS = name_actions(
    {
        AuditAction.EVALUATION_ACKNOWLEDGED: lazy_gettext("座席确认反馈"),
    }
)

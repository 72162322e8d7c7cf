"""Kinds and choices of criteria in words."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext

from qm.frame.registry import name_each, template_filter
from scoring import rubric
from scoring.sheets import Omitted
from scoring.types import CriterionKind, CriticalClass, Policy, ScoringMode, Veto

CRITERION_KINDS = name_each(
    {
        CriterionKind.YES_NO: lazy_gettext("是否"),
        CriterionKind.SCALE: lazy_gettext("等级"),
        CriterionKind.CHOICE: lazy_gettext("单选"),
        CriterionKind.MULTIPLE: lazy_gettext("多选"),
        CriterionKind.NUMBER: lazy_gettext("数值"),
        CriterionKind.DEDUCTION: lazy_gettext("按次扣分"),
        CriterionKind.TEXT: lazy_gettext("文字"),
    }
)
SCORING_MODES = name_each(
    {
        ScoringMode.WEIGHTED: lazy_gettext("加权计分"),
        ScoringMode.DEDUCTION: lazy_gettext("扣分制"),
    }
)
VETOES = name_each(
    {
        Veto.NONE: lazy_gettext("无"),
        Veto.SECTION: lazy_gettext("本部分一票否决"),
        Veto.EVALUATION: lazy_gettext("一票否决"),
    }
)
CRITICAL_CLASSES = name_each(
    {
        CriticalClass.CUSTOMER: lazy_gettext("客户类严重差错"),
        CriticalClass.BUSINESS: lazy_gettext("业务类严重差错"),
        CriticalClass.COMPLIANCE: lazy_gettext("合规类严重差错"),
    }
)
POLICIES = name_each(
    {
        Policy.SUGGEST: lazy_gettext("系统建议，人工确认"),
        Policy.ACCEPT_WHEN_SURE: lazy_gettext("把握足够时自动采纳"),
        Policy.HUMAN_ONLY: lazy_gettext("只由人工评"),
    }
)
OMITTED = name_each(
    {
        Omitted.SHOW_IF: lazy_gettext("显示条件"),
        Omitted.EXAMPLE: lazy_gettext("示例录音"),
        Omitted.POLICY: lazy_gettext("采纳方式"),
        Omitted.GUIDANCE: lazy_gettext("各部分的说明"),
    }
)


@template_filter
def change_in_words(change: rubric.Change) -> str:
    """One difference between two versions of a form, in the reader's language."""
    return rubric.change_in_words(change, gettext)

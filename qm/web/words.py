"""Names of states, roles and reasons, as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from flask import Flask
from flask_babel import LazyString, gettext, lazy_gettext

from qm.actor import UserRole
from qm.models import JobState, QuarantineState, RecordingStatus, VersionState
from qm.queries.periods import PeriodKind
from recorder.types import Refusal, Role
from scoring import rubric
from scoring.rules import ContactFault
from scoring.sheets import Omitted
from scoring.types import CriterionKind, CriticalClass, Policy, ScoringMode, Veto
from transcribe.types import PhraseKind

WORDS: Mapping[type[StrEnum], Mapping[StrEnum, LazyString]] = {
    UserRole: {
        UserRole.INSPECTOR: lazy_gettext("质检员"),
        UserRole.AGENT: lazy_gettext("座席"),
        UserRole.LEADER: lazy_gettext("班组长"),
        UserRole.SUPERVISOR: lazy_gettext("质检主管"),
        UserRole.ADMINISTRATOR: lazy_gettext("管理员"),
    },
    Role: {
        Role.AGENT: lazy_gettext("座席"),
        Role.CUSTOMER: lazy_gettext("客户"),
        Role.UNKNOWN: lazy_gettext("任何人"),
    },
    PhraseKind: {
        PhraseKind.REQUIRED: lazy_gettext("规范话术"),
        PhraseKind.FORBIDDEN: lazy_gettext("服务禁语"),
        PhraseKind.TOPIC: lazy_gettext("话题"),
    },
    VersionState: {
        VersionState.DRAFT: lazy_gettext("草稿"),
        VersionState.PUBLISHED: lazy_gettext("现行"),
        VersionState.RETIRED: lazy_gettext("已停用"),
    },
    RecordingStatus: {
        RecordingStatus.STORED: lazy_gettext("已入库"),
        RecordingStatus.TRANSCRIBED: lazy_gettext("已转写"),
        RecordingStatus.SCANNED: lazy_gettext("已扫描"),
        RecordingStatus.READY: lazy_gettext("可评分"),
        RecordingStatus.FAILED: lazy_gettext("处理失败"),
    },
    JobState: {
        JobState.QUEUED: lazy_gettext("排队中"),
        JobState.RUNNING: lazy_gettext("处理中"),
        JobState.WAITING: lazy_gettext("等待"),
        JobState.DONE: lazy_gettext("完成"),
        JobState.FAILED: lazy_gettext("失败"),
    },
    QuarantineState: {
        QuarantineState.OPEN: lazy_gettext("待处理"),
        QuarantineState.RETRIED: lazy_gettext("已重试入库"),
        QuarantineState.DISCARDED: lazy_gettext("已丢弃"),
    },
    Refusal: {
        Refusal.NOT_AUDIO: lazy_gettext("不是录音"),
        Refusal.EMPTY: lazy_gettext("空文件"),
        Refusal.TRUNCATED: lazy_gettext("文件不完整"),
        Refusal.SILENT: lazy_gettext("全程无声"),
        Refusal.TOO_LONG: lazy_gettext("超过时长上限"),
        Refusal.TOO_SHORT: lazy_gettext("太短"),
        Refusal.UNSUPPORTED: lazy_gettext("格式不支持"),
        Refusal.DUPLICATE_ID: lazy_gettext("通话编号重复"),
        Refusal.DUPLICATE_CONTENT: lazy_gettext("内容重复"),
        Refusal.BAD_CALL_DATA: lazy_gettext("通话数据有误"),
    },
    CriterionKind: {
        CriterionKind.YES_NO: lazy_gettext("是否"),
        CriterionKind.SCALE: lazy_gettext("等级"),
        CriterionKind.CHOICE: lazy_gettext("单选"),
        CriterionKind.MULTIPLE: lazy_gettext("多选"),
        CriterionKind.NUMBER: lazy_gettext("数值"),
        CriterionKind.DEDUCTION: lazy_gettext("按次扣分"),
        CriterionKind.TEXT: lazy_gettext("文字"),
    },
    ScoringMode: {
        ScoringMode.WEIGHTED: lazy_gettext("加权计分"),
        ScoringMode.DEDUCTION: lazy_gettext("扣分制"),
    },
    Veto: {
        Veto.NONE: lazy_gettext("无"),
        Veto.SECTION: lazy_gettext("本部分一票否决"),
        Veto.EVALUATION: lazy_gettext("一票否决"),
    },
    CriticalClass: {
        CriticalClass.CUSTOMER: lazy_gettext("客户类严重差错"),
        CriticalClass.BUSINESS: lazy_gettext("业务类严重差错"),
        CriticalClass.COMPLIANCE: lazy_gettext("合规类严重差错"),
    },
    Policy: {
        Policy.SUGGEST: lazy_gettext("系统建议，人工确认"),
        Policy.ACCEPT_WHEN_SURE: lazy_gettext("把握足够时自动采纳"),
        Policy.HUMAN_ONLY: lazy_gettext("只由人工评"),
    },
    ContactFault: {
        ContactFault.QUIET_HOURS: lazy_gettext("休息时段联系"),
        ContactFault.TOO_OFTEN: lazy_gettext("超过每天次数"),
        ContactFault.UNKNOWN_TIME: lazy_gettext("时间未知"),
    },
    Omitted: {
        Omitted.SHOW_IF: lazy_gettext("显示条件"),
        Omitted.EXAMPLE: lazy_gettext("示例录音"),
        Omitted.POLICY: lazy_gettext("采纳方式"),
        Omitted.GUIDANCE: lazy_gettext("各部分的说明"),
    },
    PeriodKind: {
        PeriodKind.TODAY: lazy_gettext("今天"),
        PeriodKind.WEEK: lazy_gettext("本周"),
        PeriodKind.MONTH: lazy_gettext("本月"),
    },
}


def in_words(value: StrEnum) -> str:
    """The name of a state, role or reason in the reader's language."""
    return str(WORDS[type(value)][value])


def shipped_words(text: str) -> str:
    """A note in the reader's language where the installation began with it; a person's own as it is."""
    return str(gettext(text)) if text else ""


def change_in_words(change: rubric.Change) -> str:
    """One difference between two versions of a form, in the reader's language."""
    return rubric.change_in_words(change, gettext)


def register(app: Flask) -> None:
    """Give templates the filters `in_words`, `shipped_words` and `change_in_words`."""
    for filter_ in (in_words, shipped_words, change_in_words):
        app.add_template_filter(filter_)

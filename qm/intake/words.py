"""States of recordings and reasons of refusal in words."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.core.audit import AuditAction
from qm.frame.registry import name_actions, name_each
from qm.models import QuarantineState, RecordingStatus
from recorder.types import Refusal

STATUSES = name_each(
    {
        RecordingStatus.STORED: lazy_gettext("已入库"),
        RecordingStatus.TRANSCRIBED: lazy_gettext("已转写"),
        RecordingStatus.SCANNED: lazy_gettext("已扫描"),
        RecordingStatus.READY: lazy_gettext("可评分"),
        RecordingStatus.FAILED: lazy_gettext("处理失败"),
    }
)
QUARANTINE_STATES = name_each(
    {
        QuarantineState.OPEN: lazy_gettext("待处理"),
        QuarantineState.RETRIED: lazy_gettext("已重试入库"),
        QuarantineState.DISCARDED: lazy_gettext("已丢弃"),
    }
)
REFUSALS = name_each(
    {
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
    }
)

ACTIONS = name_actions(
    {
        AuditAction.RECORDING_INGESTED: lazy_gettext("录音入库"),
        AuditAction.RECORDING_REFUSED: lazy_gettext("录音被隔离"),
        AuditAction.QUARANTINE_RETRIED: lazy_gettext("隔离文件重试"),
        AuditAction.QUARANTINE_DISCARDED: lazy_gettext("隔离文件丢弃"),
        AuditAction.QUARANTINE_RESTORED: lazy_gettext("隔离文件放回"),
        AuditAction.RECORDING_LISTENED: lazy_gettext("听录音"),
        AuditAction.RECORDING_DOWNLOADED: lazy_gettext("下载原始录音"),
    }
)

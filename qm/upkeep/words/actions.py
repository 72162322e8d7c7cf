"""What mends the installation, in words."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.core.audit import AuditAction
from qm.frame.registry import name_actions

ACTIONS = name_actions(
    {
        AuditAction.FIGURES_MENDED: lazy_gettext("修复各项得失分"),
        AuditAction.JOB_MENDED: lazy_gettext("修复任务"),
        AuditAction.ORIGINAL_MENDED: lazy_gettext("修复原始录音"),
        AuditAction.PLAYBACK_MENDED: lazy_gettext("修复播放文件"),
        AuditAction.STRAY_DERIVATIVE_DELETED: lazy_gettext("清理多余文件"),
        AuditAction.STRAY_OBJECT_QUARANTINED: lazy_gettext("隔离无主文件"),
    }
)

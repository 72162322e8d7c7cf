"""States of jobs in words."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.frame.registry import name_each
from qm.models import JobState

JOB_STATES = name_each(
    {
        JobState.QUEUED: lazy_gettext("排队中"),
        JobState.RUNNING: lazy_gettext("处理中"),
        JobState.WAITING: lazy_gettext("等待"),
        JobState.DONE: lazy_gettext("完成"),
        JobState.FAILED: lazy_gettext("失败"),
    }
)

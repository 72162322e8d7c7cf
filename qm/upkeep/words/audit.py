"""What audited actions are done to, in words; the actions are named by the capabilities that record them."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.core.audit import AuditSubject
from qm.frame.registry import name_each

SUBJECTS = name_each(
    {
        AuditSubject.AGENT: lazy_gettext("座席"),
        AuditSubject.API_TOKEN: lazy_gettext("令牌"),
        AuditSubject.BRANCH: lazy_gettext("机构"),
        AuditSubject.EVALUATION: lazy_gettext("评分"),
        AuditSubject.CONTACT_POLICY: lazy_gettext("联系规定"),
        AuditSubject.LEARNED_MODEL: lazy_gettext("学习模型"),
        AuditSubject.LEARNING_RUN: lazy_gettext("训练"),
        AuditSubject.OBJECT: lazy_gettext("存储文件"),
        AuditSubject.PHRASE: lazy_gettext("短语"),
        AuditSubject.PHRASE_GROUP: lazy_gettext("短语分组"),
        AuditSubject.PHRASE_LIBRARY: lazy_gettext("短语库"),
        AuditSubject.PROPOSAL: lazy_gettext("提议"),
        AuditSubject.QUARANTINE: lazy_gettext("隔离文件"),
        AuditSubject.QUEUE: lazy_gettext("队列"),
        AuditSubject.RECORDING: lazy_gettext("录音"),
        AuditSubject.REJUDGE_RUN: lazy_gettext("重新判断"),
        AuditSubject.RESTATEMENT: lazy_gettext("改分"),
        AuditSubject.RUBRIC_BINDING: lazy_gettext("评分表适用范围"),
        AuditSubject.RULE: lazy_gettext("规则"),
        AuditSubject.RULE_VERSION: lazy_gettext("规则版本"),
        AuditSubject.RUBRIC_VERSION: lazy_gettext("评分表"),
        AuditSubject.TEAM: lazy_gettext("班组"),
        AuditSubject.USER: lazy_gettext("用户"),
        AuditSubject.WHATIF_RUN: lazy_gettext("试算"),
    }
)

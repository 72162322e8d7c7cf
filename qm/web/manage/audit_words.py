"""Audited actions and their subjects as people read them, by capability."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString, lazy_gettext

from qm.services.audit import AuditAction, AuditSubject

Words = Mapping[AuditAction, LazyString]

PEOPLE: Words = {
    AuditAction.SIGNED_IN: lazy_gettext("登录"),
    AuditAction.USER_CREATED: lazy_gettext("新建账号"),
    AuditAction.USER_CHANGED: lazy_gettext("修改账号"),
    AuditAction.USER_ACTIVATED: lazy_gettext("启用账号"),
    AuditAction.USER_DEACTIVATED: lazy_gettext("停用账号"),
    AuditAction.PASSWORD_RESET: lazy_gettext("重置密码"),
    AuditAction.BRANCH_ADDED: lazy_gettext("新建机构"),
    AuditAction.TEAM_ADDED: lazy_gettext("新建班组"),
    AuditAction.AGENT_ADDED: lazy_gettext("录入座席"),
    AuditAction.AGENT_CHANGED: lazy_gettext("修改座席"),
    AuditAction.TOKEN_ISSUED: lazy_gettext("发放令牌"),
    AuditAction.TOKEN_REVOKED: lazy_gettext("作废令牌"),
    AuditAction.DEMO_PERSON_ADDED: lazy_gettext("建立演示账号"),
}
INTAKE: Words = {
    AuditAction.RECORDING_INGESTED: lazy_gettext("录音入库"),
    AuditAction.RECORDING_REFUSED: lazy_gettext("录音被隔离"),
    AuditAction.QUARANTINE_RETRIED: lazy_gettext("隔离文件重试"),
    AuditAction.QUARANTINE_DISCARDED: lazy_gettext("隔离文件丢弃"),
    AuditAction.QUARANTINE_RESTORED: lazy_gettext("隔离文件放回"),
    AuditAction.RECORDING_LISTENED: lazy_gettext("听录音"),
    AuditAction.RECORDING_DOWNLOADED: lazy_gettext("下载原始录音"),
}
PROPOSALS: Words = {
    AuditAction.PROPOSAL_MADE: lazy_gettext("提请总部发布"),
    AuditAction.PROPOSAL_ACCEPTED: lazy_gettext("采纳提议"),
    AuditAction.PROPOSAL_DECLINED: lazy_gettext("不采纳提议"),
    AuditAction.PROPOSAL_WITHDRAWN: lazy_gettext("撤回提议"),
}
PHRASES: Words = {
    AuditAction.PHRASE_DRAFT_STARTED: lazy_gettext("开始编辑短语库"),
    AuditAction.PHRASE_DRAFT_DISCARDED: lazy_gettext("放弃短语库草稿"),
    AuditAction.PHRASE_ADDED: lazy_gettext("添加短语"),
    AuditAction.PHRASE_CHANGED: lazy_gettext("修改短语"),
    AuditAction.PHRASE_REMOVED: lazy_gettext("删除短语"),
    AuditAction.PHRASE_GROUP_RENAMED: lazy_gettext("短语分组改名"),
    AuditAction.PHRASE_GROUP_ADOPTED: lazy_gettext("采纳机构的短语分组"),
    AuditAction.PHRASES_IMPORTED: lazy_gettext("导入短语"),
    AuditAction.PHRASE_LIBRARY_PUBLISHED: lazy_gettext("发布短语库"),
    AuditAction.VOCABULARY_CHANGED: lazy_gettext("修改队列词汇"),
}
HEARING: Words = {
    AuditAction.CHANNELS_SWAPPED: lazy_gettext("对调声道"),
    AuditAction.PERSONAL_DATA_REVEALED: lazy_gettext("查看个人信息"),
    AuditAction.RESCAN_STARTED: lazy_gettext("重新扫描"),
    AuditAction.JOB_RETRIED: lazy_gettext("任务重试"),
}
RULES: Words = {
    AuditAction.RULE_DRAFT_STARTED: lazy_gettext("开始编辑规则"),
    AuditAction.RULE_DRAFT_SAVED: lazy_gettext("保存规则草稿"),
    AuditAction.RULE_DRAFT_DISCARDED: lazy_gettext("放弃规则草稿"),
    AuditAction.RULE_SHADOW_STARTED: lazy_gettext("旁路运行规则"),
    AuditAction.RULE_SHADOW_STOPPED: lazy_gettext("停止旁路运行规则"),
    AuditAction.RULE_PUBLISHED: lazy_gettext("发布规则"),
    AuditAction.RULE_RETIRED: lazy_gettext("停用规则"),
    AuditAction.RULE_MARKED: lazy_gettext("标注规则命中"),
    AuditAction.RULE_MARK_REMOVED: lazy_gettext("取消规则标注"),
    AuditAction.RULE_UPDATE_TAKEN: lazy_gettext("取产品的规则为草稿"),
    AuditAction.RULE_UPDATE_DECLINED: lazy_gettext("不用产品的规则更新"),
    AuditAction.CONTACT_POLICY_CHANGED: lazy_gettext("修改联系规定"),
}
RUBRICS: Words = {
    AuditAction.RUBRIC_IMPORTED: lazy_gettext("导入评分表草稿"),
    AuditAction.RUBRIC_DRAFT_STARTED: lazy_gettext("建立评分表草稿"),
    AuditAction.RUBRIC_EDITED: lazy_gettext("修改评分表草稿"),
    AuditAction.RUBRIC_EDIT_UNDONE: lazy_gettext("撤销评分表改动"),
    AuditAction.RUBRIC_PUBLISHED: lazy_gettext("发布评分表"),
    AuditAction.RUBRIC_DISCARDED: lazy_gettext("放弃评分表草稿"),
    AuditAction.RUBRIC_RETIRED: lazy_gettext("停用评分表"),
    AuditAction.RUBRIC_BOUND: lazy_gettext("指定评分表适用范围"),
    AuditAction.RUBRIC_UNBOUND: lazy_gettext("结束评分表适用范围"),
}
JUDGING: Words = {
    AuditAction.REJUDGE_REQUESTED: lazy_gettext("发起重新判断"),
    AuditAction.TRAINING_REQUESTED: lazy_gettext("要求训练学习项"),
    AuditAction.CRITERION_LEARNED: lazy_gettext("训练学习项"),
    AuditAction.LEARNED_MODEL_USED: lazy_gettext("启用学习模型"),
    AuditAction.LEARNED_MODEL_DROPPED: lazy_gettext("停用学习模型"),
}
ASSIGNING: Words = {
    AuditAction.ASSIGNMENTS_GIVEN: lazy_gettext("分配录音"),
    AuditAction.ASSIGNMENT_TAKEN: lazy_gettext("领取录音"),
    AuditAction.ASSIGNMENT_WITHDRAWN: lazy_gettext("收回分配"),
}
REVIEWING: Words = {
    AuditAction.EVALUATION_SAVED: lazy_gettext("保存评分"),
    AuditAction.EVALUATION_RELEASED: lazy_gettext("发布评分"),
    AuditAction.EVALUATION_TAKEN_BACK: lazy_gettext("收回评分"),
    AuditAction.EVALUATION_PACK_EXPORTED: lazy_gettext("导出证据包"),
}
TRIALS: Words = {
    AuditAction.WHATIF_STARTED: lazy_gettext("试算评分表影响"),
    AuditAction.SCORES_RESTATED: lazy_gettext("重述评分"),
}
RECORDS: Words = {
    AuditAction.EVALUATION_ACKNOWLEDGED: lazy_gettext("座席确认反馈"),
}
UPKEEP: Words = {
    AuditAction.FIGURES_MENDED: lazy_gettext("修复各项得失分"),
    AuditAction.JOB_MENDED: lazy_gettext("修复任务"),
    AuditAction.ORIGINAL_MENDED: lazy_gettext("修复原始录音"),
    AuditAction.PLAYBACK_MENDED: lazy_gettext("修复播放文件"),
    AuditAction.STRAY_DERIVATIVE_DELETED: lazy_gettext("清理多余文件"),
    AuditAction.STRAY_OBJECT_QUARANTINED: lazy_gettext("隔离无主文件"),
}

ACTIONS: Words = {
    **PEOPLE,
    **INTAKE,
    **PROPOSALS,
    **PHRASES,
    **HEARING,
    **RULES,
    **RUBRICS,
    **JUDGING,
    **ASSIGNING,
    **REVIEWING,
    **TRIALS,
    **RECORDS,
    **UPKEEP,
}
"""Words of every action."""

SUBJECTS: Mapping[AuditSubject, LazyString] = {
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
    AuditSubject.USER: lazy_gettext("账号"),
    AuditSubject.WHATIF_RUN: lazy_gettext("试算"),
}
"""What events are about."""

"""Roles of people in words."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.core.actor import UserRole
from qm.core.audit import AuditAction
from qm.frame.registry import name_actions, name_each

ROLES = name_each(
    {
        UserRole.INSPECTOR: lazy_gettext("质检员"),
        UserRole.AGENT: lazy_gettext("座席"),
        UserRole.LEADER: lazy_gettext("班组长"),
        UserRole.SUPERVISOR: lazy_gettext("质检主管"),
        UserRole.ADMINISTRATOR: lazy_gettext("管理员"),
    }
)

ACTIONS = name_actions(
    {
        AuditAction.SIGNED_IN: lazy_gettext("登录成功"),
        AuditAction.USER_CREATED: lazy_gettext("账号建立"),
        AuditAction.USER_CHANGED: lazy_gettext("修改账号"),
        AuditAction.USER_ACTIVATED: lazy_gettext("启用账号"),
        AuditAction.USER_DEACTIVATED: lazy_gettext("账号停用"),
        AuditAction.PASSWORD_RESET: lazy_gettext("重设密码"),
        AuditAction.BRANCH_ADDED: lazy_gettext("建立机构"),
        AuditAction.TEAM_ADDED: lazy_gettext("建立班组"),
        AuditAction.AGENT_ADDED: lazy_gettext("录入座席"),
        AuditAction.AGENT_CHANGED: lazy_gettext("修改座席"),
        AuditAction.TOKEN_ISSUED: lazy_gettext("令牌发放"),
        AuditAction.TOKEN_REVOKED: lazy_gettext("作废令牌"),
        AuditAction.DEMO_PERSON_ADDED: lazy_gettext("建立演示账号"),
    }
)

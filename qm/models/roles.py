"""What somebody may be."""

from __future__ import annotations

from enum import StrEnum


class UserRole(StrEnum):
    """The five roles; docs/permissions.md lists what each may open."""

    INSPECTOR = "inspector"
    AGENT = "agent"
    LEADER = "leader"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"

"""Who is acting: the signed-in person, as queries and services know them."""

from __future__ import annotations

from dataclasses import dataclass

from qm.core.errors import Forbidden
from qm.models.roles import UserRole

__all__ = ["SYSTEM", "Actor", "UserRole"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or the system acting. Scope: None means no limit at that level (headquarters)."""

    user_id: int | None
    username: str
    name: str
    role: UserRole
    branch_id: int | None = None
    team_id: int | None = None
    agent_id: int | None = None
    address: str = ""
    """Network address, for the audit."""

    def may(self, *roles: UserRole) -> bool:
        """True where the actor holds one of these roles."""
        return self.role in roles

    def require(self, *roles: UserRole) -> None:
        """What every write asks first. Raises `Forbidden` unless the actor holds one of these roles.

        The system (a worker, the command line: nobody signed in) may do everything; without roles, it alone.
        """
        if self.user_id is not None and not self.may(*roles):
            raise Forbidden


SYSTEM = Actor(user_id=None, username="system", name="系统", role=UserRole.ADMINISTRATOR)
"""Workers and commands act as the system."""

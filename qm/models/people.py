"""People and their places: branch > team > agent, users, tokens, sign-in attempts."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from qm.models.base import UtcDateTime, enum_type
from qm.models.roles import UserRole


class Branch(SQLModel, table=True):
    """A branch; data is separated by branch, seen together by headquarters."""

    __tablename__ = "branch"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=80, unique=True)


class Team(SQLModel, table=True):
    """A team 班组 of one branch."""

    __tablename__ = "team"
    id: int | None = Field(default=None, primary_key=True)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    name: str = Field(max_length=80, unique=True)


class Agent(SQLModel, table=True):
    """An agent 座席 on the roster, known by number."""

    __tablename__ = "agent"
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    number: str = Field(max_length=20, unique=True)
    name: str = Field(max_length=80)
    active: bool = True


class User(SQLModel, table=True):
    """Someone who signs in. A scope column left empty means no limit at that level."""

    __tablename__ = "user"
    id: int | None = Field(default=None, primary_key=True)
    username: str = Field(max_length=60, unique=True)
    name: str = Field(max_length=80)
    role: UserRole = Field(sa_type=enum_type(UserRole, "user_role"))
    password_hash: str = Field(max_length=200)
    branch_id: int | None = Field(default=None, foreign_key="branch.id")
    team_id: int | None = Field(default=None, foreign_key="team.id")
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    active: bool = True
    session_version: int = 1
    """Raised to sign the person out everywhere."""
    locale: str | None = Field(default=None, max_length=5)
    created_at: datetime = Field(sa_type=UtcDateTime)


class SignInAttempt(SQLModel, table=True):
    """A failed sign-in, counted for throttling by name and by address."""

    __tablename__ = "sign_in_attempt"
    id: int | None = Field(default=None, primary_key=True)
    username: str = Field(max_length=60, index=True)
    address: str = Field(max_length=64, index=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)


class ApiToken(SQLModel, table=True):
    """A token of a machine; only its hash is stored."""

    __tablename__ = "api_token"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=80)
    token_hash: str = Field(max_length=64, unique=True)
    user_id: int = Field(foreign_key="user.id")
    """Acts within this user's scope."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

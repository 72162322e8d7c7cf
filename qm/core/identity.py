"""Looking people up."""

from __future__ import annotations

import hashlib

from sqlmodel import col, select

from qm.core.actor import Actor
from qm.core.database import reading
from qm.models import Agent, ApiToken, Branch, Team, User


def hash_token(token: str) -> str:
    """What is stored of an API token: tokens are long random text, so a plain hash suffices."""
    return hashlib.sha256(token.encode()).hexdigest()


def actor_of(user: User, *, address: str = "") -> Actor:
    """The actor that a user row stands for."""
    return Actor(
        user_id=user.id,
        username=user.username,
        name=user.name,
        role=user.role,
        branch_id=user.branch_id,
        team_id=user.team_id,
        agent_id=user.agent_id,
        address=address,
    )


def actor_by_session(user_id: int, version: int | None, *, address: str) -> Actor | None:
    """The person of a session cookie; None where signed out everywhere or switched off."""
    with reading() as session:
        user = session.get(User, user_id)
    if user is None or not user.active or user.session_version != version:
        return None
    return actor_of(user, address=address)


def actor_by_token(token: str, *, address: str) -> Actor | None:
    """The user an API token acts for; None where unknown or revoked."""
    with reading() as session:
        row = session.exec(
            select(User)
            .join(ApiToken, col(ApiToken.user_id) == User.id)
            .where(ApiToken.token_hash == hash_token(token), col(ApiToken.revoked_at).is_(None))
        ).first()
    return actor_of(row, address=address) if row and row.active else None


def user_by_name(username: str) -> User | None:
    """The user row for signing in."""
    with reading() as session:
        return session.exec(select(User).where(User.username == username)).first()


def agent_by_number(number: str) -> tuple[Agent, Team] | None:
    """An agent on the roster and the team; None where the number is unknown."""
    with reading() as session:
        found = session.exec(
            select(Agent, Team).join(Team, col(Team.id) == Agent.team_id).where(Agent.number == number)
        ).first()
    return (found[0], found[1]) if found else None


def team_by_name(name: str) -> Team | None:
    """A team by its name."""
    with reading() as session:
        return session.exec(select(Team).where(Team.name == name)).first()


def branches() -> list[Branch]:
    """All branches, by name."""
    with reading() as session:
        return list(session.exec(select(Branch).order_by(Branch.name)).all())

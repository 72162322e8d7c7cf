"""People, teams and tokens, as far as an administrator oversees them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, true
from sqlmodel import col, select

from qm.core.actor import Actor, UserRole
from qm.core.database import reading
from qm.core.errors import NotFound
from qm.models import Agent, ApiToken, Branch, Team, User


@dataclass(frozen=True, slots=True)
class Person:
    """A user with the place they belong to in words."""

    user: User
    branch: str
    team: str
    agent: str


@dataclass(frozen=True, slots=True)
class TeamRoster:
    """A team with its agents, by number."""

    team: Team
    branch: Branch
    agents: tuple[Agent, ...]


@dataclass(frozen=True, slots=True)
class TokenLine:
    """An API token and whom it acts for."""

    token: ApiToken
    user: User


def in_scope(actor: Actor) -> ColumnElement[bool]:
    """The condition on `User` rows that an administrator may see and change."""
    if actor.branch_id is None:
        return true()
    return col(User.branch_id) == actor.branch_id


def _branches_in_scope(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.branch_id is None else col(Branch.id) == actor.branch_id


def everyone(actor: Actor) -> tuple[Person, ...]:
    """Users in the administrator's scope, by role, then name; switched-off ones last."""
    with reading() as session:
        rows = session.exec(
            select(User, Branch.name, Team.name, Agent.number)
            .outerjoin(Branch, col(Branch.id) == User.branch_id)
            .outerjoin(Team, col(Team.id) == User.team_id)
            .outerjoin(Agent, col(Agent.id) == User.agent_id)
            .where(in_scope(actor))
        ).all()
    people = [Person(user, branch or "", team or "", agent or "") for user, branch, team, agent in rows]
    order = list(UserRole)
    return tuple(sorted(people, key=lambda p: (not p.user.active, order.index(p.user.role), p.user.username)))


def person(actor: Actor, user_id: int) -> User:
    """One user in scope. Raises `NotFound`."""
    with reading() as session:
        found = session.exec(select(User).where(User.id == user_id, in_scope(actor))).first()
    if found is None:
        raise NotFound
    return found


def roster(actor: Actor) -> tuple[TeamRoster, ...]:
    """Teams in scope with their agents."""
    with reading() as session:
        rows = session.exec(
            select(Team, Branch)
            .join(Branch, col(Branch.id) == Team.branch_id)
            .where(_branches_in_scope(actor))
            .order_by(Branch.name, Team.name)
        ).all()
        agents = session.exec(select(Agent).order_by(Agent.number)).all()
    return tuple(
        TeamRoster(team, branch, tuple(a for a in agents if a.team_id == team.id)) for team, branch in rows
    )


def branches(actor: Actor) -> list[Branch]:
    """Branches in scope, by name."""
    with reading() as session:
        return list(session.exec(select(Branch).where(_branches_in_scope(actor)).order_by(Branch.name)).all())


def centre_is_unattended() -> bool:
    """There are several branches, and nobody who may publish or retire what is the centre's."""
    of_centre = select(User.id).where(
        User.role == UserRole.SUPERVISOR, col(User.active).is_(True), col(User.branch_id).is_(None)
    )
    with reading() as session:
        several = len(session.exec(select(Branch.id).limit(2)).all()) > 1
        return several and session.exec(of_centre.limit(1)).first() is None


def team(actor: Actor, team_id: int) -> Team:
    """One team in scope. Raises `NotFound`."""
    with reading() as session:
        found = session.exec(
            select(Team)
            .join(Branch, col(Branch.id) == Team.branch_id)
            .where(Team.id == team_id, _branches_in_scope(actor))
        ).first()
    if found is None:
        raise NotFound
    return found


def agent(actor: Actor, agent_id: int) -> Agent:
    """One agent in scope. Raises `NotFound`."""
    with reading() as session:
        found = session.exec(
            select(Agent)
            .join(Team, col(Team.id) == Agent.team_id)
            .join(Branch, col(Branch.id) == Team.branch_id)
            .where(Agent.id == agent_id, _branches_in_scope(actor))
        ).first()
    if found is None:
        raise NotFound
    return found


def _tokens_in_scope(actor: Actor) -> ColumnElement[bool]:
    """Administrators oversee the tokens of their scope, everybody else has an eye on their own."""
    return in_scope(actor) if actor.may(UserRole.ADMINISTRATOR) else col(User.id) == actor.user_id


def tokens(actor: Actor) -> tuple[TokenLine, ...]:
    """API tokens in scope, newest first, revoked ones last."""
    with reading() as session:
        rows = session.exec(
            select(ApiToken, User)
            .join(User, col(User.id) == ApiToken.user_id)
            .where(_tokens_in_scope(actor))
            .order_by(col(ApiToken.id).desc())
        ).all()
    lines = [TokenLine(token, user) for token, user in rows]
    return tuple(sorted(lines, key=lambda line: line.token.revoked_at is not None))


def token(actor: Actor, token_id: int) -> ApiToken:
    """One token in scope. Raises `NotFound`."""
    with reading() as session:
        found = session.exec(
            select(ApiToken)
            .join(User, col(User.id) == ApiToken.user_id)
            .where(ApiToken.id == token_id, _tokens_in_scope(actor))
        ).first()
    if found is None:
        raise NotFound
    return found

"""People who sign in: create, change, switch off, new passwords."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlmodel import Session, col, select

from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import writing
from qm.core.errors import Conflict, Forbidden, InvalidInput
from qm.models import Agent, Team, User
from qm.people import reads as people_reads
from qm.people.writes import tokens as token_writes
from qm.people.writes.sign_in import hash_password

_CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that are not mistaken for one another when read out."""


class UsernameTaken(Conflict):
    """Somebody has this name, perhaps in another branch."""

    message = "用户名“%(username)s”已被使用，请换一个。"


class PlaceMissing(InvalidInput):
    """The role needs a place that was not given."""

    message = "请补全所属：班组长须选班组，座席账号须选座席。"


class SeatTaken(Conflict):
    """An agent on the roster has an account already."""

    message = "这位座席已有账号“%(username)s”。请改用该账号，或先停用它。"


class OwnAccount(Conflict):
    """One cannot lock oneself out."""

    message = "不能停用自己的账号或取消自己的管理员角色，请由另一位管理员操作。"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person belongs; empty means no limit at that level."""

    branch_id: int | None = None
    team_id: int | None = None
    agent_id: int | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """A user with the password that is shown once."""

    user: User
    password: str


def create_user(actor: Actor, *, username: str, name: str, role: UserRole, place: Place) -> Issued:
    """Add a person who can sign in with a password made here.

    Raises `UsernameTaken`, `PlaceMissing`, `SeatTaken`, `Forbidden` outside the administrator's branch.
    """
    actor.require(UserRole.ADMINISTRATOR)
    password = new_password()
    with writing() as session:
        taken = session.exec(select(User).where(User.username == username.strip())).first()
        if taken is not None:
            raise UsernameTaken(username=username.strip())
        settled = _settle(session, actor, role, place, None)
        user = User(
            username=username.strip(),
            name=name.strip(),
            role=role,
            password_hash=hash_password(password),
            branch_id=settled.branch_id,
            team_id=settled.team_id,
            agent_id=settled.agent_id,
            created_at=now(),
        )
        session.add(user)
        session.flush()
        audit.record(actor, audit.AuditAction.USER_CREATED, user.id, username=user.username, role=role.value)
        return Issued(user, password)


def change_user(actor: Actor, user_id: int, *, name: str, role: UserRole, place: Place) -> User:
    """Change name, role and place; signs the person out where what they may do changed.

    Another role ends the person's tokens.

    Raises `NotFound`, `OwnAccount`, and as `create_user`.
    """
    actor.require(UserRole.ADMINISTRATOR)
    with writing() as session:
        user = people_reads.person(actor, user_id)
        if user.id == actor.user_id and role is not user.role:
            raise OwnAccount
        settled = _settle(session, actor, role, place, user_id)
        before = (user.role, user.branch_id, user.team_id, user.agent_id)
        if role is not user.role:
            token_writes.revoke_all(session, user_id)  # issued for other rights, perhaps by somebody else
        user.name, user.role = name.strip(), role
        user.branch_id, user.team_id, user.agent_id = settled.branch_id, settled.team_id, settled.agent_id
        if before != (user.role, user.branch_id, user.team_id, user.agent_id):
            user.session_version += 1
        session.add(user)
        audit.record(actor, audit.AuditAction.USER_CHANGED, user.id, username=user.username, role=role.value)
        return user


def reset_password(actor: Actor, user_id: int) -> Issued:
    """A new password, shown once; the person is signed out everywhere. Raises `NotFound`."""
    actor.require(UserRole.ADMINISTRATOR)
    password = new_password()
    with writing() as session:
        user = people_reads.person(actor, user_id)
        user.password_hash = hash_password(password)
        user.session_version += 1
        session.add(user)
        audit.record(actor, audit.AuditAction.PASSWORD_RESET, user.id, username=user.username)
        return Issued(user, password)


def set_active(actor: Actor, user_id: int, *, active: bool) -> User:
    """Switch an account off or on again. Raises `NotFound`, `OwnAccount`, `SeatTaken`."""
    actor.require(UserRole.ADMINISTRATOR)
    with writing() as session:
        user = people_reads.person(actor, user_id)
        if user.id == actor.user_id:
            raise OwnAccount
        if active and user.agent_id is not None:
            _check_seat(session, user.agent_id, user_id)
        user.active = active
        user.session_version += 1
        session.add(user)
        actions = audit.AuditAction
        action = actions.USER_ACTIVATED if active else actions.USER_DEACTIVATED
        audit.record(actor, action, user.id, username=user.username)
        return user


def new_password() -> str:
    """Twelve clear characters in three groups: 59 bits."""
    groups = ("".join(secrets.choice(_CLEAR) for _ in range(4)) for _ in range(3))
    return "-".join(groups)


def _settle(session: Session, actor: Actor, role: UserRole, place: Place, user_id: int | None) -> Place:
    """The place with what follows from it filled in: an agent's team, a team's branch."""
    team_id = place.team_id if role in (UserRole.LEADER, UserRole.AGENT) else None
    agent_id = place.agent_id if role is UserRole.AGENT else None
    if (role is UserRole.LEADER and team_id is None) or (role is UserRole.AGENT and agent_id is None):
        raise PlaceMissing
    branch_id = place.branch_id
    if agent_id is not None:
        _check_seat(session, agent_id, user_id)
        agent = session.get(Agent, agent_id)
        team_id = agent.team_id if agent else None
    if team_id is not None:
        team = session.get(Team, team_id)
        if team is None:
            raise PlaceMissing
        branch_id = team.branch_id
    if actor.branch_id is not None and branch_id != actor.branch_id:
        raise Forbidden
    return Place(branch_id, team_id, agent_id)


def _check_seat(session: Session, agent_id: int, user_id: int | None) -> None:
    holder = session.exec(
        select(User).where(User.agent_id == agent_id, col(User.active).is_(True), User.id != (user_id or 0))
    ).first()
    if holder is not None:
        raise SeatTaken(username=holder.username)

"""Branches, teams and the agents on the roster."""

from __future__ import annotations

from sqlmodel import Session, select

from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.database import writing
from qm.core.errors import Conflict, Forbidden
from qm.models import Agent, Branch, Team, User
from qm.people import reads as people_reads


class NameTaken(Conflict):
    """A branch or team of this name exists."""

    message = "名称“%(name)s”已被使用，请换一个。"


class NumberTaken(Conflict):
    """Agents are known by number: it is unique."""

    message = "工号 %(number)s 已分配给%(name)s，请核对工号。"


def add_branch(actor: Actor, *, name: str) -> Branch:
    """Add a branch; headquarters only. Raises `NameTaken`, `Forbidden`."""
    actor.require(UserRole.ADMINISTRATOR)
    if actor.branch_id is not None:
        raise Forbidden
    with writing() as session:
        if session.exec(select(Branch).where(Branch.name == name.strip())).first():
            raise NameTaken(name=name.strip())
        branch = Branch(name=name.strip())
        session.add(branch)
        session.flush()
        audit.record(actor, audit.AuditAction.BRANCH_ADDED, branch.id, name=branch.name)
        return branch


def add_team(actor: Actor, *, branch_id: int, name: str) -> Team:
    """Add a team to a branch in scope. Raises `NameTaken`, `Forbidden`."""
    actor.require(UserRole.ADMINISTRATOR)
    if branch_id not in {branch.id for branch in people_reads.branches(actor)}:
        raise Forbidden
    with writing() as session:
        if session.exec(select(Team).where(Team.name == name.strip())).first():
            raise NameTaken(name=name.strip())
        team = Team(branch_id=branch_id, name=name.strip())
        session.add(team)
        session.flush()
        audit.record(actor, audit.AuditAction.TEAM_ADDED, team.id, name=team.name)
        return team


def add_agent(actor: Actor, *, team_id: int, number: str, name: str) -> Agent:
    """Add an agent to the roster of a team in scope. Raises `NumberTaken`, `NotFound`."""
    actor.require(UserRole.ADMINISTRATOR)
    with writing() as session:
        team = people_reads.team(actor, team_id)
        holder = session.exec(select(Agent).where(Agent.number == number.strip())).first()
        if holder is not None:
            raise NumberTaken(number=holder.number, name=holder.name)
        agent = Agent(team_id=team.id or 0, number=number.strip(), name=name.strip())
        session.add(agent)
        session.flush()
        audit.record(actor, audit.AuditAction.AGENT_ADDED, agent.id, number=agent.number)
        return agent


def change_agent(actor: Actor, agent_id: int, *, name: str, team_id: int, active: bool) -> Agent:
    """Rename, move to another team in scope, or take off the roster; past calls keep their team.

    The agent's account moves along, and signs in anew for its new place. Raises `NotFound`.
    """
    actor.require(UserRole.ADMINISTRATOR)
    with writing() as session:
        agent = people_reads.agent(actor, agent_id)
        team = people_reads.team(actor, team_id)
        agent.name, agent.team_id, agent.active = name.strip(), team.id or agent.team_id, active
        session.add(agent)
        _move_user(session, agent_id, team)
        audit.record(actor, audit.AuditAction.AGENT_CHANGED, agent.id, number=agent.number, active=active)
        return agent


def _move_user(session: Session, agent_id: int, team: Team) -> None:
    for user in session.exec(select(User).where(User.agent_id == agent_id)):
        if (user.team_id, user.branch_id) != (team.id, team.branch_id):
            user.team_id, user.branch_id = team.id, team.branch_id
            user.session_version += 1
            session.add(user)

"""The demonstration: five people, two teams, six agents. All names are invented."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlmodel import Session, select

from qm.core import audit
from qm.core.actor import SYSTEM, UserRole
from qm.core.clock import now
from qm.core.database import writing
from qm.models import Agent, Branch, Team, User
from qm.people.writes.sign_in import hash_password

BRANCH = "东方银行客服中心"
ROSTER = {
    "A组": (("8021", "李静"), ("8022", "王芳"), ("8023", "张伟")),
    "B组": (("8031", "陈晨"), ("8032", "刘洋"), ("8033", "赵敏")),
}
PEOPLE = (
    # username, name, role, team, agent number
    ("zhoumin", "周敏", UserRole.INSPECTOR, None, None),
    ("zhangwei", "张伟", UserRole.AGENT, "A组", "8023"),
    ("sunli", "孙丽", UserRole.LEADER, "A组", None),
    ("wugang", "吴刚", UserRole.SUPERVISOR, None, None),
    ("admin", "郑洁", UserRole.ADMINISTRATOR, None, None),
)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Someone to sign in as."""

    username: str
    name: str
    role: UserRole
    password: str


def username_of(role: UserRole) -> str:
    """The demonstration's person of a role."""
    return next(username for username, _name, held, _team, _number in PEOPLE if held is role)


def ensure_people() -> tuple[DemoPerson, ...]:
    """Add branch, teams, agents and the five people; each run gives them new passwords."""
    with writing() as session:
        branch = session.exec(select(Branch).where(Branch.name == BRANCH)).first() or Branch(name=BRANCH)
        session.add(branch)
        session.flush()
        teams = {name: _team(session, branch.id or 0, name) for name in ROSTER}
        agents = {
            number: _agent(session, teams[team].id or 0, number, name)
            for team, members in ROSTER.items()
            for number, name in members
        }
        people = []
        for username, name, role, team, number in PEOPLE:
            password = f"qm-{secrets.token_hex(3)}"
            user = session.exec(select(User).where(User.username == username)).first()
            user = user or User(username=username, name=name, role=role, password_hash="", created_at=now())
            user.password_hash = hash_password(password)
            user.branch_id = None if role is UserRole.ADMINISTRATOR else branch.id
            user.team_id = teams[team].id if team else None
            user.agent_id = agents[number].id if number else None
            session.add(user)
            session.flush()
            audit.record(SYSTEM, audit.AuditAction.DEMO_PERSON_ADDED, user.id)
            people.append(DemoPerson(username, name, role, password))
    return tuple(people)


def _team(session: Session, branch_id: int, name: str) -> Team:
    team = session.exec(select(Team).where(Team.name == name)).first() or Team(branch_id=branch_id, name=name)
    session.add(team)
    session.flush()
    return team


def _agent(session: Session, team_id: int, number: str, name: str) -> Agent:
    agent = session.exec(select(Agent).where(Agent.number == number)).first()
    agent = agent or Agent(team_id=team_id, number=number, name=name)
    session.add(agent)
    session.flush()
    return agent

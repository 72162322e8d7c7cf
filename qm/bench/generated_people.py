"""Who works in a generated installation: two branches, their teams and agents, and one person a role."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.core.identity import actor_of
from qm.models import Agent, Branch, Team, User

BRANCHES, TEAMS, AGENTS = 2, 3, 8
"""Branches, teams of each, agents of each team."""
NO_HASH = "!"
"""No password has this hash: nobody signs in by the form."""

_FAMILY = "李王张刘陈杨赵黄"
_GIVEN = ("静", "芳", "伟", "敏", "洋", "川")


@dataclass(frozen=True, slots=True)
class People:
    """One person a role: the inspector is of the first branch, leader and agent are of its first team.

    The supervisor is of headquarters, to whom the forms, rules and phrases of the whole centre belong.
    """

    users: dict[str, int]
    """User ids by role."""
    first_team: list[int]
    """Agent ids; the first is the user `agent`."""
    others: list[int]
    """Agent ids of all other teams."""

    def actor(self, role: UserRole) -> Actor:
        """The person of this role, as services want them."""
        with reading() as session:
            return actor_of(session.get_one(User, self.users[role.value]), address="127.0.0.1")


def add() -> People:
    """Write them into the bound database."""
    with writing() as session:
        teams = _teams(session)
        agents = {team.id or 0: _agents(session, team, number) for number, team in enumerate(teams)}
        first = teams[0]
        of_first = agents.pop(first.id or 0)
        users = {
            role.value: _user(session, role, first, of_first[0] if role is UserRole.AGENT else None)
            for role in UserRole
        }
        return People(users, of_first, [item for ids in agents.values() for item in ids])


def _teams(session: Session) -> list[Team]:
    branches = [Branch(name=f"测量{number + 1}分行") for number in range(BRANCHES)]
    session.add_all(branches)
    session.flush()
    teams = [
        Team(branch_id=branch.id or 0, name=f"{branch.name}{number + 1}组")
        for branch in branches
        for number in range(TEAMS)
    ]
    session.add_all(teams)
    session.flush()
    return teams


def _agents(session: Session, team: Team, place: int) -> list[int]:
    rows = [
        Agent(
            team_id=team.id or 0,
            number=str(7000 + place * 100 + number),
            name=_FAMILY[number] + _GIVEN[place % len(_GIVEN)],
        )
        for number in range(AGENTS)
    ]
    session.add_all(rows)
    session.flush()
    return [row.id or 0 for row in rows]


def _user(session: Session, role: UserRole, team: Team, agent_id: int | None) -> int:
    in_team = role in (UserRole.LEADER, UserRole.AGENT)
    row = User(
        username=role.value,
        name=role.value.title(),
        role=role,
        password_hash=NO_HASH,
        branch_id=team.branch_id if in_team or role is UserRole.INSPECTOR else None,
        team_id=team.id if in_team else None,
        agent_id=agent_id,
        created_at=now(),
    )
    session.add(row)
    session.flush()
    return row.id or 0

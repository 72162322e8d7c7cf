"""A small centre: two branches, three teams, everybody's roles, and an outsider for each."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from qm.app import create_app
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import writing
from qm.core.identity import actor_of
from qm.models import Agent, Branch, Team, User
from qm.people.writes import sign_in as sign_in_writes

PASSWORD = "correct horse"
# As cheap as argon2 gets: people of the tests sign in all day.
sign_in_writes._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_HASH = sign_in_writes.hash_password(PASSWORD)


@dataclass(frozen=True)
class Centre:
    """The people of the tests by username, and the ids of their places."""

    actors: dict[str, Actor]
    branch_id: int
    team_id: int
    other_team_id: int
    far_branch_id: int
    far_team_id: int
    agent_id: int
    """Agent 8021, who is also the user `agent`."""
    teammate_id: int
    """Agent 8023 of the same team."""
    other_agent_id: int
    """Agent 8031 of the other team."""
    far_agent_id: int
    """Agent 9001 of the far branch."""


def _user(session: object, username: str, role: UserRole, **scope: int | None) -> User:
    user = User(
        username=username, name=username.title(), role=role, password_hash=_HASH, created_at=now(), **scope
    )
    session.add(user)  # type: ignore[attr-defined]
    session.flush()  # type: ignore[attr-defined]
    return user


def build_centre() -> Centre:
    """Write the centre into the bound database."""
    with writing() as session:
        near, far = Branch(name="总行中心"), Branch(name="南方分中心")
        session.add_all([near, far])
        session.flush()
        teams = [
            Team(branch_id=near.id or 0, name="A组"),
            Team(branch_id=near.id or 0, name="B组"),
            Team(branch_id=far.id or 0, name="南方一组"),
        ]
        session.add_all(teams)
        session.flush()
        a, b, c = (team.id or 0 for team in teams)
        agents = [
            Agent(team_id=a, number="8021", name="李静"),
            Agent(team_id=a, number="8022", name="王芳"),
            Agent(team_id=a, number="8023", name="张伟"),
            Agent(team_id=b, number="8031", name="陈晨"),
            Agent(team_id=b, number="8032", name="刘洋"),
            Agent(team_id=b, number="8033", name="赵敏"),
            Agent(team_id=c, number="9001", name="何川"),
        ]
        session.add_all(agents)
        session.flush()
        by_number = {agent.number: agent.id or 0 for agent in agents}
        users = [
            _user(session, "inspector", UserRole.INSPECTOR, branch_id=near.id),
            _user(session, "inspector2", UserRole.INSPECTOR, branch_id=near.id),
            _user(session, "far_inspector", UserRole.INSPECTOR, branch_id=far.id),
            _user(session, "agent", UserRole.AGENT, branch_id=near.id, team_id=a, agent_id=by_number["8021"]),
            _user(
                session, "teammate", UserRole.AGENT, branch_id=near.id, team_id=a, agent_id=by_number["8023"]
            ),
            _user(session, "leader", UserRole.LEADER, branch_id=near.id, team_id=a),
            _user(session, "other_leader", UserRole.LEADER, branch_id=near.id, team_id=b),
            _user(session, "supervisor", UserRole.SUPERVISOR, branch_id=near.id),
            _user(session, "headquarters", UserRole.SUPERVISOR),
            _user(session, "administrator", UserRole.ADMINISTRATOR),
        ]
        actors = {user.username: actor_of(user, address="127.0.0.1") for user in users}
        return Centre(
            actors=actors,
            branch_id=near.id or 0,
            team_id=a,
            other_team_id=b,
            far_branch_id=far.id or 0,
            far_team_id=c,
            agent_id=by_number["8021"],
            teammate_id=by_number["8023"],
            other_agent_id=by_number["8031"],
            far_agent_id=by_number["9001"],
        )


@pytest.fixture
def centre(sqlite: None) -> Centre:
    """The centre on SQLite."""
    return build_centre()


@pytest.fixture
def app(centre: Centre, config: object) -> Flask:
    """The web application over the centre; forms need no token."""
    application = create_app()
    application.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return application


def sign_in(client: FlaskClient, username: str) -> FlaskClient:
    """Sign a person of the centre in."""
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/sign-in").text)
    form = {"username": username, "password": PASSWORD, "csrf_token": token.group(1) if token else ""}
    answer = client.post("/sign-in", data=form)
    assert answer.status_code == 302, answer.status_code
    return client


@pytest.fixture
def client_of(app: Flask):
    """A browser for each person: `client_of("inspector")`."""
    return lambda username: sign_in(app.test_client(), username)

"""Writes about people, teams and tokens."""

from __future__ import annotations

from qm.core.actor import Actor, UserRole
from qm.people.writes import accounts as people
from qm.people.writes import teams, tokens
from qm.people.writes.accounts import Place
from tests.support.every_write.written import Write, anywhere, who
from tests.support.house import House

ADMINISTRATORS = who("administrator")


def _create(actor: Actor, house: House) -> object:
    place = Place(branch_id=house.centre.branch_id)
    return people.create_user(actor, username="new", name="新", role=UserRole.INSPECTOR, place=place)


def _change(actor: Actor, house: House) -> object:
    place = Place(branch_id=house.centre.branch_id)
    return people.change_user(actor, _colleague(house), name="新", role=UserRole.SUPERVISOR, place=place)


def _colleague(house: House) -> int:
    return house.centre.actors["inspector2"].user_id or 0


def _change_agent(actor: Actor, house: House) -> object:
    team = house.centre.other_team_id
    return teams.change_agent(actor, house.centre.agent_id, name="新", team_id=team, active=True)


WRITES = (
    Write(people.create_user, _create, ADMINISTRATORS),
    Write(people.change_user, _change, ADMINISTRATORS),
    Write(people.reset_password, lambda a, h: people.reset_password(a, _colleague(h)), ADMINISTRATORS),
    Write(people.set_active, lambda a, h: people.set_active(a, _colleague(h), active=False), ADMINISTRATORS),
    Write(
        teams.add_branch,
        lambda a, _h: teams.add_branch(a, name="新机构"),
        frozenset({"centre administrator"}),
    ),
    Write(
        teams.add_team,
        lambda a, h: teams.add_team(a, branch_id=h.centre.branch_id, name="新组"),
        ADMINISTRATORS,
    ),
    Write(
        teams.add_agent,
        lambda a, h: teams.add_agent(a, team_id=h.centre.team_id, number="8099", name="新"),
        ADMINISTRATORS,
    ),
    Write(teams.change_agent, _change_agent, ADMINISTRATORS),
    Write(
        tokens.issue_token,
        lambda a, _h: tokens.issue_token(a, user_id=a.user_id or 0, name="自己的"),
        anywhere("supervisor", "administrator"),
    ),
    Write(tokens.revoke_token, lambda a, h: tokens.revoke_token(a, h.token_id), ADMINISTRATORS),
)

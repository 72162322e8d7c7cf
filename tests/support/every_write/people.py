"""Writes about people, teams and tokens."""

from __future__ import annotations

from qm.core.actor import Actor, UserRole
from qm.people.writes import accounts as account_writes
from qm.people.writes import teams as team_writes
from qm.people.writes import tokens as token_writes
from qm.people.writes.accounts import Place
from tests.support.every_write.written import Write, anywhere, who
from tests.support.house import House

ADMINISTRATORS = who("administrator")


def _create(actor: Actor, house: House) -> object:
    place = Place(branch_id=house.centre.branch_id)
    return account_writes.create_user(actor, username="new", name="新", role=UserRole.INSPECTOR, place=place)


def _change(actor: Actor, house: House) -> object:
    place = Place(branch_id=house.centre.branch_id)
    return account_writes.change_user(
        actor, _colleague(house), name="新", role=UserRole.SUPERVISOR, place=place
    )


def _colleague(house: House) -> int:
    return house.centre.actors["inspector2"].user_id or 0


def _change_agent(actor: Actor, house: House) -> object:
    team = house.centre.other_team_id
    return team_writes.change_agent(actor, house.centre.agent_id, name="新", team_id=team, active=True)


WRITES = (
    Write(account_writes.create_user, _create, ADMINISTRATORS),
    Write(account_writes.change_user, _change, ADMINISTRATORS),
    Write(
        account_writes.reset_password,
        lambda a, h: account_writes.reset_password(a, _colleague(h)),
        ADMINISTRATORS,
    ),
    Write(
        account_writes.set_active,
        lambda a, h: account_writes.set_active(a, _colleague(h), active=False),
        ADMINISTRATORS,
    ),
    Write(
        team_writes.add_branch,
        lambda a, _h: team_writes.add_branch(a, name="新机构"),
        frozenset({"centre administrator"}),
    ),
    Write(
        team_writes.add_team,
        lambda a, h: team_writes.add_team(a, branch_id=h.centre.branch_id, name="新组"),
        ADMINISTRATORS,
    ),
    Write(
        team_writes.add_agent,
        lambda a, h: team_writes.add_agent(a, team_id=h.centre.team_id, number="8099", name="新"),
        ADMINISTRATORS,
    ),
    Write(team_writes.change_agent, _change_agent, ADMINISTRATORS),
    Write(
        token_writes.issue_token,
        lambda a, _h: token_writes.issue_token(a, user_id=a.user_id or 0, name="自己的"),
        anywhere("supervisor", "administrator"),
    ),
    Write(token_writes.revoke_token, lambda a, h: token_writes.revoke_token(a, h.token_id), ADMINISTRATORS),
)

"""`qm user`, `qm token`: people from the command line, for the first administrator above all."""

from __future__ import annotations

import click

from qm.cli.setup import open_database
from qm.core import identity
from qm.core.actor import SYSTEM, UserRole
from qm.core.errors import NotFound
from qm.models import User
from qm.people.writes import accounts as account_writes
from qm.people.writes import tokens as token_writes


@click.group()
def user() -> None:
    """添加人员、重置密码。Add people, reset passwords."""


@user.command("add")
@click.argument("username")
@click.option("--name", required=True, help="显示的姓名。Name shown.")
@click.option(
    "--role", required=True, type=click.Choice([role.value for role in UserRole]), help="角色。Role."
)
@click.option("--branch", help="机构名；留空即总行。Branch; none means headquarters.")
@click.option("--team", help="班组名（班组长必填）。Team, for leaders.")
@click.option("--agent", "agent_no", help="座席工号（座席必填）。Agent number, for agents.")
def add(
    username: str, name: str, role: str, branch: str | None, team: str | None, agent_no: str | None
) -> None:
    """添加一个可登录的人；密码只显示一次。Add a person; the password is shown once.

    \b
    例 Example:  qm user add admin --name 管理员 --role administrator
    """
    open_database()
    place = account_writes.Place(
        branch_id=_branch(branch),
        team_id=_team(team),
        agent_id=_agent(agent_no),
    )
    issued = account_writes.create_user(
        SYSTEM, username=username, name=name, role=UserRole(role), place=place
    )
    click.echo(f"{issued.user.username}  密码 password: {issued.password}")


@user.command("password")
@click.argument("username")
def password(username: str) -> None:
    """重置密码并使其在各处退出。Reset a password; signs the person out everywhere."""
    open_database()
    issued = account_writes.reset_password(SYSTEM, _user(username).id or 0)
    click.echo(f"{username}  密码 password: {issued.password}")


@click.group()
def token() -> None:
    """接口令牌。Tokens for machines (docs/integrators.md)."""


@token.command("create")
@click.argument("name")
@click.option("--user", "username", required=True, help="令牌代表的用户。Acts for this user.")
def create(name: str, username: str) -> None:
    """签发令牌；只显示一次。Issue a token; it is shown once."""
    open_database()
    issued = token_writes.issue_token(SYSTEM, user_id=_user(username).id or 0, name=name)
    click.echo(issued.text)


def _user(username: str) -> User:
    found = identity.user_by_name(username)
    if found is None:
        raise NotFound("没有用户“%(name)s”，可用 qm user add 添加。", name=username)
    return found


def _branch(name: str | None) -> int | None:
    if name is None:
        return None
    found = next((branch for branch in identity.branches() if branch.name == name), None)
    if found is None:
        raise NotFound("没有机构“%(name)s”，请先在“人员”页添加。", name=name)
    return found.id


def _team(name: str | None) -> int | None:
    if name is None:
        return None
    found = identity.team_by_name(name)
    if found is None:
        raise NotFound("没有班组“%(name)s”，请先在“人员”页添加。", name=name)
    return found.id


def _agent(number: str | None) -> int | None:
    if number is None:
        return None
    found = identity.agent_by_number(number)
    if found is None:
        raise NotFound("花名册里没有工号“%(number)s”，请先在“人员”页添加。", number=number)
    return found[0].id

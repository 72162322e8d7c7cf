"""API tokens of machines."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.core.actor import UserRole
from qm.core.errors import QmError
from qm.frame.access import actor, allow
from qm.frame.numbers import row_number
from qm.frame.saying import say
from qm.models import User
from qm.people import reads as people_reads
from qm.people.pages.accounts import blueprint
from qm.people.writes import tokens as token_writes

MACHINES = (UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
"""Roles whose scope a machine that brings recordings needs."""


def _nameable() -> list[User]:
    """Accounts that a token of this person may name: their own, and administrators' ones."""
    if not actor().may(UserRole.ADMINISTRATOR):
        return [people_reads.person(actor(), actor().user_id or 0)]
    everyone = [person.user for person in people_reads.everyone(actor())]
    return [user for user in everyone if user.active and user.role is UserRole.ADMINISTRATOR]


def _page(status: int = 200, **more: object) -> ResponseReturnValue:
    users = _nameable()
    page = render_template("people/tokens.html", lines=people_reads.tokens(actor()), users=users, **more)
    return page, status


@blueprint.get("/manage/tokens")
@allow(*MACHINES)
def tokens() -> ResponseReturnValue:
    """The list."""
    return _page()


@blueprint.post("/manage/tokens")
@allow(*MACHINES)
def token_issue() -> ResponseReturnValue:
    """A new token; its text is shown once."""
    name, user_id = request.form.get("name", "").strip()[:80], request.form.get("user_id", type=row_number)
    if not name or user_id is None:
        return _page(422, problem=gettext("请填写用途并选择账号。"))
    try:
        issued = token_writes.issue_token(actor(), user_id=user_id, name=name)
    except QmError as error:
        return _page(error.status, problem=say(error))
    return _page(issued=issued)


@blueprint.post("/manage/tokens/<int:token_id>/revoke")
@allow(*MACHINES)
def token_revoke(token_id: int) -> ResponseReturnValue:
    """End a token for good."""
    try:
        token = token_writes.revoke_token(actor(), token_id)
    except token_writes.AlreadyRevoked as error:
        return _page(error.status, problem=say(error))
    flash(gettext("令牌“%(name)s”已作废，使用它的系统立即无法接入。", name=token.name), "done")
    return redirect(url_for("people.tokens"))

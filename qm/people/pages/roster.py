"""Branches, teams and the agents on the roster."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from qm.core.actor import UserRole
from qm.core.errors import InvalidInput, QmError
from qm.frame.access import actor, allow
from qm.frame.numbers import row_number
from qm.frame.saying import say
from qm.people import reads as people_reads
from qm.people.pages.accounts import blueprint
from qm.people.writes import teams as team_writes


class EntryIncomplete(InvalidInput):
    """A field is missing."""

    message = "名称和工号都要填，请补全后再保存。"


class PlaceForm(FlaskForm):  # type: ignore[misc]
    """A branch, or a team of a branch."""

    name = StringField(validators=[DataRequired(), Length(max=80)])


class AgentForm(FlaskForm):  # type: ignore[misc]
    """A new agent."""

    number = StringField(validators=[DataRequired(), Length(max=20)])
    name = StringField(validators=[DataRequired(), Length(max=80)])


class ChangedAgentForm(FlaskForm):  # type: ignore[misc]
    """An agent on the roster."""

    name = StringField(validators=[DataRequired(), Length(max=80)])
    team_id = IntegerField(validators=[InputRequired()])
    active = BooleanField()


def _page(status: int = 200, problem: str = "") -> ResponseReturnValue:
    page = render_template(
        "people/roster.html",
        teams=people_reads.roster(actor()),
        branches=people_reads.branches(actor()),
        unattended=people_reads.centre_is_unattended(),
        problem=problem,
        editing=request.args.get("edit", type=row_number),
    )
    return page, status


def _kept(form: FlaskForm, act: Callable[[], object]) -> ResponseReturnValue:
    """Do it, say what was done and come back; or show the list with the reason why not."""
    try:
        if not form.validate_on_submit():
            raise EntryIncomplete
        flash(str(act()), "done")
    except QmError as error:
        return _page(error.status, say(error))
    return redirect(url_for("people.roster"))


@blueprint.get("/manage/roster")
@allow(UserRole.ADMINISTRATOR)
def roster() -> ResponseReturnValue:
    """Teams by branch with their agents."""
    return _page()


@blueprint.post("/manage/roster/branches")
@allow(UserRole.ADMINISTRATOR)
def branch_add() -> ResponseReturnValue:
    """Add a branch."""
    form = PlaceForm()

    def add() -> object:
        return gettext("已建机构“%(name)s”。", name=team_writes.add_branch(actor(), name=form.name.data).name)

    return _kept(form, add)


@blueprint.post("/manage/roster/branches/<int:branch_id>/teams")
@allow(UserRole.ADMINISTRATOR)
def team_add(branch_id: int) -> ResponseReturnValue:
    """Add a team to a branch."""
    form = PlaceForm()

    def add() -> object:
        team = team_writes.add_team(actor(), branch_id=branch_id, name=form.name.data)
        return gettext("已建班组“%(name)s”。", name=team.name)

    return _kept(form, add)


@blueprint.post("/manage/roster/teams/<int:team_id>/agents")
@allow(UserRole.ADMINISTRATOR)
def agent_add(team_id: int) -> ResponseReturnValue:
    """Add an agent to a team."""
    form = AgentForm()

    def add() -> object:
        agent = team_writes.add_agent(actor(), team_id=team_id, number=form.number.data, name=form.name.data)
        return gettext("已录入座席 %(number)s %(name)s。", number=agent.number, name=agent.name)

    return _kept(form, add)


@blueprint.post("/manage/roster/agents/<int:agent_id>")
@allow(UserRole.ADMINISTRATOR)
def agent_change(agent_id: int) -> ResponseReturnValue:
    """Rename, move, or take off the roster."""
    form = ChangedAgentForm()

    def change() -> object:
        agent = team_writes.change_agent(
            actor(),
            agent_id,
            name=form.name.data,
            team_id=form.team_id.data,
            active=form.active.data,
        )
        return gettext("已保存座席 %(number)s %(name)s。", number=agent.number, name=agent.name)

    return _kept(form, change)

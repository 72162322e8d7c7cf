"""What leaders see of their team, and supervisors of every team of their branch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qm.core.actor import UserRole
from qm.core.periods import Period, PeriodKind, before, current
from qm.frame.access import actor, allow
from qm.frame.charts import scale_for, score_chart
from qm.frame.numbers import page_asked, pages_of, row_number
from qm.records.reads import teams
from qm.records.reads.averages import average
from qm.records.reads.figures import LossLine, Scope, loss_lines, lost_titles, monthly, tallies
from qm.records.reads.performance import DRAWN, LISTED, released
from qm.reviewing.reads import evaluations

blueprint = Blueprint("team", __name__)

RECENT_CALLS = 60
"""Calls that an agent's page lists."""


def _period() -> Period:
    asked = request.args.get("period", PeriodKind.WEEK.value)
    kind = PeriodKind(asked) if asked in set(PeriodKind) else PeriodKind.WEEK
    found = current(kind)
    return before(found) if request.args.get("before") else found


def _one_team(team_id: int | None) -> int | None:
    """The team asked for, the leader's own, or the only one there is."""
    if team_id is not None:
        return team_id
    if actor().may(UserRole.LEADER):
        return actor().team_id
    mine = teams.teams(actor())
    return mine[0][0].id if len(mine) == 1 else None


@blueprint.context_processor
def _periods() -> dict[str, object]:
    return {"kinds": tuple(PeriodKind), "went_back": bool(request.args.get("before"))}


@blueprint.get("/team/")
@allow(UserRole.LEADER, UserRole.SUPERVISOR)
def overview() -> ResponseReturnValue:
    """One team at a glance; supervisors begin with all of theirs."""
    period = _period()
    team_id = _one_team(request.args.get("team", type=row_number))
    if team_id is None:
        lines = teams.team_lines(actor(), period)
        scale = scale_for([line.average for line in lines])
        return render_template("records/teams.html", lines=lines, period=period, scale=scale)
    view = teams.team_view(actor(), team_id, period)
    return render_template(
        "records/team.html",
        view=view,
        period=period,
        scale=scale_for([member.average for member in view.members]),
        lost=lost_titles([call.evaluation_id for call in view.recent]),
        hrefs={line.criterion: _calls_url(team_id, line.criterion) for line in view.losses},
    )


def _calls_url(team_id: int, criterion: str) -> str:
    kept: dict[str, Any] = {name: request.args.get(name) for name in ("period", "before")}
    return url_for("team.calls", team=team_id, criterion=criterion, **kept)


@blueprint.get("/team/calls")
@allow(UserRole.LEADER, UserRole.SUPERVISOR)
def calls() -> ResponseReturnValue:
    """The calls behind a figure of the overview."""
    team_id = _one_team(request.args.get("team", type=row_number))
    if team_id is None:
        return redirect(url_for("team.overview"))
    team, period = teams.team_for(actor(), team_id), _period()
    scope = teams.scope_of(team_id, period)
    line = _line(scope)
    scope = replace(
        scope,
        lost_in=line.criterion if line else "",
        vetoed=bool(request.args.get("vetoed")),
        acknowledged=False if request.args.get("waiting") else None,
    )
    found = tallies(actor(), scope)
    n, page = sum(tally.count for tally in found), page_asked()
    listed = released(actor(), scope, offset=(page - 1) * LISTED)
    return render_template(
        "records/team_calls.html",
        team=team[0],
        period=period,
        calls=listed,
        n=n,
        page=page,
        pages=pages_of(n, LISTED),
        line=line,
        average=average(found),
        lost=lost_titles([call.evaluation_id for call in listed]),
    )


def _line(scope: Scope) -> LossLine | None:
    """The criterion that the address asks for, where it lost any points."""
    criterion = request.args.get("criterion", "")
    lines = loss_lines(actor(), scope) if criterion else ()
    return next((item for item in lines if item.criterion == criterion), None)


@blueprint.get("/team/agents/<int:agent_id>")
@allow(UserRole.LEADER, UserRole.SUPERVISOR)
def agent(agent_id: int) -> ResponseReturnValue:
    """One agent's record and calls."""
    who, team = teams.agent_for(actor(), agent_id)
    scope = Scope(agent_id=agent_id)
    criterion = request.args.get("criterion", "")
    lines = loss_lines(actor(), scope)
    line = next((item for item in lines if item.criterion == criterion), None)
    whole = average(tallies(actor(), scope))
    listed = released(actor(), replace(scope, lost_in=line.criterion if line else ""), limit=RECENT_CALLS)
    months = monthly(actor(), scope)
    return render_template(
        "records/team_agent.html",
        agent=who,
        team=team,
        average=whole,
        chart=score_chart(released(actor(), scope, limit=DRAWN), whole),
        months=months,
        scale=scale_for([month.average for month in months]),
        losses=lines,
        line=line,
        calls=listed,
        lost=lost_titles([call.evaluation_id for call in listed]),
        hrefs={i.criterion: url_for("team.agent", agent_id=agent_id, criterion=i.criterion) for i in lines},
    )


@blueprint.get("/team/evaluations/<int:evaluation_id>")
@allow(UserRole.LEADER, UserRole.SUPERVISOR)
def evaluation(evaluation_id: int) -> ResponseReturnValue:
    """One evaluation of a member, read-only, with its call."""
    view = evaluations.evaluation_view(actor(), evaluation_id)
    if view.released_at is None:
        abort(404)
    return render_template("records/team_evaluation.html", evaluation=view)

"""What leaders see of their team, and supervisors of every team of their branch."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qm.actor import UserRole
from qm.queries import evaluations, teams
from qm.queries.averages import average
from qm.queries.performance import loss_lines, lost_titles, monthly, released
from qm.queries.periods import Period, PeriodKind, before, current
from qm.web.access import actor, allow
from qm.web.charts import scale_for, score_chart
from qm.web.numbers import row_number
from qm.web.team import blueprint

RECENT = 8
"""Calls shown on a team's page."""
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


@blueprint.get("/")
@allow(UserRole.LEADER, UserRole.SUPERVISOR)
def overview() -> ResponseReturnValue:
    """One team at a glance; supervisors begin with all of theirs."""
    period = _period()
    team_id = _one_team(request.args.get("team", type=row_number))
    if team_id is None:
        lines = teams.team_lines(actor(), period)
        scale = scale_for([line.average for line in lines])
        return render_template("pages/team/teams.html", lines=lines, period=period, scale=scale)
    view = teams.team_view(actor(), team_id, period)
    return render_template(
        "pages/team/overview.html",
        view=view,
        period=period,
        scale=scale_for([member.average for member in view.members]),
        lost=lost_titles(view.calls[:RECENT]),
        hrefs={line.criterion: _calls_url(team_id, line.criterion) for line in view.losses},
    )


def _calls_url(team_id: int, criterion: str) -> str:
    kept: dict[str, Any] = {name: request.args.get(name) for name in ("period", "before")}
    return url_for("team.calls", team=team_id, criterion=criterion, **kept)


@blueprint.get("/calls")
@allow(UserRole.LEADER, UserRole.SUPERVISOR)
def calls() -> ResponseReturnValue:
    """The calls behind a figure of the overview."""
    team_id = _one_team(request.args.get("team", type=row_number))
    if team_id is None:
        return redirect(url_for("team.overview"))
    view = teams.team_view(actor(), team_id, _period())
    criterion = request.args.get("criterion", "")
    line = next((item for item in view.losses if item.criterion == criterion), None)
    found = view.calls
    if line is not None:
        found = tuple(call for call in found if call.evaluation_id in line.evaluation_ids)
    if request.args.get("vetoed"):
        found = tuple(call for call in found if call.vetoes)
    if request.args.get("waiting"):
        found = tuple(call for call in found if not call.acknowledged)
    return render_template(
        "pages/team/calls.html",
        view=view,
        calls=found,
        line=line,
        average=average(found),
        lost=lost_titles(found),
    )


@blueprint.get("/agents/<int:agent_id>")
@allow(UserRole.LEADER, UserRole.SUPERVISOR)
def agent(agent_id: int) -> ResponseReturnValue:
    """One agent's record and calls."""
    who, team = teams.agent_for(actor(), agent_id)
    found = released(actor(), agent_id=agent_id)
    criterion = request.args.get("criterion", "")
    lines = loss_lines(found)
    line = next((item for item in lines if item.criterion == criterion), None)
    listed = [call for call in found if line is None or call.evaluation_id in line.evaluation_ids]
    months = monthly(found)
    return render_template(
        "pages/team/agent.html",
        agent=who,
        team=team,
        average=average(found),
        chart=score_chart(found, average(found)),
        months=months,
        scale=scale_for([month.average for month in months]),
        losses=lines,
        line=line,
        calls=listed[:RECENT_CALLS],
        lost=lost_titles(listed[:RECENT_CALLS]),
        hrefs={i.criterion: url_for("team.agent", agent_id=agent_id, criterion=i.criterion) for i in lines},
    )


@blueprint.get("/evaluations/<int:evaluation_id>")
@allow(UserRole.LEADER, UserRole.SUPERVISOR)
def evaluation(evaluation_id: int) -> ResponseReturnValue:
    """One evaluation of a member, read-only, with its call."""
    view = evaluations.evaluation_view(actor(), evaluation_id)
    if view.released_at is None:
        abort(404)
    return render_template("pages/team/evaluation.html", evaluation=view)

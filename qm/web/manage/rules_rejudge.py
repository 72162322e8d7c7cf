"""Judging stored calls again: the button, and how far it is."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qm.actor import UserRole
from qm.jobs import beats
from qm.queries import rejudge_runs
from qm.queries.rules_calls import heard_ids
from qm.services import rejudge as service
from qm.web.access import actor, allow
from qm.web.manage import blueprint


@blueprint.get("/workshop/rejudge")
@allow(UserRole.SUPERVISOR)
def rejudge() -> ResponseReturnValue:
    """The latest run; asked by htmx, only what changes."""
    asked = "HX-Request" in request.headers
    template = "partials/_rule_rejudge.html" if asked else "pages/manage/rule_rejudge.html"
    return render_template(
        template, run=rejudge_runs.latest(), calls=len(heard_ids()), workers=len(beats.alive())
    )


@blueprint.post("/workshop/rejudge")
@allow(UserRole.SUPERVISOR)
def rejudge_start() -> ResponseReturnValue:
    """Ask for a run; a worker takes it up."""
    service.request(actor())
    return redirect(url_for("manage.rejudge"))

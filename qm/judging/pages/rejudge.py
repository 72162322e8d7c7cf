"""Judging stored calls again: the button, and how far it is."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qm.core.actor import UserRole
from qm.frame.access import actor, allow
from qm.jobs import beats
from qm.judging.writes import rejudge as rejudge_writes
from qm.rules.reads import rejudge_runs
from qm.rules.reads.calls import heard_ids

blueprint = Blueprint("rejudge", __name__)


@blueprint.get("/manage/workshop/rejudge")
@allow(UserRole.SUPERVISOR)
def rejudge() -> ResponseReturnValue:
    """The latest run; asked by htmx, only what changes."""
    asked = "HX-Request" in request.headers
    template = "judging/_rejudge.html" if asked else "judging/rejudge.html"
    return render_template(
        template, run=rejudge_runs.latest(), calls=len(heard_ids()), workers=len(beats.alive())
    )


@blueprint.post("/manage/workshop/rejudge")
@allow(UserRole.SUPERVISOR)
def rejudge_start() -> ResponseReturnValue:
    """Ask for a run; a worker takes it up."""
    rejudge_writes.request(actor())
    return redirect(url_for("rejudge.rejudge"))

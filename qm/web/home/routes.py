"""The front page, health and readiness."""

from __future__ import annotations

from flask import jsonify, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from qm.actor import UserRole
from qm.queries import health
from qm.web.access import actor, public, signed_in
from qm.web.home import blueprint

START = {
    UserRole.INSPECTOR: "desk.queue",
    UserRole.AGENT: "mine.evaluations",
    UserRole.LEADER: "team.overview",
    UserRole.SUPERVISOR: "manage.overview",
    UserRole.ADMINISTRATOR: "manage.overview",
}


@blueprint.get("/")
@signed_in
def front() -> ResponseReturnValue:
    """Each role begins where its work is."""
    return redirect(url_for(START[actor().role]))


@blueprint.get("/healthz")
@public
def healthy() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """The database answers and its schema is current."""
    try:
        problem = health.not_ready_because()
    except SQLAlchemyError:
        problem = "database_unreachable"
    return (jsonify(status="ready"), 200) if problem is None else (jsonify(status=problem), 503)

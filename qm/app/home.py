"""The front page, health and readiness."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from qm.frame.access import actor, public, signed_in
from qm.frame.navigation import entries_for
from qm.upkeep.reads import health

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@signed_in
def front() -> ResponseReturnValue:
    """Each role begins where its work is."""
    return redirect(url_for(entries_for(actor().role)[0].endpoint))


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

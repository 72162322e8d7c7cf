"""The inspector's calls of today."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from qm.actor import UserRole
from qm.queries import assignments
from qm.services import assignments as service
from qm.web.access import actor, allow
from qm.web.desk import blueprint


@blueprint.get("/")
@allow(UserRole.INSPECTOR)
def queue() -> ResponseReturnValue:
    """Today's calls."""
    return render_template("pages/desk/queue.html", view=assignments.queue(actor()))


@blueprint.post("/take-next")
@allow(UserRole.INSPECTOR)
def take_next() -> ResponseReturnValue:
    """Assign the oldest free call to oneself and open it."""
    return redirect(url_for("desk.review", recording_id=service.take_next(actor())))

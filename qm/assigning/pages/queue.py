"""The inspector's calls of today."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from qm.assigning import writes as assignment_writes
from qm.assigning.reads import assignments
from qm.core.actor import UserRole
from qm.frame.access import actor, allow

blueprint = Blueprint("desk", __name__)


@blueprint.get("/desk/")
@allow(UserRole.INSPECTOR)
def queue() -> ResponseReturnValue:
    """Today's calls."""
    return render_template("assigning/queue.html", view=assignments.queue(actor()))


@blueprint.post("/desk/take-next")
@allow(UserRole.INSPECTOR)
def take_next() -> ResponseReturnValue:
    """Assign the oldest free call to oneself and open it."""
    return redirect(url_for("review.review", recording_id=assignment_writes.take_next(actor())))

"""One recording to hear and read, without a form; swapping its channels."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.actor import UserRole
from qm.queries import desk
from qm.services import channels
from qm.web.access import actor, allow
from qm.web.desk import blueprint


@blueprint.get("/recording/<recording_id>")
@allow(UserRole.INSPECTOR, UserRole.SUPERVISOR, UserRole.LEADER)
def recording(recording_id: str) -> ResponseReturnValue:
    """Hear and read one call."""
    return render_template("pages/desk/recording.html", view=desk.listening(actor(), recording_id))


@blueprint.post("/recording/<recording_id>/swap")
@allow(UserRole.INSPECTOR, UserRole.SUPERVISOR)
def swap(recording_id: str) -> ResponseReturnValue:
    """Exchange agent and customer."""
    channels.swap(actor(), recording_id)
    flash(gettext("已互换声道，短语和建议正在重新查找，稍后刷新即可看到。"))
    return redirect(url_for("desk.review", recording_id=recording_id))

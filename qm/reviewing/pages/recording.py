"""One recording to hear and read, without a form; swapping its channels."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.core.actor import UserRole
from qm.frame.access import actor, allow
from qm.hearing.writes import channels
from qm.reviewing.reads import desk

blueprint = Blueprint("recording", __name__)


@blueprint.get("/desk/recording/<recording_id>")
@allow(UserRole.INSPECTOR, UserRole.SUPERVISOR, UserRole.LEADER)
def recording(recording_id: str) -> ResponseReturnValue:
    """Hear and read one call."""
    return render_template("reviewing/recording.html", view=desk.listening(actor(), recording_id))


@blueprint.post("/desk/recording/<recording_id>/swap")
@allow(UserRole.INSPECTOR, UserRole.SUPERVISOR)
def swap(recording_id: str) -> ResponseReturnValue:
    """Exchange agent and customer."""
    channels.swap(actor(), recording_id)
    flash(gettext("已互换声道，短语和建议正在重新查找，稍后刷新即可看到。"))
    return redirect(url_for("review.review", recording_id=recording_id))

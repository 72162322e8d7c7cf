"""Downloading an evaluation's evidence pack."""

from __future__ import annotations

from flask import send_file
from flask.typing import ResponseReturnValue

from qm.core.actor import UserRole
from qm.frame.access import actor, allow
from qm.reviewing.pages.review import blueprint
from qm.reviewing.writes import packs


@blueprint.post("/desk/evaluations/<int:evaluation_id>/pack")
@allow(UserRole.INSPECTOR, UserRole.SUPERVISOR)
def pack(evaluation_id: int) -> ResponseReturnValue:
    """The zip; a POST, since who exported it is recorded."""
    exported = packs.export(actor(), evaluation_id)
    return send_file(
        exported.file, mimetype="application/zip", as_attachment=True, download_name=exported.name
    )

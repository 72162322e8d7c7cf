"""What a draft would do to calls already judged."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from qm.actor import UserRole
from qm.web.access import allow
from qm.web.manage import blueprint


@blueprint.get("/whatif")
@allow(UserRole.SUPERVISOR)
def whatif() -> ResponseReturnValue:
    """Choose a form and a period."""
    return render_template("pages/manage/whatif.html")

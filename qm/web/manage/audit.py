"""Who did what, when, from where."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from qm.actor import UserRole
from qm.queries import audit as queries
from qm.web.access import actor, allow
from qm.web.manage import blueprint
from qm.web.manage.audit_words import ACTIONS, SUBJECTS
from qm.web.numbers import row_number


@blueprint.get("/audit")
@allow(UserRole.ADMINISTRATOR)
def audit() -> ResponseReturnValue:
    """Events, newest first, by kind and by person or thing."""
    action = request.args.get("action", "")[:60]
    subject = request.args.get("subject", "").strip()[:80]
    lines = queries.lines(
        actor(), action=action, subject=subject, before=request.args.get("before", type=row_number)
    )
    return render_template(
        "pages/manage/audit.html",
        lines=lines,
        action=action,
        subject=subject,
        actions=queries.actions(actor()),
        words=ACTIONS,
        subjects=SUBJECTS,
        more=len(lines) == queries.PAGE,
    )

"""Who did what, when, from where."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from qm.core.actor import UserRole
from qm.frame.access import actor, allow
from qm.frame.numbers import row_number
from qm.frame.registry import ACTIONS
from qm.upkeep.reads import audit as audit_reads
from qm.upkeep.words.audit import SUBJECTS

blueprint = Blueprint("audit", __name__)


@blueprint.get("/manage/audit")
@allow(UserRole.ADMINISTRATOR)
def audit() -> ResponseReturnValue:
    """Events, newest first, by kind and by person or thing."""
    action = request.args.get("action", "")[:60]
    subject = request.args.get("subject", "").strip()[:80]
    lines = audit_reads.lines(
        actor(), action=action, subject=subject, before=request.args.get("before", type=row_number)
    )
    return render_template(
        "upkeep/audit.html",
        lines=lines,
        action=action,
        subject=subject,
        actions=audit_reads.actions(actor()),
        words=ACTIONS,
        subjects=SUBJECTS,
        more=len(lines) == audit_reads.PAGE,
    )

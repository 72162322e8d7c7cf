"""The front page of supervisors and administrators."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from qm.core.actor import UserRole
from qm.frame.access import actor, allow
from qm.jobs import beats
from qm.jobs import reads as job_reads
from qm.models import JobState
from qm.proposals import reads as proposal_reads
from qm.rules.reads import contacts as contact_reads
from qm.upkeep.reads import overview as overview_reads

blueprint = Blueprint("overview", __name__)

RECENT = 8
"""Jobs shown on the front page."""


@blueprint.get("/manage/")
@allow(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
def overview() -> ResponseReturnValue:
    """What is in, what waits, what failed, and what to do next."""
    return render_template(
        "upkeep/overview.html",
        view=overview_reads.overview(actor()),
        failed=job_reads.listed(actor(), state=JobState.FAILED, limit=RECENT),
        recent=job_reads.listed(actor(), limit=RECENT),
        workers=len(beats.alive()),
        proposed=proposal_reads.waiting_by_kind(actor()),
        contacts=contact_reads.today(actor()) if actor().may(UserRole.SUPERVISOR) else 0,
    )

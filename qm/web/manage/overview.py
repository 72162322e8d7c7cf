"""The front page of supervisors and administrators."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from qm.actor import UserRole
from qm.jobs import beats
from qm.models import JobState
from qm.queries import contacts
from qm.queries import jobs as job_queries
from qm.queries import overview as queries
from qm.web.access import actor, allow
from qm.web.manage import blueprint

RECENT = 8
"""Jobs shown on the front page."""


@blueprint.get("/")
@allow(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
def overview() -> ResponseReturnValue:
    """What is in, what waits, what failed, and what to do next."""
    return render_template(
        "pages/manage/overview.html",
        view=queries.overview(actor()),
        failed=job_queries.listed(actor(), state=JobState.FAILED, limit=RECENT),
        recent=job_queries.listed(actor(), limit=RECENT),
        workers=len(beats.alive()),
        contacts=contacts.today(actor()) if actor().may(UserRole.SUPERVISOR) else 0,
    )

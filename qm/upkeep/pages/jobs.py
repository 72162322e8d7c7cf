"""How far recordings have come, live."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.core.actor import UserRole
from qm.frame.access import actor, allow
from qm.frame.numbers import row_number
from qm.jobs import beats
from qm.jobs import reads as job_reads
from qm.jobs.writes import retries
from qm.models import JobState
from qm.phrases.writes import rescan
from qm.upkeep.reads import overview as overview_reads

blueprint = Blueprint("jobs", __name__)

PAGE = 100
"""Jobs on one page."""


@blueprint.get("/manage/jobs")
@allow(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
def jobs() -> ResponseReturnValue:
    """The list; asked by htmx, only what changes, which stops asking once nothing is under way."""
    asked = request.args.get("state", "")
    state = JobState(asked) if asked in set(JobState) else None
    page = max(request.args.get("page", 1, type=row_number), 1)
    template = "upkeep/_jobs.html" if "HX-Request" in request.headers else "upkeep/jobs.html"
    return render_template(
        template,
        lines=job_reads.listed(actor(), state=state, limit=PAGE, offset=PAGE * (page - 1)),
        counts=job_reads.counts(actor()),
        state=state,
        page=page,
        page_size=PAGE,
        workers=len(beats.alive()),
        engine=overview_reads.engine_state(),
    )


@blueprint.post("/manage/jobs/<recording_id>/retry")
@allow(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
def retry_job(recording_id: str) -> ResponseReturnValue:
    """Try one again from the step where it stopped."""
    retries.retry_job(actor(), recording_id)
    flash(gettext("已重新排队，从停下的那一步继续。"), "done")
    return redirect(url_for("jobs.jobs", state=request.form.get("state") or None))


@blueprint.post("/manage/jobs/retry-failed")
@allow(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
def retry_failed() -> ResponseReturnValue:
    """Try everything that failed again."""
    number = rescan.retry_failed(actor())
    flash(gettext("已把 %(n)d 个失败的任务重新排队。", n=number), "done")
    return redirect(url_for("jobs.jobs"))

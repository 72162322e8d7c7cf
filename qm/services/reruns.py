"""Running a recording's road again: one that failed, or all under a new phrase library."""

from __future__ import annotations

from sqlmodel import col, select

from qm import jobs
from qm.actor import Actor, UserRole
from qm.database import writing
from qm.errors import Forbidden
from qm.models import Job, JobState, Recording, RecordingStatus
from qm.queries import jobs as queries
from qm.services import audit
from qm.services.retries import retry_job

_HEARD = (RecordingStatus.TRANSCRIBED, RecordingStatus.SCANNED, RecordingStatus.READY)
_UNDER_WAY = (JobState.QUEUED, JobState.RUNNING, JobState.WAITING)


def retry_failed(actor: Actor) -> int:
    """Try every failed recording in the person's reach again; gives how many."""
    failed = queries.listed(actor, state=JobState.FAILED, limit=10_000)
    for line in failed:
        retry_job(actor, line.recording_id)
    return len(failed)


def rescan(actor: Actor) -> int:
    """Scan every heard recording in the person's reach under the library in force; gives how many.

    Recordings that are on their way are left alone: they meet the new library by themselves.
    """
    if not actor.may(UserRole.SUPERVISOR):
        raise Forbidden
    jobs.prepare()
    with writing() as session:
        busy = select(Job.recording_id).where(col(Job.state).in_(_UNDER_WAY))
        found = session.exec(
            select(Recording.id).where(
                col(Recording.status).in_(_HEARD),
                col(Recording.id).not_in(busy),
                queries.watchable_by(actor),
            )
        ).all()
        for recording_id in found:
            jobs.enqueue(recording_id, step_from=jobs.Step.SCAN)
        audit.record(actor, "rescan_started", "phrase_library", "in_force", recordings=len(found))
        return len(found)

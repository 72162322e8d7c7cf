"""Running a recording's job again, on a person's word."""

from __future__ import annotations

from qm import jobs
from qm.actor import Actor, UserRole
from qm.database import writing
from qm.queries import jobs as queries
from qm.services import audit


def retry_job(actor: Actor, recording_id: str) -> str:
    """Run a failed, waiting or finished job again, from the step where it stopped; gives the job's id.

    Raises `NotFound` where the person may not watch this job, and `JobNotRetriable`.
    """
    actor.require(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
    jobs.prepare()
    queries.job_for(actor, recording_id)
    with writing():
        job_id = jobs.retry(recording_id)
        audit.record(actor, audit.AuditAction.JOB_RETRIED, recording_id)
    return job_id

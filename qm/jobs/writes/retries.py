"""Running a recording's job again, on a person's word."""

from __future__ import annotations

from qm import jobs
from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.database import writing
from qm.jobs import reads as job_reads


def retry_job(actor: Actor, recording_id: str) -> str:
    """Run a failed, waiting or finished job again, from the step where it stopped; gives the job's id.

    Raises `NotFound` where the person may not watch this job, and `JobNotRetriable`.
    """
    actor.require(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
    jobs.prepare()
    job_reads.job_for(actor, recording_id)
    with writing():
        job_id = jobs.retry(recording_id)
        audit.record(actor, audit.AuditAction.JOB_RETRIED, recording_id)
    return job_id

"""Running a recording's road again: one that failed, or all under a new phrase library."""

from __future__ import annotations

from contextlib import suppress

from qm import jobs
from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.database import writing
from qm.core.errors import NotFound
from qm.jobs import JobNotRetriable
from qm.jobs import reads as job_reads
from qm.jobs.writes.retries import retry_job
from qm.models import JobState
from qm.phrases.reads import library as phrase_reads


def retry_failed(actor: Actor) -> int:
    """Try every failed recording in the person's reach again; gives how many.

    One that somebody else retried, or that is gone, since the list was read is passed over.
    """
    actor.require(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
    number = 0
    for line in job_reads.listed(actor, state=JobState.FAILED, limit=10_000):
        with suppress(JobNotRetriable, NotFound):
            retry_job(actor, line.recording_id)
            number += 1
    return number


def rescan(actor: Actor) -> int:
    """Scan every heard recording in the person's reach under the library in force; gives how many.

    Raises `Forbidden` for anyone but supervisors.
    """
    actor.require(UserRole.SUPERVISOR)
    jobs.prepare()
    with writing():
        found = phrase_reads.to_rescan(actor)
        for recording_id in found:
            jobs.enqueue(recording_id, step_from=jobs.Step.SCAN)
        audit.record(actor, audit.AuditAction.RESCAN_STARTED, "in_force", recordings=len(found))
        return len(found)

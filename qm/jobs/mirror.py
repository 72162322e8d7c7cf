"""The `job` table: what people see of a workflow. One function a transition.

Steps run at least once, so each function may be called again after a crash without harm.
"""

from __future__ import annotations

from sqlmodel import col, select

from qm.clock import now
from qm.database import reading, writing
from qm.jobs.steps import Step
from qm.models import Job, JobState

ERROR_CHARS = 500


class IllegalJobTransition(RuntimeError):
    """A job was told to do what its state does not allow."""


_FROM: dict[JobState, frozenset[JobState]] = {
    JobState.RUNNING: frozenset({JobState.QUEUED, JobState.RUNNING, JobState.WAITING}),
    JobState.WAITING: frozenset({JobState.RUNNING, JobState.WAITING}),
    JobState.DONE: frozenset({JobState.RUNNING, JobState.DONE}),
    JobState.FAILED: frozenset({JobState.QUEUED, JobState.RUNNING, JobState.WAITING, JobState.FAILED}),
}


def begin(job_id: str, step: Step, *, worker: str) -> Job | None:
    """A worker takes up a step. None: the job was finished or replaced meanwhile, do nothing."""
    with writing() as session:
        job = session.get(Job, job_id)
        if job is None or job.state in (JobState.DONE, JobState.FAILED):
            return None
        _to(job, JobState.RUNNING)
        job.step, job.worker = step.value, worker
        return job


def heard(job_id: str, share: float) -> None:
    """How much of the audio has been heard, 0..1; says that the step is alive."""
    with writing() as session:
        job = session.get(Job, job_id)
        if job is not None and job.state is JobState.RUNNING:
            job.progress, job.updated_at = min(1.0, max(job.progress, share)), now()


def stumbled(job_id: str, words: str) -> None:
    """A try of the current step failed; it will be tried again."""
    with writing() as session:
        job = session.get(Job, job_id)
        if job is not None and job.state is JobState.RUNNING:
            job.attempts += 1
            job.error, job.updated_at = words[:ERROR_CHARS], now()


def wait(job_id: str, reason: str) -> None:
    """The job cannot go on until something is provided; `reason` says what."""
    _end(job_id, JobState.WAITING, reason)


def fail(job_id: str, words: str) -> None:
    """The job gave up; `words` say why and what to do."""
    _end(job_id, JobState.FAILED, words)


def finish(job_id: str) -> None:
    """Every step is done."""
    _end(job_id, JobState.DONE, "")


def waiting() -> list[Job]:
    """Jobs that wait for something, oldest first."""
    with reading() as session:
        found = session.exec(select(Job).where(Job.state == JobState.WAITING).order_by(col(Job.created_at)))
        return list(found.all())


def _end(job_id: str, state: JobState, words: str) -> None:
    with writing() as session:
        job = session.get(Job, job_id)
        if job is None:
            return
        _to(job, state)
        job.error = words[:ERROR_CHARS]
        if state is not JobState.WAITING:
            job.finished_at = now()
        if state is JobState.DONE:
            job.progress = 1.0


def _to(job: Job, state: JobState) -> None:
    if job.state not in _FROM[state]:
        raise IllegalJobTransition(f"{job.id}: {job.state} -> {state}")
    job.state, job.updated_at = state, now()

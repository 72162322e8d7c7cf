"""The `job` table: what people see of a workflow. One function a transition.

Steps run at least once, so each function may be called again after a crash without harm.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_
from sqlmodel import col, select

from qm.core.clock import now
from qm.core.database import reading, writing
from qm.jobs.steps import Step
from qm.models import Job, JobState

FIRST_REST, LONGEST_REST = timedelta(seconds=6), timedelta(minutes=15)


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


def hearing_progressed(job_id: str, share: float) -> None:
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
            job.error, job.updated_at = words, now()


def wait(job_id: str, reason: str) -> None:
    """The job cannot go on until something is provided; `reason` says what.

    It is run again by itself after a rest that doubles each time: what looks ready may refuse all the same.
    """
    _end(job_id, JobState.WAITING, reason)


def fail(job_id: str, words: str) -> None:
    """The job gave up; `words` say why and what to do."""
    _end(job_id, JobState.FAILED, words)


def finish(job_id: str) -> None:
    """Every step is done."""
    _end(job_id, JobState.DONE, "")


def rested() -> list[Job]:
    """Jobs that wait for something and have rested long enough to be tried again, oldest first."""
    due = or_(col(Job.next_at).is_(None), col(Job.next_at) <= now())
    with reading() as session:
        found = session.exec(
            select(Job).where(Job.state == JobState.WAITING, due).order_by(col(Job.created_at))
        )
        return list(found.all())


def rest_after(wakes: int) -> timedelta:
    """How long a job rests that was run again by itself so many times and has to wait again."""
    doubled: int = 2 ** min(wakes, 20)
    return min(LONGEST_REST, FIRST_REST * doubled)


def _end(job_id: str, state: JobState, words: str) -> None:
    with writing() as session:
        job = session.get(Job, job_id)
        if job is None:
            return
        _to(job, state)
        job.error = words
        if state is JobState.WAITING:
            job.next_at = now() + rest_after(job.wakes)
        else:
            job.finished_at = now()
        if state is JobState.DONE:
            job.progress = 1.0


def _to(job: Job, state: JobState) -> None:
    if job.state not in _FROM[state]:
        raise IllegalJobTransition(f"{job.id}: {job.state} -> {state}")
    job.state, job.updated_at = state, now()

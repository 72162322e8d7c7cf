"""Putting a recording's work into the queue, the first time and again."""

from __future__ import annotations

from sqlmodel import Session, col, select

from qm.core.clock import now
from qm.core.database import writing
from qm.core.errors import Conflict, NotFound
from qm.jobs import engine
from qm.jobs.steps import Step
from qm.models import Job, JobState, Recording, RecordingStatus


class JobNotRetriable(Conflict):
    """Only a failed or waiting job, or one that is done, can be run again."""

    message = "这个任务正在处理或已在排队，无需重试。"


def enqueue(recording_id: str, *, step_from: Step = Step.STORE, wakes: int = 0) -> str:
    """Enqueue a run of this recording's road from a step on; joins the open write. Gives the job's id.

    The recording's earlier job row is replaced: the table shows the latest run. `wakes`: how often it was
    run again by itself after waiting. `prepare` must have been called before the transaction began.
    """
    engine.check_prepared()
    with writing() as session:
        earlier = _jobs_of(session, recording_id)
        job_id = _next_id(recording_id, earlier)
        for old in earlier:
            session.delete(old)
        session.flush()
        moment = now()
        recording = session.get_one(Recording, recording_id)
        session.add(
            Job(
                id=job_id,
                recording_id=recording_id,
                branch_id=recording.branch_id,
                state=JobState.QUEUED,
                step=step_from.value,
                wakes=wakes,
                created_at=moment,
                updated_at=moment,
            )
        )
        session.flush()
        engine.enqueue(session, job_id=job_id, recording_id=recording_id, first_step=step_from.value)
        return job_id


def retry(recording_id: str, *, by_itself: bool = False) -> str:
    """Run a failed, waiting or finished job again from the step where it stopped; gives the new job's id.

    `by_itself`: nobody asked, so it rests longer should it have to wait again.
    Raises `NotFound`, `JobNotRetriable`. Joins the open write.
    """
    with writing() as session:
        jobs = _jobs_of(session, recording_id)
        recording = session.get(Recording, recording_id)
        if recording is None or not jobs:
            raise NotFound
        job = jobs[0]
        if job.state in (JobState.QUEUED, JobState.RUNNING):
            raise JobNotRetriable
        if recording.status is RecordingStatus.FAILED:
            recording.status = RecordingStatus.STORED
        step = Step(job.step) if job.state is not JobState.DONE and job.step else Step.STORE
        return enqueue(recording_id, step_from=step, wakes=job.wakes + 1 if by_itself else 0)


def _jobs_of(session: Session, recording_id: str) -> list[Job]:
    found = session.exec(
        select(Job).where(Job.recording_id == recording_id).order_by(col(Job.created_at).desc())
    )
    return list(found.all())


def _next_id(recording_id: str, earlier: list[Job]) -> str:
    """`ID` for the first run, then `ID-2`, `ID-3`: a workflow's id is never used twice."""
    if not earlier:
        return recording_id
    runs = [int(job.id.rpartition("-")[2]) if "-" in job.id else 1 for job in earlier]
    return f"{recording_id}-{max(runs) + 1}"

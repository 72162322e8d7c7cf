"""How far recordings have come, for whoever runs the installation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, true
from sqlmodel import col, func, select

from qm.core.actor import Actor, UserRole
from qm.core.batches import batches
from qm.core.database import reading
from qm.core.errors import NotFound
from qm.core.visibility import visible_to
from qm.models import Job, JobState, JobTally, Recording, RecordingStatus

ACTIVE = (JobState.QUEUED, JobState.RUNNING, JobState.WAITING)
"""States in which a job is still on its way: a page keeps asking while there is one."""


@dataclass(frozen=True, slots=True)
class JobLine:
    """One recording's latest job, without anything that was said."""

    job_id: str
    recording_id: str
    external_id: str
    filename: str
    duration_s: float
    recording_status: RecordingStatus
    state: JobState
    step: str
    """`store`, `transcribe`, `scan` or `prescore`."""
    progress: float
    """Share of the audio heard, 0..1."""
    attempts: int
    next_at: datetime | None
    """While waiting: when it is tried again by itself at the earliest."""
    error: str
    worker: str
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None

    @property
    def active(self) -> bool:
        """True while the job is on its way."""
        return self.state in ACTIVE


def watchable_by(actor: Actor) -> ColumnElement[bool]:
    """Whose jobs a person may watch: supervisors and administrators of a branch its own, else all;
    others those of the recordings they may see."""
    if actor.user_id is None:
        return true()
    if actor.may(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR):
        if actor.branch_id is None:
            return true()
        return col(Recording.branch_id) == actor.branch_id
    return visible_to(actor)


def _jobs_watchable_by(actor: Actor) -> ColumnElement[bool]:
    """As `watchable_by`, by the job's own branch where that is what counts: then an index leads."""
    if actor.user_id is not None and actor.may(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR):
        return true() if actor.branch_id is None else col(Job.branch_id) == actor.branch_id
    return watchable_by(actor)


def listed(
    actor: Actor, *, state: JobState | None = None, limit: int = 100, offset: int = 0
) -> list[JobLine]:
    """Jobs, those that changed last first."""
    where = [_jobs_watchable_by(actor)]
    if state is not None:
        where.append(col(Job.state) == state)
    with reading() as session:
        found = session.exec(
            select(Job, Recording)
            .join(Recording, col(Recording.id) == Job.recording_id)
            .where(*where)
            .order_by(col(Job.updated_at).desc(), col(Job.id))
            .offset(offset)
            .limit(limit)
        ).all()
    return [_line(job, recording) for job, recording in found]


def job_for(actor: Actor, recording_id: str) -> JobLine:
    """The latest job of one recording. Raises `NotFound`."""
    found = of_recordings(actor, [recording_id])
    if not found:
        raise NotFound
    return found[0]


def of_recordings(actor: Actor, recording_ids: Sequence[str]) -> list[JobLine]:
    """The latest jobs of these recordings, as far as the person may watch them."""
    lines: dict[str, JobLine] = {}
    with reading() as session:
        for some in batches(recording_ids):
            found = session.exec(
                select(Job, Recording)
                .join(Recording, col(Recording.id) == Job.recording_id)
                .where(col(Recording.id).in_(some), watchable_by(actor))
                .order_by(col(Job.created_at).desc())
            ).all()
            for job, recording in found:
                lines.setdefault(recording.id, _line(job, recording))
    return [lines[item] for item in recording_ids if item in lines]


def counts(actor: Actor) -> dict[JobState, int]:
    """How many jobs are in each state; every state is named. Sums of what is kept: no job is read."""
    if not actor.may(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR):
        return _counted(actor)
    kept = select(JobTally.state, func.sum(JobTally.number)).group_by(JobTally.state)
    if actor.branch_id is not None:
        kept = kept.where(JobTally.branch_id == actor.branch_id)
    with reading() as session:
        by_state = {state: int(number) for state, number in session.exec(kept).all()}
    return {state: by_state.get(state, 0) for state in JobState}


def _counted(actor: Actor) -> dict[JobState, int]:
    """The counts of whoever watches some recordings of a branch only."""
    with reading() as session:
        found = session.exec(
            select(Job.state, func.count())
            .join(Recording, col(Recording.id) == Job.recording_id)
            .where(watchable_by(actor))
            .group_by(Job.state)
        ).all()
    by_state = {state: int(number) for state, number in found}
    return {state: by_state.get(state, 0) for state in JobState}


def _line(job: Job, recording: Recording) -> JobLine:
    return JobLine(
        job_id=job.id,
        recording_id=recording.id,
        external_id=recording.external_id,
        filename=recording.filename,
        duration_s=recording.duration_s,
        recording_status=recording.status,
        state=job.state,
        step=job.step,
        progress=job.progress,
        attempts=job.attempts,
        next_at=job.next_at if job.state is JobState.WAITING else None,
        error=job.error,
        worker=job.worker,
        created_at=job.created_at,
        updated_at=job.updated_at,
        finished_at=job.finished_at,
    )

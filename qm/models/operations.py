"""What the operator watches: jobs, workers, the audit."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from qm.models.base import MessageText, UtcDateTime, enum_type, json_type


class JobState(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    """Cannot go on until something is provided (a model); goes on by itself then."""
    DONE = "done"
    FAILED = "failed"


class Job(SQLModel, table=True):
    """The visible side of one durable workflow: one a recording (latest run)."""

    __tablename__ = "job"
    __table_args__ = (
        sa.Index("ix_job_state_updated", "state", "updated_at"),
        sa.Index("ix_job_branch_updated", "branch_id", "updated_at"),
    )
    id: str = Field(primary_key=True, max_length=80)
    """The engine's workflow id."""
    recording_id: str = Field(foreign_key="recording.id", ondelete="CASCADE", index=True)
    branch_id: int | None = None
    """The recording's, which does not change: whose jobs these are is asked every two seconds."""
    state: JobState = Field(sa_type=enum_type(JobState, "job_state"))
    step: str = Field(default="", max_length=20)
    """store, transcribe, scan, prescore."""
    progress: float = 0.0
    """Share of the audio heard, 0..1."""
    attempts: int = 0
    wakes: int = 0
    """How often it waited and was run again by itself; each time it rests twice as long."""
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """While waiting: when it is run again by itself at the earliest."""
    error: str = Field(default="", sa_type=MessageText(500))
    """In words, with what to do next."""
    worker: str = Field(default="", max_length=80)
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime, index=True)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class JobTally(SQLModel, table=True):
    """What a change of a job adds to or takes from a kept count: triggers write it (migration 0012)."""

    __tablename__ = "job_tally"
    id: int | None = Field(default=None, primary_key=True)
    branch_id: int | None = None
    state: JobState = Field(sa_type=enum_type(JobState, "job_state"))
    number: int


class WorkerBeat(SQLModel, table=True):
    """A live worker says so every few seconds; a silent one's work is resumed by another."""

    __tablename__ = "worker_beat"
    name: str = Field(primary_key=True, max_length=80)
    started_at: datetime = Field(sa_type=UtcDateTime)
    beat_at: datetime = Field(sa_type=UtcDateTime)


class AuditEvent(SQLModel, table=True):
    """Who did what to which thing, when, from where. Only ever added to."""

    __tablename__ = "audit_event"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    user_id: int | None = Field(default=None, foreign_key="user.id", index=True)
    address: str = Field(default="", max_length=64)
    action: str = Field(max_length=60, index=True)
    """Past tense: `evaluation_released`, `recording_listened`."""
    subject_type: str = Field(max_length=40)
    subject_id: str = Field(max_length=80, index=True)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=json_type())

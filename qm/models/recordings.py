"""Recordings and refused files."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from qm.models.base import MessageList, MessageText, UtcDateTime, enum_type, json_type


class RecordingStatus(StrEnum):
    """Where on its road a recording is."""

    STORED = "stored"
    """Bytes and row exist; hearing is queued, running or waiting for a model."""
    TRANSCRIBED = "transcribed"
    SCANNED = "scanned"
    READY = "ready"
    """Pre-scored: can be reviewed."""
    FAILED = "failed"
    """A step gave up; the job says why and can be retried."""


class QuarantineState(StrEnum):
    """What became of a refused file."""

    OPEN = "open"
    RETRIED = "retried"
    DISCARDED = "discarded"


class Recording(SQLModel, table=True):
    """The media of one call. The row exists only when the bytes do."""

    __tablename__ = "recording"
    __table_args__ = (
        sa.UniqueConstraint("source", "external_id"),
        sa.CheckConstraint("duration_s > 0", name="duration_positive"),
        sa.Index("ix_recording_branch_started", "branch_id", "started_at"),
        sa.Index("ix_recording_team_started", "team_id", "started_at"),
        sa.Index("ix_recording_agent_started", "agent_id", "started_at"),
    )
    id: str = Field(primary_key=True, max_length=32)
    """Random hex; also the job's name."""
    source: str = Field(max_length=40)
    external_id: str = Field(max_length=120)
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    team_id: int | None = Field(default=None, foreign_key="team.id")
    branch_id: int | None = Field(default=None, foreign_key="branch.id")
    """Team and branch as they were when the call came in."""
    started_at: datetime = Field(sa_type=UtcDateTime, index=True)
    utc_offset_min: int = 480
    direction: str = Field(default="", max_length=10)
    queue: str = Field(default="", max_length=80, index=True)
    caller: str = Field(default="", max_length=40)
    attributes: dict[str, Any] = Field(default_factory=dict, sa_type=json_type())
    filename: str = Field(max_length=255)
    sha256: str = Field(max_length=64, unique=True)
    size_bytes: int = Field(sa_type=sa.BigInteger)
    container: str = Field(max_length=40)
    codec: str = Field(max_length=40)
    channels: int
    rate_hz: int
    duration_s: float
    identical_channels: bool = False
    roles_swapped: bool = False
    """False: left agent, right customer. Swapped by one click."""
    warnings: list[str] = Field(default_factory=list, sa_type=MessageList)
    object_key: str = Field(max_length=300, unique=True)
    playback_key: str | None = Field(default=None, max_length=300)
    peaks_key: str | None = Field(default=None, max_length=300)
    status: RecordingStatus = Field(
        default=RecordingStatus.STORED, sa_type=enum_type(RecordingStatus, "recording_status"), index=True
    )
    keywords: list[str] = Field(default_factory=list, sa_type=json_type())
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: int | None = Field(default=None, foreign_key="user.id")


class Quarantine(SQLModel, table=True):
    """A refused file, kept whole with its reason until someone retries or discards it."""

    __tablename__ = "quarantine"
    id: int | None = Field(default=None, primary_key=True)
    filename: str = Field(max_length=255)
    source: str = Field(max_length=40)
    branch_id: int | None = Field(default=None, foreign_key="branch.id")
    call_data: dict[str, Any] = Field(default_factory=dict, sa_type=json_type())
    reason: str = Field(max_length=40)
    """A `recorder.types.Refusal` value."""
    detail: str = Field(sa_type=MessageText(500))
    object_key: str = Field(max_length=300)
    """Empty once retention removed the bytes of a file that was discarded or taken in."""
    sha256: str = Field(max_length=64, index=True)
    size_bytes: int = Field(sa_type=sa.BigInteger)
    state: QuarantineState = Field(
        default=QuarantineState.OPEN, sa_type=enum_type(QuarantineState, "quarantine_state"), index=True
    )
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: int | None = Field(default=None, foreign_key="user.id")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: int | None = Field(default=None, foreign_key="user.id")


class ListeningKind(StrEnum):
    """What somebody did with the sound."""

    PLAYED = "played"
    DOWNLOADED = "downloaded"


class Listening(SQLModel, table=True):
    """When somebody last began to listen to a call (or took it away) from one address."""

    __tablename__ = "listening"
    __table_args__ = (sa.UniqueConstraint("recording_id", "user_id", "kind", "address"),)
    id: int | None = Field(default=None, primary_key=True)
    recording_id: str = Field(foreign_key="recording.id", ondelete="CASCADE")
    user_id: int = Field(foreign_key="user.id")
    kind: ListeningKind = Field(sa_type=enum_type(ListeningKind, "listening_kind"))
    address: str = Field(default="", max_length=64)
    at: datetime = Field(sa_type=UtcDateTime)

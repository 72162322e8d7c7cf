"""What belongs to hearing but is shown to few: personal numbers; and the words a queue is known by."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from qm.models.base import UtcDateTime, enum_type
from recorder.types import Role
from transcribe.pii import PiiKind


class PersonalData(SQLModel, table=True):
    """A part of a personal number, taken out of one utterance of one transcript.

    The only place that holds its digits (see `transcribe.masking.Secret`).
    """

    __tablename__ = "personal_data"
    __table_args__ = (sa.CheckConstraint("start_s <= end_s", name="span"),)
    id: int | None = Field(default=None, primary_key=True)
    recording_id: str = Field(foreign_key="recording.id", ondelete="CASCADE", index=True)
    transcript_id: int = Field(foreign_key="transcript.id", ondelete="CASCADE", index=True)
    number: int
    kind: PiiKind = Field(sa_type=enum_type(PiiKind, "pii_kind"))
    role: Role = Field(sa_type=enum_type(Role, "speaker"))
    utterance: int
    start_s: float
    end_s: float
    heard_at: int
    heard: str
    text_at: int
    text: str
    certain: bool


class QueueTerm(SQLModel, table=True):
    """A word that calls of one queue are full of: a product, a branch. An empty queue means all of them."""

    __tablename__ = "queue_term"
    __table_args__ = (sa.UniqueConstraint("queue", "term"),)
    id: int | None = Field(default=None, primary_key=True)
    queue: str = Field(max_length=80)
    term: str = Field(max_length=20)
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: int | None = Field(default=None, foreign_key="user.id")

"""What was heard and found in a recording."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from qm.models.base import MessageText, UtcDateTime, enum_type, json_type, unique_where
from recorder.types import Role
from scoring.types import Verdict
from transcribe.types import MatchKind, PhraseKind


class TranscriptRow(SQLModel, table=True):
    """One hearing of one recording; a later hearing replaces `current`, never the row."""

    __tablename__ = "transcript"
    __table_args__ = (unique_where("uq_transcript_current", "recording_id", "current"),)
    id: int | None = Field(default=None, primary_key=True)
    recording_id: str = Field(foreign_key="recording.id", ondelete="CASCADE", index=True)
    engine: str = Field(max_length=40)
    engine_version: str = Field(max_length=40)
    model: str = Field(max_length=120)
    language: str = Field(max_length=8)
    document: dict[str, Any] = Field(sa_type=json_type())
    """The whole `transcribe.types.Transcript` (see `qm.hearing.reads.stored`)."""
    current: bool = True
    masked: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    """Personal numbers are taken out of the document (see `PersonalData`)."""
    created_at: datetime = Field(sa_type=UtcDateTime)


class UtteranceRow(SQLModel, table=True):
    """One turn of the current transcript: the unit of search, and its seek time."""

    __tablename__ = "utterance"
    __table_args__ = (sa.CheckConstraint("start_s <= end_s", name="span"),)
    id: int | None = Field(default=None, primary_key=True)
    recording_id: str = Field(foreign_key="recording.id", ondelete="CASCADE", index=True)
    transcript_id: int = Field(foreign_key="transcript.id", ondelete="CASCADE", index=True)
    seq: int
    role: Role = Field(sa_type=enum_type(Role, "speaker"))
    start_s: float
    end_s: float
    text: str


class HitRow(SQLModel, table=True):
    """A phrase found in the current transcript."""

    __tablename__ = "hit"
    __table_args__ = (sa.CheckConstraint("start_s <= end_s", name="span"),)
    id: int | None = Field(default=None, primary_key=True)
    recording_id: str = Field(foreign_key="recording.id", ondelete="CASCADE", index=True)
    transcript_id: int = Field(foreign_key="transcript.id", ondelete="CASCADE", index=True)
    library_id: int = Field(foreign_key="phrase_library.id")
    phrase_id: str = Field(max_length=40)
    phrase: str = Field(max_length=120)
    group: str = Field(max_length=40, index=True)
    kind: PhraseKind = Field(sa_type=enum_type(PhraseKind, "phrase_kind"))
    role: Role = Field(sa_type=enum_type(Role, "speaker"))
    utterance: int
    start_char: int
    end_char: int
    start_s: float
    end_s: float
    heard: str = Field(max_length=300)
    match: MatchKind = Field(sa_type=enum_type(MatchKind, "match_kind"))
    score: float
    negated: bool = False
    acoustic: float | None = None
    """What second listening gave, as `transcribe.types.Hit.acoustic`."""


class FindingRow(SQLModel, table=True):
    """A rule's verdict on the current transcript, with its evidence."""

    __tablename__ = "finding"
    __table_args__ = (sa.UniqueConstraint("recording_id", "rule_key"),)
    id: int | None = Field(default=None, primary_key=True)
    recording_id: str = Field(foreign_key="recording.id", ondelete="CASCADE")
    transcript_id: int = Field(foreign_key="transcript.id", ondelete="CASCADE", index=True)
    library_id: int = Field(foreign_key="phrase_library.id")
    rule_key: str = Field(max_length=60)
    rule_version: int
    verdict: Verdict = Field(sa_type=enum_type(Verdict, "verdict"))
    evidence: list[dict[str, Any]] = Field(default_factory=list, sa_type=json_type())
    explanation: str = Field(default="", sa_type=MessageText())

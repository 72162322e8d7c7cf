"""Assignments, evaluations and what they consist of."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from qm.models.base import (
    DecimalText,
    MessageText,
    Millionths,
    UtcDateTime,
    enum_type,
    json_type,
    unique_where,
)


class AssignmentState(StrEnum):
    """Whether the inspector still has to score the call."""

    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class EvaluationKind(StrEnum):
    """Human and automatic evaluations are kept, shown and averaged apart."""

    HUMAN = "human"
    AUTOMATIC = "automatic"


class EvaluationState(StrEnum):
    """Draft until submitted; submitting releases to the agent, who acknowledges."""

    DRAFT = "draft"
    RELEASED = "released"
    ACKNOWLEDGED = "acknowledged"


class Assignment(SQLModel, table=True):
    """A call one inspector is to score."""

    __tablename__ = "assignment"
    __table_args__ = (
        sa.UniqueConstraint("recording_id", "evaluator_id"),
        unique_where("uq_assignment_open", "recording_id", "state = 'open'"),
    )
    id: int | None = Field(default=None, primary_key=True)
    recording_id: str = Field(foreign_key="recording.id", ondelete="CASCADE")
    evaluator_id: int = Field(foreign_key="user.id", index=True)
    assigned_by: int | None = Field(default=None, foreign_key="user.id")
    assigned_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    inclusion_probability: float | None = None
    """Chance of having been sampled, 0..1; None means picked by hand."""
    state: AssignmentState = Field(
        default=AssignmentState.OPEN, sa_type=enum_type(AssignmentState, "assignment_state"), index=True
    )


class Evaluation(SQLModel, table=True):
    """One judgement of one call under one rubric version."""

    __tablename__ = "evaluation"
    __table_args__ = (
        unique_where("uq_evaluation_human", "recording_id", "kind = 'human'"),
        unique_where("uq_evaluation_automatic", "recording_id", "rubric_id", "kind = 'automatic'"),
        sa.Index("ix_evaluation_agent_released", "agent_id", "released_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    recording_id: str = Field(foreign_key="recording.id", ondelete="CASCADE", index=True)
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    rubric_id: int = Field(foreign_key="rubric_version.id")
    transcript_id: int | None = Field(default=None, foreign_key="transcript.id")
    library_id: int | None = Field(default=None, foreign_key="phrase_library.id")
    kind: EvaluationKind = Field(sa_type=enum_type(EvaluationKind, "evaluation_kind"))
    evaluator_id: int | None = Field(default=None, foreign_key="user.id", index=True)
    state: EvaluationState = Field(
        default=EvaluationState.DRAFT, sa_type=enum_type(EvaluationState, "evaluation_state"), index=True
    )
    revision: int = 1
    """Raised at each save; a save names the revision it started from, so nobody's work is overwritten."""
    total: Decimal | None = Field(default=None, sa_type=DecimalText)
    lost_total: Decimal | None = Field(default=None, sa_type=DecimalText)
    """What the total would have been without veto."""
    vetoes: list[str] = Field(default_factory=list, sa_type=json_type())
    critical_errors: dict[str, int] = Field(default_factory=dict, sa_type=json_type())
    comment: str = Field(default="", max_length=2000)
    inclusion_probability: float | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    saved_by: int | None = Field(default=None, foreign_key="user.id")
    """Who raised the revision last: by saving, releasing or taking back. None for automatic ones."""
    saved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    released_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    acknowledgement: str = Field(default="", max_length=1000)
    """The agent's own words when acknowledging."""


class AnswerRow(SQLModel, table=True):
    """The answer to one criterion."""

    __tablename__ = "answer"
    __table_args__ = (sa.UniqueConstraint("evaluation_id", "criterion"),)
    id: int | None = Field(default=None, primary_key=True)
    evaluation_id: int = Field(foreign_key="evaluation.id", ondelete="CASCADE")
    criterion: str = Field(max_length=60)
    options: list[str] = Field(default_factory=list, sa_type=json_type())
    not_applicable: bool = False
    occurrences: int | None = None
    number: Decimal | None = Field(default=None, sa_type=DecimalText)
    comment: str = Field(default="", max_length=1000)
    suggested: dict[str, Any] | None = Field(default=None, sa_type=json_type())
    """What the machine suggested for this criterion when the person answered."""


class CriterionScore(SQLModel, table=True):
    """What one criterion that counted earned and cost in a released evaluation by a person.

    Derived from answers, form and call data (`scoring.losses`), written with the release and with each
    restatement, taken away with a release that is taken back: figures over many calls are sums of these.
    """

    __tablename__ = "criterion_score"
    __table_args__ = ({"sqlite_with_rowid": False},)
    evaluation_id: int = Field(foreign_key="evaluation.id", ondelete="CASCADE", primary_key=True)
    criterion: str = Field(max_length=60, primary_key=True)
    earned: Decimal = Field(sa_type=Millionths)
    could_earn: Decimal = Field(sa_type=Millionths)
    lost: Decimal = Field(sa_type=Millionths)
    """Off the total, before veto and caps."""


class EvidenceRow(SQLModel, table=True):
    """A span of the call that an answer rests on."""

    __tablename__ = "evidence"
    __table_args__ = (sa.CheckConstraint("start_s <= end_s", name="span"),)
    id: int | None = Field(default=None, primary_key=True)
    answer_id: int = Field(foreign_key="answer.id", ondelete="CASCADE", index=True)
    start_s: float
    end_s: float
    role: str = Field(max_length=10)
    text: str = Field(sa_type=MessageText(300))
    """Heard words, or a fact as a `Message`."""
    source: str = Field(max_length=60)


class EvaluationSnapshot(SQLModel, table=True):
    """What a score rested on when it was released or restated. Outlives its evaluation, never changes."""

    __tablename__ = "evaluation_snapshot"
    __table_args__ = (sa.UniqueConstraint("evaluation_id", "revision"),)
    id: int | None = Field(default=None, primary_key=True)
    evaluation_id: int
    revision: int
    """Of the evaluation, as it was released."""
    document: str = Field(sa_type=sa.Text)
    """`qm.reviewing.writes.snapshots.document`, canonical JSON: byte for byte what a pack carries."""
    sha256: str = Field(max_length=64)
    made_at: datetime = Field(sa_type=UtcDateTime)


class PackExport(SQLModel, table=True):
    """An evidence pack that left this installation. Outlives its evaluation, never changes."""

    __tablename__ = "pack_export"
    id: int | None = Field(default=None, primary_key=True)
    evaluation_id: int = Field(index=True)
    sha256: str = Field(max_length=64)
    """Of the pack's manifest: names the whole pack."""
    exported_by: int | None = Field(default=None, foreign_key="user.id")
    exported_at: datetime = Field(sa_type=UtcDateTime)

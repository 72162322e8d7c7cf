"""Rubrics at work: edits, bindings, what-if runs, restated scores, learned models."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from qm.models.base import DecimalText, MessageText, UtcDateTime, enum_type, json_type, unique_where
from qm.models.evaluations import EvaluationKind
from qm.models.operations import JobState


class RubricEdit(SQLModel, table=True):
    """One change of a draft, with the form as it was before: what *undo* goes back to."""

    __tablename__ = "rubric_edit"
    id: int | None = Field(default=None, primary_key=True)
    rubric_id: int = Field(foreign_key="rubric_version.id", ondelete="CASCADE", index=True)
    what: str = Field(max_length=200)
    """The change in words."""
    before: dict[str, Any] | None = Field(default=None, sa_type=json_type())
    """None for the import or copy that the draft began with."""
    problems: list[dict[str, Any]] = Field(default_factory=list, sa_type=json_type())
    """What an import could not read: `place` (a cell such as D7) and `message`, each as
    `recorder.message.plain` gives it."""
    edited_at: datetime = Field(sa_type=UtcDateTime)
    edited_by: int | None = Field(default=None, foreign_key="user.id")


class RubricBinding(SQLModel, table=True):
    """Which form judges which calls, from a day to a day; an empty field means all."""

    __tablename__ = "rubric_binding"
    __table_args__ = (sa.CheckConstraint("to_day IS NULL OR from_day <= to_day", name="days"),)
    id: int | None = Field(default=None, primary_key=True)
    rubric_key: str = Field(max_length=60, index=True)
    queue: str = Field(default="", max_length=80)
    team_id: int | None = Field(default=None, foreign_key="team.id")
    direction: str = Field(default="", max_length=10)
    from_day: date
    to_day: date | None = None
    """The last day; None has no end."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: int | None = Field(default=None, foreign_key="user.id")


class WhatIfRun(SQLModel, table=True):
    """One trial of a form (and of rule drafts) on stored evaluations, before anyone is affected."""

    __tablename__ = "whatif_run"
    __table_args__ = (sa.CheckConstraint("from_at < to_at", name="period"),)
    id: int | None = Field(default=None, primary_key=True)
    rubric_id: int = Field(foreign_key="rubric_version.id", ondelete="CASCADE", index=True)
    with_rule_drafts: bool = False
    from_at: datetime = Field(sa_type=UtcDateTime)
    """Of the calls' starts; up to but without `to_at`."""
    to_at: datetime = Field(sa_type=UtcDateTime)
    document: dict[str, Any] = Field(sa_type=json_type())
    """The form as it was tried; a draft may have changed since."""
    state: JobState = Field(sa_type=enum_type(JobState, "job_state"))
    total: int = 0
    done: int = 0
    error: str = Field(default="", sa_type=MessageText(500))
    requested_by: int | None = Field(default=None, foreign_key="user.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class WhatIfCall(SQLModel, table=True):
    """One evaluation before and after, under one run."""

    __tablename__ = "whatif_call"
    __table_args__ = (sa.UniqueConstraint("run_id", "evaluation_id"),)
    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="whatif_run.id", ondelete="CASCADE")
    evaluation_id: int = Field(foreign_key="evaluation.id", ondelete="CASCADE", index=True)
    kind: EvaluationKind = Field(sa_type=enum_type(EvaluationKind, "evaluation_kind"))
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    probability: float = 1.0
    before: Decimal | None = Field(default=None, sa_type=DecimalText)
    """None where nothing could be scored."""
    after: Decimal | None = Field(default=None, sa_type=DecimalText)
    vetoed_before: bool = False
    vetoed_after: bool = False
    changed: bool = False
    lacks: int = 0
    """Answers that a person would still have to give under the new form."""
    flips: list[dict[str, Any]] = Field(default_factory=list, sa_type=json_type())


class Restatement(SQLModel, table=True):
    """A decision to judge past calls by a newer form, with its reason. Never changes."""

    __tablename__ = "restatement"
    id: int | None = Field(default=None, primary_key=True)
    rubric_id: int = Field(foreign_key="rubric_version.id")
    reason: str = Field(max_length=500)
    from_at: datetime = Field(sa_type=UtcDateTime)
    to_at: datetime = Field(sa_type=UtcDateTime)
    decided_at: datetime = Field(sa_type=UtcDateTime)
    decided_by: int | None = Field(default=None, foreign_key="user.id")


class RestatedScore(SQLModel, table=True):
    """One line of the ledger: a score before and after. Outlives its evaluation, never changes."""

    __tablename__ = "restated_score"
    __table_args__ = (sa.UniqueConstraint("restatement_id", "evaluation_id"),)
    id: int | None = Field(default=None, primary_key=True)
    restatement_id: int = Field(foreign_key="restatement.id")
    evaluation_id: int = Field(index=True)
    recording_id: str = Field(max_length=32)
    agent_id: int | None = None
    old_rubric_id: int = Field(foreign_key="rubric_version.id")
    old_total: Decimal | None = Field(default=None, sa_type=DecimalText)
    old_lost_total: Decimal | None = Field(default=None, sa_type=DecimalText)
    new_total: Decimal | None = Field(default=None, sa_type=DecimalText)
    new_lost_total: Decimal | None = Field(default=None, sa_type=DecimalText)
    old_answers: list[dict[str, Any]] = Field(default_factory=list, sa_type=json_type())
    """Every answer as it was, so that the old score can still be recomputed."""


class LearningRun(SQLModel, table=True):
    """One training that somebody asked for, with how far it is."""

    __tablename__ = "learning_run"
    __table_args__ = (sa.Index("ix_learning_run_criterion", "rubric_key", "criterion"),)
    id: int | None = Field(default=None, primary_key=True)
    rubric_key: str = Field(max_length=60)
    criterion: str = Field(max_length=64)
    state: JobState = Field(sa_type=enum_type(JobState, "job_state"))
    total: int = 0
    """Answers to learn from."""
    done: int = 0
    """Of these, how many calls were read."""
    error: str = Field(default="", sa_type=MessageText(500))
    requested_by: int | None = Field(default=None, foreign_key="user.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LearnedModelRow(SQLModel, table=True):
    """One training of a criterion that no rule covers. Only `active` changes."""

    __tablename__ = "learned_model"
    __table_args__ = (
        sa.UniqueConstraint("rubric_key", "criterion", "version"),
        unique_where("uq_learned_model_active", "rubric_key", "criterion", "active"),
    )
    id: int | None = Field(default=None, primary_key=True)
    rubric_key: str = Field(max_length=60)
    criterion: str = Field(max_length=64)
    version: str = Field(max_length=64)
    """SHA-256 of what it was learned from."""
    document: str = Field(sa_type=sa.Text)
    """`scoring.learn.model_to_bytes`, as text."""
    active: bool = False
    """Its suggestions are shown; one a criterion at most."""
    trained_at: datetime = Field(sa_type=UtcDateTime)
    trained_by: int | None = Field(default=None, foreign_key="user.id")

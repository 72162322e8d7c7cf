"""What a branch asks the centre to put in force for everybody."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from qm.models.base import UtcDateTime, enum_type, unique_where


class ProposalKind(StrEnum):
    """What is proposed."""

    RULE = "rule"
    RUBRIC = "rubric"
    PHRASES = "phrases"


class ProposalState(StrEnum):
    """Where a proposal is."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    """By the branch: changed again, published as its own, or thrown away."""


class Proposal(SQLModel, table=True):
    """A branch's draft of a rule or form, or its group of phrases, offered to the centre."""

    __tablename__ = "proposal"
    __table_args__ = (unique_where("uq_proposal_open", "kind", "key", "state = 'open'"),)
    id: int | None = Field(default=None, primary_key=True)
    kind: ProposalKind = Field(sa_type=enum_type(ProposalKind, "proposal_kind"))
    key: str = Field(max_length=60)
    """Of the rule, the form, or the group."""
    title: str = Field(max_length=120)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    note: str = Field(default="", max_length=300)
    state: ProposalState = Field(sa_type=enum_type(ProposalState, "proposal_state"))
    proposed_at: datetime = Field(sa_type=UtcDateTime)
    proposed_by: int | None = Field(default=None, foreign_key="user.id")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: int | None = Field(default=None, foreign_key="user.id")
    answer: str = Field(default="", max_length=300)
    """Why it was declined."""

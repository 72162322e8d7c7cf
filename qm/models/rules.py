"""Rules: their versions, what shadow versions found, what people said of findings, re-judging runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from qm.models.base import MessageText, UtcDateTime, enum_type, json_type, unique_where
from qm.models.library import VersionState
from qm.models.operations import JobState
from scoring.types import Verdict


class RuleVersion(SQLModel, table=True):
    """One version of one rule: the YAML as written, and the fixtures it must pass before publishing."""

    __tablename__ = "rule_version"
    __table_args__ = (
        sa.UniqueConstraint("key", "version"),
        unique_where("uq_rule_version_draft", "key", "state = 'draft'"),
        unique_where("uq_rule_version_published", "key", "state = 'published'"),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=60)
    branch_id: int | None = Field(default=None, foreign_key="branch.id")
    """Whose it is; None is the centre's. A draft's: who is writing it."""
    version: int
    title: str = Field(max_length=120)
    state: VersionState = Field(sa_type=enum_type(VersionState, "version_state"))
    shadow: bool = False
    """A draft that runs on every call, shows nobody, and collects figures."""
    document: str = Field(sa_type=sa.Text)
    """YAML of `scoring.rules`; its `version` gives way to this row's."""
    fixtures: str = Field(default="", sa_type=sa.Text)
    """YAML of `scoring.rules.load_fixtures`."""
    note: str = Field(default="", max_length=300)
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: int | None = Field(default=None, foreign_key="user.id")
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    published_by: int | None = Field(default=None, foreign_key="user.id")


class ShadowFinding(SQLModel, table=True):
    """What a draft in shadow found in one call. Never shown with the call."""

    __tablename__ = "shadow_finding"
    __table_args__ = (sa.UniqueConstraint("rule_id", "recording_id"),)
    id: int | None = Field(default=None, primary_key=True)
    rule_id: int = Field(foreign_key="rule_version.id", ondelete="CASCADE")
    recording_id: str = Field(foreign_key="recording.id", ondelete="CASCADE", index=True)
    verdict: Verdict = Field(sa_type=enum_type(Verdict, "verdict"))
    evidence: list[dict[str, Any]] = Field(default_factory=list, sa_type=json_type())
    judged_at: datetime = Field(sa_type=UtcDateTime)


class RuleMark(SQLModel, table=True):
    """A person's word on whether what a rule looks for is in a call; measures every version."""

    __tablename__ = "rule_mark"
    __table_args__ = (sa.UniqueConstraint("rule_key", "recording_id"),)
    id: int | None = Field(default=None, primary_key=True)
    rule_key: str = Field(max_length=60)
    recording_id: str = Field(foreign_key="recording.id", ondelete="CASCADE", index=True)
    present: bool
    """True where the call has what the rule looks for (the demanded thing done, the forbidden one said)."""
    audit: bool = False
    """The call was drawn at random, whatever the rule had found: such marks alone measure recall."""
    marked_by: int | None = Field(default=None, foreign_key="user.id")
    marked_at: datetime = Field(sa_type=UtcDateTime)


class RuleUpdateDeclined(SQLModel, table=True):
    """A shipped text of a rule that people here do not want; a text that ships later is another one."""

    __tablename__ = "rule_update_declined"
    id: int | None = Field(default=None, primary_key=True)
    rule_key: str = Field(max_length=60)
    sha256: str = Field(max_length=64)
    """Of the shipped document."""
    declined_by: int | None = Field(default=None, foreign_key="user.id")
    declined_at: datetime = Field(sa_type=UtcDateTime)


class RejudgeRun(SQLModel, table=True):
    """One judging anew of stored calls, with how far it is."""

    __tablename__ = "rejudge_run"
    id: int | None = Field(default=None, primary_key=True)
    state: JobState = Field(sa_type=enum_type(JobState, "job_state"))
    total: int = 0
    done: int = 0
    changed: int = 0
    """Calls with at least one other verdict than before."""
    error: str = Field(default="", sa_type=MessageText(500))
    requested_by: int | None = Field(default=None, foreign_key="user.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ContactPolicyRow(SQLModel, table=True):
    """When and how often customers may be called; of a branch, else everywhere. The newest row holds."""

    __tablename__ = "contact_policy"
    __table_args__ = (sa.CheckConstraint("max_per_day > 0", name="some"),)
    id: int | None = Field(default=None, primary_key=True)
    branch_id: int | None = Field(default=None, foreign_key="branch.id")
    quiet_from: str = Field(max_length=5)
    """`22:00`, in the call's own zone."""
    quiet_until: str = Field(max_length=5)
    max_per_day: int
    direction: str = Field(default="outbound", max_length=10)
    """Only calls of this direction count; empty counts all."""
    changed_at: datetime = Field(sa_type=UtcDateTime)
    changed_by: int | None = Field(default=None, foreign_key="user.id")

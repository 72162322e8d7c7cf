"""Versioned material that judgement rests on: phrase libraries and rubrics."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from qm.models.base import UtcDateTime, enum_type, json_type, unique_where
from recorder.types import Role
from transcribe.types import PhraseKind


class VersionState(StrEnum):
    """A version is edited as a draft, then published and unchangeable, then retired."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class PhraseLibrary(SQLModel, table=True):
    """One version of the phrase library."""

    __tablename__ = "phrase_library"
    id: int | None = Field(default=None, primary_key=True)
    version: int = Field(unique=True)
    state: VersionState = Field(sa_type=enum_type(VersionState, "version_state"))
    note: str = Field(default="", max_length=300)
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: int | None = Field(default=None, foreign_key="user.id")
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    published_by: int | None = Field(default=None, foreign_key="user.id")


class PhraseRow(SQLModel, table=True):
    """One phrase of one library version."""

    __tablename__ = "phrase"
    __table_args__ = (sa.UniqueConstraint("library_id", "group", "text", "role"),)
    id: int | None = Field(default=None, primary_key=True)
    library_id: int = Field(foreign_key="phrase_library.id", ondelete="CASCADE", index=True)
    group: str = Field(max_length=40)
    group_name: str = Field(max_length=80)
    kind: PhraseKind = Field(sa_type=enum_type(PhraseKind, "phrase_kind"))
    role: Role = Field(sa_type=enum_type(Role, "speaker"))
    text: str = Field(max_length=120)
    branch_id: int | None = Field(default=None, foreign_key="branch.id")
    """Whose the group is, the same for all its phrases; None is the centre's."""


class RubricVersion(SQLModel, table=True):
    """One version of one rubric; `document` is `scoring.rubric`'s dictionary."""

    __tablename__ = "rubric_version"
    __table_args__ = (
        sa.UniqueConstraint("key", "version"),
        unique_where("uq_rubric_version_draft", "key", "state = 'draft'"),
        unique_where("uq_rubric_version_published", "key", "state = 'published'"),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=60)
    branch_id: int | None = Field(default=None, foreign_key="branch.id")
    """Whose it is; None is the centre's. A draft's: who is writing it."""
    version: int
    title: str = Field(max_length=120)
    state: VersionState = Field(sa_type=enum_type(VersionState, "version_state"))
    document: dict[str, Any] = Field(sa_type=json_type())
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: int | None = Field(default=None, foreign_key="user.id")
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    published_by: int | None = Field(default=None, foreign_key="user.id")

"""Hearing in the product: personal numbers apart from transcripts, how a hit was proved, words of a queue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KINDS = ("card", "mobile", "identity", "identity_tail", "card_tail", "verification", "password")
_SPEAKERS = ("agent", "customer", "unknown")


def _choice(*values: str, name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Create the tables; transcripts of before are not masked yet (`qm migrate` sees to it)."""
    op.add_column("transcript", sa.Column("masked", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("hit", sa.Column("acoustic", sa.Float(), nullable=True))
    op.create_table(
        "personal_data",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.String(length=32), nullable=False),
        sa.Column("transcript_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", _choice(*_KINDS, name="pii_kind"), nullable=False),
        sa.Column("role", _choice(*_SPEAKERS, name="speaker"), nullable=False),
        sa.Column("utterance", sa.Integer(), nullable=False),
        sa.Column("start_s", sa.Float(), nullable=False),
        sa.Column("end_s", sa.Float(), nullable=False),
        sa.Column("heard_at", sa.Integer(), nullable=False),
        sa.Column("heard", sa.String(), nullable=False),
        sa.Column("text_at", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("certain", sa.Boolean(), nullable=False),
        sa.CheckConstraint("start_s <= end_s", name=op.f("ck_personal_data_span")),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording.id"],
            name=op.f("fk_personal_data_recording_id_recording"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["transcript_id"],
            ["transcript.id"],
            name=op.f("fk_personal_data_transcript_id_transcript"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_data")),
    )
    op.create_index(op.f("ix_personal_data_recording_id"), "personal_data", ["recording_id"])
    op.create_index(op.f("ix_personal_data_transcript_id"), "personal_data", ["transcript_id"])
    op.create_table(
        "queue_term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("queue", sa.String(length=80), nullable=False),
        sa.Column("term", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_queue_term_created_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_term")),
        sa.UniqueConstraint("queue", "term", name=op.f("uq_queue_term_queue_term")),
    )


def downgrade() -> None:
    """Take them away. Digits that were taken out of transcripts are gone with their table."""
    op.drop_table("queue_term")
    op.drop_table("personal_data")
    op.drop_column("hit", "acoustic")
    op.drop_column("transcript", "masked")

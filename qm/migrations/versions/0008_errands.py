"""Jobs that wait say when they are tried again; trainings are runs with progress."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_STATES = ("queued", "running", "waiting", "done", "failed")


def upgrade() -> None:
    """Add the columns and the table."""
    op.add_column("job", sa.Column("wakes", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("job", sa.Column("next_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "learning_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rubric_key", sa.String(length=60), nullable=False),
        sa.Column("criterion", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*_STATES, name="job_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("requested_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["user.id"], name=op.f("fk_learning_run_requested_by_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learning_run")),
    )
    op.create_index("ix_learning_run_criterion", "learning_run", ["rubric_key", "criterion"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("learning_run")
    op.drop_column("job", "next_at")
    op.drop_column("job", "wakes")

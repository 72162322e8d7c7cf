"""Rules: versions, shadow findings, marks, re-judging runs; published rule versions never change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MESSAGE = "published versions and the audit are unchangeable"
GUARDS = (
    (
        "rule_version_update",
        "UPDATE",
        "OLD.state <> 'draft' AND (NEW.state = 'draft' OR NEW.key <> OLD.key OR NEW.version <> OLD.version "
        "OR NEW.title <> OLD.title OR NEW.document <> OLD.document OR NEW.fixtures <> OLD.fixtures "
        "OR NEW.published_at IS NULL OR (OLD.state = 'retired' AND NEW.state <> 'retired'))",
    ),
    ("rule_version_delete", "DELETE", "OLD.state <> 'draft'"),
)


def upgrade() -> None:
    """Create the tables and put a guard on published rule versions."""
    op.create_table(
        "rejudge_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "waiting",
                "done",
                "failed",
                name="job_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("requested_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["requested_by"], ["user.id"], name=op.f("fk_rejudge_run_requested_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejudge_run")),
    )
    op.create_table(
        "rule_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "retired",
                name="version_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("shadow", sa.Boolean(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("fixtures", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_rule_version_created_by_user")),
        sa.ForeignKeyConstraint(
            ["published_by"], ["user.id"], name=op.f("fk_rule_version_published_by_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_version")),
        sa.UniqueConstraint("key", "version", name=op.f("uq_rule_version_key_version")),
    )
    with op.batch_alter_table("rule_version", schema=None) as batch_op:
        batch_op.create_index(
            "uq_rule_version_draft",
            ["key"],
            unique=True,
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )
        batch_op.create_index(
            "uq_rule_version_published",
            ["key"],
            unique=True,
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        )

    op.create_table(
        "rule_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_key", sa.String(length=60), nullable=False),
        sa.Column("recording_id", sa.String(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("audit", sa.Boolean(), nullable=False),
        sa.Column("marked_by", sa.Integer(), nullable=True),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["marked_by"], ["user.id"], name=op.f("fk_rule_mark_marked_by_user")),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording.id"],
            name=op.f("fk_rule_mark_recording_id_recording"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_mark")),
        sa.UniqueConstraint("rule_key", "recording_id", name=op.f("uq_rule_mark_rule_key_recording_id")),
    )
    with op.batch_alter_table("rule_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rule_mark_recording_id"), ["recording_id"], unique=False)

    op.create_table(
        "shadow_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.String(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "met",
                "not_met",
                "not_applicable",
                "cannot_tell",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording.id"],
            name=op.f("fk_shadow_finding_recording_id_recording"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["rule_version.id"],
            name=op.f("fk_shadow_finding_rule_id_rule_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shadow_finding")),
        sa.UniqueConstraint("rule_id", "recording_id", name=op.f("uq_shadow_finding_rule_id_recording_id")),
    )
    with op.batch_alter_table("shadow_finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shadow_finding_recording_id"), ["recording_id"], unique=False)

    _guard()


def _guard() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    for name, event, test in GUARDS:
        given = "OLD" if event == "DELETE" else "NEW"
        if postgres:
            op.execute(
                f"CREATE FUNCTION guard_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {test} THEN RAISE EXCEPTION '{MESSAGE}'; END IF; RETURN {given}; END $$"
            )
            op.execute(
                f"CREATE TRIGGER guard_{name} BEFORE {event} ON rule_version "
                f"FOR EACH ROW EXECUTE FUNCTION guard_{name}()"
            )
        else:
            op.execute(
                f"CREATE TRIGGER guard_{name} BEFORE {event} ON rule_version WHEN {test} "
                f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )


def downgrade() -> None:
    """Take guards and tables away."""
    postgres = op.get_bind().dialect.name == "postgresql"
    for name, _event, _test in GUARDS:
        if postgres:
            op.execute(f"DROP TRIGGER guard_{name} ON rule_version")
            op.execute(f"DROP FUNCTION guard_{name}()")
        else:
            op.execute(f"DROP TRIGGER guard_{name}")
    with op.batch_alter_table("shadow_finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shadow_finding_recording_id"))

    op.drop_table("shadow_finding")
    with op.batch_alter_table("rule_mark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rule_mark_recording_id"))

    op.drop_table("rule_mark")
    with op.batch_alter_table("rule_version", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_rule_version_published",
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        )
        batch_op.drop_index(
            "uq_rule_version_draft",
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )

    op.drop_table("rule_version")
    op.drop_table("rejudge_run")

"""Rubrics at work: edits, bindings, what-if runs, the ledger of restated scores, learned models.

The ledger cannot be changed, not even by SQL; of a learned model only whether it is in use can.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MESSAGE = "published versions and the audit are unchangeable"
_LEARNED = (
    "NEW.rubric_key <> OLD.rubric_key OR NEW.criterion <> OLD.criterion OR NEW.version <> OLD.version "
    "OR NEW.document <> OLD.document OR NEW.trained_at <> OLD.trained_at"
)
GUARDS = (
    ("restatement_update", "restatement", "UPDATE", "1 = 1"),
    ("restatement_delete", "restatement", "DELETE", "1 = 1"),
    ("restated_score_update", "restated_score", "UPDATE", "1 = 1"),
    ("restated_score_delete", "restated_score", "DELETE", "1 = 1"),
    ("learned_model_update", "learned_model", "UPDATE", _LEARNED),
    ("learned_model_delete", "learned_model", "DELETE", "1 = 1"),
)


def upgrade() -> None:
    """Create the tables and guard what may not change."""
    op.create_table(
        "learned_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rubric_key", sa.String(length=60), nullable=False),
        sa.Column("criterion", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("trained_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trained_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["trained_by"], ["user.id"], name=op.f("fk_learned_model_trained_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learned_model")),
        sa.UniqueConstraint(
            "rubric_key", "criterion", "version", name=op.f("uq_learned_model_rubric_key_criterion_version")
        ),
    )
    with op.batch_alter_table("learned_model", schema=None) as batch_op:
        batch_op.create_index(
            "uq_learned_model_active",
            ["rubric_key", "criterion"],
            unique=True,
            sqlite_where=sa.text("active"),
            postgresql_where=sa.text("active"),
        )

    op.create_table(
        "rubric_binding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rubric_key", sa.String(length=60), nullable=False),
        sa.Column("queue", sa.String(length=80), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("to_day IS NULL OR from_day <= to_day", name=op.f("ck_rubric_binding_days")),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_rubric_binding_created_by_user")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_rubric_binding_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric_binding")),
    )
    with op.batch_alter_table("rubric_binding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rubric_binding_rubric_key"), ["rubric_key"], unique=False)

    op.create_table(
        "restatement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rubric_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["user.id"], name=op.f("fk_restatement_decided_by_user")),
        sa.ForeignKeyConstraint(
            ["rubric_id"], ["rubric_version.id"], name=op.f("fk_restatement_rubric_id_rubric_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restatement")),
    )
    op.create_table(
        "rubric_edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rubric_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["edited_by"], ["user.id"], name=op.f("fk_rubric_edit_edited_by_user")),
        sa.ForeignKeyConstraint(
            ["rubric_id"],
            ["rubric_version.id"],
            name=op.f("fk_rubric_edit_rubric_id_rubric_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric_edit")),
    )
    with op.batch_alter_table("rubric_edit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rubric_edit_rubric_id"), ["rubric_id"], unique=False)

    op.create_table(
        "whatif_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rubric_id", sa.Integer(), nullable=False),
        sa.Column("with_rule_drafts", sa.Boolean(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
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
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("requested_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("from_at < to_at", name=op.f("ck_whatif_run_period")),
        sa.ForeignKeyConstraint(["requested_by"], ["user.id"], name=op.f("fk_whatif_run_requested_by_user")),
        sa.ForeignKeyConstraint(
            ["rubric_id"],
            ["rubric_version.id"],
            name=op.f("fk_whatif_run_rubric_id_rubric_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_whatif_run")),
    )
    with op.batch_alter_table("whatif_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_whatif_run_rubric_id"), ["rubric_id"], unique=False)

    op.create_table(
        "restated_score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("restatement_id", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.String(length=32), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("old_rubric_id", sa.Integer(), nullable=False),
        sa.Column("old_total", sa.String(length=40), nullable=True),
        sa.Column("old_lost_total", sa.String(length=40), nullable=True),
        sa.Column("new_total", sa.String(length=40), nullable=True),
        sa.Column("new_lost_total", sa.String(length=40), nullable=True),
        sa.Column("old_answers", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["old_rubric_id"],
            ["rubric_version.id"],
            name=op.f("fk_restated_score_old_rubric_id_rubric_version"),
        ),
        sa.ForeignKeyConstraint(
            ["restatement_id"], ["restatement.id"], name=op.f("fk_restated_score_restatement_id_restatement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restated_score")),
        sa.UniqueConstraint(
            "restatement_id", "evaluation_id", name=op.f("uq_restated_score_restatement_id_evaluation_id")
        ),
    )
    with op.batch_alter_table("restated_score", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_restated_score_evaluation_id"), ["evaluation_id"], unique=False)

    op.create_table(
        "whatif_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "human",
                "automatic",
                name="evaluation_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("before", sa.String(length=40), nullable=True),
        sa.Column("after", sa.String(length=40), nullable=True),
        sa.Column("vetoed_before", sa.Boolean(), nullable=False),
        sa.Column("vetoed_after", sa.Boolean(), nullable=False),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.Column("lacks", sa.Integer(), nullable=False),
        sa.Column("flips", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_whatif_call_agent_id_agent")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"],
            ["evaluation.id"],
            name=op.f("fk_whatif_call_evaluation_id_evaluation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["whatif_run.id"], name=op.f("fk_whatif_call_run_id_whatif_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_whatif_call")),
        sa.UniqueConstraint("run_id", "evaluation_id", name=op.f("uq_whatif_call_run_id_evaluation_id")),
    )
    with op.batch_alter_table("whatif_call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_whatif_call_evaluation_id"), ["evaluation_id"], unique=False)
    _guard()


def _guard() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    for name, table, event, test in GUARDS:
        given = "OLD" if event == "DELETE" else "NEW"
        if postgres:
            op.execute(
                f"CREATE FUNCTION guard_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {test} THEN RAISE EXCEPTION '{MESSAGE}'; END IF; RETURN {given}; END $$"
            )
            op.execute(
                f"CREATE TRIGGER guard_{name} BEFORE {event} ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION guard_{name}()"
            )
        else:
            op.execute(
                f"CREATE TRIGGER guard_{name} BEFORE {event} ON {table} WHEN {test} "
                f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )


def downgrade() -> None:
    """Take guards and tables away."""
    postgres = op.get_bind().dialect.name == "postgresql"
    for name, table, _event, _test in GUARDS:
        if postgres:
            op.execute(f"DROP TRIGGER guard_{name} ON {table}")
            op.execute(f"DROP FUNCTION guard_{name}()")
        else:
            op.execute(f"DROP TRIGGER guard_{name}")
    with op.batch_alter_table("whatif_call", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_whatif_call_evaluation_id"))

    op.drop_table("whatif_call")
    with op.batch_alter_table("restated_score", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_restated_score_evaluation_id"))

    op.drop_table("restated_score")
    with op.batch_alter_table("whatif_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_whatif_run_rubric_id"))

    op.drop_table("whatif_run")
    with op.batch_alter_table("rubric_edit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rubric_edit_rubric_id"))

    op.drop_table("rubric_edit")
    op.drop_table("restatement")
    with op.batch_alter_table("rubric_binding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rubric_binding_rubric_key"))

    op.drop_table("rubric_binding")
    with op.batch_alter_table("learned_model", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_learned_model_active", sqlite_where=sa.text("active"), postgresql_where=sa.text("active")
        )

    op.drop_table("learned_model")

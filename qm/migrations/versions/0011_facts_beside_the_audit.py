"""What the application asked the audit for has rows of its own: the audit can be archived.

Who saved an evaluation last, who listens right now, which shipped rules are declined, which packs left.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_AUDIT = sa.table(
    "audit_event",
    sa.column("id", sa.Integer),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("user_id", sa.Integer),
    sa.column("action", sa.String),
    sa.column("subject_id", sa.String),
    sa.column("detail", sa.JSON),
)


def upgrade() -> None:
    """Make the rows and fill them from what the audit knows."""
    # Not in a batch: rebuilding the table on SQLite would delete the answers that hang on it.
    reference = 'CONSTRAINT fk_evaluation_saved_by_user REFERENCES "user" (id)'
    op.execute(f"ALTER TABLE evaluation ADD COLUMN saved_by INTEGER {reference}")
    op.add_column("evaluation", sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True))
    _listening()
    _declined()
    _exports()
    _fill_saves()
    _fill_listening()
    _fill_from_details()
    _guards()._put_guards(_guards().Guarded("pack_export", "1 = 1"))


def _guards() -> Any:
    return context.script.get_revision("0007").module


def _listening() -> None:
    kinds = ("played", "downloaded")
    op.create_table(
        "listening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*kinds, name="listening_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording.id"],
            name=op.f("fk_listening_recording_id_recording"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_listening_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listening")),
        sa.UniqueConstraint(
            "recording_id",
            "user_id",
            "kind",
            "address",
            name=op.f("uq_listening_recording_id_user_id_kind_address"),
        ),
    )


def _declined() -> None:
    op.create_table(
        "rule_update_declined",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_key", sa.String(length=60), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("declined_by", sa.Integer(), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["declined_by"], ["user.id"], name=op.f("fk_rule_update_declined_declined_by_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_update_declined")),
    )


def _exports() -> None:
    op.create_table(
        "pack_export",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("exported_by", sa.Integer(), nullable=True),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["exported_by"], ["user.id"], name=op.f("fk_pack_export_exported_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_export")),
    )
    op.create_index(op.f("ix_pack_export_evaluation_id"), "pack_export", ["evaluation_id"])


def _fill_saves() -> None:
    op.execute(
        "CREATE TEMPORARY TABLE last_save (evaluation_id INTEGER PRIMARY KEY, event_id INTEGER NOT NULL)"
    )
    op.execute(
        "INSERT INTO last_save SELECT CAST(subject_id AS INTEGER), MAX(id) FROM audit_event "
        "WHERE action IN ('evaluation_saved', 'evaluation_released', 'evaluation_taken_back') "
        "AND user_id IS NOT NULL GROUP BY subject_id"
    )
    for column, known in (("saved_by", "user_id"), ("saved_at", "at")):
        op.execute(
            f"UPDATE evaluation SET {column} = (SELECT audit_event.{known} "  # noqa: S608 - the names are ours
            "FROM last_save JOIN audit_event ON audit_event.id = event_id "
            "WHERE evaluation_id = evaluation.id)"
        )
    op.execute("DROP TABLE last_save")


def _fill_listening() -> None:
    op.execute(
        "INSERT INTO listening (recording_id, user_id, kind, address, at) "
        "SELECT subject_id, user_id, "
        "CASE action WHEN 'recording_listened' THEN 'played' ELSE 'downloaded' END, address, MAX(at) "
        "FROM audit_event WHERE action IN ('recording_listened', 'recording_downloaded') "
        "AND user_id IS NOT NULL AND subject_id IN (SELECT id FROM recording) "
        "GROUP BY subject_id, user_id, action, address"
    )


def _fill_from_details() -> None:
    bind = op.get_bind()
    actions = ("rule_update_declined", "evaluation_pack_exported")
    events = bind.execute(sa.select(_AUDIT).where(_AUDIT.c.action.in_(actions)).order_by("id")).all()
    declined: list[dict[str, Any]] = []
    exported: list[dict[str, Any]] = []
    for event in events:
        sha256 = event.detail.get("sha256", "")
        if event.action == actions[0]:
            who = {"declined_by": event.user_id, "declined_at": event.at}
            declined.append({"rule_key": event.subject_id, "sha256": sha256, **who})
        else:
            who = {"exported_by": event.user_id, "exported_at": event.at}
            exported.append({"evaluation_id": int(event.subject_id), "sha256": sha256, **who})
    for name, rows in (("rule_update_declined", declined), ("pack_export", exported)):
        if rows:
            op.bulk_insert(_table(name, rows[0]), rows)


def _table(name: str, row: dict[str, Any]) -> Any:
    times = {key: sa.DateTime(timezone=True) if key.endswith("_at") else None for key in row}
    return sa.table(name, *(sa.column(key, kind) for key, kind in times.items()))


def downgrade() -> None:
    """Take them away; the audit still knows who saved, listened, declined and exported."""
    _guards()._drop_guards(_guards().Guarded("pack_export", "1 = 1"))
    op.drop_table("pack_export")
    op.drop_table("rule_update_declined")
    op.drop_table("listening")
    op.drop_column("evaluation", "saved_at")
    op.drop_column("evaluation", "saved_by")

"""Rules, forms and phrase groups belong to the centre or to a branch; branches propose to the centre.

What is there is the centre's. Of a published version, whose it is cannot be changed either: the guards of
the three tables are made anew, so that they know the column.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OWNED = ("rubric_version", "rule_version", "phrase")
_KINDS = ("rule", "rubric", "phrases")
_STATES = ("open", "accepted", "declined", "withdrawn")


def upgrade() -> None:
    """Add the columns and the table."""
    for table in OWNED:
        # In plain SQL: rebuilding a table on SQLite would take its triggers away.
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN branch_id INTEGER "
            f"CONSTRAINT fk_{table}_branch_id_branch REFERENCES branch (id)"
        )
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", _enum("proposal_kind", *_KINDS), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("state", _enum("proposal_state", *_STATES), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_proposal_branch_id_branch")),
        sa.ForeignKeyConstraint(["proposed_by"], ["user.id"], name=op.f("fk_proposal_proposed_by_user")),
        sa.ForeignKeyConstraint(["decided_by"], ["user.id"], name=op.f("fk_proposal_decided_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index("ix_proposal_branch_id", "proposal", ["branch_id"])
    still = sa.text("state = 'open'")
    columns = ["kind", "key"]
    op.create_index(
        "uq_proposal_open", "proposal", columns, unique=True, sqlite_where=still, postgresql_where=still
    )
    _guard_anew()


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _guard_anew() -> None:
    """A guard names the columns that its table had when it was made."""
    guards = context.script.get_revision("0007").module
    for guarded in guards.GUARDED:
        if guarded.table in OWNED:
            guards._drop_guards(guarded)
            guards._put_guards(guarded)


def downgrade() -> None:
    """What belongs to a branch becomes everybody's."""
    guards = context.script.get_revision("0007").module
    owned = [guarded for guarded in guards.GUARDED if guarded.table in OWNED]
    for guarded in owned:
        guards._drop_guards(guarded)
        op.execute(f"ALTER TABLE {guarded.table} DROP COLUMN branch_id")
        guards._put_guards(guarded)
    op.drop_table("proposal")

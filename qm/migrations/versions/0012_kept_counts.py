"""Jobs know their branch and are found by their last change; how many are in each state is kept.

The jobs page asks every two seconds. `job_tally` holds what each change of a job adds to or takes from a
count, written by triggers, so that deleting a recording counts too; the counts are sums, and a worker folds
the rows together. Rows that are only added block nobody: a counter that every worker updates would.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_STATES = ("queued", "running", "waiting", "done", "failed")
_ADD = "INSERT INTO job_tally (branch_id, state, number) VALUES (NEW.branch_id, NEW.state, 1);"
_TAKE = "INSERT INTO job_tally (branch_id, state, number) VALUES (OLD.branch_id, OLD.state, -1);"
_EVENTS = {
    "insert": ("INSERT", _ADD),
    "update": ("UPDATE OF state", _TAKE + _ADD),
    "delete": ("DELETE", _TAKE),
}


def upgrade() -> None:
    """Add the column, the indexes, the tally with its triggers, and what is there already."""
    op.add_column("job", sa.Column("branch_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE job SET branch_id = (SELECT branch_id FROM recording WHERE recording.id = job.recording_id)"
    )
    op.drop_index("ix_job_state", "job")
    op.create_index("ix_job_updated_at", "job", ["updated_at"])
    op.create_index("ix_job_state_updated", "job", ["state", "updated_at"])
    op.create_index("ix_job_branch_updated", "job", ["branch_id", "updated_at"])
    op.create_table(
        "job_tally",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(*_STATES, name="job_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_tally")),
    )
    op.execute(
        "INSERT INTO job_tally (branch_id, state, number) "
        "SELECT branch_id, state, count(*) FROM job GROUP BY branch_id, state"
    )
    postgres = op.get_bind().dialect.name == "postgresql"
    for name, (event, body) in _EVENTS.items():
        if postgres:
            _postgres_trigger(name, event, body)
        else:
            changed = "WHEN OLD.state <> NEW.state " if name == "update" else ""
            op.execute(f"CREATE TRIGGER job_tally_{name} AFTER {event} ON job {changed}BEGIN {body} END")


def _postgres_trigger(name: str, event: str, body: str) -> None:
    changed = "WHEN (OLD.state <> NEW.state) " if name == "update" else ""
    op.execute(
        f"CREATE FUNCTION job_tally_{name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {body} RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER job_tally_{name} AFTER {event} ON job "
        f"FOR EACH ROW {changed}EXECUTE FUNCTION job_tally_{name}()"
    )


def downgrade() -> None:
    """Take them away; counts are counted again."""
    postgres = op.get_bind().dialect.name == "postgresql"
    for name in _EVENTS:
        op.execute(f"DROP TRIGGER job_tally_{name}" + (" ON job" if postgres else ""))
        if postgres:
            op.execute(f"DROP FUNCTION job_tally_{name}()")
    op.drop_table("job_tally")
    for index in ("ix_job_branch_updated", "ix_job_state_updated", "ix_job_updated_at"):
        op.drop_index(index, "job")
    op.create_index("ix_job_state", "job", ["state"])
    op.drop_column("job", "branch_id")

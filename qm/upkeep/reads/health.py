"""Is the database there, and is its schema the one this version expects?"""

from __future__ import annotations

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from qm.core.database import reading
from qm.core.paths import MIGRATIONS

GUARDED = (
    "rubric_version", "rule_version", "phrase_library", "phrase", "audit_event", "restatement",
    "restated_score", "learned_model", "evaluation_snapshot", "pack_export",
)  # fmt: skip
"""Tables that triggers keep from change (migrations 0007 and 0011, docs/adr/0004)."""


def newest_migration() -> str | None:
    """The revision that this version's tables equal."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config).get_current_head()


def not_ready_because() -> str | None:
    """None when ready, else a word for it. Raises SQLAlchemyError where the database is unreachable."""
    with reading() as session:
        current = MigrationContext.configure(session.connection()).get_current_revision()
    return None if current == newest_migration() else "migration_needed"


def guards_missing() -> tuple[str, ...]:
    """Names of guards that the database should have and has not: rebuilt tables lose theirs."""
    with reading() as session:
        connection = session.connection()
        postgres = connection.dialect.name == "postgresql"
        asked = (
            "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')"
            if postgres
            else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        )
        found = set(connection.exec_driver_sql(asked).scalars())
    events = ("update", "delete", "truncate") if postgres else ("insert", "update", "delete")
    wanted = (f"guard_{table}_{event}" for table in GUARDED for event in events)
    return tuple(name for name in wanted if name not in found)

"""Is the database there, and is its schema the one this version expects?"""

from __future__ import annotations

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from qm.database import reading
from qm.paths import MIGRATIONS


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

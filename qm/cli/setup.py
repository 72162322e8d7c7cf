"""What most commands begin with: the database of the settings, bound and migrated."""

from __future__ import annotations

from qm.app.seeds import ensure_seeded
from qm.core import database
from qm.core.settings import settings
from qm.jobs import schema


def open_database(*, migrate: bool = True) -> None:
    """Bind the database; bring its schema and seeds up to this version."""
    config = settings()
    config.data_dir.mkdir(parents=True, exist_ok=True)
    if not database.is_bound():
        database.bind(database.make_engine(config.resolved_database_url))
    if migrate:
        schema.migrate()
        ensure_seeded()

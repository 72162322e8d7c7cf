"""Bringing the database's schema to this version."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from qm.core import database
from qm.core.paths import MIGRATIONS
from qm.jobs.engine import TABLES

SEARCH_TABLES = "utterance_search"
"""Tables of search: this name and those that SQLite derives from it."""


def is_ours(_item: Any, name: str | None, kind: str, reflected: bool, _other: Any) -> bool:
    """False for the search tables and the job engine's own, which no migration of ours may touch."""
    if kind != "table" or name is None:
        return True
    return not (name.startswith(SEARCH_TABLES) or (reflected and name in TABLES))


def alembic_config() -> Config:
    """Alembic's configuration; no ini file is needed."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


@contextmanager
def _apart() -> Iterator[Connection]:
    """A write transaction on an engine of its own: what Alembic makes is remembered by an engine's dialect,
    and the dialect of the bound one is kept by the mappers, even after it is unbound."""
    engine = database.make_engine(database.engine().url.render_as_string(hide_password=False))
    try:
        with engine.execution_options(qm_writes=True).begin() as connection:
            yield connection
    finally:
        engine.dispose()


def migrate(revision: str = "head") -> None:
    """Upgrade the bound database, all revisions in one transaction; safe to run twice."""
    config = alembic_config()
    with _apart() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def roll_back(revision: str) -> None:
    """Downgrade the bound database, for tests and emergencies."""
    config = alembic_config()
    with _apart() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)

"""Empty databases to copy: migrating one costs a third of a second and megabytes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from qm import jobs
from qm.core import database
from qm.jobs import schema
from tests.support.servers.shared import shared


def migrate(url: str) -> None:
    """Bring the database at `url`, with the tables of the job engine, to the newest; leave nothing bound."""
    database.bind(database.make_engine(url))
    schema.migrate()
    jobs.prepare()
    database.unbind()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file of an empty, migrated SQLite database."""

    def make(folder: Path) -> Path:
        path = folder / "empty.sqlite"
        migrate(f"sqlite:///{path}")
        with closing(sqlite3.connect(path)) as connection:
            # Whoever copies the file alone must find everything in it.
            assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        return path

    with shared(tmp_path_factory, "migrated", make) as path:
        yield path

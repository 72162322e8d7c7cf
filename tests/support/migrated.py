"""Empty databases to copy: migrating one costs a third of a second and megabytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from qm import database, schema


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest migration and leave it, with nothing bound."""
    database.bind(database.make_engine(url))
    schema.migrate()
    database.unbind()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty, migrated SQLite database."""
    path = tmp_path_factory.mktemp("migrated") / "empty.sqlite"
    migrate(f"sqlite:///{path}")
    return path

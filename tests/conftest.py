"""Fixtures every test may use: settings, databases, people."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from qm.core import database
from qm.core.settings import Settings, settings

# The same examples each time, however long they take: what a run finds depends on no luck and no load.
hypothesis.settings.register_profile(
    "suite", derandomize=True, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("suite")

pytest_plugins = [
    "tests.support.servers.migrated",
    "tests.support.servers.postgres",
    "tests.support.people",
    "tests.support.branches",
    "tests.support.servers.s3",
    "tests.support.servers.workers",
    "tests.support.servers.chromium",
    "tests.support.servers.site",
    "tests.support.trials",
    "tests.support.every_page",
]


@pytest.fixture(autouse=True)
def _no_sockets_in_unit_tests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit test that opens a socket has found its way out of the unit."""
    if "tests/unit/" in request.node.nodeid:

        def refuse(*_args: object, **_kwargs: object) -> None:
            raise AssertionError("a unit test opened a socket")

        monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Settings of an empty installation in a temporary folder, without workers."""
    monkeypatch.setenv("QM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("QM_SECRET_KEY", "only for tests")
    monkeypatch.setenv("QM_WORKER_PROCESSES", "0")
    monkeypatch.setenv("QM_HEARING_THREADS", "1")  # other tests run beside this one
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    settings.cache_clear()
    yield settings()
    settings.cache_clear()


@pytest.fixture
def sqlite(config: Settings, migrated_sqlite: Path) -> Iterator[None]:
    """An empty, migrated SQLite database, bound."""
    engine = database.make_engine(config.resolved_database_url)
    shutil.copy(migrated_sqlite, str(engine.url.database))
    database.bind(engine)
    yield
    database.unbind()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_database(request: pytest.FixtureRequest) -> str:
    """The test runs on SQLite and on PostgreSQL; gives the dialect."""
    request.getfixturevalue(request.param)
    return str(request.param)

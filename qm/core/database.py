"""One database, two ways in: `reading()` and `writing()`.

SQLite takes one writer at a time: a read transaction that turns into a write cannot be
retried by the busy timeout, so each write begins with `BEGIN IMMEDIATE`.
The open session is found by context, so queries and services need no session parameter and a
service that calls another joins its transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event
from sqlmodel import Session, create_engine

_BUSY_TIMEOUT_MS = 30_000
_RECYCLE_S = 3600
"""A connection of SQLite reads the planner's figures once, when it opens: so none grows old."""


@dataclass(frozen=True, slots=True)
class _Open:
    session: Session
    writes: bool


class NoDatabase(RuntimeError):
    """`bind` was not called in this process."""


class WriteInsideRead(RuntimeError):
    """A service was called inside a query: a write may not begin within a read."""


_engine: Engine | None = None
_open: ContextVar[_Open | None] = ContextVar("qm_open_session", default=None)


def make_engine(url: str) -> Engine:
    """An engine with the pragmas and transaction discipline that qm relies on."""
    # A failed statement's parameters may hold what a customer said: they stay out of errors and logs.
    if url.startswith("postgresql"):
        return create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=10, max_overflow=20)
    arguments = {"check_same_thread": False, "timeout": _BUSY_TIMEOUT_MS / 1000}
    engine = create_engine(url, hide_parameters=True, connect_args=arguments, pool_recycle=_RECYCLE_S)
    event.listen(engine, "connect", _sqlite_connect)
    event.listen(engine, "begin", _sqlite_begin)
    return engine


def _sqlite_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"busy_timeout={_BUSY_TIMEOUT_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Any) -> None:
    writes = connection.get_execution_options().get("qm_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def bind(engine: Engine) -> None:
    """Make `engine` the database of this process."""
    global _engine  # noqa: PLW0603 - one process serves one installation
    if _engine is not None and _engine is not engine:
        _engine.dispose()
    _engine = engine


def unbind() -> None:
    """Close the bound database, if any."""
    global _engine  # noqa: PLW0603
    if _engine is not None:
        _engine.dispose()
    _engine = None


def is_bound() -> bool:
    """True once `bind` was called."""
    return _engine is not None


def engine() -> Engine:
    """The bound engine. Raises `NoDatabase`."""
    if _engine is None:
        raise NoDatabase("call qm.core.database.bind(make_engine(url)) first")
    return _engine


@contextmanager
def reading() -> Iterator[Session]:
    """A session for queries; joins the open one. Never commits."""
    current = _open.get()
    if current is not None:
        yield current.session
        return
    with Session(engine(), expire_on_commit=False, autoflush=False) as session:
        token = _open.set(_Open(session, writes=False))
        try:
            yield session
        finally:
            _open.reset(token)  # closing rolls back; rows stay readable, detached


@contextmanager
def writing() -> Iterator[Session]:
    """A session for one service: commits at the end, rolls back on any error; joins an open write.

    Raises `WriteInsideRead` when called within `reading()`.
    """
    current = _open.get()
    if current is not None:
        if not current.writes:
            raise WriteInsideRead("close the query's session before calling a service")
        yield current.session
        return
    with Session(engine().execution_options(qm_writes=True), expire_on_commit=False) as session:
        token = _open.set(_Open(session, writes=True))
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            _open.reset(token)

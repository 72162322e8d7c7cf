"""What the database is asked: the statements of a block, and how SQLite would carry them out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from qm.core import database

Asked = list[tuple[str, Any]]
_FRAME = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")


@contextmanager
def asked() -> Iterator[Asked]:
    """Every statement sent meanwhile with its parameters, what frames a transaction left out."""
    found: Asked = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if not statement.upper().startswith(_FRAME):
            found.append((statement, parameters))

    sa.event.listen(database.engine(), "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(database.engine(), "before_cursor_execute", note)


def plan(statement: str, parameters: Any) -> list[str]:
    """The steps of SQLite's plan, in the order in which tables are read."""
    with database.engine().connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [row[3] for row in rows]

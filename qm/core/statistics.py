"""What the database's planner knows of the tables' sizes and contents."""

from __future__ import annotations

from qm.core.database import writing

_ROWS_LOOKED_AT = 1000
"""Index rows that SQLite reads at most an index, so that it takes the same time however many there are."""


def refresh() -> None:
    """Have SQLite count anew; workers do now and then, and whoever wrote much at once.

    Nothing else ever does: without, every plan is a guess. `PRAGMA optimize` alone would look only at tables
    that its own connection has asked (before SQLite 3.46), so `ANALYZE` is told outright and kept short.
    PostgreSQL's autovacuum does this by itself.
    """
    with writing() as session:
        connection = session.connection()
        if connection.dialect.name != "sqlite":
            return
        connection.exec_driver_sql(f"PRAGMA analysis_limit = {_ROWS_LOOKED_AT}")
        connection.exec_driver_sql("ANALYZE")

"""The full-text index as a table that queries begin with.

SQLite's planner knows nothing of how few rows a phrase leaves. Bound to a branch it walked the branch's
calls and asked the index anew for every utterance: quadratic. So the join is told to keep its order, and
the index leads. PostgreSQL has figures about the tokens and chooses by itself.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import Join

from qm.core.searching import fts5_query, tsquery

_FTS5 = sa.table("utterance_search", sa.column("rowid", sa.Integer))
_TSVECTOR = sa.table("utterance_search", sa.column("utterance_id", sa.Integer), sa.column("tokens"))


class _InThisOrder(Join):
    """A join whose left side SQLite reads first (`CROSS JOIN`); any other database reads a plain join."""

    inherit_cache = True


@compiles(_InThisOrder, "sqlite")
def _cross_join(join: _InThisOrder, compiler: SQLCompiler, **how: Any) -> str:
    how["asfrom"] = True
    sides = [join.left._compiler_dispatch(compiler, **how), join.right._compiler_dispatch(compiler, **how)]
    assert join.onclause is not None
    return " CROSS JOIN ".join(sides) + f" ON {join.onclause._compiler_dispatch(compiler, **how)}"


def then(left: FromClause, right: Any, on: ColumnElement[bool]) -> FromClause:
    """`left` joined with `right`, read in this order."""
    return _InThisOrder(left, sa.inspect(right).selectable, on)


def matching(asked: list[list[str]], *, postgres: bool) -> tuple[FromClause, Any, ColumnElement[bool]]:
    """The index, its column of utterance ids, and the condition that every phrase stands in the utterance."""
    if postgres:
        wanted = sa.cast(sa.literal(tsquery(asked)), TSQUERY)
        return _TSVECTOR, _TSVECTOR.c.utterance_id, _TSVECTOR.c.tokens.op("@@")(wanted)
    return _FTS5, _FTS5.c.rowid, sa.literal_column("utterance_search").op("MATCH")(fts5_query(asked))
